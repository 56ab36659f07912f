/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* while.c: While: the states begin as the inputs; while (cond (states…)): states… = body (states…). Outputs: the last
 * states. Attributes cond, whose one output is a bool, and body. */
#include "infer_graph.h"
#include "loop_body.h"

static gboolean
init_body (NncLoopBody *body, const NncNode *node, GError **error)
{
  if (!nnc_loop_body_init (body, node, "body", error))
    return FALSE;
  body->n_states = body->n_own;
  if (body->n_outputs != body->n_states || node->n_outputs > body->n_states)
    return nnc_op_error (error, "it has %u outputs, the body %u states and %u outputs", node->n_outputs, body->n_states,
                         body->n_outputs);
  return nnc_loop_body_set_states (body, 0, error);
}

static gboolean
infer (NncInference *inference, GError **error)
{
  g_auto (NncLoopBody) body = { 0 };
  g_autoptr (NncGraph) inferred = NULL;

  if (!init_body (&body, inference->node, error))
    return FALSE;
  inferred = nnc_loop_body_settle (&body, error);
  for (guint i = 0; inferred && i < inference->n_outputs; i++)
    inference->outputs[i] = body.descs[i];
  return inferred != NULL;
}

typedef struct {
  NncBody *condition, *body;
  NncLoopStates states;
} Params;

/* Whether it goes around once more. */
static gboolean
test (Params *params, NncRunContext *context, gboolean *again, GError **error)
{
  const NncTensor *result;
  g_autofree char *text = NULL;

  if (!nnc_loop_states_bind (&params->states, params->condition, 0, error)
      || !nnc_body_run (params->condition, context, error))
    return FALSE;
  result = nnc_body_get_output (params->condition, 0);
  if (result->desc.type == NNC_BOOL && nnc_desc_n_elements (&result->desc) == 1) {
    *again = *(const guint8 *)result->data != 0;
    return TRUE;
  }
  text = nnc_desc_to_string (&result->desc);
  return nnc_op_error (error, "the condition is %s, one bool is right", text);
}

static gboolean
iterate (Params *params, NncRunContext *context, GError **error)
{
  return nnc_run_iterate (context, error) && nnc_loop_states_bind (&params->states, params->body, 0, error)
         && nnc_body_run (params->body, context, error)
         && nnc_loop_states_carry (&params->states, params->body, 0, error);
}

static gboolean
run (const NncStep *step, NncRunContext *context, GError **error)
{
  Params *params = step->params;
  gboolean again = FALSE, done;

  nnc_loop_states_begin (&params->states, step->inputs);
  done = nnc_body_begin (params->condition, step, error) && nnc_body_begin (params->body, step, error)
         && test (params, context, &again, error);
  while (done && again)
    done = iterate (params, context, error) && test (params, context, &again, error);
  done = done && nnc_loop_states_finish (&params->states, context, step, error);
  nnc_loop_states_end (&params->states);
  nnc_body_end (params->condition);
  nnc_body_end (params->body);
  return done;
}

static void
params_clear (gpointer data)
{
  Params *params = data;

  nnc_loop_states_clear (&params->states);
  g_clear_pointer (&params->condition, nnc_body_free);
  g_clear_pointer (&params->body, nnc_body_free);
}

/* The condition sees the same states as the body. */
static NncBody *
plan_condition (NncPreparation *prepare, const NncLoopBody *body, GError **error)
{
  NncGraph *graph = nnc_subgraph_copy (prepare->node, "cond", body->n_own, 1, error);

  if (graph == NULL)
    return NULL;
  for (guint i = 0; i < body->n_own; i++)
    nnc_subgraph_set_input (graph, i, &body->descs[i], NULL);
  return nnc_body_new (prepare, "cond", graph, body->n_own, error);
}

static gboolean
prepare_while (NncPreparation *prepare, GError **error)
{
  Params *params = nnc_prepare_params_full (prepare, sizeof *params, params_clear);
  g_auto (NncLoopBody) body = { 0 };

  if (!init_body (&body, prepare->node, error))
    return FALSE;
  params->body = nnc_loop_body_plan (&body, prepare, NULL, error);
  params->condition = params->body ? plan_condition (prepare, &body, error) : NULL;
  if (params->condition == NULL || !nnc_loop_states_init (&params->states, prepare, &body, error))
    return FALSE;
  prepare->macs = nnc_body_get_macs (params->body) + nnc_body_get_macs (params->condition);
  prepare->other_work = nnc_body_get_other_work (params->body) + nnc_body_get_other_work (params->condition);
  prepare->run = run;
  return TRUE;
}

const NncOp nnc_op_While = {
  .name = "While",
  .traits = NNC_OP_SUBGRAPH,
  .min_inputs = 0,
  .max_inputs = G_MAXUINT,
  .max_outputs = G_MAXUINT,
  .infer = infer,
  .prepare = prepare_while,
};
