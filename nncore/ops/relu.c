/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* relu.c: Relu: y = max (x, 0); the relu of NaN is NaN. */
#include "elementwise_unary.h"
#include "op_inputs.h"

static gboolean
prepare_relu (NncPreparation *prepare, GError **error)
{
  return nnc_unary_prepare (prepare, NNC_SLOT_relu_f32, NULL, 0, error);
}

NNC_UNARY_OP (Relu, prepare_relu);
