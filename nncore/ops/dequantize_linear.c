/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* dequantize_linear.c: DequantizeLinear: y = (x - zero point) * scale, f32. Scales: linear_quantization.h. */
#include "linear_quantization.h"
#include "op_inputs.h"

static gboolean
infer (NncInference *inference, GError **error)
{
  const NncTensor *const *inputs = inference->inputs;
  const NncTensorDesc *x = &inputs[NNC_LINEAR_X]->desc;
  const NncTensor *zero_point = nnc_linear_zero_point (inputs, inference->n_inputs);
  NncScales scales;

  return nnc_input_check_types (inputs, NNC_LINEAR_X, NNC_TYPES_STORED, error)
         && nnc_input_check_type (inputs, NNC_LINEAR_SCALE, NNC_F32, error)
         && (zero_point == NULL || nnc_input_check_type (inputs, NNC_LINEAR_ZERO_POINT, x->type, error))
         && nnc_scales_set (&scales, inference->node, x, inputs[NNC_LINEAR_SCALE], zero_point, error)
         && nnc_desc_set (&inference->outputs[0], NNC_F32, x->rank, x->shape, error);
}

static gboolean
run (const NncStep *step, NncRunContext *context, GError **error)
{
  const NncScales *scales = step->params;
  const NncTensor *zero_point = nnc_linear_zero_point ((const NncTensor *const *)step->inputs, step->n_inputs);
  const NncTensor *x = step->inputs[NNC_LINEAR_X];
  const float *scale = step->inputs[NNC_LINEAR_SCALE]->data;
  float *y = step->outputs[0]->data;
  gsize i = 0;

  for (gsize outer = 0; outer < scales->split.outer; outer++)
    for (gsize axis = 0; axis < scales->split.axis; axis++)
      for (gsize inner = 0; inner < scales->split.inner; inner++, i++) {
        gsize at = nnc_scales_at (scales, outer, axis, inner);
        gint32 zero = zero_point ? nnc_linear_get (zero_point->data, x->desc.type, at) : 0;

        y[i] = (float)((gint64)nnc_linear_get (x->data, x->desc.type, i) - zero) * scale[at];
      }
  return TRUE;
}

static gboolean
prepare_dequantize_linear (NncPreparation *prepare, GError **error)
{
  return nnc_scales_prepare (prepare, run, error);
}

const NncOp nnc_op_DequantizeLinear = {
  .name = "DequantizeLinear",
  .traits = NNC_OP_F32,
  .min_inputs = 2,
  .max_inputs = 3,
  .max_outputs = 1,
  .infer = infer,
  .prepare = prepare_dequantize_linear,
  .permute = nnc_scales_permute,
};
