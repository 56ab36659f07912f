/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* sub.c: Sub: y = a - b with broadcasting. Integers wrap around. */
#include "elementwise_binary.h"

NNC_BINARY_LOOPS (sub, (guint64)a - (guint64)b, a - b, a - b)

static gboolean
infer (NncInference *inference, GError **error)
{
  return nnc_binary_infer (inference, sub_loops, error);
}

static gboolean
prepare_sub (NncPreparation *prepare, GError **error)
{
  return nnc_binary_prepare (prepare, NNC_SLOT_sub_f32, sub_loops, NULL, error);
}

const NncOp nnc_op_Sub = {
  .name = "Sub",
  .traits = NNC_OP_ELEMENTWISE | NNC_OP_IN_PLACE,
  .min_inputs = 2,
  .max_inputs = 2,
  .max_outputs = 1,
  .infer = infer,
  .prepare = prepare_sub,
};
