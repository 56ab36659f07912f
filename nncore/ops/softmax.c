/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* softmax.c: Softmax: y[…][i][…] = e^(x[…][i][…] - max) / sum over i of the same, along attribute axis (-1).
 * Attribute beta (1): of beta * x. */
#include "axes.h"
#include "kernel.h"
#include "op_inputs.h"
#include "step_work.h"

typedef struct {
  NncSplit split;
  NncRowsF32 softmax;
  float beta;
} Params;

static gboolean
infer (NncInference *inference, GError **error)
{
  guint axis;

  return nnc_infer_same_f32 (inference, error)
         && nnc_node_get_axis (inference->node, -1, inference->inputs[0]->desc.rank, &axis, error);
}

/* to[c][r] = from[r][c] */
static void
transpose (float *to, const float *from, gsize rows, gsize columns)
{
  for (gsize r = 0; r < rows; r++)
    for (gsize c = 0; c < columns; c++)
      to[c * rows + r] = from[r * columns + c];
}

static gboolean
run (const NncStep *step, NncRunContext *context, GError **error)
{
  const Params *params = step->params;
  const NncSplit *split = &params->split;
  const float *x = step->inputs[0]->data;
  float *y = step->outputs[0]->data, *rows = nnc_run_scratch (context, 0);
  gsize block = split->axis * split->inner;

  if (params->beta != 1) {
    for (gsize i = 0; i < split->outer * block; i++)
      y[i] = params->beta * x[i];
    x = y;
  }
  if (split->inner == 1) {
    params->softmax (y, x, split->outer, split->axis);
    return TRUE;
  }
  for (gsize i = 0; i < split->outer; i++) {
    transpose (rows, x + i * block, split->axis, split->inner);
    params->softmax (rows, rows, split->inner, split->axis);
    transpose (y + i * block, rows, split->inner, split->axis);
  }
  return TRUE;
}

static gboolean
prepare_softmax (NncPreparation *prepare, GError **error)
{
  Params *params = nnc_prepare_params (prepare, sizeof *params);
  const NncTensorDesc *x = &prepare->inputs[0]->desc;
  const NncKernel *kernel = nnc_kernel_find (NNC_SLOT_softmax_f32);
  guint axis;

  if (!nnc_node_get_axis (prepare->node, -1, x->rank, &axis, error))
    return FALSE;
  params->split = nnc_desc_split (x, axis);
  params->softmax = kernel->rows;
  params->beta = nnc_node_get_float (prepare->node, "beta", 1);
  prepare->kernel = kernel->name;
  if (params->split.inner != 1)
    prepare->scratch = params->split.axis * params->split.inner * sizeof (float);
  prepare->run = nnc_desc_size (x) ? run : nnc_run_nothing;
  return TRUE;
}

static gboolean
permute (NncGraph *graph, NncNode *node, const guint *permutation, guint rank)
{
  return nnc_permute_axis (node, -1, permutation, rank);
}

const NncOp nnc_op_Softmax = {
  .name = "Softmax",
  .traits = NNC_OP_IN_PLACE,
  .min_inputs = 1,
  .max_inputs = 1,
  .max_outputs = 1,
  .infer = infer,
  .prepare = prepare_softmax,
  .permute = permute,
};
