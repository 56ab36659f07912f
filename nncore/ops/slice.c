/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* slice.c: Slice: y[…][i][…] = x[…][start + i * step][…] for the axes that input 3 names, or the first ones. Inputs:
 * x, starts, ends, axes, steps. Starts and ends count from the end where negative, and are cut to x's size. */
#include "axes.h"
#include "op_inputs.h"
#include "step_work.h"
#include "strided_move.h"

enum { X, STARTS, ENDS, AXES, STEPS };

typedef struct {
  gint64 start, step, size;
} Range;

/* As NumPy has it: [start, end) by step, cut to the axis. */
static Range
cut_range (gint64 start, gint64 end, gint64 step, gint64 size)
{
  gint64 low = step > 0 ? 0 : -1, high = step > 0 ? size : size - 1, distance;
  guint64 magnitude = step > 0 ? (guint64)step : 0 - (guint64)step;

  start = start < 0 ? (start < -size ? low : start + size) : start;
  end = end < 0 ? (end < -size ? low : end + size) : end;
  start = CLAMP (start, low, high);
  end = CLAMP (end, low, high);
  distance = step > 0 ? end - start : start - end;
  return (Range){ start, step, distance <= 0 ? 0 : (gint64)(((guint64)distance - 1) / magnitude + 1) };
}

static gboolean
read_list (const NncTensor *const *inputs, guint n_inputs, guint i, const char *what, guint n, gint64 *values,
           GError **error)
{
  guint n_given;

  if (i >= n_inputs || inputs[i] == NULL)
    return TRUE;
  if (!nnc_input_get_ints (inputs[i], what, values, NNC_MAX_RANK, &n_given, error))
    return FALSE;
  if (n_given != n)
    return nnc_op_error (error, "there are %u %s and %u starts", n_given, what, n);
  return TRUE;
}

/* ranges: one an axis of x. */
static gboolean
read_ranges (const NncTensor *const *inputs, guint n_inputs, Range *ranges, GError **error)
{
  const NncTensorDesc *x = &inputs[X]->desc;
  gint64 starts[NNC_MAX_RANK], ends[NNC_MAX_RANK], axes[NNC_MAX_RANK], steps[NNC_MAX_RANK];
  guint n, axis;

  for (guint i = 0; i < NNC_MAX_RANK; i++) {
    axes[i] = i;
    steps[i] = 1;
  }
  for (guint i = 0; i < x->rank; i++)
    ranges[i] = (Range){ 0, 1, x->shape[i] };
  if (!nnc_input_get_ints (inputs[STARTS], "starts", starts, NNC_MAX_RANK, &n, error)
      || !read_list (inputs, n_inputs, ENDS, "ends", n, ends, error)
      || !read_list (inputs, n_inputs, AXES, "axes", n, axes, error)
      || !read_list (inputs, n_inputs, STEPS, "steps", n, steps, error))
    return FALSE;
  for (guint i = 0; i < n; i++) {
    if (!nnc_axis_resolve (axes[i], x->rank, &axis, error))
      return FALSE;
    if (steps[i] == 0)
      return nnc_op_error (error, "the step along axis %u is 0", axis);
    ranges[axis] = cut_range (starts[i], ends[i], steps[i], x->shape[axis]);
  }
  return TRUE;
}

static gboolean
infer (NncInference *inference, GError **error)
{
  const NncTensorDesc *x = &inference->inputs[X]->desc;
  Range ranges[NNC_MAX_RANK];
  gint64 shape[NNC_MAX_RANK];

  for (guint i = STARTS; i <= STEPS; i++)
    if (nnc_infer_waits_for (inference, i))
      return TRUE;
  if (!read_ranges (inference->inputs, inference->n_inputs, ranges, error))
    return FALSE;
  for (guint i = 0; i < x->rank; i++)
    shape[i] = ranges[i].size;
  return nnc_desc_set (&inference->outputs[0], x->type, x->rank, shape, error);
}

typedef struct {
  NncMove move;
  gint64 offset; /* bytes, of the first element */
} Params;

static gboolean
run (const NncStep *step, NncRunContext *context, GError **error)
{
  const Params *params = step->params;

  nnc_move_run (&params->move, step->outputs[0]->data, (const guint8 *)step->inputs[X]->data + params->offset);
  return TRUE;
}

static gboolean
prepare_slice (NncPreparation *prepare, GError **error)
{
  Params *params = nnc_prepare_params (prepare, sizeof *params);
  const NncTensor *y = prepare->outputs[0];
  Range ranges[NNC_MAX_RANK];
  gint64 strides[NNC_MAX_RANK];

  if (!read_ranges (prepare->inputs, prepare->n_inputs, ranges, error))
    return FALSE;
  prepare->run = nnc_run_nothing;
  if (nnc_desc_size (&y->desc) == 0)
    return TRUE;
  nnc_desc_contiguous_strides (&prepare->inputs[X]->desc, strides);
  for (guint i = 0; i < y->desc.rank; i++) {
    params->offset += ranges[i].start * strides[i];
    /* A step that no second element follows may be too large to multiply. */
    strides[i] = ranges[i].size > 1 ? strides[i] * ranges[i].step : 0;
  }
  nnc_move_set (&params->move, prepare, &y->desc, y->strides, strides);
  prepare->run = run;
  return TRUE;
}

static gboolean
permute (NncGraph *graph, NncNode *node, const guint *permutation, guint rank)
{
  const NncConstant *starts = node->inputs[STARTS]->constant;

  if (starts == NULL)
    return FALSE;
  return nnc_permute_axes_input (graph, node, AXES, starts->desc.rank ? (guint)starts->desc.shape[0] : 1, permutation,
                                 rank);
}

const NncOp nnc_op_Slice = {
  .name = "Slice",
  .traits = NNC_OP_DATA_SHAPE,
  .min_inputs = 3,
  .max_inputs = 5,
  .max_outputs = 1,
  .infer = infer,
  .prepare = prepare_slice,
  .permute = permute,
};
