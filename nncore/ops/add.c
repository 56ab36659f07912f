/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* add.c: Add: y = a + b with broadcasting. Integers wrap around. */
#include "elementwise_binary.h"

NNC_BINARY_LOOPS (add, (guint64)a + (guint64)b, a + b, a + b)

static gboolean
infer (NncInference *inference, GError **error)
{
  return nnc_binary_infer (inference, add_loops, error);
}

static gboolean
prepare_add (NncPreparation *prepare, GError **error)
{
  return nnc_binary_prepare (prepare, NNC_SLOT_add_f32, add_loops, NULL, error);
}

const NncOp nnc_op_Add = {
  .name = "Add",
  .traits = NNC_OP_ELEMENTWISE | NNC_OP_IN_PLACE | NNC_OP_CLAMP,
  .min_inputs = 2,
  .max_inputs = 2,
  .max_outputs = 1,
  .infer = infer,
  .prepare = prepare_add,
};
