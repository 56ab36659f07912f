/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* dequantize.c: Dequantize: y = scale * (x - zero point), f32, by the scale of input 0: one, or one an index of an
 * axis. */
#include "axes.h"
#include "op_inputs.h"
#include "quantization.h"

typedef struct {
  NncSplit split; /* axis: one scale each */
  const NncQuantization *quantization; /* the value's, which outlives the step */
} Params;

static gboolean
infer (NncInference *inference, GError **error)
{
  const NncTensorDesc *x = &inference->inputs[0]->desc;
  const NncQuantization *quantization = inference->node->inputs[0]->quantization;

  if (!nnc_type_is_stored (x->type))
    return nnc_op_unsupported (error, "type %s is not supported", nnc_data_type_to_string (x->type));
  if (quantization == NULL)
    return nnc_op_error (error, "input 0 has no scale");
  if (quantization->n != 1
      && (quantization->axis < 0 || quantization->axis >= (gint)x->rank
          || x->shape[quantization->axis] != (gint64)quantization->n))
    return nnc_op_error (error, "input 0 has %u scales along axis %d, which do not fit", quantization->n,
                         quantization->axis);
  return nnc_desc_set (&inference->outputs[0], NNC_F32, x->rank, x->shape, error);
}

static gboolean
run (const NncStep *step, NncRunContext *context, GError **error)
{
  const Params *params = step->params;
  const NncQuantization *quantization = params->quantization;
  NncDataType type = step->inputs[0]->desc.type;
  gconstpointer x = step->inputs[0]->data;
  float *y = step->outputs[0]->data;
  gsize at = 0;

  for (gsize outer = 0; outer < params->split.outer; outer++)
    for (gsize i = 0; i < params->split.axis; i++)
      for (gsize inner = 0; inner < params->split.inner; inner++, at++)
        y[at] = (float)((double)quantization->scale[i] * (nnc_stored_get (x, type, at) - quantization->zero_point[i]));
  return TRUE;
}

static gboolean
prepare_dequantize (NncPreparation *prepare, GError **error)
{
  Params *params = nnc_prepare_params (prepare, sizeof *params);
  const NncTensorDesc *x = &prepare->inputs[0]->desc;

  params->quantization = prepare->node->inputs[0]->quantization;
  params->split = params->quantization->n == 1 ? (NncSplit){ 1, 1, nnc_desc_n_elements (x) }
                                               : nnc_desc_split (x, (guint)params->quantization->axis);
  prepare->run = run;
  return TRUE;
}

const NncOp nnc_op_Dequantize = {
  .name = "Dequantize",
  .min_inputs = 1,
  .max_inputs = 1,
  .max_outputs = 1,
  .infer = infer,
  .prepare = prepare_dequantize,
};
