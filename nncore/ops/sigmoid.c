/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* sigmoid.c: Sigmoid: y = 1 / (1 + e^-x). */
#include "elementwise_unary.h"
#include "op_inputs.h"

static gboolean
prepare_sigmoid (NncPreparation *prepare, GError **error)
{
  return nnc_unary_prepare (prepare, NNC_SLOT_sigmoid_f32, NULL, 0, error);
}

NNC_UNARY_OP (Sigmoid, prepare_sigmoid);
