/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* max_pool.c: MaxPool: y[n][oy][ox][c] = max over the window of x[n][…][…][c]; padding does not count. */
#include "pooling.h"

static gboolean
prepare_max_pool (NncPreparation *prepare, GError **error)
{
  return nnc_pooling_prepare (prepare, NNC_SLOT_max_pool_f32, FALSE, error);
}

const NncOp nnc_op_MaxPool = {
  .name = "MaxPool",
  .min_inputs = 1,
  .max_inputs = 1,
  .max_outputs = 1,
  .infer = nnc_pooling_infer,
  .prepare = prepare_max_pool,
  .reach = nnc_pooling_reach,
};
