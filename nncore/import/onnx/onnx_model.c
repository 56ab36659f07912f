/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* onnx_model.c: ModelProto -> graph and metadata. */
#include "onnx_model.h"

#include "onnx_entry.h"
#include "onnx_function.h"

/* Operators of this opset and newer are read; older ones are told which inputs they may overwrite. */
#define OLDEST_OPSET 6

/* Fields of ModelProto. */
enum {
  MODEL_IR_VERSION = 1,
  MODEL_GRAPH = 7,
  MODEL_OPSET_IMPORT = 8,
  MODEL_METADATA_PROPS = 14,
  MODEL_FUNCTIONS = 25,
};

enum { OPSET_DOMAIN = 1, OPSET_VERSION = 2 };

typedef struct {
  gboolean has_graph;
  NncMessage graph;
  GHashTable *metadata; /* key -> value */
  NncOnnxModel shared;
} Model;

gint64
nnc_onnx_model_get_opset (const NncOnnxModel *model, const char *domain)
{
  const gint64 *version = g_hash_table_lookup (model->opsets, domain);

  return version ? *version : 0;
}

gboolean
nnc_onnx_read_opset (NncMessage *message, GHashTable *opsets, GError **error)
{
  g_autofree char *domain = g_strdup ("");
  gint64 version = 0;
  NncField field;

  while (nnc_message_next (message, &field)) {
    if (field.number == OPSET_DOMAIN)
      nnc_field_get_string (message, &field, &domain);
    else if (field.number == OPSET_VERSION)
      nnc_field_get_int (message, &field, &version);
  }
  if (g_str_equal (domain, "ai.onnx"))
    *domain = '\0';
  g_hash_table_replace (opsets, g_steal_pointer (&domain), g_memdup2 (&version, sizeof version));
  return nnc_message_finish (message, error);
}

static gboolean
read_metadata (NncMessage *message, Model *model, GError **error)
{
  g_autofree char *key = NULL, *value = NULL;

  if (!nnc_onnx_read_entry (message, &key, &value, error))
    return FALSE;
  g_hash_table_replace (model->metadata, g_steal_pointer (&key), g_steal_pointer (&value));
  return TRUE;
}

static gboolean
read_function (NncMessage *message, Model *model, GError **error)
{
  NncOnnxFunction *function = nnc_onnx_function_read (message, error);

  if (function == NULL)
    return FALSE;
  if (nnc_onnx_functions_add (model->shared.functions, function))
    return TRUE;
  g_set_error_literal (error, NNC_ERROR, NNC_ERROR_FORMAT, "two functions have the same name");
  return FALSE;
}

static gboolean
read_model (NncMessage *message, Model *model, GError **error)
{
  NncField field;
  NncMessage inner;

  while (nnc_message_next (message, &field)) {
    switch (field.number) {
    case MODEL_GRAPH:
      model->has_graph = nnc_field_get_message (message, &field, &model->graph);
      break;
    case MODEL_OPSET_IMPORT:
      if (nnc_field_get_message (message, &field, &inner) && !nnc_onnx_read_opset (&inner, model->shared.opsets, error))
        return FALSE;
      break;
    case MODEL_METADATA_PROPS:
      if (nnc_field_get_message (message, &field, &inner) && !read_metadata (&inner, model, error))
        return FALSE;
      break;
    case MODEL_FUNCTIONS:
      if (nnc_field_get_message (message, &field, &inner) && !read_function (&inner, model, error))
        return FALSE;
      break;
    }
  }
  return nnc_message_finish (message, error);
}

static gboolean
check_model (const Model *model, GError **error)
{
  gint64 opset = nnc_onnx_model_get_opset (&model->shared, "");

  if (!model->has_graph) {
    g_set_error_literal (error, NNC_ERROR, NNC_ERROR_FORMAT, "the file has no graph");
    return FALSE;
  }
  if (opset != 0 && opset < OLDEST_OPSET) {
    g_set_error (error, NNC_ERROR, NNC_ERROR_UNSUPPORTED,
                 "opset %" G_GINT64_FORMAT " is not supported, %d is the oldest", opset, OLDEST_OPSET);
    return FALSE;
  }
  return TRUE;
}

static gboolean
check_graph (const NncGraph *graph, NncOnnxModel *model, GError **error)
{
  if (!nnc_unsupported_finish (&model->unsupported, error))
    return FALSE;
  if (graph->outputs->len == 0) {
    g_set_error_literal (error, NNC_ERROR, NNC_ERROR_FORMAT, "the graph has no output");
    return FALSE;
  }
  return TRUE;
}

/* "15, com.microsoft 1" */
static void
note_opsets (const NncOnnxModel *model, GHashTable *metadata)
{
  GString *text = g_string_new (NULL);
  GHashTableIter iter;
  gpointer domain, version;

  g_string_append_printf (text, "%" G_GINT64_FORMAT, nnc_onnx_model_get_opset (model, ""));
  g_hash_table_iter_init (&iter, model->opsets);
  while (g_hash_table_iter_next (&iter, &domain, &version))
    if (*(const char *)domain)
      g_string_append_printf (text, ", %s %" G_GINT64_FORMAT, (const char *)domain, *(const gint64 *)version);
  g_hash_table_replace (metadata, g_strdup ("nncore.opset"), g_string_free (text, FALSE));
}

static NncGraph *
read_source (NncSource *source, GHashTable *metadata, GError **error)
{
  gsize size;
  const guint8 *data = nnc_source_get_data (source, &size);
  NncMessage message = nnc_message (data, size);
  g_autoptr (GHashTable) opsets = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_autoptr (GHashTable) functions = nnc_onnx_functions_new ();
  Model model = {
    .metadata = metadata,
    .shared = { .source = source, .opsets = opsets, .functions = functions },
  };
  NncGraph *graph;

  if (!read_model (&message, &model, error) || !check_model (&model, error))
    return NULL;
  note_opsets (&model.shared, metadata);
  graph = nnc_onnx_read_graph (&model.shared, NULL, &model.graph, NULL, error);
  if (graph && !check_graph (graph, &model.shared, error))
    g_clear_pointer (&graph, nnc_graph_free);
  nnc_unsupported_clear (&model.shared.unsupported);
  return graph;
}

/* A ModelProto has no magic number. Its writers begin with ir_version, a
 * small number, and follow with one of ModelProto's own fields. */
static gboolean
probe (const guint8 *data, gsize size)
{
  NncMessage message = nnc_message (data, size);
  NncField field;

  if (!nnc_message_next (&message, &field) || field.number > MODEL_METADATA_PROPS + 32)
    return FALSE;
  if (field.number == MODEL_IR_VERSION)
    return field.type == NNC_WIRE_VARINT && field.integer < 1000;
  return field.type == NNC_WIRE_BYTES;
}

const NncImporter nnc_onnx_importer = {
  .name = "ONNX",
  .probe = probe,
  .read = read_source,
};
