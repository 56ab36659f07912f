/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* reduce_mean.c: ReduceMean: the mean of x over the axes that input 1 names, or over all of them (with
 * noop_with_empty_axes: over none). keepdims (1): the axes remain, with size 1. */
#include "axes.h"
#include "op_inputs.h"
#include "step_work.h"
#include "strided_move.h"

typedef struct {
  NncMove move; /* to [kept…][reduced…], where the reduced axes do not lie together */
  gboolean moves;
  NncSplit split;
  NncReduceF32 sum;
  float reciprocal; /* 1 / elements */
} Params;

static gboolean
read_axes (const NncNode *node, const NncTensor *const *inputs, guint n_inputs, gboolean *marks, GError **error)
{
  guint rank = inputs[0]->desc.rank;
  const NncTensor *axes = n_inputs > 1 ? inputs[1] : NULL;

  if (axes && nnc_desc_n_elements (&axes->desc) > 0)
    return nnc_axes_read (axes, rank, marks, error);
  for (guint i = 0; i < NNC_MAX_RANK; i++)
    marks[i] = nnc_node_get_int (node, "noop_with_empty_axes", 0) == 0;
  return TRUE;
}

static gboolean
infer (NncInference *inference, GError **error)
{
  const NncTensorDesc *x = &inference->inputs[0]->desc;
  gboolean keep = nnc_node_get_int (inference->node, "keepdims", 1) != 0, marks[NNC_MAX_RANK];
  gint64 shape[NNC_MAX_RANK];
  guint rank = 0;

  if (!nnc_input_check_type (inference->inputs, 0, NNC_F32, error))
    return FALSE;
  if (nnc_infer_waits_for (inference, 1))
    return TRUE;
  if (!read_axes (inference->node, inference->inputs, inference->n_inputs, marks, error))
    return FALSE;
  for (guint i = 0; i < x->rank; i++)
    if (!marks[i] || keep)
      shape[rank++] = marks[i] ? 1 : x->shape[i];
  return nnc_desc_set (&inference->outputs[0], NNC_F32, rank, shape, error);
}

static gboolean
run (const NncStep *step, NncRunContext *context, GError **error)
{
  const Params *params = step->params;
  gsize n = params->split.outer * params->split.inner;
  const float *x = step->inputs[0]->data;
  float *y = step->outputs[0]->data;

  if (params->moves) {
    float *moved = nnc_run_scratch (context, 0);
    nnc_move_run (&params->move, moved, x);
    x = moved;
  }
  params->sum (y, x, params->split.outer, params->split.axis, params->split.inner);
  for (gsize i = 0; i < n; i++)
    y[i] *= params->reciprocal;
  return TRUE;
}

/* Axes of 1 lie anywhere. FALSE: others lie between the reduced axes. */
static gboolean
split_around (const NncTensorDesc *x, const gboolean *marks, NncSplit *split)
{
  gboolean begun = FALSE, ended = FALSE;

  *split = (NncSplit){ 1, 1, 1 };
  for (guint i = 0; i < x->rank; i++) {
    gsize size = (gsize)x->shape[i];

    if (size == 1)
      continue;
    if (marks[i] && ended)
      return FALSE;
    if (marks[i]) {
      begun = TRUE;
      split->axis *= size;
    } else if (begun) {
      ended = TRUE;
      split->inner *= size;
    } else {
      split->outer *= size;
    }
  }
  return TRUE;
}

/* [kept…][reduced…] */
static void
move_together (Params *params, NncPreparation *prepare, const gboolean *marks)
{
  const NncTensorDesc *x = &prepare->inputs[0]->desc;
  NncTensorDesc moved = { .type = NNC_F32, .rank = 0 };
  gint64 strides[NNC_MAX_RANK], from[NNC_MAX_RANK], to[NNC_MAX_RANK];

  nnc_desc_contiguous_strides (x, strides);
  params->split = (NncSplit){ 1, 1, 1 };
  for (gboolean reduced = FALSE; reduced <= TRUE; reduced++)
    for (guint i = 0; i < x->rank; i++) {
      if (marks[i] != reduced)
        continue;
      from[moved.rank] = strides[i];
      moved.shape[moved.rank++] = x->shape[i];
      *(reduced ? &params->split.axis : &params->split.outer) *= (gsize)x->shape[i];
    }
  nnc_desc_contiguous_strides (&moved, to);
  nnc_move_set (&params->move, prepare, &moved, to, from);
  params->moves = nnc_desc_size (x) > 0;
  prepare->scratch = nnc_desc_size (x);
}

static gboolean
prepare_reduce_mean (NncPreparation *prepare, GError **error)
{
  Params *params = nnc_prepare_params (prepare, sizeof *params);
  const NncTensorDesc *x = &prepare->inputs[0]->desc;
  const NncKernel *kernel = nnc_kernel_find (NNC_SLOT_reduce_sum_f32);
  gboolean marks[NNC_MAX_RANK];

  if (!read_axes (prepare->node, prepare->inputs, prepare->n_inputs, marks, error))
    return FALSE;
  if (!split_around (x, marks, &params->split))
    move_together (params, prepare, marks);
  params->sum = kernel->reduce;
  params->reciprocal = 1 / (float)params->split.axis; /* of no elements the mean is 0 * infinity, NaN */
  prepare->kernel = kernel->name;
  prepare->run = nnc_desc_size (&prepare->outputs[0]->desc) ? run : nnc_run_nothing;
  return TRUE;
}

static gboolean
permute (NncGraph *graph, NncNode *node, const guint *permutation, guint rank)
{
  const NncValue *axes = node->n_inputs > 1 ? node->inputs[1] : NULL;

  if (nnc_node_get_int (node, "keepdims", 1) == 0)
    return FALSE;
  return axes == NULL || nnc_permute_axes_input (graph, node, 1, 0, permutation, rank);
}

const NncOp nnc_op_ReduceMean = {
  .name = "ReduceMean",
  .traits = NNC_OP_DATA_SHAPE,
  .min_inputs = 1,
  .max_inputs = 2,
  .max_outputs = 1,
  .infer = infer,
  .prepare = prepare_reduce_mean,
  .permute = permute,
};
