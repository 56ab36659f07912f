/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* quantize_linear.c: QuantizeLinear: y = round (x / scale) + zero point, half to even, within the type of the zero
 * point, or attribute to (an NncDataType), or u8. Scales: linear_quantization.h. */
#include "linear_quantization.h"
#include "op_inputs.h"

static gboolean
infer (NncInference *inference, GError **error)
{
  const NncTensor *const *inputs = inference->inputs;
  const NncTensor *zero_point = nnc_linear_zero_point (inputs, inference->n_inputs);
  const guint types = NNC_TYPES_STORED & ~NNC_TYPE_BIT (NNC_I32);
  gint64 to = nnc_node_get_int (inference->node, "to", zero_point ? (gint64)zero_point->desc.type : (gint64)NNC_U8);
  NncScales scales;

  if (!nnc_input_check_types (inputs, NNC_LINEAR_X, NNC_TYPE_BIT (NNC_F32) | NNC_TYPE_BIT (NNC_I32), error)
      || !nnc_input_check_type (inputs, NNC_LINEAR_SCALE, NNC_F32, error))
    return FALSE;
  if (to < 0 || to > NNC_BOOL || !(types & NNC_TYPE_BIT (to)))
    return nnc_op_unsupported (error, "numbers of 8 and 16 bits are supported, not the type that is wanted");
  if (zero_point && (gint64)zero_point->desc.type != to)
    return nnc_op_error (error, "the zero point is %s, %s is wanted", nnc_data_type_to_string (zero_point->desc.type),
                         nnc_data_type_to_string ((NncDataType)to));
  return nnc_scales_set (&scales, inference->node, &inputs[NNC_LINEAR_X]->desc, inputs[NNC_LINEAR_SCALE], zero_point,
                         error)
         && nnc_desc_set (&inference->outputs[0], (NncDataType)to, inputs[NNC_LINEAR_X]->desc.rank,
                          inputs[NNC_LINEAR_X]->desc.shape, error);
}

static gboolean
run (const NncStep *step, NncRunContext *context, GError **error)
{
  const NncScales *scales = step->params;
  const NncTensor *zero_point = nnc_linear_zero_point ((const NncTensor *const *)step->inputs, step->n_inputs);
  gconstpointer x = step->inputs[NNC_LINEAR_X]->data;
  const float *scale = step->inputs[NNC_LINEAR_SCALE]->data;
  gboolean is_float = step->inputs[NNC_LINEAR_X]->desc.type == NNC_F32;
  NncDataType type = step->outputs[0]->desc.type;
  gsize i = 0;

  if (is_float && (type == NNC_I8 || type == NNC_U8) && scales->split.outer == 1 && scales->split.axis == 1
      && scales->inner_stride == 0) {
    nnc_linear_quantize_bytes (x, scales->split.inner, scale[0],
                               zero_point ? nnc_linear_get (zero_point->data, type, 0) : 0, type,
                               step->outputs[0]->data);
    return TRUE;
  }
  for (gsize outer = 0; outer < scales->split.outer; outer++)
    for (gsize axis = 0; axis < scales->split.axis; axis++)
      for (gsize inner = 0; inner < scales->split.inner; inner++, i++) {
        gsize at = nnc_scales_at (scales, outer, axis, inner);
        float value = is_float ? ((const float *)x)[i] : (float)((const gint32 *)x)[i];
        gint32 zero = zero_point ? nnc_linear_get (zero_point->data, type, at) : 0;

        nnc_linear_set (step->outputs[0]->data, type, i, nnc_linear_quantize (value, scale[at], zero, type));
      }
  return TRUE;
}

static gboolean
prepare_quantize_linear (NncPreparation *prepare, GError **error)
{
  return nnc_scales_prepare (prepare, run, error);
}

const NncOp nnc_op_QuantizeLinear = {
  .name = "QuantizeLinear",
  .traits = NNC_OP_F32,
  .min_inputs = 2,
  .max_inputs = 3,
  .max_outputs = 1,
  .infer = infer,
  .prepare = prepare_quantize_linear,
  .permute = nnc_scales_permute,
};
