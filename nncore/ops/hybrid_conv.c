/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* hybrid_conv.c: HybridConv: a Conv of x [N,H,W,C] or [N,W,C] with weights of 8 bits, whose scales are an input; see
 * hybrid_step.h. */
#include "hybrid_step.h"
#include "quantized_step.h"
#include "sliding_window.h"

static gboolean
infer (NncInference *inference, GError **error)
{
  const NncTensorDesc *x = &inference->inputs[NNC_HYBRID_X]->desc;
  const NncTensorDesc *weights = &inference->inputs[NNC_HYBRID_WEIGHTS]->desc;
  NncWindow window;

  return nnc_quantized_set_window (&window, inference->node, x, weights, error)
         && nnc_hybrid_check (inference, weights->shape[0], error)
         && nnc_window_get_output (&window, NNC_F32, x->rank, &inference->outputs[0], error);
}

static gboolean
prepare_hybrid_conv (NncPreparation *prepare, GError **error)
{
  const NncTensor *weights = prepare->inputs[NNC_HYBRID_WEIGHTS];
  NncWindow window;
  gsize n;

  if (!nnc_quantized_set_window (&window, prepare->node, &prepare->inputs[NNC_HYBRID_X]->desc, &weights->desc, error))
    return FALSE;
  n = window.batch;
  window.batch = 1;
  return nnc_hybrid_prepare (prepare, &window, n, nnc_quantized_filter (weights), error);
}

static gboolean
reach_of_conv (const NncNode *node, gint64 reach[NNC_MAX_RANK])
{
  return nnc_window_get_reach (node, node->inputs[NNC_HYBRID_WEIGHTS]->desc.shape + 1, reach);
}

const NncOp nnc_op_HybridConv = {
  .name = "HybridConv",
  .traits = NNC_OP_CLAMP,
  .min_inputs = NNC_HYBRID_SCALES + 1,
  .max_inputs = NNC_HYBRID_N_INPUTS,
  .max_outputs = 1,
  .infer = infer,
  .prepare = prepare_hybrid_conv,
  .reach = reach_of_conv,
};
