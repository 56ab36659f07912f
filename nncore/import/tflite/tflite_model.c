/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tflite_model.c: Model -> graph and metadata. */
#include "tflite_model.h"

#include "tflite_graph.h"
#include "tflite_metadata.h"
#include "tflite_translate.h"

/* Fields of Model. */
enum {
  MODEL_VERSION = 0,
  MODEL_OPERATOR_CODES = 1,
  MODEL_SUBGRAPHS = 2,
  MODEL_DESCRIPTION = 3,
  MODEL_BUFFERS = 4,
};

enum { CODE_DEPRECATED_BUILTIN = 0, CODE_CUSTOM = 1, CODE_VERSION = 2, CODE_BUILTIN = 3 };
enum { BUFFER_DATA = 0, BUFFER_OFFSET = 1, BUFFER_SIZE = 2 };

#define SCHEMA_VERSION 3
#define BUILTIN_CUSTOM 32

/* How many unsupported operators an error lists. */
#define MAX_LISTED 20

gboolean
nnc_tflite_model_find_buffer (NncTfliteModel *model, gsize index, gsize *offset, gsize *size, GError **error)
{
  NncTable buffer;
  NncVector data;
  guint64 far_offset;

  *offset = *size = 0;
  if (index == 0)
    return TRUE;
  if (index >= model->buffers.n) {
    g_set_error (error, NNC_ERROR, NNC_ERROR_FORMAT,
                 "its numbers are in buffer %" G_GSIZE_FORMAT ", there are %" G_GSIZE_FORMAT, index, model->buffers.n);
    return FALSE;
  }
  buffer = nnc_vector_get_table (&model->buffers, index);
  data = nnc_table_get_vector (&buffer, BUFFER_DATA, 1);
  *offset = data.position;
  *size = data.n;
  /* Files of over 2 GB keep numbers behind the tables; offsets of 0 and 1 mean that they do not. */
  far_offset = nnc_table_get_uint (&buffer, BUFFER_OFFSET, 8, 0);
  if (data.n == 0 && far_offset > 1) {
    *offset = (gsize)far_offset;
    *size = (gsize)nnc_table_get_uint (&buffer, BUFFER_SIZE, 8, 0);
  }
  if (*offset <= model->file.size && *size <= model->file.size - *offset)
    return TRUE;
  g_set_error (error, NNC_ERROR, NNC_ERROR_FORMAT, "buffer %" G_GSIZE_FORMAT " lies outside of the file", index);
  return FALSE;
}

/* --- operators --------------------------------------------------------------------------- */

static void
clear_code (gpointer code)
{
  g_free (((NncTfliteOperatorCode *)code)->name);
}

static gboolean
read_code (NncTfliteModel *model, const NncTable *table)
{
  gint64 builtin
      = MAX (nnc_table_get_int (table, CODE_BUILTIN, 4, 0), nnc_table_get_int (table, CODE_DEPRECATED_BUILTIN, 1, 0));
  const char *name = nnc_tflite_builtin_name (builtin);
  NncTfliteOperatorCode code = { .version = nnc_table_get_int (table, CODE_VERSION, 4, 1) };

  if (builtin == BUILTIN_CUSTOM)
    code.name = nnc_table_dup_string (table, CODE_CUSTOM);
  else
    code.name = name ? g_strdup (name) : g_strdup_printf ("builtin %" G_GINT64_FORMAT, builtin);
  code.operator= nnc_tflite_operator_find (code.name);
  g_array_append_val (model->codes, code);
  return model->file.problem == NULL;
}

/* FALSE: something is malformed, which nnc_flatbuffer_finish() says. */
static gboolean
read_lists (NncTfliteModel *model, const NncTable *root)
{
  NncVector codes = nnc_table_get_vector (root, MODEL_OPERATOR_CODES, 4);

  model->subgraphs = nnc_table_get_vector (root, MODEL_SUBGRAPHS, 4);
  model->buffers = nnc_table_get_vector (root, MODEL_BUFFERS, 4);
  for (gsize i = 0; i < codes.n; i++) {
    NncTable code = nnc_vector_get_table (&codes, i);

    if (!read_code (model, &code))
      return FALSE;
  }
  return model->file.problem == NULL;
}

/* --- the whole ---------------------------------------------------------------------------- */

static gboolean
check_model (const NncTfliteModel *model, const NncTable *root, GError **error)
{
  guint64 version = nnc_table_get_uint (root, MODEL_VERSION, 4, 0);

  if (model->file.problem == NULL && version != SCHEMA_VERSION) {
    g_set_error (error, NNC_ERROR, NNC_ERROR_UNSUPPORTED,
                 "the file has version %" G_GUINT64_FORMAT " of the format, %d is supported", version, SCHEMA_VERSION);
    return FALSE;
  }
  if (model->file.problem == NULL && model->subgraphs.n == 0) {
    g_set_error_literal (error, NNC_ERROR, NNC_ERROR_FORMAT, "the file has no graph");
    return FALSE;
  }
  return nnc_flatbuffer_finish (&model->file, error);
}

static gboolean
check_supported (const NncTfliteModel *model, GError **error)
{
  guint unlisted = model->n_unsupported - MIN (model->n_unsupported, MAX_LISTED);
  g_autofree char *more = unlisted ? g_strdup_printf (", and %u more", unlisted) : g_strdup ("");

  if (model->n_unsupported == 0)
    return TRUE;
  g_set_error (error, NNC_ERROR, NNC_ERROR_UNSUPPORTED, "%u %s not supported: %s%s", model->n_unsupported,
               model->n_unsupported == 1 ? "operator is" : "operators are", model->unsupported->str, more);
  return FALSE;
}

static NncGraph *
read_model (NncTfliteModel *model, GHashTable *metadata, GError **error)
{
  NncTable root = nnc_flatbuffer_root (&model->file);
  g_autoptr (NncGraph) graph = NULL;

  read_lists (model, &root);
  if (!check_model (model, &root, error))
    return NULL;
  graph = nnc_tflite_read_graph (model, 0, error);
  if (graph == NULL || !check_supported (model, error))
    return NULL;
  return nnc_tflite_read_metadata (model, &root, metadata, error) ? g_steal_pointer (&graph) : NULL;
}

static NncGraph *
read_source (NncSource *source, GHashTable *metadata, GError **error)
{
  gsize size;
  const guint8 *data = nnc_source_get_data (source, &size);
  NncTfliteModel model = {
    .source = source,
    .file = nnc_flatbuffer (data, size),
    .codes = g_array_new (FALSE, FALSE, sizeof (NncTfliteOperatorCode)),
    .open = g_array_new (FALSE, FALSE, sizeof (gsize)),
    .unsupported = g_string_new (NULL),
  };
  NncGraph *graph;

  g_array_set_clear_func (model.codes, clear_code);
  graph = read_model (&model, metadata, error);
  g_array_unref (model.codes);
  g_array_unref (model.open);
  g_string_free (model.unsupported, TRUE);
  return graph;
}

static gboolean
probe (const guint8 *data, gsize size)
{
  return nnc_flatbuffer_has_identifier (data, size, "TFL3");
}

const NncImporter nnc_tflite_importer = {
  .name = "TFLite",
  .probe = probe,
  .read = read_source,
};
