/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* model.c: a network as its file describes it, and the weights that sessions packed from it. */
#include "importer.h"
#include "loaded_models.h"
#include "network.h"

struct _NncModel {
  gatomicrefcount references;
  char *name;
  const char *format;
  NncGraph *graph;
  NncSource *source;
  gint holds_source; /* atomic: acquired until the first session is made, which is mostly at once */
  NncPackStore *store;
  GHashTable *metadata; /* string -> string */
  GList link; /* see loaded_models.c */
};

GType
nnc_model_get_type (void)
{
  static gsize type;

  if (g_once_init_enter (&type))
    g_once_init_leave (&type, g_boxed_type_register_static ("NncModel", (GBoxedCopyFunc)nnc_model_ref,
                                                            (GBoxedFreeFunc)nnc_model_unref));
  return type;
}

/* Takes over the acquired source. */
static NncModel *
model_new (NncSource *source, const char *name, GError **error)
{
  NncModel *model = g_new0 (NncModel, 1);
  gsize size;

  g_atomic_ref_count_init (&model->references);
  model->name = g_strdup (name);
  model->source = source;
  model->holds_source = TRUE;
  nnc_source_get_data (source, &size);
  model->store = nnc_pack_store_new (size);
  model->metadata = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  model->graph = nnc_import (source, model->metadata, &model->format, error);
  if (model->graph)
    return model;
  g_prefix_error (error, "%s: ", name);
  nnc_model_unref (model);
  return NULL;
}

/**
 * nnc_model_new_from_file:
 * @path: (type filename): a model file, of any supported format
 * @error: return location for a #GError
 *
 * Reads and checks a network. The format is told from the content.
 *
 * A file that is open already is not read again: while any reference to its
 * model lives, every call for the same, unchanged file returns that model, from
 * any thread and by any path. A file that was changed since is a new model.
 *
 * Returns: (transfer full) (nullable): the model, or %NULL with @error set: its
 *   message names the file and, where there is one, the node and its operator
 */
NncModel *
nnc_model_new_from_file (const char *path, GError **error)
{
  NncModel *model = nnc_loaded_models_find (path);
  NncSource *source;

  if (model)
    return model;
  source = nnc_source_new_from_file (path, error);
  model = source ? model_new (source, path, error) : NULL;
  return model ? nnc_loaded_models_add (model, path) : NULL;
}

/**
 * nnc_model_new_from_bytes:
 * @bytes: a model file's content; a reference is kept
 * @name: what to call it in messages
 * @error: return location for a #GError
 *
 * Like nnc_model_new_from_file(), from memory.
 *
 * Returns: (transfer full) (nullable): the model, or %NULL with @error set
 */
NncModel *
nnc_model_new_from_bytes (GBytes *bytes, const char *name, GError **error)
{
  return model_new (nnc_source_new_from_bytes (bytes), name, error);
}

/**
 * nnc_model_ref:
 * @model: a model
 *
 * Returns: (transfer full): the model
 */
NncModel *
nnc_model_ref (NncModel *model)
{
  g_atomic_ref_count_inc (&model->references);
  return model;
}

/**
 * nnc_model_unref:
 * @model: (transfer full): a model
 */
void
nnc_model_unref (NncModel *model)
{
  if (!nnc_loaded_models_drop (model, &model->references))
    return;
  g_clear_pointer (&model->graph, nnc_graph_free);
  nnc_pack_store_unref (model->store);
  nnc_source_unref (model->source);
  g_hash_table_unref (model->metadata);
  g_free (model->name);
  g_free (model);
}

/**
 * nnc_model_get_name:
 * @model: a model
 *
 * Returns: (transfer none): the path by which its file was opened first, or the name given with its bytes
 */
const char *
nnc_model_get_name (NncModel *model)
{
  return model->name;
}

/**
 * nnc_model_get_format:
 * @model: a model
 *
 * Returns: (transfer none): the file's format, such as "ONNX"
 */
const char *
nnc_model_get_format (NncModel *model)
{
  return model->format;
}

/**
 * nnc_model_get_metadata:
 * @model: a model
 * @key: a name
 *
 * Of ONNX these are the file's own keys, and "nncore.opset", such as
 * "15, com.microsoft 1"; docs/tflite.md lists those that a
 * TFLite file's metadata and label files are found under.
 *
 * Returns: (transfer none) (nullable): what the file says under that name
 */
const char *
nnc_model_get_metadata (NncModel *model, const char *key)
{
  return g_hash_table_lookup (model->metadata, key);
}

/**
 * nnc_model_get_n_inputs:
 * @model: a model
 *
 * Returns: how many inputs the network has
 */
guint
nnc_model_get_n_inputs (NncModel *model)
{
  return model->graph->inputs->len;
}

/**
 * nnc_model_get_input_name:
 * @model: a model
 * @index: which input
 *
 * Returns: (transfer none) (nullable): its name; %NULL when there is no such input
 */
const char *
nnc_model_get_input_name (NncModel *model, guint index)
{
  return index < model->graph->inputs->len ? ((const NncValue *)model->graph->inputs->pdata[index])->name : NULL;
}

/**
 * nnc_model_get_input_data_type:
 * @model: a model
 * @index: which input
 *
 * Returns: its type; %NNC_INVALID when there is no such input
 */
NncDataType
nnc_model_get_input_data_type (NncModel *model, guint index)
{
  return index < model->graph->inputs->len ? ((const NncValue *)model->graph->inputs->pdata[index])->type : NNC_INVALID;
}

/**
 * nnc_model_get_input_shape:
 * @model: a model
 * @index: which input
 * @rank: (out): how many dimensions it has
 *
 * Returns: (transfer none) (nullable) (array length=rank): its dimensions, -1
 *   where the model leaves one free; %NULL when it declares none, or when there
 *   is no such input
 */
const gint64 *
nnc_model_get_input_shape (NncModel *model, guint index, guint *rank)
{
  const NncValue *value;

  if (index >= model->graph->inputs->len)
    return NULL;
  value = model->graph->inputs->pdata[index];
  *rank = (guint)MAX (value->rank, 0);
  return value->rank >= 0 ? value->shape : NULL;
}

/* NULL: there is no such value, or the file declares no shape. */
static const NncValue *
find_shaped (const GPtrArray *values, guint index)
{
  const NncValue *value = index < values->len ? values->pdata[index] : NULL;

  return value && value->rank >= 0 ? value : NULL;
}

static const char *
get_dimension_name (const GPtrArray *values, guint index, guint axis)
{
  const NncValue *value = find_shaped (values, index);

  return value && axis < (guint)value->rank ? value->symbols[axis] : NULL;
}

/**
 * nnc_model_get_input_dimension_name:
 * @model: a model
 * @index: which input
 * @axis: which of its dimensions
 *
 * Returns: (transfer none) (nullable): the name that the file gives a free dimension, such as "batch"
 */
const char *
nnc_model_get_input_dimension_name (NncModel *model, guint index, guint axis)
{
  return get_dimension_name (model->graph->inputs, index, axis);
}

/**
 * nnc_model_get_output_shape:
 * @model: a model
 * @index: which output
 * @rank: (out): how many dimensions it has
 *
 * Returns: (transfer none) (nullable) (array length=rank): what the file
 *   declares, -1 where it leaves a dimension open; %NULL when it declares
 *   nothing, or when there is no such output
 */
const gint64 *
nnc_model_get_output_shape (NncModel *model, guint index, guint *rank)
{
  const NncValue *value = find_shaped (model->graph->outputs, index);

  *rank = value ? (guint)value->rank : 0;
  return value ? value->shape : NULL;
}

/**
 * nnc_model_get_output_dimension_name:
 * @model: a model
 * @index: which output
 * @axis: which of its dimensions
 *
 * Returns: (transfer none) (nullable): the name that the file gives a free dimension
 */
const char *
nnc_model_get_output_dimension_name (NncModel *model, guint index, guint axis)
{
  return get_dimension_name (model->graph->outputs, index, axis);
}

/**
 * nnc_model_get_weights_size:
 * @model: a model
 *
 * Returns: bytes of the weights as its sessions keep them: once, however many sessions there are
 */
gsize
nnc_model_get_weights_size (NncModel *model)
{
  return nnc_pack_store_get_size (model->store);
}

NncGraph *
nnc_model_get_graph (NncModel *model)
{
  return model->graph;
}

NncSource *
nnc_model_get_source (NncModel *model)
{
  return model->source;
}

void
nnc_model_release_source (NncModel *model)
{
  nnc_source_release (model->source);
  if (g_atomic_int_compare_and_exchange (&model->holds_source, TRUE, FALSE))
    nnc_source_release (model->source);
}

NncPackStore *
nnc_model_get_store (NncModel *model)
{
  return model->store;
}

GList *
nnc_model_get_link (NncModel *model)
{
  return &model->link;
}
