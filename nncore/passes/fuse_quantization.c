/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fuse_quantization.c: operators on reals between DequantizeLinears and a QuantizeLinear become operators on what is
 * stored, where no result moves by more than a step, and fewer than one in a thousand do:
 * - what only moves numbers, or picks the largest, does so before the DequantizeLinear and after the QuantizeLinear,
 *   which changes nothing;
 * - Conv, Gemm and MatMul: fuse_stored_products.c; elementwise operators: fuse_stored_elements.c.
 * Anything else stays as it is. Until this pass has run, stored constants stay what they are (graph.h). */
#include "stored_values.h"

#include <string.h>

/* A QuantizeLinear moves past one operator a round. */
#define MAX_ROUNDS 64

/* Operators that move numbers, or pick the largest, of input 0 alone. `keeps`: each of them, and as often. */
static const struct {
  const char *op;
  gboolean keeps;
} moves[] = {
  { "DepthToSpace", TRUE }, { "Flatten", TRUE }, { "Gather", FALSE },   { "Identity", TRUE },
  { "MaxPool", TRUE },      { "Reshape", TRUE }, { "Slice", FALSE },    { "SpaceToDepth", TRUE },
  { "Split", FALSE },       { "Squeeze", TRUE }, { "Transpose", TRUE }, { "Unsqueeze", TRUE },
};

static gboolean
is_move (const NncNode *node, gboolean keeps)
{
  for (guint i = 0; i < G_N_ELEMENTS (moves); i++)
    if (strcmp (node->op->name, moves[i].op) == 0)
      return (moves[i].keeps || !keeps) && (strcmp (moves[i].op, "MaxPool") != 0 || node->n_outputs == 1);
  return FALSE;
}

/* Attribute axis of a DequantizeLinear whose x is transposed first. */
static gboolean
transpose_axis (const NncNode *transpose, NncNode *dequantize)
{
  guint n, rank = transpose->inputs[0]->desc.rank;
  const gint64 *axes = nnc_node_get_ints (transpose, "perm", &n);
  gint64 axis = nnc_node_get_int (dequantize, "axis", 1);

  if (axis < 0)
    axis += rank;
  for (guint i = 0; i < rank; i++)
    if ((n ? axes[i] : (gint64)rank - 1 - i) == axis) {
      nnc_node_set_int (dequantize, "axis", i);
      return TRUE;
    }
  return FALSE;
}

/* op (DequantizeLinear (x)) becomes DequantizeLinear (op (x)), for each output. */
static void
dequantize_output (NncGraph *graph, NncNode *node, guint i, const NncNode *dequantize)
{
  NncValue *real = node->outputs[i], *stored = nnc_graph_add_value (graph, real->name);
  NncValue *inputs[3] = { stored, dequantize->inputs[1], nnc_node_input (dequantize, 2) };
  NncNode *after;

  stored->desc = real->desc;
  stored->desc.type = dequantize->inputs[0]->desc.type;
  node->outputs[i] = stored;
  after = nnc_graph_add_node (graph, dequantize->op, dequantize->name, inputs, dequantize->n_inputs, &real, 1);
  nnc_node_copy_attributes (after, dequantize);
  stored->producer = node;
}

static gboolean
is_per_axis_transpose (const NncNode *node, const NncNode *dequantize)
{
  return strcmp (node->op->name, "Transpose") == 0 && strcmp (dequantize->op->name, "DequantizeLinear") == 0
         && nnc_node_get_int (dequantize, "block_size", 0) == 0 && dequantize->inputs[0]->desc.type != NNC_INVALID
         && nnc_node_input (dequantize, 1)->desc.rank <= 1;
}

static gboolean
move_before_dequantize (NncGraph *graph, NncNode *node)
{
  NncNode *dequantize = node->inputs[0] ? node->inputs[0]->producer : NULL;
  NncStoredValue stored;

  if (dequantize == NULL || node->outputs[0] == NULL || !is_move (node, FALSE)
      || (!nnc_stored_value_read (node->inputs[0], &stored) && !is_per_axis_transpose (node, dequantize)))
    return FALSE;
  nnc_node_set_input (node, 0, dequantize->inputs[0]);
  for (guint i = 0; i < node->n_outputs; i++) {
    if (node->outputs[i] == NULL)
      continue;
    dequantize_output (graph, node, i, dequantize);
  }
  if (is_per_axis_transpose (node, dequantize))
    transpose_axis (node, ((NncNode *)graph->nodes->pdata[graph->nodes->len - 1]));
  return TRUE;
}

/* Concat (DequantizeLinear (a), DequantizeLinear (b), …), all of one scale. */
static gboolean
concat_before_dequantize (NncGraph *graph, NncNode *node)
{
  NncStoredValue stored, other;
  const NncNode *dequantize;

  if (strcmp (node->op->name, "Concat") != 0 || node->outputs[0] == NULL)
    return FALSE;
  dequantize = nnc_stored_value_read (node->inputs[0], &stored);
  for (guint i = 0; i < node->n_inputs; i++)
    if (dequantize == NULL || nnc_stored_value_read (node->inputs[i], &other) == NULL
        || !nnc_stored_value_equal (&stored, &other))
      return FALSE;
  for (guint i = 0; i < node->n_inputs; i++)
    nnc_node_set_input (node, i, node->inputs[i]->producer->inputs[0]);
  dequantize_output (graph, node, 0, dequantize);
  return TRUE;
}

/* A QuantizeLinear, or a Relu or Clip that only one reads. */
static gboolean
ends_reals (const NncGraph *graph, const NncNode *node)
{
  NncStoredValue stored;
  const NncNode *reader;

  if (strcmp (node->op->name, "Relu") != 0 && strcmp (node->op->name, "Clip") != 0)
    return nnc_stored_value_written (node, &stored);
  for (guint i = 1; i < node->n_inputs; i++)
    if (node->inputs[i] && node->inputs[i]->constant == NULL)
      return FALSE;
  if (node->outputs[0] == NULL || nnc_graph_count_readers (graph, node->outputs[0]) != 1
      || node->outputs[0]->readers == NULL || node->outputs[0]->readers->len != 1)
    return FALSE;
  reader = node->outputs[0]->readers->pdata[0];
  return nnc_stored_value_written (reader, &stored);
}

/* QuantizeLinear (op (x)) becomes op (QuantizeLinear (x)), for each of op's inputs; so does a Relu or Clip before it.
 */
static gboolean
move_behind (NncGraph *graph, NncNode *end)
{
  NncNode *node = end->inputs[0] ? end->inputs[0]->producer : NULL, *after;
  gboolean concat = node && strcmp (node->op->name, "Concat") == 0;

  if (node == NULL || !(concat || is_move (node, TRUE)) || !ends_reals (graph, end)
      || nnc_graph_count_readers (graph, end->inputs[0]) != 1)
    return FALSE;
  after = nnc_node_replace (graph, end, node->op->name, node->inputs, node->n_inputs);
  nnc_node_copy_attributes (after, node);
  for (guint i = 0; i < (concat ? node->n_inputs : 1); i++) {
    NncValue *before = nnc_graph_add_value (graph, node->inputs[i]->name);
    NncNode *copy = nnc_graph_add_node (graph, end->op, end->name, end->inputs, end->n_inputs, &before, 1);

    before->desc = node->inputs[i]->desc;
    before->desc.type = end->outputs[0]->desc.type;
    nnc_node_copy_attributes (copy, end);
    nnc_node_set_input (copy, 0, node->inputs[i]);
    nnc_node_set_input (after, i, before);
  }
  return TRUE;
}

static gboolean
rewrite (NncGraph *graph, NncNode *node)
{
  if (strcmp (node->op->name, "QuantizeLinear") != 0)
    return move_before_dequantize (graph, node) || concat_before_dequantize (graph, node) || move_behind (graph, node);
  return move_behind (graph, node) || nnc_fuse_stored_product (graph, node) || nnc_fuse_stored_elements (graph, node);
}

static gboolean
is_read (const NncGraph *graph, const NncNode *node)
{
  for (guint i = 0; i < node->n_outputs; i++)
    if (node->outputs[i] && nnc_graph_count_readers (graph, node->outputs[i]) > 0)
      return TRUE;
  return FALSE;
}

gboolean
nnc_pass_fuse_quantization (NncGraph *graph, gboolean *changed, GError **error)
{
  gboolean again = TRUE;

  for (guint round = 0; again && round < MAX_ROUNDS; round++) {
    guint n = graph->nodes->len;

    again = FALSE;
    for (guint i = 0; i < n; i++)
      if (is_read (graph, graph->nodes->pdata[i]) && rewrite (graph, graph->nodes->pdata[i]))
        again = TRUE;
    if (again && !nnc_graph_tidy (graph, error))
      return FALSE;
  }
  graph->keeps_stored = FALSE;
  *changed = TRUE; /* what stays a DequantizeLinear of constants is folded now */
  return TRUE;
}
