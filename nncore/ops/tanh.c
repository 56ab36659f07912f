/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tanh.c: Tanh: y = tanh (x). */
#include "elementwise_unary.h"
#include "op_inputs.h"

static gboolean
prepare_tanh (NncPreparation *prepare, GError **error)
{
  return nnc_unary_prepare (prepare, NNC_SLOT_tanh_f32, NULL, 0, error);
}

NNC_UNARY_OP (Tanh, prepare_tanh);
