/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* average_pool.c: AveragePool: y[n][oy][ox][c] = sum over the window of x[n][…][…][c] / count, the elements inside the
 * image, or with count_include_pad inside the padding too. */
#include "pooling.h"

static gboolean
prepare_average_pool (NncPreparation *prepare, GError **error)
{
  return nnc_pooling_prepare (prepare, NNC_SLOT_average_pool_f32,
                              nnc_node_get_int (prepare->node, "count_include_pad", 0) != 0, error);
}

const NncOp nnc_op_AveragePool = {
  .name = "AveragePool",
  .min_inputs = 1,
  .max_inputs = 1,
  .max_outputs = 1,
  .infer = nnc_pooling_infer,
  .prepare = prepare_average_pool,
  .reach = nnc_pooling_reach,
};
