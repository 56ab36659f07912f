/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* plan_trace.c: shows what a run computes, tensor by tensor. */
#include "plan_private.h"

static gboolean
show (const NncPlan *plan, const NncNode *node, const NncRunContext *context, GError **error)
{
  for (guint i = 0; i < node->n_outputs; i++) {
    const NncPlace *place = nnc_plan_find_place (plan, node->outputs[i]);

    if (place && !nnc_node_gives_rows (node) && !nnc_node_writes_into_reader (node)
        && !context->trace (&place->tensor, context->trace_data, error))
      return FALSE;
  }
  return TRUE;
}

gboolean
nnc_plan_trace (const NncPlan *plan, guint *node, guint step, const NncRunContext *context, GError **error)
{
  const NncNode *end = step < plan->steps->len ? g_array_index (plan->steps, NncStep, step).node : NULL;

  if (context->trace == NULL)
    return TRUE;
  /* Views are no steps: they are there as soon as what they show is, and the step may write over that. */
  for (; *node < plan->graph->nodes->len; ++*node) {
    const NncNode *next = plan->graph->nodes->pdata[*node];

    if (next == end)
      break;
    if (!show (plan, next, context, error))
      return FALSE;
  }
  return TRUE;
}
