/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* edge-eval-labels.c: reads true classes; sizes in files are checked against what is there. */
#include "edge-eval-labels.h"

#include "edge-eval-metrics.h"

#include <gio/gio.h>
#include <string.h>

#define MAX_BYTES (64u << 20) /* of labels, unpacked */
#define IDX_HEADER 8 /* 0, 0, type, dimensions, then the big-endian count */
#define IDX_UNSIGNED_BYTE 0x08

void
eval_truth_free (EvalTruth *truth)
{
  g_free (truth->classes);
  g_strfreev (truth->names);
  g_free (truth);
}

static EvalTruth *
truth_of (GArray *classes)
{
  EvalTruth *truth = g_new0 (EvalTruth, 1);

  truth->n_frames = classes->len;
  truth->classes = (guint *)g_array_free (classes, FALSE);
  return truth;
}

/* Reads to the end, or to MAX_BYTES. */
static GBytes *
read_all (GInputStream *stream, GError **error)
{
  g_autoptr (GByteArray) all = g_byte_array_new ();
  guint8 block[4096];
  gsize n;

  do {
    if (!g_input_stream_read_all (stream, block, sizeof block, &n, NULL, error))
      return NULL;
    g_byte_array_append (all, block, n);
    if (all->len > MAX_BYTES) {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "more than %u bytes of labels", MAX_BYTES);
      return NULL;
    }
  } while (n == sizeof block);
  return g_byte_array_free_to_bytes (g_steal_pointer (&all));
}

/* The whole file, unpacked when it starts with gzip's two bytes. It may be a pipe: it is read once, from begin to end.
 */
static GBytes *
read_file (const gchar *path, GError **error)
{
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GFileInputStream) raw = g_file_read (file, NULL, error);
  g_autoptr (GInputStream) buffered = raw ? g_buffered_input_stream_new (G_INPUT_STREAM (raw)) : NULL;
  g_autoptr (GInputStream) unpacked = NULL;
  g_autoptr (GZlibDecompressor) gzip = NULL;
  guint8 magic[2] = { 0, 0 };

  if (raw == NULL || g_buffered_input_stream_fill (G_BUFFERED_INPUT_STREAM (buffered), sizeof magic, NULL, error) < 0)
    return NULL;
  g_buffered_input_stream_peek (G_BUFFERED_INPUT_STREAM (buffered), magic, 0, sizeof magic);
  if (magic[0] != 0x1f || magic[1] != 0x8b)
    return read_all (buffered, error);
  gzip = g_zlib_decompressor_new (G_ZLIB_COMPRESSOR_FORMAT_GZIP);
  unpacked = g_converter_input_stream_new (buffered, G_CONVERTER (gzip));
  return read_all (unpacked, error);
}

/* Text has no byte 0, an IDX file starts with two. */
static gboolean
is_idx (const guint8 *data, gsize size)
{
  return size >= 2 && data[0] == 0 && data[1] == 0;
}

static EvalTruth *
parse_idx (const guint8 *data, gsize size, GError **error)
{
  GArray *classes;
  guint32 count;

  if (size < IDX_HEADER || data[2] != IDX_UNSIGNED_BYTE || data[3] != 1) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                 "not an IDX file of labels: unsigned bytes in one dimension are read");
    return NULL;
  }
  count = (guint32)data[4] << 24 | (guint32)data[5] << 16 | (guint32)data[6] << 8 | data[7];
  if (count != size - IDX_HEADER) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "%u labels announced, %" G_GSIZE_FORMAT " are there",
                 count, size - IDX_HEADER);
    return NULL;
  }
  classes = g_array_sized_new (FALSE, FALSE, sizeof (guint), count);
  for (guint32 i = 0; i < count; i++) {
    guint label = data[IDX_HEADER + i];

    g_array_append_val (classes, label);
  }
  return truth_of (classes);
}

/* A class by name, else by number. */
static gboolean
parse_class (const gchar *text, const gchar *const *names, guint *label)
{
  guint64 number;

  for (guint i = 0; names != NULL && names[i] != NULL; i++)
    if (g_str_equal (names[i], text)) {
      *label = i;
      return TRUE;
    }
  if (!g_ascii_string_to_unsigned (text, 10, 0, G_MAXINT, &number, NULL))
    return FALSE;
  *label = (guint)number;
  return TRUE;
}

/* One class a line; a byte order mark, CRLF and blank lines at the end are accepted. */
static EvalTruth *
parse_text (const guint8 *data, gsize size, const gchar *const *names, GError **error)
{
  g_autofree gchar *text = g_strndup (size > 0 ? (const gchar *)data : "", size);
  g_auto (GStrv) lines = NULL;
  g_autoptr (GArray) classes = g_array_new (FALSE, FALSE, sizeof (guint));

  lines = g_strsplit (g_strchomp (g_str_has_prefix (text, "\xef\xbb\xbf") ? text + 3 : text), "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++) {
    guint label;

    if (!parse_class (g_strstrip (lines[i]), names, &label)) {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "line %u: \"%.40s\" is no class", i + 1, lines[i]);
      return NULL;
    }
    g_array_append_val (classes, label);
  }
  return truth_of (g_steal_pointer (&classes));
}

static gint
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const gchar *const *)a, *(const gchar *const *)b);
}

/* What lies in a folder, hidden files left out, sorted by name. */
static GPtrArray *
list_folder (const gchar *path, GError **error)
{
  g_autoptr (GDir) folder = g_dir_open (path, 0, error);
  GPtrArray *names;
  const gchar *name;

  if (folder == NULL)
    return NULL;
  names = g_ptr_array_new_with_free_func (g_free);
  while ((name = g_dir_read_name (folder)) != NULL)
    if (name[0] != '.')
      g_ptr_array_add (names, g_strdup (name));
  g_ptr_array_sort (names, compare_names);
  return names;
}

static EvalTruth *
load_folders (const gchar *path, GError **error)
{
  g_autoptr (GPtrArray) entries = list_folder (path, error);
  g_autoptr (GArray) classes = g_array_new (FALSE, FALSE, sizeof (guint));
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();
  EvalTruth *truth;
  guint label = 0;

  for (guint i = 0; entries != NULL && i < entries->len; i++) {
    g_autofree gchar *folder = g_build_filename (path, g_ptr_array_index (entries, i), NULL), *name = NULL;
    g_autoptr (GPtrArray) frames = NULL;

    if (!g_file_test (folder, G_FILE_TEST_IS_DIR))
      continue;
    if ((frames = list_folder (folder, error)) == NULL)
      return NULL;
    for (guint k = 0; k < frames->len; k++)
      g_array_append_val (classes, label);
    name = g_utf8_make_valid (g_ptr_array_index (entries, i), -1); /* as labels are */
    g_strv_builder_add (names, name);
    label++;
  }
  if (entries == NULL)
    return NULL;
  truth = truth_of (g_steal_pointer (&classes));
  truth->names = g_strv_builder_end (names);
  return truth;
}

static EvalTruth *
load_file (const gchar *path, const gchar *const *names, GError **error)
{
  g_autoptr (GBytes) bytes = read_file (path, error);
  const guint8 *data;
  gsize size;

  if (bytes == NULL)
    return NULL;
  data = g_bytes_get_data (bytes, &size);
  return is_idx (data, size) ? parse_idx (data, size, error) : parse_text (data, size, names, error);
}

EvalTruth *
eval_truth_load (const gchar *path, const gchar *const *names, GError **error)
{
  EvalTruth *truth;

  if (g_file_test (path, G_FILE_TEST_IS_DIR))
    truth = load_folders (path, error);
  else
    truth = load_file (path, names, error);
  if (truth == NULL) {
    g_prefix_error (error, "%s: ", path);
  } else if (truth->n_frames == 0) {
    g_clear_pointer (&truth, eval_truth_free);
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "%s: no labels in it", path);
  }
  return truth;
}

guint
eval_truth_find_class (const EvalTruth *truth, guint index, const gchar *name)
{
  if (truth->names == NULL)
    return index;
  for (guint i = 0; name != NULL && truth->names[i] != NULL; i++)
    if (g_str_equal (truth->names[i], name))
      return i;
  return EVAL_OTHER_CLASS;
}
