/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* plan_trace.c: shows what a run computes, tensor by tensor. */
#include "plan_private.h"

static gboolean
show (const NncPlan *plan, const NncNode *node, const NncRunContext *context, GError **error)
{
  for (guint i = 0; i < node->n_outputs; i++) {
    const NncPlace *place = nnc_plan_find_place (plan, node->outputs[i]);

    if (place && !context->trace (&place->tensor, context->trace_data, error))
      return FALSE;
  }
  return TRUE;
}

gboolean
nnc_plan_trace (const NncPlan *plan, guint *node, const NncNode *last, const NncRunContext *context, GError **error)
{
  if (context->trace == NULL)
    return TRUE;
  /* Views are no steps: between two steps they are computed as soon as the first is. */
  while (*node < plan->graph->nodes->len) {
    const NncNode *next = plan->graph->nodes->pdata[*node];

    if (!show (plan, next, context, error))
      return FALSE;
    ++*node;
    if (next == last)
      break;
  }
  return TRUE;
}
