/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* plan_subgraph.c: plans of subgraphs, for the steps that run them. */
#include "plan_private.h"

static NncPlan *
plan_body (gpointer outer, NncGraph *graph, GError **error)
{
  return nnc_plan_new_body (graph, &((const NncPlan *)outer)->options, error);
}

static gboolean
check_bound (const NncPlace *input, const NncTensor *tensor, GError **error)
{
  g_autofree char *found = NULL, *wanted = NULL;

  if (nnc_desc_equal (&input->tensor.desc, &tensor->desc))
    return TRUE;
  found = nnc_desc_to_string (&tensor->desc);
  wanted = nnc_desc_to_string (&input->tensor.desc);
  return nnc_op_error (error, "'%s' in a subgraph is %s, it was to be %s", input->tensor.name, found, wanted);
}

static gboolean
bind (NncPlan *plan, guint i, const NncTensor *tensor, GError **error)
{
  const NncValue *value = plan->graph->inputs->pdata[i];
  NncPlace *input = nnc_plan_find_place (plan, value);

  if (value->constant)
    return TRUE;
  if (input->dynamic) {
    input->tensor.desc = tensor->desc;
    nnc_desc_contiguous_strides (&tensor->desc, input->tensor.strides);
  } else if (!check_bound (input, tensor, error)) {
    return FALSE;
  }
  nnc_plan_bind_input (plan, i, tensor->data);
  return TRUE;
}

static gboolean
run (NncPlan *plan, NncRunContext *context, GError **error)
{
  return nnc_plan_run (plan, context, error);
}

static const NncTensor *
get_output (NncPlan *plan, guint i)
{
  return nnc_plan_get_tensor (plan, plan->graph->outputs->pdata[i]);
}

static void
describe_output (NncPlan *plan, guint i, NncTensorDesc *desc)
{
  const NncValue *value = plan->graph->outputs->pdata[i];

  *desc = value->desc;
  if (desc->type != NNC_INVALID)
    return;
  desc->type = value->type;
  desc->rank = value->rank < 0 ? 1 : (guint)value->rank;
  for (guint axis = 0; axis < desc->rank; axis++)
    desc->shape[axis] = value->rank < 0 ? 0 : MAX (value->shape[axis], 0);
}

const NncSubgraphPlanning nnc_plan_subgraphs = {
  .plan = plan_body,
  .free = nnc_plan_free,
  .bind = bind,
  .run = run,
  .get_output = get_output,
  .describe_output = describe_output,
  .end = nnc_plan_forget,
  .get_macs = nnc_plan_get_macs,
  .get_other_work = nnc_plan_get_other_work,
};
