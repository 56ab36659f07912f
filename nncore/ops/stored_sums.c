/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* stored_sums.c: StoredSums: y = clamp (zero point + (x + bias) * factor) as stored numbers of type `to`, rounded twice
 * as TFLite's reference kernels do: x are sums of products of integers, in f32, which are exact below 2^24; or in i64,
 * with a bias of i64, which become i16 and are rounded once. factor is attribute x_scale times the weights' scale of
 * the last axis over y's. */
#include "op_inputs.h"
#include "quantization.h"
#include "step_work.h"

enum { X, WEIGHTS_SCALES, BIAS, N_INPUTS };

typedef struct {
  gsize pixels, channels;
  NncDataType type;
  float x_scale, y_scale;
  gint32 zero_point, minimum, maximum;
} Params;

static gboolean
infer (NncInference *inference, GError **error)
{
  const NncTensor *const *inputs = inference->inputs;
  const NncTensorDesc *x = &inputs[X]->desc;
  NncDataType to = (NncDataType)nnc_node_get_int (inference->node, "to", NNC_I8);
  NncDataType sums = to == NNC_I16 ? NNC_I64 : NNC_F32;
  gint64 channels;

  if (!nnc_type_is_stored (to))
    return nnc_op_unsupported (error, "sums that become %s are not supported", nnc_data_type_to_string (to));
  if (!nnc_input_check_type (inputs, X, sums, error) || !nnc_input_check_type (inputs, WEIGHTS_SCALES, NNC_F32, error))
    return FALSE;
  if (x->rank < 1)
    return nnc_op_error (error, "input 0 has 0 dimensions, at least 1 is right");
  channels = x->shape[x->rank - 1];
  return nnc_input_check_vector (inputs, WEIGHTS_SCALES,
                                 nnc_desc_n_elements (&inputs[WEIGHTS_SCALES]->desc) == 1 ? 1 : channels, error)
         && (inference->n_inputs <= BIAS
             || (nnc_input_check_type (inputs, BIAS, sums == NNC_I64 ? NNC_I64 : NNC_I32, error)
                 && nnc_input_check_vector (inputs, BIAS, channels, error)))
         && nnc_desc_set (&inference->outputs[0], to, x->rank, x->shape, error);
}

/* TFLite multiplies the scales of u8 in float. */
static NncFixedPoint
find_factor (const Params *params, float weights_scale)
{
  double product = params->type == NNC_U8 ? (double)(params->x_scale * weights_scale)
                                          : (double)params->x_scale * (double)weights_scale;

  return nnc_fixed_point (product / (double)params->y_scale);
}

/* Number i, of channel o. */
static gint32
scale_sum (const NncTensor *x, const NncTensor *bias, gsize i, gsize o, NncFixedPoint factor)
{
  float sum, within;

  if (x->desc.type == NNC_I64)
    return nnc_multiply_wide (
        (gint64)((guint64)((const gint64 *)x->data)[i] + (guint64)(bias ? ((const gint64 *)bias->data)[o] : 0)),
        factor);
  sum = ((const float *)x->data)[i];
  within = sum > -0x1p30f ? MIN (sum, 0x1p30f) : -0x1p30f; /* NaN, too, is within */
  return nnc_multiply_twice ((gint32)((guint32)(gint32)within + (guint32)(bias ? ((const gint32 *)bias->data)[o] : 0)),
                             factor);
}

static gboolean
run (const NncStep *step, NncRunContext *context, GError **error)
{
  const Params *params = step->params;
  const NncTensor *scales = step->inputs[WEIGHTS_SCALES], *bias = step->n_inputs > BIAS ? step->inputs[BIAS] : NULL;
  gsize scales_step = nnc_desc_n_elements (&scales->desc) != 1;

  for (gsize o = 0; o < params->channels; o++) {
    NncFixedPoint factor = find_factor (params, ((const float *)scales->data)[o * scales_step]);

    for (gsize i = o; i < params->pixels * params->channels; i += params->channels) {
      gint32 number = nnc_add_zero_point (scale_sum (step->inputs[X], bias, i, o, factor), params->zero_point);

      nnc_stored_set (step->outputs[0]->data, params->type, i,
                      nnc_clamp_int (number, params->minimum, params->maximum));
    }
  }
  return TRUE;
}

static gboolean
prepare_stored_sums (NncPreparation *prepare, GError **error)
{
  Params *params = nnc_prepare_params (prepare, sizeof *params);
  const NncTensorDesc *x = &prepare->inputs[X]->desc;
  NncScale y;

  prepare->run = nnc_run_nothing;
  if (nnc_desc_size (x) == 0)
    return TRUE;
  params->channels = (gsize)x->shape[x->rank - 1];
  params->pixels = nnc_desc_n_elements (x) / params->channels;
  params->type = prepare->outputs[0]->desc.type;
  params->x_scale = nnc_node_get_float (prepare->node, "x_scale", 1);
  if (!nnc_node_get_output_scale (prepare->node, 0, &y, error)
      || !nnc_node_get_stored_clamp (prepare->node, params->type, &params->minimum, &params->maximum, error))
    return FALSE;
  params->y_scale = y.scale;
  params->zero_point = y.zero_point;
  prepare->run = run;
  return TRUE;
}

const NncOp nnc_op_StoredSums = {
  .name = "StoredSums",
  .traits = NNC_OP_CLAMP,
  .min_inputs = 2,
  .max_inputs = N_INPUTS,
  .max_outputs = 1,
  .infer = infer,
  .prepare = prepare_stored_sums,
};
