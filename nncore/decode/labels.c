/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* labels.c: names of classes, from a file or a text of one name a line. */
#include <gio/gio.h>
#include <nncore/classification.h>
#include <string.h>

/* Far more text than any list of classes has. */
#define MAX_FILE_BYTES (16 << 20)
#define BYTE_ORDER_MARK "\xef\xbb\xbf"

struct _NncLabels {
  gatomicrefcount references;
  GPtrArray *names; /* of UTF-8 */
};

GType
nnc_labels_get_type (void)
{
  static gsize type;

  if (g_once_init_enter (&type))
    g_once_init_leave (&type, g_boxed_type_register_static ("NncLabels", (GBoxedCopyFunc)nnc_labels_ref,
                                                            (GBoxedFreeFunc)nnc_labels_unref));
  return type;
}

static NncLabels *
labels_new (void)
{
  NncLabels *labels = g_new0 (NncLabels, 1);

  g_atomic_ref_count_init (&labels->references);
  labels->names = g_ptr_array_new_with_free_func (g_free);
  return labels;
}

/**
 * nnc_labels_new_from_text:
 * @text: one name a line
 * @length: its bytes, or -1 where it ends with a NUL
 * @error: return location for a #GError
 *
 * Lines end with LF or CRLF. A byte order mark and blank lines at the end are
 * passed over. Other blank lines are names: they keep the names after
 * them at their index. What is not UTF-8 is made so.
 *
 * Returns: (transfer full) (nullable): the names, or %NULL with @error set when
 *   there is none or the text contains a NUL
 */
NncLabels *
nnc_labels_new_from_text (const char *text, gssize length, GError **error)
{
  const char *at = text, *end = text + (length < 0 ? strlen (text) : (gsize)length);
  NncLabels *labels;

  if (memchr (text, '\0', (gsize)(end - text))) {
    g_set_error_literal (error, NNC_ERROR, NNC_ERROR_FORMAT, "labels are text, and this contains a NUL");
    return NULL;
  }
  if ((gsize)(end - at) >= strlen (BYTE_ORDER_MARK) && memcmp (at, BYTE_ORDER_MARK, strlen (BYTE_ORDER_MARK)) == 0)
    at += strlen (BYTE_ORDER_MARK);
  labels = labels_new ();
  while (at < end) {
    const char *feed = memchr (at, '\n', (gsize)(end - at)), *stop = feed ? feed : end;
    gsize n = (gsize)(stop - at);

    if (n > 0 && at[n - 1] == '\r')
      n--;
    g_ptr_array_add (labels->names, g_utf8_make_valid (at, (gssize)n));
    at = feed ? feed + 1 : end;
  }
  while (labels->names->len > 0 && *(const char *)labels->names->pdata[labels->names->len - 1] == '\0')
    g_ptr_array_set_size (labels->names, (gint)labels->names->len - 1);
  if (labels->names->len > 0)
    return labels;
  nnc_labels_unref (labels);
  g_set_error_literal (error, NNC_ERROR, NNC_ERROR_FORMAT, "there is no label");
  return NULL;
}

/**
 * nnc_labels_new_from_file:
 * @path: (type filename): a text file of one name a line
 * @error: return location for a #GError
 *
 * See nnc_labels_new_from_text().
 *
 * Returns: (transfer full) (nullable): the names, or %NULL with @error set, which names the file
 */
NncLabels *
nnc_labels_new_from_file (const char *path, GError **error)
{
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GFileInfo) info = g_file_query_info (
      file, G_FILE_ATTRIBUTE_STANDARD_TYPE "," G_FILE_ATTRIBUTE_STANDARD_SIZE, G_FILE_QUERY_INFO_NONE, NULL, NULL);
  g_autofree char *text = NULL;
  g_autoptr (GError) reason = NULL;
  NncLabels *labels;
  gsize length;

  if (info == NULL || g_file_info_get_file_type (info) != G_FILE_TYPE_REGULAR) {
    g_set_error (error, NNC_ERROR, NNC_ERROR_NOT_FOUND, "%s: %s", path,
                 info ? "is not a regular file" : "cannot be found");
    return NULL;
  }
  if (g_file_info_get_size (info) > MAX_FILE_BYTES) {
    g_set_error (error, NNC_ERROR, NNC_ERROR_FORMAT, "%s: has %" G_GINT64_FORMAT " bytes, labels have at most %d", path,
                 (gint64)g_file_info_get_size (info), MAX_FILE_BYTES);
    return NULL;
  }
  if (!g_file_get_contents (path, &text, &length, &reason)) {
    g_set_error (error, NNC_ERROR, NNC_ERROR_READ, "%s: %s", path, reason->message);
    return NULL;
  }
  labels = nnc_labels_new_from_text (text, (gssize)length, error);
  if (labels == NULL)
    g_prefix_error (error, "%s: ", path);
  return labels;
}

/**
 * nnc_labels_ref:
 * @labels: names
 *
 * Returns: (transfer full): the names
 */
NncLabels *
nnc_labels_ref (NncLabels *labels)
{
  g_atomic_ref_count_inc (&labels->references);
  return labels;
}

/**
 * nnc_labels_unref:
 * @labels: (transfer full): names
 */
void
nnc_labels_unref (NncLabels *labels)
{
  if (!g_atomic_ref_count_dec (&labels->references))
    return;
  g_ptr_array_unref (labels->names);
  g_free (labels);
}

/**
 * nnc_labels_get_n:
 * @labels: names
 *
 * Returns: how many there are, at least 1
 */
guint
nnc_labels_get_n (NncLabels *labels)
{
  return labels->names->len;
}

/**
 * nnc_labels_get:
 * @labels: names
 * @index: which
 *
 * Returns: (transfer none) (nullable): the name, UTF-8; %NULL when there is no such class
 */
const char *
nnc_labels_get (NncLabels *labels, guint index)
{
  return index < labels->names->len ? labels->names->pdata[index] : NULL;
}
