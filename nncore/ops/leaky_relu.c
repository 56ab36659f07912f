/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* leaky_relu.c: LeakyRelu: y = x where x is at least 0, alpha * x elsewhere. */
#include "elementwise_unary.h"
#include "op_inputs.h"

static gboolean
prepare_leaky_relu (NncPreparation *prepare, GError **error)
{
  float alpha = nnc_node_get_float (prepare->node, "alpha", .01f);

  return nnc_unary_prepare (prepare, NNC_SLOT_leaky_relu_f32, &alpha, 1, error);
}

NNC_UNARY_OP (LeakyRelu, prepare_leaky_relu);
