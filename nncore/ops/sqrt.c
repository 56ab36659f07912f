/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* sqrt.c: Sqrt: y = the square root of x, NaN where x is negative. */
#include "elementwise_unary.h"
#include "op_inputs.h"

static gboolean
prepare_sqrt (NncPreparation *prepare, GError **error)
{
  return nnc_unary_prepare (prepare, NNC_SLOT_sqrt_f32, NULL, 0, error);
}

NNC_UNARY_OP (Sqrt, prepare_sqrt);
