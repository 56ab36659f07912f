/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* dequantize_linear.c: DequantizeLinear: y = (x - zero point) * scale, f32. Scales: linear_quantization.h. */
#include "linear_quantization.h"
#include "op_inputs.h"
#include "step_work.h"

enum { X, SCALE, ZERO_POINT };

static const NncTensor *
zero_point_of (const NncTensor *const *inputs, guint n_inputs)
{
  return n_inputs > ZERO_POINT ? inputs[ZERO_POINT] : NULL;
}

static gboolean
infer (NncInference *inference, GError **error)
{
  const NncTensor *const *inputs = inference->inputs;
  const NncTensorDesc *x = &inputs[X]->desc;
  const NncTensor *zero_point = zero_point_of (inputs, inference->n_inputs);
  NncScales scales;

  return nnc_input_check_types (inputs, X, NNC_TYPES_STORED, error)
         && nnc_input_check_type (inputs, SCALE, NNC_F32, error)
         && (zero_point == NULL || nnc_input_check_type (inputs, ZERO_POINT, x->type, error))
         && nnc_scales_set (&scales, inference->node, x, inputs[SCALE], zero_point, error)
         && nnc_desc_set (&inference->outputs[0], NNC_F32, x->rank, x->shape, error);
}

static gboolean
run (const NncStep *step, NncRunContext *context, GError **error)
{
  const NncScales *scales = step->params;
  const NncTensor *zero_point = zero_point_of ((const NncTensor *const *)step->inputs, step->n_inputs);
  const NncTensor *x = step->inputs[X];
  const float *scale = step->inputs[SCALE]->data;
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
  NncScales *scales = nnc_prepare_params (prepare, sizeof *scales);

  prepare->run = nnc_desc_size (&prepare->outputs[0]->desc) ? run : nnc_run_nothing;
  return nnc_scales_set (scales, prepare->node, &prepare->inputs[X]->desc, prepare->inputs[SCALE],
                         zero_point_of (prepare->inputs, prepare->n_inputs), error);
}

static gboolean
permute (NncGraph *graph, NncNode *node, const guint *permutation, guint rank)
{
  return nnc_scales_permute (node, permutation, rank);
}

const NncOp nnc_op_DequantizeLinear = {
  .name = "DequantizeLinear",
  .traits = NNC_OP_F32,
  .min_inputs = 2,
  .max_inputs = 3,
  .max_outputs = 1,
  .infer = infer,
  .prepare = prepare_dequantize_linear,
  .permute = permute,
};
