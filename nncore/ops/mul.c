/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* mul.c: Mul: y = a * b with broadcasting. Integers wrap around. */
#include "elementwise_binary.h"

NNC_BINARY_LOOPS (mul, (guint64)a *(guint64)b, a *b, a *b)

static gboolean
infer (NncInference *inference, GError **error)
{
  return nnc_binary_infer (inference, mul_loops, error);
}

static gboolean
prepare_mul (NncPreparation *prepare, GError **error)
{
  return nnc_binary_prepare (prepare, NNC_SLOT_mul_f32, mul_loops, NULL, error);
}

const NncOp nnc_op_Mul = {
  .name = "Mul",
  .traits = NNC_OP_ELEMENTWISE | NNC_OP_IN_PLACE,
  .min_inputs = 2,
  .max_inputs = 2,
  .max_outputs = 1,
  .infer = infer,
  .prepare = prepare_mul,
};
