/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* qlinear_mat_mul.c: QLinearMatMul: the product of a […,K] and a constant matrix b [K,N], or with transB [N,K], of
 * numbers of 8 bits, whose scales and zero points are inputs; in reals y = clamp (bias + a b). qlinear_inputs.h has the
 * order of inputs, qlinear_step.h how it is rounded. */
#include "op_inputs.h"
#include "qlinear_step.h"
#include "quantized_step.h"

#include <string.h>

static gboolean
infer (NncInference *inference, GError **error)
{
  const NncTensorDesc *a = &inference->inputs[NNC_QLINEAR_X]->desc;
  const NncTensorDesc *b = &inference->inputs[NNC_QLINEAR_WEIGHTS]->desc;
  gboolean transposed = nnc_node_get_int (inference->node, "transB", 0) != 0;
  gint64 shape[NNC_MAX_RANK];

  if (a->rank < 1 || b->rank != 2)
    return nnc_op_error (error, "a has %u dimensions and b has %u, at least 1 and 2 are right", a->rank, b->rank);
  if (a->shape[a->rank - 1] != b->shape[transposed])
    return nnc_op_error (error, "a has %" G_GINT64_FORMAT " columns, b has %" G_GINT64_FORMAT " rows",
                         a->shape[a->rank - 1], b->shape[transposed]);
  memcpy (shape, a->shape, sizeof shape);
  shape[a->rank - 1] = b->shape[!transposed];
  return nnc_qlinear_check (inference, b->shape[!transposed], error)
         && nnc_desc_set (&inference->outputs[0], a->type, a->rank, shape, error);
}

static gboolean
prepare_qlinear_mat_mul (NncPreparation *prepare, GError **error)
{
  const NncTensorDesc *a = &prepare->inputs[NNC_QLINEAR_X]->desc;
  const NncTensor *b = prepare->inputs[NNC_QLINEAR_WEIGHTS];
  gboolean transposed = nnc_node_get_int (prepare->node, "transB", 0) != 0;
  gsize rows = 1;
  NncWindow window;

  for (guint i = 0; i + 1 < a->rank; i++)
    rows *= (gsize)a->shape[i];
  window = nnc_quantized_rows (rows, (gsize)a->shape[a->rank - 1], (gsize)b->desc.shape[!transposed]);
  return nnc_qlinear_prepare (
      prepare, &window,
      (NncQuantizedFilter){ .data = b->data, .out = b->strides[!transposed], .in = b->strides[transposed] }, error);
}

const NncOp nnc_op_QLinearMatMul = {
  .name = "QLinearMatMul",
  .traits = NNC_OP_CLAMP,
  .min_inputs = NNC_QLINEAR_WEIGHTS + 1,
  .max_inputs = NNC_QLINEAR_N_INPUTS,
  .max_outputs = 1,
  .infer = infer,
  .prepare = prepare_qlinear_mat_mul,
};
