/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* qlinear_conv.c: QLinearConv: Conv of numbers of 8 bits, whose scales and zero points are inputs; in reals
 * y = clamp (bias + sum over ky, kx, i of x[n][oy * stride - pad + ky * dilation][…][i] * weights[o][ky][kx][i]).
 * x: [N,H,W,C] or [N,W,C]; qlinear_inputs.h has the order of inputs, qlinear_step.h how it is rounded. */
#include "op_inputs.h"
#include "qlinear_step.h"
#include "quantized_step.h"
#include "sliding_window.h"

static gboolean
infer (NncInference *inference, GError **error)
{
  const NncTensorDesc *x = &inference->inputs[NNC_QLINEAR_X]->desc;
  const NncTensorDesc *weights = &inference->inputs[NNC_QLINEAR_WEIGHTS]->desc;
  NncWindow window;

  return nnc_quantized_set_window (&window, inference->node, x, weights, error)
         && nnc_qlinear_check (inference, weights->shape[0], error)
         && nnc_window_get_output (&window, x->type, x->rank, &inference->outputs[0], error);
}

static gboolean
prepare_qlinear_conv (NncPreparation *prepare, GError **error)
{
  const NncTensor *weights = prepare->inputs[NNC_QLINEAR_WEIGHTS];
  NncWindow window;

  return nnc_quantized_set_window (&window, prepare->node, &prepare->inputs[NNC_QLINEAR_X]->desc, &weights->desc, error)
         && nnc_qlinear_prepare (prepare, &window, nnc_quantized_filter (weights), error);
}

static gboolean
reach_of_conv (const NncNode *node, gint64 reach[NNC_MAX_RANK])
{
  return nnc_window_get_reach (node, node->inputs[NNC_QLINEAR_WEIGHTS]->desc.shape + 1, reach);
}

const NncOp nnc_op_QLinearConv = {
  .name = "QLinearConv",
  .traits = NNC_OP_CLAMP,
  .min_inputs = NNC_QLINEAR_WEIGHTS + 1,
  .max_inputs = NNC_QLINEAR_N_INPUTS,
  .max_outputs = 1,
  .infer = infer,
  .prepare = prepare_qlinear_conv,
  .reach = reach_of_conv,
};
