/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tflite_metadata.c: the metadata is a FlatBuffer of its own, in a buffer that
 * the model's list of metadata names TFLITE_METADATA. The files it refers to
 * are a ZIP archive at the end of the model's file. */
#include "tflite_metadata.h"

#include "zip_archive.h"

#include <string.h>

#define METADATA_NAME "TFLITE_METADATA"
#define MODEL_METADATA 6 /* a field of Model */
#define LARGEST_LABEL_FILE ((gsize)4 << 20)

enum { ENTRY_NAME = 0, ENTRY_BUFFER = 1 };

/* Fields of ModelMetadata. */
enum {
  METADATA_MODEL_NAME = 0,
  METADATA_DESCRIPTION = 1,
  METADATA_VERSION = 2,
  METADATA_SUBGRAPHS = 3,
  METADATA_AUTHOR = 4,
  METADATA_LICENSE = 5,
};

enum { SUBGRAPH_INPUTS = 2, SUBGRAPH_OUTPUTS = 3 };

/* Fields of TensorMetadata. */
enum { TENSOR_NAME = 0, TENSOR_DESCRIPTION = 1, TENSOR_CONTENT = 3, TENSOR_PROCESS_UNITS = 4, TENSOR_FILES = 6 };

enum { FILE_NAME = 0, FILE_TYPE = 2 };
enum { FILE_AXIS_LABELS = 2, FILE_VALUE_LABELS = 3 };
enum { UNIT_TYPE = 0, UNIT_OPTIONS = 1 };
enum { UNIT_NORMALIZATION = 1, UNIT_THRESHOLD = 3 };
enum { NORMALIZATION_MEAN = 0, NORMALIZATION_STD = 1 };
enum { CONTENT_TYPE = 0, CONTENT_PROPERTIES = 1 };
#define CONTENT_IMAGE 2
enum { COLOR_RGB = 1, COLOR_GRAYSCALE = 2 };

/* What is read, and where it goes. */
typedef struct {
  const NncTfliteModel *model;
  GHashTable *metadata;
  const char *prefix; /* "input.0" */
} Reader;

static void
set (const Reader *reader, const char *key, char *take)
{
  if (take && *take)
    g_hash_table_replace (reader->metadata,
                          reader->prefix ? g_strconcat (reader->prefix, ".", key, NULL) : g_strdup (key), take);
  else
    g_free (take);
}

/* "127.5 127.5 127.5" */
static char *
numbers_to_text (const NncVector *numbers)
{
  GString *text = g_string_new (NULL);
  char number[G_ASCII_DTOSTR_BUF_SIZE];

  for (gsize i = 0; i < numbers->n; i++)
    g_string_append_printf (text, "%s%s", i ? " " : "",
                            g_ascii_formatd (number, sizeof number, "%.9g", nnc_vector_get_float (numbers, i)));
  return g_string_free (text, FALSE);
}

static void
read_process_unit (const Reader *reader, const NncTable *unit)
{
  guint64 type = nnc_table_get_uint (unit, UNIT_TYPE, 1, 0);
  NncTable options = nnc_table_get_table (unit, UNIT_OPTIONS);
  NncVector mean, std;

  if (type == UNIT_NORMALIZATION) {
    mean = nnc_table_get_vector (&options, NORMALIZATION_MEAN, 4);
    std = nnc_table_get_vector (&options, NORMALIZATION_STD, 4);
    set (reader, "mean", numbers_to_text (&mean));
    set (reader, "std", numbers_to_text (&std));
  } else if (type == UNIT_THRESHOLD) {
    set (reader, "threshold", g_strdup_printf ("%.9g", nnc_table_get_float (&options, 0, 0)));
  }
}

static void
read_content (const Reader *reader, const NncTable *content)
{
  NncTable image = nnc_table_get_table (content, CONTENT_PROPERTIES);
  gint64 color;

  if (nnc_table_get_uint (content, CONTENT_TYPE, 1, 0) != CONTENT_IMAGE)
    return;
  color = nnc_table_get_int (&image, 0, 1, 0);
  if (color == COLOR_RGB || color == COLOR_GRAYSCALE)
    set (reader, "color", g_strdup (color == COLOR_RGB ? "RGB" : "GRAYSCALE"));
}

/* Of several files in several languages the first. */
static void
read_file (const Reader *reader, const NncTable *file)
{
  gint64 type = nnc_table_get_int (file, FILE_TYPE, 1, 0);
  g_autofree char *name = nnc_table_dup_string (file, FILE_NAME);
  g_autofree char *key = g_strconcat (reader->prefix, ".labels", NULL);

  if ((type == FILE_AXIS_LABELS || type == FILE_VALUE_LABELS) && !g_hash_table_contains (reader->metadata, key))
    set (reader, "labels",
         nnc_zip_archive_dup_text (reader->model->file.data, reader->model->file.size, name, LARGEST_LABEL_FILE));
}

static void
read_tensor (const Reader *reader, const NncTable *tensor)
{
  NncTable content = nnc_table_get_table (tensor, TENSOR_CONTENT);
  NncVector units = nnc_table_get_vector (tensor, TENSOR_PROCESS_UNITS, 4);
  NncVector files = nnc_table_get_vector (tensor, TENSOR_FILES, 4);

  set (reader, "name", nnc_table_dup_string (tensor, TENSOR_NAME));
  set (reader, "description", nnc_table_dup_string (tensor, TENSOR_DESCRIPTION));
  read_content (reader, &content);
  for (gsize i = 0; i < units.n; i++) {
    NncTable unit = nnc_vector_get_table (&units, i);
    read_process_unit (reader, &unit);
  }
  for (gsize i = 0; i < files.n; i++) {
    NncTable file = nnc_vector_get_table (&files, i);
    read_file (reader, &file);
  }
}

static void
read_tensors (const Reader *reader, const NncTable *subgraph, guint field, const char *kind)
{
  NncVector tensors = nnc_table_get_vector (subgraph, field, 4);

  for (gsize i = 0; i < tensors.n; i++) {
    NncTable tensor = nnc_vector_get_table (&tensors, i);
    g_autofree char *prefix = g_strdup_printf ("%s.%" G_GSIZE_FORMAT, kind, i);
    const Reader inner = { reader->model, reader->metadata, prefix };

    read_tensor (&inner, &tensor);
  }
}

static void
read_root (const Reader *reader, const NncTable *root)
{
  static const struct {
    guint field;
    const char *key;
  } texts[] = {
    { METADATA_MODEL_NAME, "name" }, { METADATA_DESCRIPTION, "description" }, { METADATA_VERSION, "version" },
    { METADATA_AUTHOR, "author" },   { METADATA_LICENSE, "license" },
  };
  NncVector subgraphs = nnc_table_get_vector (root, METADATA_SUBGRAPHS, 4);
  NncTable subgraph = nnc_vector_get_table (&subgraphs, 0);

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    set (reader, texts[i].key, nnc_table_dup_string (root, texts[i].field));
  read_tensors (reader, &subgraph, SUBGRAPH_INPUTS, "input");
  read_tensors (reader, &subgraph, SUBGRAPH_OUTPUTS, "output");
}

static gboolean
read_buffer (NncTfliteModel *model, gsize index, GHashTable *metadata, GError **error)
{
  const Reader reader = { model, metadata, NULL };
  NncFlatbuffer file;
  NncTable root;
  gsize offset, size;

  if (!nnc_tflite_model_find_buffer (model, index, &offset, &size, error))
    return FALSE;
  file = nnc_flatbuffer (model->file.data + offset, size);
  root = nnc_flatbuffer_root (&file);
  read_root (&reader, &root);
  return nnc_flatbuffer_finish (&file, error);
}

gboolean
nnc_tflite_read_metadata (NncTfliteModel *model, const NncTable *root, GHashTable *metadata, GError **error)
{
  NncVector entries = nnc_table_get_vector (root, MODEL_METADATA, 4);

  for (gsize i = 0; i < entries.n; i++) {
    NncTable entry = nnc_vector_get_table (&entries, i);
    g_autofree char *name = nnc_table_dup_string (&entry, ENTRY_NAME);

    if (strcmp (name, METADATA_NAME) == 0
        && !read_buffer (model, (gsize)nnc_table_get_uint (&entry, ENTRY_BUFFER, 4, 0), metadata, error)) {
      g_prefix_error (error, "metadata: ");
      return FALSE;
    }
  }
  return nnc_flatbuffer_finish (&model->file, error);
}
