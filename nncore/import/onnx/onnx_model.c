/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* onnx_model.c: ModelProto -> graph and metadata. */
#include "onnx_model.h"

#include "onnx_graph.h"

/* Operators of this opset and newer are read; older ones broadcast in ways of their own. */
#define OLDEST_OPSET 7

/* Fields of ModelProto. */
enum {
  MODEL_IR_VERSION = 1,
  MODEL_PRODUCER_NAME = 2,
  MODEL_GRAPH = 7,
  MODEL_OPSET_IMPORT = 8,
  MODEL_METADATA_PROPS = 14,
};

enum { OPSET_DOMAIN = 1, OPSET_VERSION = 2 };
enum { ENTRY_KEY = 1, ENTRY_VALUE = 2 };

typedef struct {
  gint64 ir_version;
  gboolean has_graph;
  NncMessage graph;
  gint64 opset; /* 0: the default domain is not imported */
} Model;

static gboolean
read_opset (NncMessage *message, Model *model, GError **error)
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
  if (g_str_equal (domain, "") || g_str_equal (domain, "ai.onnx"))
    model->opset = version;
  return nnc_message_finish (message, error);
}

static gboolean
read_metadata (NncMessage *message, GHashTable *metadata, GError **error)
{
  g_autofree char *key = g_strdup (""), *value = g_strdup ("");
  NncField field;

  while (nnc_message_next (message, &field)) {
    if (field.number == ENTRY_KEY)
      nnc_field_get_string (message, &field, &key);
    else if (field.number == ENTRY_VALUE)
      nnc_field_get_string (message, &field, &value);
  }
  if (!nnc_message_finish (message, error))
    return FALSE;
  g_hash_table_replace (metadata, g_steal_pointer (&key), g_steal_pointer (&value));
  return TRUE;
}

static gboolean
read_model (NncMessage *message, Model *model, GHashTable *metadata, GError **error)
{
  NncField field;
  NncMessage inner;

  while (nnc_message_next (message, &field)) {
    switch (field.number) {
    case MODEL_IR_VERSION:
      nnc_field_get_int (message, &field, &model->ir_version);
      break;
    case MODEL_GRAPH:
      model->has_graph = nnc_field_get_message (message, &field, &model->graph);
      break;
    case MODEL_OPSET_IMPORT:
      if (nnc_field_get_message (message, &field, &inner) && !read_opset (&inner, model, error))
        return FALSE;
      break;
    case MODEL_METADATA_PROPS:
      if (nnc_field_get_message (message, &field, &inner) && !read_metadata (&inner, metadata, error))
        return FALSE;
      break;
    }
  }
  return nnc_message_finish (message, error);
}

static gboolean
check_model (const Model *model, GError **error)
{
  if (!model->has_graph) {
    g_set_error_literal (error, NNC_ERROR, NNC_ERROR_FORMAT, "the file has no graph");
    return FALSE;
  }
  if (model->opset == 0) {
    g_set_error_literal (error, NNC_ERROR, NNC_ERROR_FORMAT, "the file does not say which opset it uses");
    return FALSE;
  }
  if (model->opset < OLDEST_OPSET) {
    g_set_error (error, NNC_ERROR, NNC_ERROR_UNSUPPORTED,
                 "opset %" G_GINT64_FORMAT " is not supported, %d is the oldest", model->opset, OLDEST_OPSET);
    return FALSE;
  }
  return TRUE;
}

static gboolean
check_graph (const NncGraph *graph, const NncOnnxModel *model, GError **error)
{
  guint unlisted = model->n_unsupported > 20 ? model->n_unsupported - 20 : 0;

  if (model->n_unsupported > 0) {
    g_autofree char *more = unlisted ? g_strdup_printf (", and %u more", unlisted) : g_strdup ("");
    g_set_error (error, NNC_ERROR, NNC_ERROR_UNSUPPORTED, "%u %s not supported: %s%s", model->n_unsupported,
                 model->n_unsupported == 1 ? "operator is" : "operators are", model->unsupported->str, more);
    return FALSE;
  }
  if (graph->outputs->len == 0) {
    g_set_error_literal (error, NNC_ERROR, NNC_ERROR_FORMAT, "the graph has no output");
    return FALSE;
  }
  return TRUE;
}

static NncGraph *
read_source (NncSource *source, GHashTable *metadata, GError **error)
{
  gsize size;
  const guint8 *data = nnc_source_get_data (source, &size);
  NncMessage message = nnc_message (data, size);
  Model model = { 0 };
  g_autoptr (NncGraph) graph = NULL;
  g_autoptr (GString) unsupported = g_string_new (NULL);
  NncOnnxModel shared = { .source = source, .unsupported = unsupported };

  if (!read_model (&message, &model, metadata, error) || !check_model (&model, error))
    return NULL;
  shared.opset = model.opset;
  graph = nnc_onnx_read_graph (&shared, NULL, &model.graph, NULL, error);
  return graph && check_graph (graph, &shared, error) ? g_steal_pointer (&graph) : NULL;
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
