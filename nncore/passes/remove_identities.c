/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* remove_identities.c: nodes that give what they get: Identity, a Cast to the
 * same type, a Reshape to the same shape, a Transpose that moves nothing. A
 * Transpose that moves only dimensions of 1 moves no data: it becomes a Reshape.
 * A CastLike becomes a Cast. A Cast to f16 and back that no file asked for goes. */
#include "half_casts.h"
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

static void
become_cast (NncNode *node)
{
  nnc_node_set_int (node, "to", node->inputs[1]->desc.type);
  nnc_node_set_input (node, 1, NULL);
  node->op = nnc_op_find ("Cast");
  node->n_inputs = 1;
}

/* The f32 that was made f16, and by this node f32 again; NULL: that is not so, or was asked for. */
static NncValue *
before_implied_casts (const NncNode *node)
{
  const NncValue *half = node->inputs[0];
  const NncNode *cast = half ? half->producer : NULL;

  if (cast == NULL || strcmp (node->op->name, "Cast") != 0 || nnc_node_get_int (node, "to", NNC_INVALID) != NNC_F32
      || nnc_node_get_attribute (cast, NNC_IMPLIED_CAST) == NULL)
    return NULL;
  return cast->inputs[0];
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
    if (strcmp (node->op->name, "CastLike") == 0 && node->inputs[1]->desc.type != NNC_INVALID) {
      become_cast (node);
      *changed = TRUE;
    }
    if (before_implied_casts (node))
      nnc_node_set_input (node, 0, before_implied_casts (node));
    if (is_identity (node)) {
      nnc_graph_bypass_node (graph, node, 0);
      *changed = TRUE;
    }
  }
  return TRUE;
}
