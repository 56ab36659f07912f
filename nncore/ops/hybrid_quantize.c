/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* hybrid_quantize.c: HybridQuantize: each slice of x along its first axis as it is stored in 8 bits: round (x / scale +
 * zero point) - zero point, integers as f32, and output 1, the scales [N], that are found from the slice's own numbers.
 * asymmetric (0): zero points are not 0. With weights that are integers, too, the sums of a float Conv or Gemm are
 * exact as long as they are below 2^24, and HybridScale makes of them what TFLite's hybrid layers give. */
#include "dynamic_fake_quantize.h"
#include "op_inputs.h"
#include "step_work.h"

enum { Y, SCALES, N_OUTPUTS };

typedef struct {
  gsize n, slice; /* of elements */
  gboolean asymmetric;
} Params;

static gboolean
infer (NncInference *inference, GError **error)
{
  const NncTensorDesc *x = &inference->inputs[0]->desc;

  if (!nnc_infer_same_f32 (inference, error))
    return FALSE;
  if (x->rank == 0)
    return nnc_op_error (error, "input 0 has 0 dimensions, at least 1 is right");
  return inference->n_outputs <= SCALES || nnc_desc_set (&inference->outputs[SCALES], NNC_F32, 1, x->shape, error);
}

static gboolean
run (const NncStep *step, NncRunContext *context, GError **error)
{
  const Params *params = step->params;
  const float *x = step->inputs[0]->data;
  float *y = step->outputs[Y] ? step->outputs[Y]->data : NULL;
  float *scales = step->n_outputs > SCALES && step->outputs[SCALES] ? step->outputs[SCALES]->data : NULL;

  for (gsize i = 0; y && i < params->n; i++) {
    gsize at = i * params->slice;
    float scale = nnc_dynamic_quantize (y + at, x + at, params->slice, params->asymmetric);

    if (scales)
      scales[i] = scale;
  }
  return TRUE;
}

static gboolean
prepare_hybrid_quantize (NncPreparation *prepare, GError **error)
{
  Params *params = nnc_prepare_params (prepare, sizeof *params);
  const NncTensorDesc *x = &prepare->inputs[0]->desc;

  params->asymmetric = nnc_node_get_int (prepare->node, "asymmetric", 0) != 0;
  params->n = (gsize)x->shape[0];
  params->slice = params->n ? nnc_desc_n_elements (x) / params->n : 0;
  prepare->run = params->n ? run : nnc_run_nothing;
  return TRUE;
}

const NncOp nnc_op_HybridQuantize = {
  .name = "HybridQuantize",
  .min_inputs = 1,
  .max_inputs = 1,
  .max_outputs = N_OUTPUTS,
  .infer = infer,
  .prepare = prepare_hybrid_quantize,
};
