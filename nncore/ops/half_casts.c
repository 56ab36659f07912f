/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* half_casts.c: Casts around ops that compute f32 alone. */
#include "half_casts.h"

/* On a node whose inputs were cast. */
#define WIDENED "widened"

/* The Cast becomes node i. */
static void
insert_cast (NncGraph *graph, guint i, NncValue *from, NncValue *to, NncDataType type)
{
  NncNode *cast = nnc_graph_add_node (graph, nnc_op_find ("Cast"), to->name, &from, 1, &to, 1);

  nnc_node_set_int (cast, "to", type);
  if (type == NNC_F16)
    nnc_node_set_int (cast, NNC_IMPLIED_CAST, 1);
  g_ptr_array_steal_index (graph->nodes, graph->nodes->len - 1);
  g_ptr_array_insert (graph->nodes, (gint)i, cast);
}

guint
nnc_half_casts_before (NncGraph *graph, guint i)
{
  NncNode *node = graph->nodes->pdata[i];
  guint n = 0;

  if (!(node->op->traits & NNC_OP_F32))
    return 0;
  for (guint j = 0; j < node->n_inputs; j++) {
    NncValue *half = node->inputs[j], *wide;

    if (half == NULL || half->desc.type != NNC_F16)
      continue;
    wide = nnc_graph_add_value (graph, half->name);
    nnc_node_set_input (node, j, wide);
    insert_cast (graph, i + n++, half, wide, NNC_F32);
  }
  if (n > 0)
    nnc_node_set_int (node, WIDENED, 1);
  return n;
}

gboolean
nnc_half_casts_wanted (const NncNode *node)
{
  return nnc_node_get_attribute (node, WIDENED) != NULL;
}

void
nnc_half_casts_behind (NncGraph *graph, guint i)
{
  NncNode *node = graph->nodes->pdata[i];

  nnc_node_remove_attribute (node, WIDENED);
  for (guint j = 0; j < node->n_outputs; j++) {
    NncValue *half = node->outputs[j], *wide;

    /* What is not known yet will be f32. */
    if (half == NULL || (half->desc.type != NNC_F32 && half->desc.type != NNC_INVALID))
      continue;
    wide = nnc_graph_add_value (graph, half->name);
    wide->producer = node;
    wide->desc = half->desc;
    node->outputs[j] = wide;
    insert_cast (graph, i + 1, wide, half, NNC_F16);
  }
}
