/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* stored_svdf.c: StoredSVDF: SVDF of numbers stored in 8 bits, its state in 16, in the integers of TFLite's reference
 * kernel: each filter's steps [batch][filter * step] move on by one, the newest is features x; a unit is the sum of
 * `rank` (attribute) filters' steps times their weights, and a bias. Outputs: units, steps. */
#include "op_inputs.h"
#include "quantization.h"

#include <string.h>

enum { X, FEATURES, TIME, BIAS, STATE, INPUTS };
enum { Y, Y_STATE, OUTPUTS };

typedef struct {
  gsize batch, input, filters, steps, rank;
  gint32 input_zero_point, output_zero_point;
  NncFixedPoint of_feature, of_unit;
} Params;

static gboolean
check_desc (const NncInference *inference, guint i, NncDataType type, guint rank, const gint64 *shape, GError **error)
{
  const NncTensorDesc *desc = &inference->inputs[i]->desc;
  g_autofree char *is = NULL, *right = NULL;
  NncTensorDesc wanted;

  if (!nnc_desc_set (&wanted, type, rank, shape, error))
    return FALSE;
  if (nnc_desc_equal (desc, &wanted))
    return TRUE;
  is = nnc_desc_to_string (desc);
  right = nnc_desc_to_string (&wanted);
  return nnc_op_error (error, "input %u is %s instead of %s", i, is, right);
}

static gboolean
infer (NncInference *inference, GError **error)
{
  const NncTensor *const *inputs = inference->inputs;
  gint64 rank = nnc_node_get_int (inference->node, "rank", 1), filters, units, size;

  if (inference->n_inputs < INPUTS)
    return nnc_op_error (error, "it has %u inputs, %d are right", inference->n_inputs, INPUTS);
  for (guint i = 0; i < INPUTS; i++)
    if (i != BIAS && (inputs[i] == NULL || inputs[i]->desc.rank != 2))
      return nnc_op_error (error, "input %u is absent, or has no 2 dimensions", i);
  filters = inputs[FEATURES]->desc.shape[0];
  if (rank < 1 || filters % rank != 0)
    return nnc_op_error (error, "%" G_GINT64_FORMAT " filters are no units of %" G_GINT64_FORMAT, filters, rank);
  units = filters / rank;
  if (__builtin_mul_overflow (filters, inputs[TIME]->desc.shape[1], &size))
    return nnc_op_error (error, "the state is too large");
  const gint64 x[] = { inputs[X]->desc.shape[0], inputs[X]->desc.shape[1] }, features[] = { filters, x[1] };
  const gint64 time[] = { filters, inputs[TIME]->desc.shape[1] }, state[] = { x[0], size }, y[] = { x[0], units };
  return check_desc (inference, X, NNC_I8, 2, x, error) && check_desc (inference, FEATURES, NNC_I8, 2, features, error)
         && check_desc (inference, TIME, NNC_I16, 2, time, error)
         && (inputs[BIAS] == NULL || check_desc (inference, BIAS, NNC_I32, 1, &units, error))
         && check_desc (inference, STATE, NNC_I16, 2, state, error)
         && nnc_desc_set (&inference->outputs[Y], NNC_I8, 2, y, error)
         && (inference->n_outputs < OUTPUTS || nnc_desc_set (&inference->outputs[Y_STATE], NNC_I16, 2, state, error));
}

/* Sums may wrap, as those of the kernel do. */
static gint16
see_feature (const Params *params, const gint8 *weights, const gint8 *x)
{
  guint32 sum = 0;

  for (gsize i = 0; i < params->input; i++)
    sum += (guint32)(weights[i] * (x[i] - params->input_zero_point));
  return (gint16)nnc_clamp_int (nnc_multiply_twice ((gint32)sum, params->of_feature), G_MININT16, G_MAXINT16);
}

static void
advance (const Params *params, const NncStep *step, gsize b, gint16 *steps)
{
  const gint8 *x = (const gint8 *)step->inputs[X]->data + b * params->input;
  const gint8 *features = step->inputs[FEATURES]->data;
  const gint16 *before = (const gint16 *)step->inputs[STATE]->data + b * params->filters * params->steps;

  for (gsize f = 0; f < params->filters; f++) {
    memcpy (steps + f * params->steps, before + f * params->steps + 1, (params->steps - 1) * sizeof *steps);
    steps[(f + 1) * params->steps - 1] = see_feature (params, features + f * params->input, x);
  }
}

static void
sum_units (const Params *params, const NncStep *step, const gint16 *steps, gint8 *y)
{
  const gint16 *weights = step->inputs[TIME]->data;
  const gint32 *bias = step->inputs[BIAS] ? step->inputs[BIAS]->data : NULL;
  gsize n = params->rank * params->steps;

  for (gsize unit = 0; unit < params->filters / params->rank; unit++) {
    guint32 sum = bias ? (guint32)bias[unit] : 0;

    for (gsize i = unit * n; i < (unit + 1) * n; i++)
      sum += (guint32)(weights[i] * steps[i]);
    y[unit] = (gint8)nnc_clamp_int (nnc_multiply_twice ((gint32)sum, params->of_unit) + params->output_zero_point,
                                    G_MININT8, G_MAXINT8);
  }
}

static gboolean
run (const NncStep *step, NncRunContext *context, GError **error)
{
  const Params *params = step->params;
  gsize units = params->filters / params->rank;

  for (gsize b = 0; b < params->batch; b++) {
    gint16 *steps = (gint16 *)step->outputs[Y_STATE]->data + b * params->filters * params->steps;

    advance (params, step, b, steps);
    sum_units (params, step, steps, (gint8 *)step->outputs[Y]->data + b * units);
  }
  return TRUE;
}

static gboolean
prepare_stored_svdf (NncPreparation *prepare, GError **error)
{
  Params *params = nnc_prepare_params (prepare, sizeof *params);
  const NncNode *node = prepare->node;
  NncScale x, features, time, state, y;

  if (prepare->n_outputs < OUTPUTS || prepare->outputs[Y_STATE] == NULL || prepare->outputs[Y] == NULL)
    return nnc_op_error (error, "an output is absent");
  if (!nnc_node_get_input_scale (node, X, &x, error) || !nnc_node_get_input_scale (node, FEATURES, &features, error)
      || !nnc_node_get_input_scale (node, TIME, &time, error) || !nnc_node_get_input_scale (node, STATE, &state, error)
      || !nnc_node_get_output_scale (node, Y, &y, error))
    return FALSE;
  params->batch = (gsize)prepare->inputs[X]->desc.shape[0];
  params->input = (gsize)prepare->inputs[X]->desc.shape[1];
  params->filters = (gsize)prepare->inputs[TIME]->desc.shape[0];
  params->steps = (gsize)prepare->inputs[TIME]->desc.shape[1];
  params->rank = (gsize)nnc_node_get_int (node, "rank", 1);
  params->input_zero_point = x.zero_point;
  params->output_zero_point = y.zero_point;
  if (params->steps == 0)
    return nnc_op_error (error, "its filters have no steps");
  /* TFLite computes these factors in float. */
  params->of_feature = nnc_fixed_point ((double)(x.scale * features.scale / state.scale));
  params->of_unit = nnc_fixed_point ((double)(state.scale * time.scale / y.scale));
  prepare->macs = params->batch * params->filters * (params->input + params->steps);
  prepare->run = run;
  return TRUE;
}

const NncOp nnc_op_StoredSVDF = {
  .name = "StoredSVDF",
  .min_inputs = BIAS,
  .max_inputs = INPUTS,
  .max_outputs = OUTPUTS,
  .infer = infer,
  .prepare = prepare_stored_svdf,
};
