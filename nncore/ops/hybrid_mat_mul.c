/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* hybrid_mat_mul.c: HybridMatMul: the product of x [N,K] and the transpose of weights [O,K] of 8 bits, whose scales are
 * an input; see hybrid_step.h. */
#include "hybrid_step.h"
#include "quantized_step.h"

static gboolean
infer (NncInference *inference, GError **error)
{
  const NncTensorDesc *x = &inference->inputs[NNC_HYBRID_X]->desc;
  const NncTensorDesc *weights = &inference->inputs[NNC_HYBRID_WEIGHTS]->desc;
  gint64 shape[2];

  if (x->rank != 2 || weights->rank != 2)
    return nnc_op_error (error, "x has %u dimensions and the weights have %u, 2 are right", x->rank, weights->rank);
  if (x->shape[1] != weights->shape[1])
    return nnc_op_error (error, "x has %" G_GINT64_FORMAT " columns, the weights have %" G_GINT64_FORMAT, x->shape[1],
                         weights->shape[1]);
  shape[0] = x->shape[0];
  shape[1] = weights->shape[0];
  return nnc_hybrid_check (inference, weights->shape[0], error)
         && nnc_desc_set (&inference->outputs[0], NNC_F32, 2, shape, error);
}

static gboolean
prepare_hybrid_mat_mul (NncPreparation *prepare, GError **error)
{
  const NncTensor *weights = prepare->inputs[NNC_HYBRID_WEIGHTS];
  NncWindow window = nnc_quantized_rows (1, (gsize)weights->desc.shape[1], (gsize)weights->desc.shape[0]);
  const NncQuantizedFilter filter = { .data = weights->data, .out = weights->strides[0], .in = weights->strides[1] };

  return nnc_hybrid_prepare (prepare, &window, (gsize)prepare->inputs[NNC_HYBRID_X]->desc.shape[0], filter, error);
}

const NncOp nnc_op_HybridMatMul = {
  .name = "HybridMatMul",
  .traits = NNC_OP_CLAMP,
  .min_inputs = NNC_HYBRID_SCALES + 1,
  .max_inputs = NNC_HYBRID_N_INPUTS,
  .max_outputs = 1,
  .infer = infer,
  .prepare = prepare_hybrid_mat_mul,
};
