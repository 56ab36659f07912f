/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* loop.c: Loop: for (i = 0; i < input 0 && condition; i++): condition, states…, slices… = body (i, condition, states…).
 * The condition begins as input 1, the states as the inputs after it. Outputs: the last states, and the slices of all
 * iterations stacked. Without input 0 there is no bound, without input 1 the condition is not looked at. */
#include "infer_graph.h"
#include "loop_body.h"
#include "op_inputs.h"
#include "stacked_output.h"

enum { COUNT, CONDITION, STATES }; /* inputs of the node; of the body, where COUNT is i */

/* A Loop that goes around more often has its outputs grow. */
#define MAX_KNOWN_ITERATIONS ((gint64)1 << 24)

/* A single element of the type the body declares it to be: [] or [1]. */
static void
describe_single (NncLoopBody *body, guint i, NncDataType type)
{
  const NncGraph *graph = nnc_node_get_graph (body->node, body->name);
  const NncValue *value = graph->inputs->pdata[i];

  body->descs[i] = (NncTensorDesc){ .type = type, .rank = value->rank == 1 ? 1 : 0, .shape = { 1 } };
}

static gboolean
init_body (NncLoopBody *body, const NncNode *node, GError **error)
{
  if (node->n_inputs < STATES)
    return nnc_op_error (error, "has %u inputs, at least 2 are right, absent or not", node->n_inputs);
  if (!nnc_loop_body_init (body, node, "body", error))
    return FALSE;
  if (body->n_own < STATES || body->n_outputs + 1 < body->n_own)
    return nnc_op_error (error, "the body has %u inputs and %u outputs: its states are no outputs", body->n_own,
                         body->n_outputs);
  body->first_state = STATES;
  body->n_states = body->n_own - STATES;
  body->first_output = 1;
  if (node->n_outputs + 1 > body->n_outputs)
    return nnc_op_error (error, "it has %u outputs, the body has %u for them", node->n_outputs, body->n_outputs - 1);
  describe_single (body, COUNT, NNC_I64);
  describe_single (body, CONDITION, NNC_BOOL);
  /* Where the body runs its condition is true. */
  body->constants[CONDITION] = nnc_constant_new_take (g_memdup2 (&(guint8){ 1 }, 1), &body->descs[CONDITION]);
  return nnc_loop_body_set_states (body, STATES, error);
}

static gboolean
check_single (const NncTensor *tensor, NncDataType type, const char *what, GError **error)
{
  g_autofree char *text = NULL;

  if (tensor == NULL || tensor->desc.type == NNC_INVALID
      || (tensor->desc.type == type && nnc_desc_n_elements (&tensor->desc) == 1))
    return TRUE;
  text = nnc_desc_to_string (&tensor->desc);
  return nnc_op_error (error, "%s is %s, one %s is right", what, text, nnc_data_type_to_string (type));
}

static gboolean
check_inputs (const NncTensor *const *inputs, GError **error)
{
  return check_single (inputs[COUNT], NNC_I64, "the count", error)
         && check_single (inputs[CONDITION], NNC_BOOL, "the condition", error);
}

static gint64
read_count (const NncTensor *count)
{
  return count ? MAX (*(const gint64 *)count->data, 0) : G_MAXINT64;
}

static gboolean
is_true (const NncTensor *condition)
{
  return condition == NULL || *(const guint8 *)condition->data != 0;
}

/* How often it goes around, or -1. inferred: the body. */
static gint64
known_iterations (const NncTensor *const *inputs, const NncGraph *inferred)
{
  const NncConstant *condition = ((const NncValue *)inferred->outputs->pdata[0])->constant;
  gint64 n;

  if (inputs[CONDITION] && inputs[CONDITION]->data && !is_true (inputs[CONDITION]))
    return 0;
  if (inputs[COUNT] == NULL || inputs[COUNT]->data == NULL)
    return -1;
  n = read_count (inputs[COUNT]);
  if (n == 0)
    return 0;
  if (inputs[CONDITION]
      && (inputs[CONDITION]->data == NULL || condition == NULL
          || *(const guint8 *)nnc_constant_get_data (condition) == 0))
    return -1;
  return n <= MAX_KNOWN_ITERATIONS ? n : -1;
}

static void
infer_state (const NncLoopBody *body, guint i, gint64 iterations, NncTensorDesc *output)
{
  *output = iterations == 0 ? body->node->inputs[STATES + i]->desc : body->descs[STATES + i];
}

static void
infer_stack (const NncTensorDesc *slice, gint64 iterations, NncTensorDesc *output)
{
  output->type = NNC_INVALID;
  if (slice->type != NNC_INVALID && iterations >= 0 && !nnc_stacked_desc (slice, 0, iterations, output, NULL))
    output->type = NNC_INVALID; /* too large: it will not come to its end */
}

static gboolean
infer (NncInference *inference, GError **error)
{
  g_auto (NncLoopBody) body = { 0 };
  g_autoptr (NncGraph) inferred = NULL;
  gint64 iterations;

  if (!init_body (&body, inference->node, error) || !check_inputs (inference->inputs, error))
    return FALSE;
  inferred = nnc_loop_body_settle (&body, error);
  if (inferred == NULL)
    return FALSE;
  iterations = known_iterations (inference->inputs, inferred);
  for (guint i = 0; i < inference->n_outputs; i++)
    if (i < body.n_states)
      infer_state (&body, i, iterations, &inference->outputs[i]);
    else
      infer_stack (nnc_subgraph_get_output (inferred, 1 + i), iterations, &inference->outputs[i]);
  return TRUE;
}

typedef struct {
  NncBody *body;
  NncLoopStates states;
  NncTensor count, condition; /* the body's inputs */
  gint64 i;
  guint8 yes;
  NncStackedOutput stacks[]; /* of each output; those of states are not used */
} Params;

static void
begin_stacks (Params *params, const NncStep *step)
{
  for (guint i = params->states.n; i < step->n_outputs; i++) {
    NncTensor *output = step->outputs[i];

    params->stacks[i]
        = (NncStackedOutput){ .output = output, .length = output && output->data ? output->desc.shape[0] : -1 };
  }
}

static gboolean
begin (Params *params, const NncStep *step, GError **error)
{
  nnc_loop_states_begin (&params->states, step->inputs + STATES);
  begin_stacks (params, step);
  params->i = 0;
  return check_inputs ((const NncTensor *const *)step->inputs, error) && nnc_body_begin (params->body, step, error)
         && nnc_body_bind (params->body, COUNT, &params->count, error)
         && nnc_body_bind (params->body, CONDITION, &params->condition, error);
}

static gboolean
iterate (Params *params, const NncStep *step, NncRunContext *context, GError **error)
{
  if (!nnc_run_iterate (context, error) || !nnc_loop_states_bind (&params->states, params->body, STATES, error)
      || !nnc_body_run (params->body, context, error))
    return FALSE;
  for (guint i = params->states.n; i < step->n_outputs; i++)
    if (!nnc_stacked_output_add (&params->stacks[i], context, nnc_body_get_output (params->body, 1 + i), error))
      return FALSE;
  return nnc_loop_states_carry (&params->states, params->body, 1, error);
}

static gboolean
next_condition (const Params *params, const NncStep *step, gboolean *condition, GError **error)
{
  const NncTensor *next = nnc_body_get_output (params->body, 0);

  if (step->inputs[CONDITION] == NULL)
    return TRUE;
  if (!check_single (next, NNC_BOOL, "the next condition", error))
    return FALSE;
  *condition = is_true (next);
  return TRUE;
}

static gboolean
finish (Params *params, const NncStep *step, NncRunContext *context, GError **error)
{
  for (guint i = params->states.n; i < step->n_outputs; i++) {
    NncTensorDesc slice;

    nnc_body_describe_output (params->body, 1 + i, &slice);
    if (!nnc_stacked_output_finish (&params->stacks[i], context, &slice, error))
      return FALSE;
  }
  return nnc_loop_states_finish (&params->states, context, step, error);
}

static gboolean
run (const NncStep *step, NncRunContext *context, GError **error)
{
  Params *params = step->params;
  gboolean done = begin (params, step, error);
  gint64 count = done ? read_count (step->inputs[COUNT]) : 0;
  gboolean condition = done && is_true (step->inputs[CONDITION]);

  for (; done && params->i < count && condition; params->i++)
    done = iterate (params, step, context, error) && next_condition (params, step, &condition, error);
  done = done && finish (params, step, context, error);
  for (guint i = params->states.n; i < step->n_outputs; i++)
    nnc_stacked_output_end (&params->stacks[i], context);
  nnc_loop_states_end (&params->states);
  nnc_body_end (params->body);
  return done;
}

static void
params_clear (gpointer data)
{
  Params *params = data;

  nnc_loop_states_clear (&params->states);
  g_clear_pointer (&params->body, nnc_body_free);
}

static gboolean
prepare_loop (NncPreparation *prepare, GError **error)
{
  Params *params
      = nnc_prepare_params_full (prepare, sizeof *params + prepare->n_outputs * sizeof *params->stacks, params_clear);
  g_auto (NncLoopBody) body = { 0 };
  g_autoptr (NncGraph) inferred = NULL;
  gint64 iterations;

  if (!init_body (&body, prepare->node, error))
    return FALSE;
  params->body = nnc_loop_body_plan (&body, prepare, &inferred, error);
  if (params->body == NULL || !nnc_loop_states_init (&params->states, prepare, &body, error))
    return FALSE;
  params->count = (NncTensor){ .desc = body.descs[COUNT], .data = &params->i };
  params->yes = TRUE;
  params->condition = (NncTensor){ .desc = body.descs[CONDITION], .data = &params->yes };
  iterations = known_iterations (prepare->inputs, inferred);
  prepare->macs = nnc_body_get_macs (params->body) * (guint64)MAX (iterations, 1);
  prepare->other_work = nnc_body_get_other_work (params->body) * (guint64)MAX (iterations, 1);
  prepare->run = run;
  return TRUE;
}

const NncOp nnc_op_Loop = {
  .name = "Loop",
  .traits = NNC_OP_SUBGRAPH,
  .min_inputs = 0,
  .max_inputs = G_MAXUINT,
  .max_outputs = G_MAXUINT,
  .infer = infer,
  .prepare = prepare_loop,
};
