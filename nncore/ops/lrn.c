/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* lrn.c: LRN, local response normalization: y = x / (bias + alpha / size * sum of squares)^beta, the squares of the
 * `size` channels around x's own, along attribute axis (1). alpha: 1e-4, beta: 0.75, bias: 1. */
#include "axes.h"
#include "op_inputs.h"
#include "step_work.h"

#include <math.h>

typedef struct {
  NncSplit split;
  gsize before, after; /* channels */
  float factor, beta, bias;
} Params;

static gboolean
infer (NncInference *inference, GError **error)
{
  gint64 size = nnc_node_get_int (inference->node, "size", 0);
  guint axis;

  if (size < 1 || size > G_MAXINT32)
    return nnc_op_error (error, "attribute 'size' is %" G_GINT64_FORMAT ", 1 to %d are possible", size, G_MAXINT32);
  return nnc_infer_same_f32 (inference, error)
         && nnc_node_get_axis (inference->node, 1, inference->inputs[0]->desc.rank, &axis, error);
}

static void
normalize (const Params *params, const float *x, float *y)
{
  gsize channels = params->split.axis, step = params->split.inner;

  for (gsize c = 0; c < channels; c++) {
    gsize begin = c < params->before ? 0 : c - params->before, end = MIN (c + params->after + 1, channels);
    float sum = 0;

    for (gsize i = begin; i < end; i++)
      sum += x[i * step] * x[i * step];
    y[c * step] = x[c * step] / powf (params->bias + params->factor * sum, params->beta);
  }
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
prepare_lrn (NncPreparation *prepare, GError **error)
{
  Params *params = nnc_prepare_params (prepare, sizeof *params);
  const NncTensorDesc *x = &prepare->inputs[0]->desc;
  gint64 size = nnc_node_get_int (prepare->node, "size", 1);
  guint axis;

  if (!nnc_node_get_axis (prepare->node, 1, x->rank, &axis, error))
    return FALSE;
  params->split = nnc_desc_split (x, axis);
  params->before = (gsize)((size - 1) / 2);
  params->after = (gsize)(size / 2);
  params->factor = nnc_node_get_float (prepare->node, "alpha", 1e-4f) / (float)size;
  params->beta = nnc_node_get_float (prepare->node, "beta", 0.75f);
  params->bias = nnc_node_get_float (prepare->node, "bias", 1);
  prepare->run = nnc_desc_size (x) ? run : nnc_run_nothing;
  return TRUE;
}

static gboolean
permute (NncGraph *graph, NncNode *node, const guint *permutation, guint rank)
{
  return nnc_permute_axis (node, 1, permutation, rank);
}

const NncOp nnc_op_LRN = {
  .name = "LRN",
  .traits = NNC_OP_F32,
  .min_inputs = 1,
  .max_inputs = 1,
  .max_outputs = 1,
  .infer = infer,
  .prepare = prepare_lrn,
  .permute = permute,
};
