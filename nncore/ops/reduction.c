/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* reduction.c: many numbers into one, over axes. */
#include "reduction.h"

#include "axes.h"
#include "op_inputs.h"
#include "step_work.h"
#include "strided_move.h"

typedef struct {
  NncMove move; /* to [kept…][reduced…], where the reduced axes do not lie together */
  gboolean moves;
  NncSplit split;
  NncReduceF32 kernel; /* NULL: loop */
  float scale; /* of what the kernel gives */
  NncReduceLoop loop;
  double of_nothing;
  gsize moved_size, wide_x_size; /* bytes in scratch */
  NncStoredReduction stored;
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

gboolean
nnc_reduction_infer (NncInference *inference, const NncReduction *reduction, GError **error)
{
  const NncTensorDesc *x = &inference->inputs[0]->desc;
  gboolean keep = nnc_node_get_int (inference->node, "keepdims", 1) != 0, marks[NNC_MAX_RANK];
  gint64 shape[NNC_MAX_RANK];
  guint rank = 0;

  if (nnc_node_is_quantized (inference->node, x->type) && reduction->stored == NNC_STORED_REDUCTION_NONE)
    return nnc_op_unsupported (error, "stored %s is not supported", nnc_data_type_to_string (x->type));
  if (!nnc_node_is_quantized (inference->node, x->type)
      && !nnc_input_check_types (inference->inputs, 0, reduction->types, error))
    return FALSE;
  if (nnc_infer_waits_for (inference, 1))
    return TRUE;
  if (!read_axes (inference->node, inference->inputs, inference->n_inputs, marks, error))
    return FALSE;
  for (guint i = 0; i < x->rank; i++)
    if (!marks[i] || keep)
      shape[rank++] = marks[i] ? 1 : x->shape[i];
  return nnc_desc_set (&inference->outputs[0], x->type, rank, shape, error);
}

/* f32 */
static void
run_kernel (const Params *params, float *y, const float *x)
{
  gsize n = params->split.outer * params->split.inner;

  params->kernel (y, x, params->split.outer, params->split.axis, params->split.inner);
  for (gsize i = 0; i < n && params->scale != 1; i++)
    y[i] *= params->scale;
}

static gboolean
run (const NncStep *step, NncRunContext *context, GError **error)
{
  const Params *params = step->params;
  const NncTensor *y = step->outputs[0];
  NncTensor x = *step->inputs[0];
  guint8 *moved = nnc_run_scratch (context, 0), *wide_x = moved + params->moved_size;
  guint8 *wide_y = wide_x + params->wide_x_size;

  if (params->moves) {
    nnc_move_run (&params->move, moved, x.data);
    x.data = moved;
  }
  if (params->kernel)
    run_kernel (params, y->data, x.data);
  else
    params->loop (nnc_wide_output (y, wide_y), nnc_wide_read (&x, wide_x), params->split.outer, params->split.axis,
                  params->split.inner);
  nnc_wide_finish (y, wide_y);
  return TRUE;
}

static gboolean
run_of_nothing (const NncStep *step, NncRunContext *context, GError **error)
{
  const Params *params = step->params;
  const NncTensorDesc *y = &step->outputs[0]->desc;
  gsize size = nnc_data_type_get_size (y->type);
  double of_nothing = y->type == NNC_BOOL ? params->of_nothing > 0 : params->of_nothing;

  for (gsize i = 0; i < nnc_desc_n_elements (y); i++)
    nnc_convert (y->type, (guint8 *)step->outputs[0]->data + i * size, NNC_F64, &of_nothing, 1);
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
  NncTensorDesc moved = { .type = x->type, .rank = 0 };
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
  params->moved_size = nnc_round_up_64 (nnc_desc_size (x));
}

static gboolean
run_stored (const NncStep *step, NncRunContext *context, GError **error)
{
  const Params *params = step->params;
  gconstpointer x = step->inputs[0]->data;

  if (params->moves) {
    gpointer moved = nnc_run_scratch (context, 0);
    nnc_move_run (&params->move, moved, x);
    x = moved;
  }
  nnc_stored_reduction_run (&params->stored, step->outputs[0]->data, x, &params->split);
  return TRUE;
}

gboolean
nnc_reduction_prepare (NncPreparation *prepare, const NncReduction *reduction, GError **error)
{
  Params *params = nnc_prepare_params (prepare, sizeof *params);
  const NncTensorDesc *x = &prepare->inputs[0]->desc, *y = &prepare->outputs[0]->desc;
  gboolean marks[NNC_MAX_RANK];

  if (!read_axes (prepare->node, prepare->inputs, prepare->n_inputs, marks, error))
    return FALSE;
  if (!split_around (x, marks, &params->split))
    move_together (params, prepare, marks);
  if (nnc_node_is_quantized (prepare->node, x->type)) {
    prepare->scratch = params->moved_size;
    prepare->run = nnc_desc_size (y) ? run_stored : nnc_run_nothing;
    return nnc_desc_size (y) == 0
           || nnc_stored_reduction_set (&params->stored, reduction->stored, prepare->node, x->type, params->split.axis,
                                        error);
  }
  if (reduction->has_kernel && x->type == NNC_F32) {
    const NncKernel *kernel = nnc_kernel_find (reduction->slot);
    params->kernel = kernel->reduce;
    /* Of no elements the mean is 0 * infinity, NaN. */
    params->scale = reduction->divides ? 1 / (float)params->split.axis : 1;
    prepare->kernel = kernel->name;
  }
  params->loop = reduction->loops[nnc_wide_type (x->type)];
  params->of_nothing = reduction->of_nothing;
  params->wide_x_size = nnc_wide_scratch_size (x);
  prepare->scratch = params->moved_size + params->wide_x_size + nnc_wide_scratch_size (y);
  prepare->run = reduction->of_nothing != 0 && params->split.axis == 0 ? run_of_nothing : run;
  if (nnc_desc_size (y) == 0)
    prepare->run = nnc_run_nothing;
  return TRUE;
}

gboolean
nnc_reduction_permute (NncGraph *graph, NncNode *node, const guint *permutation, guint rank)
{
  const NncValue *axes = node->n_inputs > 1 ? node->inputs[1] : NULL;

  if (nnc_node_get_int (node, "keepdims", 1) == 0)
    return FALSE;
  return axes == NULL || nnc_permute_axes_input (graph, node, 1, 0, permutation, rank);
}
