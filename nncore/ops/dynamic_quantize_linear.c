/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* dynamic_quantize_linear.c: DynamicQuantizeLinear: y = round (x / scale) + zero point, u8, and both of them (outputs
 * 1, 2), where scale = (largest - smallest) / 255 and zero point = round (-smallest / scale), of x's numbers and 0. */
#include "linear_quantization.h"
#include "op_inputs.h"

enum { Y, SCALE, ZERO_POINT };

static gboolean
infer (NncInference *inference, GError **error)
{
  const NncTensorDesc *x = &inference->inputs[0]->desc;

  if (!nnc_input_check_type (inference->inputs, 0, NNC_F32, error)
      || !nnc_desc_set (&inference->outputs[Y], NNC_U8, x->rank, x->shape, error))
    return FALSE;
  for (guint i = SCALE; i < inference->n_outputs; i++)
    inference->outputs[i] = (NncTensorDesc){ .type = i == SCALE ? NNC_F32 : NNC_U8 };
  return TRUE;
}

static gpointer
output_data (const NncStep *step, guint i)
{
  return i < step->n_outputs && step->outputs[i] ? step->outputs[i]->data : NULL;
}

static gboolean
run (const NncStep *step, NncRunContext *context, GError **error)
{
  const float *x = step->inputs[0]->data;
  gsize n = nnc_desc_n_elements (&step->inputs[0]->desc);
  float smallest = 0, largest = 0, scale;
  guint8 *y = output_data (step, Y), *zero_point_out = output_data (step, ZERO_POINT), zero_point;
  float *scale_out = output_data (step, SCALE);

  for (gsize i = 0; i < n; i++) {
    smallest = MIN (smallest, x[i]);
    largest = MAX (largest, x[i]);
  }
  scale = (largest - smallest) / 255;
  if (!(scale > 0))
    scale = 1; /* only zeros: any scale says so */
  zero_point = (guint8)nnc_linear_quantize (-smallest, scale, 0, NNC_U8);
  for (gsize i = 0; y && i < n; i++)
    y[i] = (guint8)nnc_linear_quantize (x[i], scale, zero_point, NNC_U8);
  if (scale_out)
    *scale_out = scale;
  if (zero_point_out)
    *zero_point_out = zero_point;
  return TRUE;
}

static gboolean
prepare_dynamic_quantize_linear (NncPreparation *prepare, GError **error)
{
  prepare->run = run;
  return TRUE;
}

const NncOp nnc_op_DynamicQuantizeLinear = {
  .name = "DynamicQuantizeLinear",
  .min_inputs = 1,
  .max_inputs = 1,
  .max_outputs = 3,
  .infer = infer,
  .prepare = prepare_dynamic_quantize_linear,
};
