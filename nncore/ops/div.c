/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* div.c: Div: y = a / b with broadcasting. Integers round towards 0; an integer divided by 0 is an error. */
#include "elementwise_binary.h"

static gint64
divide_signed (gint64 a, gint64 b, gboolean *possible)
{
  if (b == 0)
    *possible = FALSE;
  if (b == 0 || b == -1) /* the least number divided by -1 wraps around */
    return (gint64)(0 - (guint64)a);
  return a / b;
}

static guint64
divide_unsigned (guint64 a, guint64 b, gboolean *possible)
{
  if (b == 0)
    *possible = FALSE;
  return b == 0 ? 0 : a / b;
}

NNC_BINARY_LOOPS (div, divide_signed (a, b, &possible), divide_unsigned (a, b, &possible), a / b)

static gboolean
infer (NncInference *inference, GError **error)
{
  return nnc_binary_infer (inference, div_loops, error);
}

static gboolean
prepare_div (NncPreparation *prepare, GError **error)
{
  return nnc_binary_prepare (prepare, NNC_SLOT_div_f32, div_loops, "an integer is divided by 0", error);
}

const NncOp nnc_op_Div = {
  .name = "Div",
  .traits = NNC_OP_ELEMENTWISE | NNC_OP_IN_PLACE,
  .min_inputs = 2,
  .max_inputs = 2,
  .max_outputs = 1,
  .infer = infer,
  .prepare = prepare_div,
};
