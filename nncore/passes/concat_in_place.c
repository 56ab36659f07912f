/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* concat_in_place.c: what a Concat along the last axis puts side by side is computed there, where the operator that
 * computes it can write a slice, and nobody else reads it. The attribute into_reader says so. */
#include "pass.h"

/* As many as slices can have: images of more have convolutions of another kind. */
#define MAX_RANK 4
/* An elementwise operator calls its kernel for each pixel of a slice; with fewer channels that costs more than a copy.
 */
#define FEWEST_CHANNELS 32

/* All of its shapes are known. */
static gboolean
is_static (const NncNode *node)
{
  for (guint i = 0; i < node->n_inputs; i++)
    if (node->inputs[i] && node->inputs[i]->desc.type == NNC_INVALID)
      return FALSE;
  return node->outputs[0] && node->outputs[0]->desc.type != NNC_INVALID;
}

static gboolean
is_by_channels (const NncNode *node)
{
  const NncTensorDesc *y;
  gint64 axis = nnc_node_get_int (node, "axis", 0);

  if (node->op != nnc_op_find ("Concat") || !is_static (node))
    return FALSE;
  y = &node->outputs[0]->desc;
  return y->type == NNC_F32 && y->rank >= 2 && y->rank <= MAX_RANK && (axis == -1 || axis == (gint64)y->rank - 1);
}

static gboolean
pays (const NncNode *producer)
{
  const NncTensorDesc *y = &producer->outputs[0]->desc;

  return !(producer->op->traits & NNC_OP_ELEMENTWISE) || y->shape[y->rank - 1] >= FEWEST_CHANNELS;
}

static gboolean
can_be_slice (const NncGraph *graph, const NncValue *value)
{
  const NncNode *producer = value->producer;

  return producer && (producer->op->traits & NNC_OP_STRIDED) && producer->outputs[0] == value && is_static (producer)
         && producer->inputs[0]->desc.type == NNC_F32 && nnc_desc_size (&value->desc) > 0 && pays (producer)
         && nnc_graph_count_readers (graph, value) == 1 && !nnc_node_get_attribute (producer, "into_reader");
}

gboolean
nnc_pass_concat_in_place (NncGraph *graph, gboolean *changed, GError **error)
{
  for (guint i = 0; i < graph->nodes->len; i++) {
    const NncNode *node = graph->nodes->pdata[i];

    for (guint j = 0; is_by_channels (node) && j < node->n_inputs; j++)
      if (can_be_slice (graph, node->inputs[j])) {
        nnc_node_set_int (node->inputs[j]->producer, "into_reader", 1);
        *changed = TRUE;
      }
  }
  return TRUE;
}
