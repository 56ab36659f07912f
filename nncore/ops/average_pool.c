/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* average_pool.c: AveragePool: y[n][oy][ox][c] = sum over the window of x[n][…][…][c] / count, the elements inside the
 * image, or with count_include_pad inside the padding too. */
#include "pooling.h"
#include "quantization.h"
#include "spatial_pooling.h"

static gboolean
infer (NncInference *inference, GError **error)
{
  if (!nnc_node_is_quantized (inference->node, inference->inputs[0]->desc.type)
      && nnc_spatial_pooling_wanted (NNC_POOLING_AVERAGE, &inference->inputs[0]->desc, 1))
    return nnc_spatial_pooling_infer (inference, NNC_POOLING_AVERAGE, error);
  return nnc_pooling_infer (inference, error);
}

static gboolean
prepare_average_pool (NncPreparation *prepare, GError **error)
{
  if (!nnc_node_is_quantized (prepare->node, prepare->inputs[0]->desc.type)
      && nnc_spatial_pooling_wanted (NNC_POOLING_AVERAGE, &prepare->inputs[0]->desc, 1))
    return nnc_spatial_pooling_prepare (prepare, NNC_POOLING_AVERAGE, error);
  return nnc_pooling_prepare (prepare, NNC_SLOT_average_pool_f32,
                              nnc_node_get_int (prepare->node, "count_include_pad", 0) != 0, error);
}

const NncOp nnc_op_AveragePool = {
  .name = "AveragePool",
  .traits = NNC_OP_F32,
  .min_inputs = 1,
  .max_inputs = 1,
  .max_outputs = 1,
  .infer = infer,
  .prepare = prepare_average_pool,
  .reach = nnc_pooling_reach,
};
