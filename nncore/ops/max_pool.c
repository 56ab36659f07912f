/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* max_pool.c: MaxPool: y[n][oy][ox][c] = max over the window of x[n][…][…][c]; padding does not count. Output 1 says
 * which element of x it was, counted as if x were [N,C,…], with storage_order (0) 1 the first spatial axis first. */
#include "pooling.h"
#include "quantization.h"
#include "spatial_pooling.h"

static gboolean
infer (NncInference *inference, GError **error)
{
  if (!nnc_node_is_quantized (inference->node, inference->inputs[0]->desc.type)
      && nnc_spatial_pooling_wanted (NNC_POOLING_MAX, &inference->inputs[0]->desc, inference->n_outputs))
    return nnc_spatial_pooling_infer (inference, NNC_POOLING_MAX, error);
  return nnc_pooling_infer (inference, error);
}

static gboolean
prepare_max_pool (NncPreparation *prepare, GError **error)
{
  if (!nnc_node_is_quantized (prepare->node, prepare->inputs[0]->desc.type)
      && nnc_spatial_pooling_wanted (NNC_POOLING_MAX, &prepare->inputs[0]->desc, prepare->n_outputs))
    return nnc_spatial_pooling_prepare (prepare, NNC_POOLING_MAX, error);
  return nnc_pooling_prepare (prepare, NNC_SLOT_max_pool_f32, FALSE, error);
}

/* Indices count what is not read, too. */
static gboolean
reach_of_max_pool (const NncNode *node, gint64 reach[NNC_MAX_RANK])
{
  return node->n_outputs == 1 && nnc_pooling_reach (node, reach);
}

const NncOp nnc_op_MaxPool = {
  .name = "MaxPool",
  .traits = NNC_OP_F32,
  .min_inputs = 1,
  .max_inputs = 1,
  .max_outputs = 2,
  .infer = infer,
  .prepare = prepare_max_pool,
  .reach = reach_of_max_pool,
};
