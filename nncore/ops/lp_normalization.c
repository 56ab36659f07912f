/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* lp_normalization.c: LpNormalization: y = x / (sum of |x|^p)^(1/p), over attribute axis (-1), p 1 or 2 (2); 0 where
 * the sum is 0. */
#include "axes.h"
#include "op_inputs.h"
#include "step_work.h"

#include <math.h>

typedef struct {
  NncSplit split;
  gboolean squared;
} Params;

static gboolean
infer (NncInference *inference, GError **error)
{
  gint64 p = nnc_node_get_int (inference->node, "p", 2);
  guint axis;

  if (p != 1 && p != 2)
    return nnc_op_error (error, "attribute 'p' is %" G_GINT64_FORMAT ", 1 and 2 are right", p);
  return nnc_infer_same_f32 (inference, error)
         && nnc_node_get_axis (inference->node, -1, inference->inputs[0]->desc.rank, &axis, error);
}

static void
normalize (const Params *params, const float *x, float *y)
{
  gsize n = params->split.axis, step = params->split.inner;
  float sum = 0, norm;

  for (gsize i = 0; i < n; i++)
    sum += params->squared ? x[i * step] * x[i * step] : fabsf (x[i * step]);
  norm = params->squared ? sqrtf (sum) : sum;
  for (gsize i = 0; i < n; i++)
    y[i * step] = norm == 0 ? 0 : x[i * step] / norm;
}

static gboolean
run (const NncStep *step, NncRunContext *context, GError **error)
{
  const Params *params = step->params;
  const NncSplit *split = &params->split;
  const float *x = step->inputs[0]->data;
  float *y = step->outputs[0]->data;

  for (gsize i = 0; i < split->outer; i++)
    for (gsize j = 0; j < split->inner; j++) {
      gsize at = i * split->axis * split->inner + j;
      normalize (params, x + at, y + at);
    }
  return TRUE;
}

static gboolean
prepare_lp_normalization (NncPreparation *prepare, GError **error)
{
  Params *params = nnc_prepare_params (prepare, sizeof *params);
  const NncTensorDesc *x = &prepare->inputs[0]->desc;
  guint axis;

  if (!nnc_node_get_axis (prepare->node, -1, x->rank, &axis, error))
    return FALSE;
  params->split = nnc_desc_split (x, axis);
  params->squared = nnc_node_get_int (prepare->node, "p", 2) == 2;
  prepare->run = nnc_desc_size (x) ? run : nnc_run_nothing;
  return TRUE;
}

static gboolean
permute (NncGraph *graph, NncNode *node, const guint *permutation, guint rank)
{
  return nnc_permute_axis (node, -1, permutation, rank);
}

const NncOp nnc_op_LpNormalization = {
  .name = "LpNormalization",
  .traits = NNC_OP_IN_PLACE | NNC_OP_F32,
  .min_inputs = 1,
  .max_inputs = 1,
  .max_outputs = 1,
  .infer = infer,
  .prepare = prepare_lp_normalization,
  .permute = permute,
};
