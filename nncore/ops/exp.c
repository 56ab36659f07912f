/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* exp.c: Exp: y = e^x. */
#include "elementwise_unary.h"
#include "op_inputs.h"

static gboolean
prepare_exp (NncPreparation *prepare, GError **error)
{
  return nnc_unary_prepare (prepare, NNC_SLOT_exp_f32, NULL, 0, error);
}

NNC_UNARY_OP (Exp, prepare_exp);
