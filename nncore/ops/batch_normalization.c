/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* batch_normalization.c: BatchNormalization: y = (x - mean[c]) * scale[c] / sqrt (variance[c] + epsilon) + bias[c],
 * c along attribute axis (1). */
#include "axes.h"
#include "kernel.h"
#include "op_inputs.h"
#include "step_work.h"

#include <math.h>

enum { X, SCALE, BIAS, MEAN, VARIANCE };

typedef struct {
  NncSplit split;
  float epsilon;
  NncBinaryF32 multiply, add;
} Params;

static gboolean
infer (NncInference *inference, GError **error)
{
  const NncTensorDesc *x = &inference->inputs[X]->desc;
  guint axis;

  if (!nnc_infer_same_f32 (inference, error) || !nnc_node_get_axis (inference->node, 1, x->rank, &axis, error))
    return FALSE;
  for (guint i = SCALE; i <= VARIANCE; i++)
    if (!nnc_input_check_type (inference->inputs, i, NNC_F32, error)
        || !nnc_input_check_vector (inference->inputs, i, x->shape[axis], error))
      return FALSE;
  return TRUE;
}

/* y = x * factor[c] + offset[c] */
static void
fill_factors (const Params *params, NncTensor *const *inputs, float *factor, float *offset)
{
  const float *scale = inputs[SCALE]->data, *bias = inputs[BIAS]->data;
  const float *mean = inputs[MEAN]->data, *variance = inputs[VARIANCE]->data;

  for (gsize c = 0; c < params->split.axis; c++) {
    factor[c] = scale[c] / sqrtf (variance[c] + params->epsilon);
    offset[c] = bias[c] - mean[c] * factor[c];
  }
}

static gboolean
run (const NncStep *step, NncRunContext *context, GError **error)
{
  const Params *params = step->params;
  const NncSplit *split = &params->split;
  float *factor = nnc_run_scratch (context, 0), *offset = factor + split->axis;
  const float *x = step->inputs[X]->data;
  float *y = step->outputs[0]->data;
  gsize block = split->axis * split->inner;
  /* Channels last: every pixel is a row. Otherwise every channel is a row, and its factor is one value along it. */
  gboolean last = split->inner == 1;
  NncBroadcast shape = { .rows = last ? split->outer : split->axis,
                         .columns = last ? split->axis : split->inner,
                         .a_row = (ptrdiff_t)(last ? split->axis : split->inner),
                         .b_row = last ? 0 : 1,
                         .a_step = 1,
                         .b_step = last };

  fill_factors (params, step->inputs, factor, offset);
  for (gsize i = 0; i < (last ? 1 : split->outer); i++) {
    params->multiply (y + i * block, x + i * block, factor, &shape);
    params->add (y + i * block, y + i * block, offset, &shape);
  }
  return TRUE;
}

static gboolean
prepare_batch_normalization (NncPreparation *prepare, GError **error)
{
  Params *params = nnc_prepare_params (prepare, sizeof *params);
  const NncTensorDesc *x = &prepare->inputs[X]->desc;
  const NncKernel *kernel = nnc_kernel_find (NNC_SLOT_mul_f32);
  guint axis;

  if (!nnc_node_get_axis (prepare->node, 1, x->rank, &axis, error))
    return FALSE;
  params->split = nnc_desc_split (x, axis);
  params->epsilon = nnc_node_get_float (prepare->node, "epsilon", 1e-5f);
  params->multiply = kernel->binary;
  params->add = nnc_kernel_find (NNC_SLOT_add_f32)->binary;
  prepare->kernel = kernel->name;
  prepare->scratch = 2 * params->split.axis * sizeof (float);
  prepare->run = nnc_desc_size (x) ? run : nnc_run_nothing;
  return TRUE;
}

static gboolean
permute (NncGraph *graph, NncNode *node, const guint *permutation, guint rank)
{
  return nnc_permute_axis (node, 1, permutation, rank);
}

const NncOp nnc_op_BatchNormalization = {
  .name = "BatchNormalization",
  .traits = NNC_OP_F32 | NNC_OP_IN_PLACE,
  .min_inputs = 5,
  .max_inputs = 5,
  .max_outputs = 1,
  .infer = infer,
  .prepare = prepare_batch_normalization,
  .permute = permute,
};
