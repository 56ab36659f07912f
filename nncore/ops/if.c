/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* if.c: If: the outputs of attribute then_branch where input 0 is true, and those of else_branch where it is not. The
 * branches have no inputs of their own. */
#include "infer_graph.h"
#include "op_inputs.h"
#include "subgraph.h"

enum { ELSE, THEN };

static const char *const names[] = { [ELSE] = "else_branch", [THEN] = "then_branch" };

typedef struct {
  NncBody *branches[2]; /* NULL: never taken */
} Params;

static gboolean
is_true (const NncTensor *condition)
{
  return *(const guint8 *)condition->data != 0;
}

static gboolean
check_condition (const NncTensorDesc *condition, GError **error)
{
  g_autofree char *text = NULL;

  if (condition->type == NNC_INVALID || (condition->type == NNC_BOOL && nnc_desc_n_elements (condition) == 1))
    return TRUE;
  text = nnc_desc_to_string (condition);
  return nnc_op_error (error, "the condition is %s, one bool is right", text);
}

static gboolean
infer_branch (const NncInference *inference, guint branch, NncTensorDesc *outputs, GError **error)
{
  g_autoptr (NncGraph) body = nnc_subgraph_copy (inference->node, names[branch], 0, inference->n_outputs, error);

  if (body == NULL || !nnc_graph_infer (body, error)) {
    g_prefix_error (error, "in '%s': ", names[branch]);
    return FALSE;
  }
  for (guint i = 0; i < inference->n_outputs; i++)
    outputs[i] = *nnc_subgraph_get_output (body, i);
  return TRUE;
}

static gboolean
infer (NncInference *inference, GError **error)
{
  const NncTensor *condition = inference->inputs[0];
  g_autofree NncTensorDesc *others = g_new0 (NncTensorDesc, inference->n_outputs + 1);

  if (!check_condition (&condition->desc, error))
    return FALSE;
  if (condition->data)
    return infer_branch (inference, is_true (condition), inference->outputs, error);
  if (!infer_branch (inference, THEN, inference->outputs, error) || !infer_branch (inference, ELSE, others, error))
    return FALSE;
  for (guint i = 0; i < inference->n_outputs; i++)
    if (!nnc_desc_equal (&inference->outputs[i], &others[i]))
      inference->outputs[i].type = NNC_INVALID;
  return TRUE;
}

static gboolean
run (const NncStep *step, NncRunContext *context, GError **error)
{
  const Params *params = step->params;
  NncBody *body = params->branches[is_true (step->inputs[0])];
  gboolean done = check_condition (&step->inputs[0]->desc, error) && nnc_body_begin (body, step, error)
                  && nnc_body_run (body, context, error);

  for (guint i = 0; done && i < step->n_outputs; i++)
    done = nnc_run_copy_output (context, step->outputs[i], nnc_body_get_output (body, i), error);
  nnc_body_end (body);
  return done;
}

static void
params_clear (gpointer data)
{
  Params *params = data;

  for (guint i = 0; i < G_N_ELEMENTS (params->branches); i++)
    g_clear_pointer (&params->branches[i], nnc_body_free);
}

static gboolean
prepare_if (NncPreparation *prepare, GError **error)
{
  Params *params = nnc_prepare_params_full (prepare, sizeof *params, params_clear);
  const NncTensor *condition = prepare->inputs[0];

  for (guint i = 0; i < G_N_ELEMENTS (params->branches); i++) {
    NncGraph *graph;

    if (condition->data && is_true (condition) != (i == THEN))
      continue;
    graph = nnc_subgraph_copy (prepare->node, names[i], 0, prepare->n_outputs, error);
    params->branches[i] = graph ? nnc_body_new (prepare, names[i], graph, 1, error) : NULL;
    if (params->branches[i] == NULL)
      return FALSE;
    prepare->macs = MAX (prepare->macs, nnc_body_get_macs (params->branches[i]));
    prepare->other_work = MAX (prepare->other_work, nnc_body_get_other_work (params->branches[i]));
  }
  prepare->run = run;
  return TRUE;
}

const NncOp nnc_op_If = {
  .name = "If",
  .traits = NNC_OP_SUBGRAPH,
  .min_inputs = 1,
  .max_inputs = G_MAXUINT,
  .max_outputs = G_MAXUINT,
  .infer = infer,
  .prepare = prepare_if,
};
