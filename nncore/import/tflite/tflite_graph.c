/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tflite_graph.c: SubGraph -> NncGraph. Nodes refer to tensors by index; all
 * tensors become values first. */
#include "tflite_graph.h"

#include "tflite_tensor.h"
#include "tflite_translate.h"

#include <string.h>

/* Fields of SubGraph. */
enum { GRAPH_TENSORS = 0, GRAPH_INPUTS = 1, GRAPH_OUTPUTS = 2, GRAPH_OPERATORS = 3 };

/* Fields of Operator. */
enum {
  NODE_CODE = 0,
  NODE_INPUTS = 1,
  NODE_OUTPUTS = 2,
  NODE_OPTIONS_TYPE = 3,
  NODE_OPTIONS = 4,
  NODE_CUSTOM_OPTIONS = 5,
};

/* Nothing in the file says that a tensor is absent but this index. */
#define ABSENT -1

typedef struct {
  NncTfliteModel *model;
  NncGraph *graph;
  gsize index; /* of the graph in the file */
  GPtrArray *tensors; /* NncValue */
} Reader;

static gboolean
find_tensor (const Reader *reader, gint64 index, NncValue **value, GError **error)
{
  *value = NULL;
  if (index == ABSENT)
    return TRUE;
  if (index < 0 || index >= (gint64)reader->tensors->len) {
    g_set_error (error, NNC_ERROR, NNC_ERROR_FORMAT, "tensor %" G_GINT64_FORMAT " does not exist, there are %u", index,
                 reader->tensors->len);
    return FALSE;
  }
  *value = reader->tensors->pdata[index];
  return TRUE;
}

/* --- inputs and outputs -------------------------------------------------------------------- */

static gboolean
read_tensors (Reader *reader, const NncTable *table, GError **error)
{
  NncVector tensors = nnc_table_get_vector (table, GRAPH_TENSORS, 4);

  for (gsize i = 0; i < tensors.n; i++) {
    NncTable tensor = nnc_vector_get_table (&tensors, i);
    NncValue *value;

    if (reader->model->file.problem)
      return FALSE;
    value = nnc_tflite_read_tensor (reader->model, &tensor, reader->graph, error);
    if (value == NULL)
      return FALSE;
    g_ptr_array_add (reader->tensors, value);
  }
  return TRUE;
}

static gboolean
add_input (Reader *reader, NncValue *value, GError **error)
{
  if (value == NULL || value->constant || g_ptr_array_find (reader->graph->inputs, value, NULL)) {
    g_set_error (error, NNC_ERROR, NNC_ERROR_FORMAT, "tensor '%s' cannot be an input of the graph",
                 value ? value->name : "");
    return FALSE;
  }
  value->rank = MAX (value->rank, 0);
  g_ptr_array_add (reader->graph->inputs, value);
  return TRUE;
}

static gboolean
read_inputs (Reader *reader, const NncTable *table, GError **error)
{
  NncVector inputs = nnc_table_get_vector (table, GRAPH_INPUTS, 4);

  for (gsize i = 0; i < inputs.n; i++) {
    NncValue *value;

    if (!find_tensor (reader, nnc_vector_get_int (&inputs, i), &value, error) || !add_input (reader, value, error))
      return FALSE;
  }
  return TRUE;
}

static gboolean
read_outputs (Reader *reader, const NncTable *table, GError **error)
{
  NncVector outputs = nnc_table_get_vector (table, GRAPH_OUTPUTS, 4);

  for (gsize i = 0; i < outputs.n; i++) {
    NncValue *value;

    if (!find_tensor (reader, nnc_vector_get_int (&outputs, i), &value, error))
      return FALSE;
    if (value == NULL) {
      g_set_error (error, NNC_ERROR, NNC_ERROR_FORMAT, "output %" G_GSIZE_FORMAT " of the graph is no tensor", i);
      return FALSE;
    }
    g_ptr_array_add (reader->graph->outputs, value);
  }
  /* Bodies may be there for their effects alone. */
  if (reader->graph->outputs->len > 0 || reader->model->file.problem || reader->model->open->len > 1)
    return TRUE;
  g_set_error_literal (error, NNC_ERROR, NNC_ERROR_FORMAT, "the graph has no output");
  return FALSE;
}

/* --- nodes ---------------------------------------------------------------------------------- */

static gboolean
find_tensors (const Reader *reader, const NncVector *indices, NncValue **values, GError **error)
{
  for (gsize i = 0; i < indices->n; i++)
    if (!find_tensor (reader, nnc_vector_get_int (indices, i), &values[i], error))
      return FALSE;
  return TRUE;
}

/* Every tensor is written once: by the file, the caller or one node. */
static gboolean
check_outputs (const Reader *reader, const NncTfliteTranslation *translation, GError **error)
{
  for (guint i = 0; i < translation->n_outputs; i++) {
    const NncValue *value = translation->outputs[i];

    for (guint j = 0; value && j < i; j++)
      if (translation->outputs[j] == value)
        value = NULL;
    if (value == NULL || value->constant || value->producer || g_ptr_array_find (reader->graph->inputs, value, NULL)) {
      g_set_error (error, NNC_ERROR, NNC_ERROR_FORMAT, "its output %u ('%s') is written by something else, too", i,
                   translation->outputs[i] ? translation->outputs[i]->name : "");
      return FALSE;
    }
  }
  return TRUE;
}

static gboolean
check_options (const NncTable *node, const NncTfliteOperator *operator, GError ** error)
{
  guint64 type = nnc_table_get_uint (node, NODE_OPTIONS_TYPE, 1, 0);

  if (operator== NULL || type == 0 || operator->options_type == 0 || type == operator->options_type)
    return TRUE;
  g_set_error (error, NNC_ERROR, NNC_ERROR_FORMAT,
               "its options are of kind %" G_GUINT64_FORMAT " instead of %u of the format",
               type, operator->options_type);
  return FALSE;
}

static gboolean
read_node (Reader *reader, const NncTable *node, GError **error)
{
  NncVector in = nnc_table_get_vector (node, NODE_INPUTS, 4), out = nnc_table_get_vector (node, NODE_OUTPUTS, 4);
  guint64 code = nnc_table_get_uint (node, NODE_CODE, 4, 0);
  g_autofree NncValue **inputs = g_new0 (NncValue *, in.n + 1);
  g_autofree NncValue **outputs = g_new0 (NncValue *, out.n + 1);
  NncTfliteTranslation translation = {
    .model = reader->model,
    .graph = reader->graph,
    .graph_index = reader->index,
    .options = nnc_table_get_table (node, NODE_OPTIONS),
    .custom_options = nnc_table_get_vector (node, NODE_CUSTOM_OPTIONS, 1),
    .inputs = inputs,
    .outputs = outputs,
    .n_inputs = (guint)in.n,
    .n_outputs = (guint)out.n,
    .label = "",
  };

  if (code >= reader->model->codes->len) {
    g_set_error (error, NNC_ERROR, NNC_ERROR_FORMAT, "it has operator %" G_GUINT64_FORMAT ", there are %u", code,
                 reader->model->codes->len);
    return FALSE;
  }
  translation.code = &g_array_index (reader->model->codes, NncTfliteOperatorCode, code);
  translation.operator= translation.code->operator;
  if (!find_tensors (reader, &in, inputs, error) || !find_tensors (reader, &out, outputs, error))
    return FALSE;
  while (translation.n_inputs > 0 && inputs[translation.n_inputs - 1] == NULL)
    translation.n_inputs--;
  if (outputs[0])
    translation.label = outputs[0]->name;
  if (check_options (node, translation.operator, error) && check_outputs (reader, &translation, error)
      && nnc_tflite_translate_node (&translation, error))
    return TRUE;
  g_prefix_error (error, "node '%s' (%s): ", translation.label, translation.code->name);
  return FALSE;
}

static gboolean
read_nodes (Reader *reader, const NncTable *table, GError **error)
{
  NncVector nodes = nnc_table_get_vector (table, GRAPH_OPERATORS, 4);

  for (gsize i = 0; i < nodes.n && reader->model->file.problem == NULL; i++) {
    NncTable node = nnc_vector_get_table (&nodes, i);
    GError *problem = NULL;

    if (reader->model->file.problem || read_node (reader, &node, &problem))
      continue;
    g_propagate_prefixed_error (error, problem, "operator %" G_GSIZE_FORMAT ": ", i);
    return FALSE;
  }
  return TRUE;
}

/* --- the whole ------------------------------------------------------------------------------ */

/* What nodes or outputs read must come from somewhere; a tensor without elements may come from nowhere. */
static gboolean
check_value (NncGraph *graph, NncValue *value, GError **error)
{
  g_autoptr (NncConstant) empty = NULL;
  NncTensorDesc desc;

  if (value == NULL || value->producer || value->constant || g_ptr_array_find (graph->inputs, value, NULL))
    return TRUE;
  if (value->rank < 0 || !nnc_desc_set (&desc, value->type, (guint)value->rank, value->shape, NULL)
      || nnc_desc_size (&desc) > 0) {
    g_set_error (error, NNC_ERROR, NNC_ERROR_FORMAT,
                 "tensor '%s' is read, but is no input, has no numbers and is computed by no node", value->name);
    return FALSE;
  }
  empty = nnc_constant_new_take (g_malloc0 (8), &desc);
  nnc_value_set_constant (value, empty);
  return TRUE;
}

static gboolean
has_effect (const NncNode *node)
{
  return (node->op->traits & NNC_OP_EFFECT) != 0;
}

static gboolean
check_graph (NncGraph *graph, GError **error)
{
  const NncNode *waiting;

  for (guint i = 0; i < graph->nodes->len; i++) {
    const NncNode *node = graph->nodes->pdata[i];

    for (guint j = 0; j < node->n_inputs; j++)
      if (!check_value (graph, node->inputs[j], error))
        return FALSE;
  }
  for (guint i = 0; i < graph->outputs->len; i++)
    if (!check_value (graph, graph->outputs->pdata[i], error))
      return FALSE;
  waiting = nnc_graph_find_order (graph, has_effect);
  if (waiting == NULL)
    return TRUE;
  g_set_error (error, NNC_ERROR, NNC_ERROR_FORMAT, "node '%s' (%s): it lies on a cycle", waiting->name,
               waiting->op->name);
  return FALSE;
}

static gboolean
read_graph (Reader *reader, const NncTable *table, GError **error)
{
  gboolean done = read_tensors (reader, table, error) && read_inputs (reader, table, error)
                  && read_nodes (reader, table, error) && read_outputs (reader, table, error);

  /* What is malformed comes first: all that follows from it is less clear. */
  if (reader->model->file.problem) {
    g_clear_error (error);
    return nnc_flatbuffer_finish (&reader->model->file, error);
  }
  return done && (reader->model->n_unsupported > 0 || check_graph (reader->graph, error));
}

NncGraph *
nnc_tflite_read_graph (NncTfliteModel *model, gsize index, GError **error)
{
  NncTable table = nnc_vector_get_table (&model->subgraphs, index);
  g_autoptr (NncGraph) graph = nnc_graph_new ();
  g_autoptr (GPtrArray) tensors = g_ptr_array_new ();
  Reader reader = { model, graph, index, tensors };
  gboolean done;

  g_array_append_val (model->open, index);
  done = read_graph (&reader, &table, error);
  g_array_set_size (model->open, model->open->len - 1);
  return done ? g_steal_pointer (&graph) : NULL;
}

/* A body that two nodes name is read twice, and so are those in it. */
#define MAX_BODIES 1000

NncGraph *
nnc_tflite_read_body (NncTfliteModel *model, gint64 index, GError **error)
{
  if (index < 0 || index >= (gint64)model->subgraphs.n) {
    g_set_error (error, NNC_ERROR, NNC_ERROR_FORMAT,
                 "graph %" G_GINT64_FORMAT " does not exist, there are %" G_GSIZE_FORMAT, index, model->subgraphs.n);
    return NULL;
  }
  for (guint i = 0; i < model->open->len; i++) {
    if (g_array_index (model->open, gsize, i) == (gsize)index) {
      g_set_error (error, NNC_ERROR, NNC_ERROR_FORMAT, "graph %" G_GINT64_FORMAT " lies in itself", index);
      return NULL;
    }
  }
  if (model->open->len > NNC_MAX_SUBGRAPH_DEPTH || model->n_bodies++ >= MAX_BODIES) {
    g_set_error (error, NNC_ERROR, NNC_ERROR_LIMIT, "graphs lie in each other more than %d deep, or more than %d times",
                 NNC_MAX_SUBGRAPH_DEPTH, MAX_BODIES);
    return NULL;
  }
  return nnc_tflite_read_graph (model, (gsize)index, error);
}
