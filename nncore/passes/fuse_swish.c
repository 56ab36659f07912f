/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fuse_swish.c: x times Sigmoid (x), which exporters write in two operators, is one: Swish. */
#include "pass.h"

/* The Sigmoid whose result is input `gate` of a Mul, and that reads the other input; NULL: there is none. */
static NncNode *
find_gate (const NncGraph *graph, const NncNode *mul, guint gate)
{
  NncNode *sigmoid = nnc_sole_producer (graph, mul->inputs[gate], "Sigmoid");

  return sigmoid && sigmoid->inputs[0] == mul->inputs[1 - gate] ? sigmoid : NULL;
}

gboolean
nnc_pass_fuse_swish (NncGraph *graph, gboolean *changed, GError **error)
{
  const NncOp *mul = nnc_op_find ("Mul");

  for (guint i = 0; i < graph->nodes->len; i++) {
    NncNode *node = graph->nodes->pdata[i], *sigmoid;
    guint gate = 1;

    if (node->op != mul || node->outputs[0]->desc.type != NNC_F32)
      continue;
    sigmoid = find_gate (graph, node, gate);
    sigmoid = sigmoid ? sigmoid : find_gate (graph, node, gate = 0);
    if (sigmoid == NULL)
      continue;
    sigmoid->op = nnc_op_find ("Swish");
    nnc_graph_bypass_node (graph, node, gate);
    *changed = TRUE;
  }
  return TRUE;
}
