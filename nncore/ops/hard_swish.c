/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* hard_swish.c: HardSwish: y = x * max (0, min (1, x / 6 + 1 / 2)). */
#include "elementwise_unary.h"
#include "op_inputs.h"

static gboolean
prepare_hard_swish (NncPreparation *prepare, GError **error)
{
  return nnc_unary_prepare (prepare, NNC_SLOT_hard_swish_f32, NULL, 0, error);
}

NNC_UNARY_OP (HardSwish, prepare_hard_swish);
