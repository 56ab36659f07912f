/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* lp_pool.c: LpPool: y = (sum over the window of |x|^p)^(1/p), attribute p (2); padding does not count. */
#include "spatial_pooling.h"

static gboolean
infer (NncInference *inference, GError **error)
{
  return nnc_spatial_pooling_infer (inference, NNC_POOLING_LP, error);
}

static gboolean
prepare_lp_pool (NncPreparation *prepare, GError **error)
{
  return nnc_spatial_pooling_prepare (prepare, NNC_POOLING_LP, error);
}

const NncOp nnc_op_LpPool = {
  .name = "LpPool",
  .traits = NNC_OP_F32,
  .min_inputs = 1,
  .max_inputs = 1,
  .max_outputs = 1,
  .infer = infer,
  .prepare = prepare_lp_pool,
};
