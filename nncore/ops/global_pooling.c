/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* global_pooling.c: over all pixels of x[n][…][c], y[n][1]…[1][c]: GlobalMaxPool, the largest; GlobalLpPool, (sum of
 * |x|^p)^(1/p), attribute p (2). GlobalAveragePool has a kernel and a file of its own. */
#include "op_inputs.h"
#include "step_work.h"

#include <math.h>

typedef struct {
  gsize batch, pixels, channels;
  float p; /* 0: the largest */
} Params;

/* x: [N,…,C] */
static gboolean
infer (NncInference *inference, GError **error)
{
  const NncTensorDesc *x = &inference->inputs[0]->desc;
  NncTensorDesc y = *x;
  gint64 p = nnc_node_get_int (inference->node, "p", 2);

  if (!nnc_input_check_type (inference->inputs, 0, NNC_F32, error))
    return FALSE;
  if (x->rank < 3)
    return nnc_op_error (error, "input 0 has %u dimensions, at least 3 are right", x->rank);
  if (p < 1)
    return nnc_op_error (error, "attribute 'p' is %" G_GINT64_FORMAT ", at least 1 is right", p);
  for (guint i = 1; i + 1 < x->rank; i++)
    y.shape[i] = 1;
  return nnc_desc_set (&inference->outputs[0], NNC_F32, y.rank, y.shape, error);
}

static float
pool_next (const Params *params, float so_far, float x)
{
  if (params->p > 0)
    return so_far + powf (fabsf (x), params->p);
  return x > so_far || isnan (x) ? x : so_far;
}

static void
pool_image (const Params *params, const float *x, float *y)
{
  for (gsize c = 0; c < params->channels; c++)
    y[c] = params->p > 0 ? 0 : -INFINITY;
  for (gsize i = 0; i < params->pixels; i++)
    for (gsize c = 0; c < params->channels; c++)
      y[c] = pool_next (params, y[c], x[i * params->channels + c]);
  for (gsize c = 0; params->p > 0 && c < params->channels; c++)
    y[c] = powf (y[c], 1 / params->p);
}

static gboolean
run (const NncStep *step, NncRunContext *context, GError **error)
{
  const Params *params = step->params;
  const float *x = step->inputs[0]->data;
  float *y = step->outputs[0]->data;

  for (gsize n = 0; n < params->batch; n++)
    pool_image (params, x + n * params->pixels * params->channels, y + n * params->channels);
  return TRUE;
}

static gboolean
prepare_global_pooling (NncPreparation *prepare, float p)
{
  Params *params = nnc_prepare_params (prepare, sizeof *params);
  const NncTensorDesc *x = &prepare->inputs[0]->desc;

  params->batch = (gsize)x->shape[0];
  params->channels = (gsize)x->shape[x->rank - 1];
  params->pixels = 1;
  for (guint i = 1; i + 1 < x->rank; i++)
    params->pixels *= (gsize)x->shape[i];
  params->p = p;
  prepare->run = nnc_desc_size (&prepare->outputs[0]->desc) ? run : nnc_run_nothing;
  return TRUE;
}

static gboolean
prepare_global_max_pool (NncPreparation *prepare, GError **error)
{
  return prepare_global_pooling (prepare, 0);
}

static gboolean
prepare_global_lp_pool (NncPreparation *prepare, GError **error)
{
  return prepare_global_pooling (prepare, (float)nnc_node_get_int (prepare->node, "p", 2));
}

const NncOp nnc_op_GlobalMaxPool = {
  .name = "GlobalMaxPool",
  .traits = NNC_OP_F32,
  .min_inputs = 1,
  .max_inputs = 1,
  .max_outputs = 1,
  .infer = infer,
  .prepare = prepare_global_max_pool,
};

const NncOp nnc_op_GlobalLpPool = {
  .name = "GlobalLpPool",
  .traits = NNC_OP_F32,
  .min_inputs = 1,
  .max_inputs = 1,
  .max_outputs = 1,
  .infer = infer,
  .prepare = prepare_global_lp_pool,
};
