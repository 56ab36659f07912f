/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* hard_sigmoid.c: HardSigmoid: y = max (0, min (1, alpha * x + beta)). */
#include "elementwise_unary.h"
#include "op_inputs.h"

static gboolean
prepare_hard_sigmoid (NncPreparation *prepare, GError **error)
{
  const float parameters[] = {
    nnc_node_get_float (prepare->node, "alpha", .2f),
    nnc_node_get_float (prepare->node, "beta", .5f),
  };

  return nnc_unary_prepare (prepare, NNC_SLOT_hard_sigmoid_f32, parameters, 2, error);
}

NNC_UNARY_OP (HardSigmoid, prepare_hard_sigmoid);
