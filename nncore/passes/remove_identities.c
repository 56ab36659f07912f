/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* remove_identities.c: nodes that give what they get: Identity, a Cast to the
 * same type, a Reshape to the same shape, a Transpose that moves nothing. A
 * Transpose that moves only dimensions of 1 moves no data: it becomes a Reshape. */
#include "pass.h"

#include <string.h>

static gboolean
is_identity (const NncNode *node)
{
  const NncTensorDesc *from, *to;

  if (nnc_node_input (node, 0) == NULL || node->outputs[0] == NULL)
    return FALSE;
  from = &node->inputs[0]->desc;
  to = &node->outputs[0]->desc;
  if (from->type == NNC_INVALID || !nnc_desc_equal (from, to))
    return FALSE;
  return (node->op->traits & NNC_OP_VIEW) || strcmp (node->op->name, "Cast") == 0;
}

/* Whether the dimensions over 1 stay in their order. */
static gboolean
keeps_order (const NncNode *node)
{
  const NncTensorDesc *from = &node->inputs[0]->desc;
  guint n;
  const gint64 *permutation = nnc_node_get_ints (node, "perm", &n);
  gint64 last = -1;

  for (guint i = 0; i < from->rank; i++) {
    gint64 axis = n ? permutation[i] : (gint64)(from->rank - 1 - i);

    if (from->shape[axis] == 1)
      continue;
    if (axis < last)
      return FALSE;
    last = axis;
  }
  return TRUE;
}

static void
become_reshape (NncGraph *graph, NncNode *node)
{
  const NncTensorDesc *to = &node->outputs[0]->desc;
  NncTensorDesc desc = { .type = NNC_I64, .rank = 1, .shape = { to->rank } };
  g_autoptr (NncConstant) shape = nnc_constant_new_take (g_memdup2 (to->shape, sizeof to->shape), &desc);

  node->op = nnc_op_find ("Reshape");
  nnc_node_remove_attribute (node, "perm");
  nnc_node_set_int (node, "allowzero", 1);
  nnc_node_set_input (node, 1, nnc_graph_add_constant (graph, "", shape));
}

gboolean
nnc_pass_remove_identities (NncGraph *graph, gboolean *changed, GError **error)
{
  for (guint i = 0; i < graph->nodes->len; i++) {
    NncNode *node = graph->nodes->pdata[i];

    if (strcmp (node->op->name, "Transpose") == 0 && node->inputs[0]->desc.type != NNC_INVALID && keeps_order (node)) {
      become_reshape (graph, node);
      *changed = TRUE;
    }
    if (is_identity (node)) {
      nnc_graph_bypass_node (graph, node, 0);
      *changed = TRUE;
    }
  }
  return TRUE;
}
