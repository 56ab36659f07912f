/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* call_once.c: CallOnce: runs attribute body, which has no inputs of its own, for its effects, and only in the first
 * run of a session or after its state was reset. Nodes with one attribute key are one of them. */
#include "planner.h"
#include "subgraph.h"

typedef struct {
  NncBody *body;
  guint done; /* the number of a variable: assigned when the body was run */
} Params;

static gboolean
infer (NncInference *inference, GError **error)
{
  return TRUE;
}

static gboolean
run (const NncStep *step, NncRunContext *context, GError **error)
{
  const Params *params = step->params;
  guint8 yes = 1;
  const NncTensor flag = { .desc = { .type = NNC_BOOL }, .data = &yes };
  gboolean done;

  if (nnc_variables_get (context->variables, params->done)->desc.type != NNC_INVALID)
    return TRUE;
  done = nnc_body_begin (params->body, step, error) && nnc_body_run (params->body, context, error)
         && nnc_variables_assign (context->variables, params->done, &flag, error);
  nnc_body_end (params->body);
  return done;
}

static void
params_clear (gpointer data)
{
  g_clear_pointer (&((Params *)data)->body, nnc_body_free);
}

static gboolean
prepare_call_once (NncPreparation *prepare, GError **error)
{
  Params *params = nnc_prepare_params_full (prepare, sizeof *params, params_clear);
  NncGraph *graph = nnc_subgraph_copy (prepare->node, "body", 0, 0, error);

  params->body = graph ? nnc_body_new (prepare, "body", graph, 0, error) : NULL;
  prepare->run = run;
  return params->body
         && nnc_prepare_variable (prepare, "CallOnce", nnc_node_get_string (prepare->node, "key", ""), &params->done,
                                  error);
}

const NncOp nnc_op_CallOnce = {
  .name = "CallOnce",
  .traits = NNC_OP_SUBGRAPH | NNC_OP_EFFECT,
  .min_inputs = 0,
  .max_inputs = G_MAXUINT,
  .max_outputs = 0,
  .infer = infer,
  .prepare = prepare_call_once,
};
