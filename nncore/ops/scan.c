/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* scan.c: Scan: for each slice of the last num_scan_inputs inputs, along scan_input_axes (0) and in
 * scan_input_directions (0: forwards): states…, slices… = body (states…, slices…). The states begin as the inputs
 * before. Outputs: the last states, and the slices that came out, stacked along scan_output_axes in
 * scan_output_directions. */
#include "axes.h"
#include "infer_graph.h"
#include "loop_body.h"
#include "op_inputs.h"
#include "planner.h"
#include "stacked_output.h"

#include <string.h>

/* Element i of a list attribute whose default is 0. */
static gint64
get_element (const NncNode *node, const char *name, guint i)
{
  guint n;
  const gint64 *list = nnc_node_get_ints (node, name, &n);

  return list && i < n ? list[i] : 0;
}

static gboolean
check_list (const NncNode *node, const char *name, guint n, GError **error)
{
  guint n_given;
  const gint64 *list = nnc_node_get_ints (node, name, &n_given);

  if (list == NULL || n_given == n)
    return TRUE;
  return nnc_op_error (error, "attribute '%s' has %u numbers instead of %u", name, n_given, n);
}

static gboolean
check_lists (const NncNode *node, guint n_in, guint n_out, GError **error)
{
  return check_list (node, "scan_input_axes", n_in, error) && check_list (node, "scan_input_directions", n_in, error)
         && check_list (node, "scan_output_axes", n_out, error)
         && check_list (node, "scan_output_directions", n_out, error);
}

/* The slice of an input, and how many there are: *length is -1 until one is known, and must be the same for all. */
static gboolean
describe_slice (const NncNode *node, guint input, gint64 given_axis, gint64 *length, NncTensorDesc *slice,
                GError **error)
{
  const NncTensorDesc *x = &node->inputs[input]->desc;
  gint64 shape[NNC_MAX_RANK];
  guint axis;

  slice->type = NNC_INVALID;
  if (x->type == NNC_INVALID)
    return TRUE;
  if (!nnc_axis_resolve (given_axis, x->rank, &axis, error))
    return FALSE;
  if (*length >= 0 && *length != x->shape[axis])
    return nnc_op_error (error, "input %u has %" G_GINT64_FORMAT " slices, one before it %" G_GINT64_FORMAT, input,
                         x->shape[axis], *length);
  *length = x->shape[axis];
  for (guint i = 0; i + 1 < x->rank; i++)
    shape[i] = x->shape[i < axis ? i : i + 1];
  return nnc_desc_set (slice, x->type, x->rank - 1, shape, error);
}

static gboolean
init_body (NncLoopBody *body, const NncNode *node, gint64 *length, GError **error)
{
  gint64 n_scans = nnc_node_get_int (node, "num_scan_inputs", 0);

  *length = -1;
  if (!nnc_loop_body_init (body, node, "body", error))
    return FALSE;
  if (n_scans < 1 || n_scans > body->n_own || body->n_own > node->n_inputs)
    return nnc_op_error (error, "num_scan_inputs is %" G_GINT64_FORMAT ", the node has %u inputs, the body %u", n_scans,
                         node->n_inputs, body->n_own);
  body->n_states = body->n_own - (guint)n_scans;
  if (body->n_outputs < body->n_states || node->n_outputs > body->n_outputs)
    return nnc_op_error (error, "it has %u outputs and %u states, the body has %u outputs", node->n_outputs,
                         body->n_states, body->n_outputs);
  if (!check_lists (node, (guint)n_scans, body->n_outputs - body->n_states, error)
      || !nnc_loop_body_set_states (body, 0, error))
    return FALSE;
  for (guint i = body->n_states; i < body->n_own; i++) {
    if (node->inputs[i] == NULL)
      return nnc_op_error (error, "input %u is absent", i);
    if (!describe_slice (node, i, get_element (node, "scan_input_axes", i - body->n_states), length, &body->descs[i],
                         error))
      return FALSE;
  }
  return TRUE;
}

static gboolean
infer_stack (const NncNode *node, guint i, const NncTensorDesc *slice, gint64 length, NncTensorDesc *output,
             GError **error)
{
  output->type = NNC_INVALID;
  return slice->type == NNC_INVALID || length < 0
         || nnc_stacked_desc (slice, get_element (node, "scan_output_axes", i), length, output, error);
}

static gboolean
infer (NncInference *inference, GError **error)
{
  g_auto (NncLoopBody) body = { 0 };
  g_autoptr (NncGraph) inferred = NULL;
  gint64 length;

  if (!init_body (&body, inference->node, &length, error))
    return FALSE;
  inferred = nnc_loop_body_settle (&body, error);
  if (inferred == NULL)
    return FALSE;
  for (guint i = 0; i < inference->n_outputs; i++)
    if (i < body.n_states)
      inference->outputs[i] = length == 0 ? inference->node->inputs[i]->desc : body.descs[i];
    else if (!infer_stack (inference->node, i - body.n_states, nnc_subgraph_get_output (inferred, i), length,
                           &inference->outputs[i], error))
      return FALSE;
  return TRUE;
}

/* A slice of an input: a part of it where the axis is the first, and a copy where it is not. */
typedef struct {
  NncTensor slice;
  NncSplit split;
  gsize bytes; /* of split.inner */
  gboolean backwards;
  gpointer copy; /* of context's memory */
} ScanInput;

typedef struct {
  NncBody *body;
  NncLoopStates states;
  guint n_scans;
  ScanInput *scans;
  NncStackedOutput *stacks; /* of each output; those of states are not used */
} Params;

static gboolean
begin_scan (ScanInput *scan, const NncStep *step, guint input, guint i, gint64 *length, NncRunContext *context,
            GError **error)
{
  const NncNode *node = step->node;
  const NncTensor *x = step->inputs[input];
  gint64 given_axis = get_element (node, "scan_input_axes", i), shape[NNC_MAX_RANK];
  guint axis;

  if (!nnc_axis_resolve (given_axis, x->desc.rank, &axis, error))
    return FALSE;
  if (*length >= 0 && *length != x->desc.shape[axis])
    return nnc_op_error (error, "input %u has %" G_GINT64_FORMAT " slices, one before it %" G_GINT64_FORMAT, input,
                         x->desc.shape[axis], *length);
  *length = x->desc.shape[axis];
  for (guint j = 0; j + 1 < x->desc.rank; j++)
    shape[j] = x->desc.shape[j < axis ? j : j + 1];
  *scan = (ScanInput){ .split = nnc_desc_split (&x->desc, axis) };
  if (!nnc_desc_set (&scan->slice.desc, x->desc.type, x->desc.rank - 1, shape, error))
    return FALSE;
  nnc_desc_contiguous_strides (&scan->slice.desc, scan->slice.strides);
  scan->bytes = scan->split.inner * nnc_data_type_get_size (x->desc.type);
  scan->backwards = get_element (node, "scan_input_directions", i) != 0;
  if (scan->split.outer != 1)
    scan->copy = nnc_memory_take (context->memory, nnc_desc_size (&scan->slice.desc), error);
  return scan->split.outer == 1 || scan->copy != NULL;
}

static void
take_slice (ScanInput *scan, const NncTensor *x, gint64 t)
{
  gsize at = scan->backwards ? scan->split.axis - 1 - (gsize)t : (gsize)t;
  guint8 *from = (guint8 *)x->data + at * scan->bytes;

  scan->slice.data = scan->copy ? scan->copy : from;
  for (gsize i = 0; scan->copy && scan->bytes && i < scan->split.outer; i++)
    memcpy ((guint8 *)scan->copy + i * scan->bytes, from + i * scan->split.axis * scan->bytes, scan->bytes);
}

static gboolean
begin (Params *params, const NncStep *step, gint64 *length, NncRunContext *context, GError **error)
{
  guint n_states = params->states.n;

  *length = -1;
  nnc_loop_states_begin (&params->states, step->inputs);
  for (guint i = 0; i < params->n_scans; i++)
    if (!begin_scan (&params->scans[i], step, n_states + i, i, length, context, error))
      return FALSE;
  for (guint i = n_states; i < step->n_outputs; i++)
    params->stacks[i] = (NncStackedOutput){
      .output = step->outputs[i],
      .axis = get_element (step->node, "scan_output_axes", i - n_states),
      .backwards = get_element (step->node, "scan_output_directions", i - n_states) != 0,
      .length = *length,
    };
  return nnc_body_begin (params->body, step, error);
}

static gboolean
iterate (Params *params, const NncStep *step, gint64 t, NncRunContext *context, GError **error)
{
  guint n_states = params->states.n;

  if (!nnc_run_iterate (context, error) || !nnc_loop_states_bind (&params->states, params->body, 0, error))
    return FALSE;
  for (guint i = 0; i < params->n_scans; i++) {
    take_slice (&params->scans[i], step->inputs[n_states + i], t);
    if (!nnc_body_bind (params->body, n_states + i, &params->scans[i].slice, error))
      return FALSE;
  }
  if (!nnc_body_run (params->body, context, error))
    return FALSE;
  for (guint i = n_states; i < step->n_outputs; i++)
    if (!nnc_stacked_output_add (&params->stacks[i], context, nnc_body_get_output (params->body, i), error))
      return FALSE;
  return nnc_loop_states_carry (&params->states, params->body, 0, error);
}

static gboolean
finish (Params *params, const NncStep *step, NncRunContext *context, GError **error)
{
  for (guint i = params->states.n; i < step->n_outputs; i++) {
    NncTensorDesc slice;

    nnc_body_describe_output (params->body, i, &slice);
    if (!nnc_stacked_output_finish (&params->stacks[i], context, &slice, error))
      return FALSE;
  }
  return nnc_loop_states_finish (&params->states, context, step, error);
}

static void
end (Params *params, const NncStep *step, NncRunContext *context)
{
  for (guint i = 0; i < params->n_scans; i++)
    if (params->scans[i].copy)
      nnc_memory_give (context->memory, g_steal_pointer (&params->scans[i].copy));
  for (guint i = params->states.n; i < step->n_outputs; i++)
    nnc_stacked_output_end (&params->stacks[i], context);
  nnc_loop_states_end (&params->states);
  nnc_body_end (params->body);
}

static gboolean
run (const NncStep *step, NncRunContext *context, GError **error)
{
  Params *params = step->params;
  gint64 length;
  gboolean done = begin (params, step, &length, context, error);

  for (gint64 t = 0; done && t < length; t++)
    done = iterate (params, step, t, context, error);
  done = done && finish (params, step, context, error);
  end (params, step, context);
  return done;
}

static void
params_clear (gpointer data)
{
  Params *params = data;

  nnc_loop_states_clear (&params->states);
  g_clear_pointer (&params->body, nnc_body_free);
  g_free (params->scans);
  g_free (params->stacks);
}

static gboolean
prepare_scan (NncPreparation *prepare, GError **error)
{
  Params *params = nnc_prepare_params_full (prepare, sizeof *params, params_clear);
  g_auto (NncLoopBody) body = { 0 };
  gint64 length;

  if (!init_body (&body, prepare->node, &length, error))
    return FALSE;
  params->body = nnc_loop_body_plan (&body, prepare, NULL, error);
  if (params->body == NULL || !nnc_loop_states_init (&params->states, prepare, &body, error))
    return FALSE;
  params->n_scans = body.n_own - body.n_states;
  params->scans = g_new0 (ScanInput, params->n_scans);
  params->stacks = g_new0 (NncStackedOutput, prepare->n_outputs + 1);
  prepare->macs = nnc_body_get_macs (params->body) * (guint64)MAX (length, 1);
  prepare->other_work = nnc_body_get_other_work (params->body) * (guint64)MAX (length, 1);
  prepare->run = run;
  return TRUE;
}

const NncOp nnc_op_Scan = {
  .name = "Scan",
  .traits = NNC_OP_SUBGRAPH,
  .min_inputs = 1,
  .max_inputs = G_MAXUINT,
  .max_outputs = G_MAXUINT,
  .infer = infer,
  .prepare = prepare_scan,
};
