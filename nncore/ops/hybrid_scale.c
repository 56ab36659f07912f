/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* hybrid_scale.c: HybridScale: y[n][…][o] = clamp (x[n][…][o] * scale[n] * weights_scale[o] + bias[o]): what a layer
 * gives whose sums are of integers (hybrid_quantize.c), rounded where TFLite's reference kernels round: attribute order
 * is "scales" (the default), where the scales are multiplied first, or "sums", where the sum is with that of the
 * weights. */
#include "op_inputs.h"
#include "step_work.h"

#include <string.h>

enum { X, SCALES, WEIGHTS_SCALES, BIAS, N_INPUTS };

typedef struct {
  gsize n, rows, channels; /* rows of a slice */
  gsize weights_step; /* 0: one scale for all weights */
  gboolean sums_first;
  float minimum, maximum;
} Params;

static gboolean
infer (NncInference *inference, GError **error)
{
  const NncTensor *const *inputs = inference->inputs;
  const NncTensorDesc *x = &inputs[X]->desc, *weights = &inputs[WEIGHTS_SCALES]->desc;
  const char *order = nnc_node_get_string (inference->node, "order", "scales");

  if (strcmp (order, "scales") != 0 && strcmp (order, "sums") != 0)
    return nnc_op_unsupported (error, "attribute 'order' is '%s', 'scales' and 'sums' are known", order);
  for (guint i = SCALES; i < inference->n_inputs; i++)
    if (!nnc_input_check_type (inputs, i, NNC_F32, error))
      return FALSE;
  if (x->rank < 2)
    return nnc_op_error (error, "input 0 has %u dimensions, at least 2 are right", x->rank);
  return nnc_input_check_vector (inputs, SCALES, x->shape[0], error)
         && nnc_input_check_vector (inputs, WEIGHTS_SCALES,
                                    nnc_desc_n_elements (weights) == 1 ? 1 : x->shape[x->rank - 1], error)
         && (inference->n_inputs <= BIAS || nnc_input_check_vector (inputs, BIAS, x->shape[x->rank - 1], error))
         && nnc_infer_same_f32 (inference, error);
}

static void
scale_row (const Params *params, const float *x, float scale, const float *weights, const float *bias, float *y)
{
  for (gsize o = 0; o < params->channels; o++) {
    float weight = weights[o * params->weights_step];
    float product = params->sums_first ? x[o] * weight * scale : x[o] * (weight * scale);
    float sum = bias ? product + bias[o] : product;

    sum = sum < params->minimum ? params->minimum : sum;
    y[o] = sum > params->maximum ? params->maximum : sum;
  }
}

static gboolean
run (const NncStep *step, NncRunContext *context, GError **error)
{
  const Params *params = step->params;
  const NncTensor *bias = step->n_inputs > BIAS ? step->inputs[BIAS] : NULL;
  const float *x = step->inputs[X]->data, *scales = step->inputs[SCALES]->data;
  float *y = step->outputs[0]->data;

  for (gsize i = 0; i < params->n; i++)
    for (gsize row = 0; row < params->rows; row++, x += params->channels, y += params->channels)
      scale_row (params, x, scales[i], step->inputs[WEIGHTS_SCALES]->data, bias ? bias->data : NULL, y);
  return TRUE;
}

static gboolean
prepare_hybrid_scale (NncPreparation *prepare, GError **error)
{
  Params *params = nnc_prepare_params (prepare, sizeof *params);
  const NncTensorDesc *x = &prepare->inputs[X]->desc;

  prepare->run = nnc_run_nothing;
  if (nnc_desc_size (x) == 0)
    return TRUE;
  params->n = (gsize)x->shape[0];
  params->channels = (gsize)x->shape[x->rank - 1];
  params->rows = nnc_desc_n_elements (x) / params->n / params->channels;
  params->weights_step = nnc_desc_n_elements (&prepare->inputs[WEIGHTS_SCALES]->desc) != 1;
  params->sums_first = strcmp (nnc_node_get_string (prepare->node, "order", "scales"), "sums") == 0;
  nnc_node_get_clamp (prepare->node, &params->minimum, &params->maximum);
  prepare->run = run;
  return TRUE;
}

const NncOp nnc_op_HybridScale = {
  .name = "HybridScale",
  .traits = NNC_OP_CLAMP | NNC_OP_IN_PLACE,
  .min_inputs = 3,
  .max_inputs = N_INPUTS,
  .max_outputs = 1,
  .infer = infer,
  .prepare = prepare_hybrid_scale,
};
