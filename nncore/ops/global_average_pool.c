/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* global_average_pool.c: GlobalAveragePool: y[n][1]…[1][c] = mean over all pixels of x[n][…][c]. */
#include "kernel.h"
#include "op_inputs.h"
#include "step_work.h"

#include <math.h>

typedef struct {
  NncWindow window;
  NncPoolF32 pool;
} Params;

/* x: [N,…,C] */
static gboolean
infer (NncInference *inference, GError **error)
{
  const NncTensorDesc *x = &inference->inputs[0]->desc;
  NncTensorDesc y = *x;

  if (!nnc_input_check_type (inference->inputs, 0, NNC_F32, error))
    return FALSE;
  if (x->rank < 3)
    return nnc_op_error (error, "input 0 has %u dimensions, at least 3 are right", x->rank);
  for (guint i = 1; i + 1 < x->rank; i++)
    y.shape[i] = 1;
  return nnc_desc_set (&inference->outputs[0], NNC_F32, y.rank, y.shape, error);
}

static gboolean
run (const NncStep *step, NncRunContext *context, GError **error)
{
  const Params *params = step->params;

  params->pool (&params->window, FALSE, step->inputs[0]->data, step->outputs[0]->data, 0, params->window.batch);
  return TRUE;
}

/* One window as large as the image, which is taken for one row. */
static gboolean
prepare_global_average_pool (NncPreparation *prepare, GError **error)
{
  Params *params = nnc_prepare_params (prepare, sizeof *params);
  const NncTensorDesc *x = &prepare->inputs[0]->desc;
  const NncKernel *kernel = nnc_kernel_find (NNC_SLOT_average_pool_f32);
  gsize batch = (gsize)x->shape[0], channels = (gsize)x->shape[x->rank - 1], pixels = 1;

  for (guint i = 1; i + 1 < x->rank; i++)
    pixels *= (gsize)x->shape[i];
  params->pool = kernel->pool;
  params->window = (NncWindow){
    .batch = batch,
    .in_height = 1,
    .in_width = pixels,
    .in_channels = channels,
    .out_height = 1,
    .out_width = 1,
    .out_channels = channels,
    .kernel_height = 1,
    .kernel_width = pixels,
    .stride_y = 1,
    .stride_x = 1,
    .dilation_y = 1,
    .dilation_x = 1,
    .groups = 1,
    .in_pixel = (ptrdiff_t)channels,
    .in_row = (ptrdiff_t)(pixels * channels),
    .in_image = (ptrdiff_t)(pixels * channels),
    .out_pixel = (ptrdiff_t)channels,
    .out_row = (ptrdiff_t)channels,
    .out_image = (ptrdiff_t)channels,
    .minimum = -INFINITY,
    .maximum = INFINITY,
  };
  prepare->kernel = kernel->name;
  prepare->other_work = batch * pixels * channels;
  prepare->run = nnc_desc_size (&prepare->outputs[0]->desc) ? run : nnc_run_nothing;
  return TRUE;
}

const NncOp nnc_op_GlobalAveragePool = {
  .name = "GlobalAveragePool",
  .traits = NNC_OP_F32,
  .min_inputs = 1,
  .max_inputs = 1,
  .max_outputs = 1,
  .infer = infer,
  .prepare = prepare_global_average_pool,
};
