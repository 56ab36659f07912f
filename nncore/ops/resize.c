/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* resize.c: Resize: x [...] larger or smaller along attribute axes (all), by input 2, scales, or to input 3, sizes; by
 * attribute mode (nearest) linear, cubic or nearest, one axis after the other. Attributes that say where output numbers
 * come from: resize_axis.h; input 1: the part of x that tf_crop_and_resize takes, [begins, ends]. With sizes,
 * keep_aspect_ratio_policy (stretch) not_larger or not_smaller scales all axes alike. */
#include "op_inputs.h"
#include "resize_axis.h"
#include "step_work.h"
#include "wide.h"

#include <math.h>
#include <string.h>

enum { X, ROI, SCALES, SIZES };

typedef struct {
  guint n; /* axes in order, also those that do not change */
  NncResizeAxis axes[NNC_MAX_RANK];
  NncResizeStyle style;
  gsize size; /* of an element */
  float extrapolation_value;
  gsize buffers[2]; /* in scratch */
} Params;

/* --- sizes ------------------------------------------------------------------------- */

/* Absent, or as good as that. */
static const NncTensor *
given_input (const NncTensor *const *inputs, guint n_inputs, guint i)
{
  return i < n_inputs && inputs[i] && nnc_desc_n_elements (&inputs[i]->desc) > 0 ? inputs[i] : NULL;
}

static gboolean
read_axes (const NncNode *node, guint rank, guint *axes, guint *n, GError **error)
{
  const gint64 *given = nnc_node_get_ints (node, "axes", n);
  gboolean seen[NNC_MAX_RANK] = { FALSE };

  if (given == NULL)
    *n = rank;
  if (*n > rank)
    return nnc_op_error (error, "attribute 'axes' has %u numbers, input 0 has %u dimensions", *n, rank);
  for (guint i = 0; i < *n; i++) {
    if (!nnc_axis_resolve (given ? given[i] : i, rank, &axes[i], error))
      return FALSE;
    if (seen[axes[i]])
      return nnc_op_error (error, "axis %u is named twice", axes[i]);
    seen[axes[i]] = TRUE;
  }
  return TRUE;
}

/* n numbers, f32 or f64. */
static gboolean
read_floats (const NncTensor *tensor, const char *what, double *values, guint n, GError **error)
{
  const guint8 *from = tensor->data;
  NncDataType type = tensor->desc.type;

  if (tensor->desc.rank != 1 || tensor->desc.shape[0] != n || (type != NNC_F32 && type != NNC_F64)) {
    g_autofree char *text = nnc_desc_to_string (&tensor->desc);
    return nnc_op_error (error, "%s is %s, %u floats are right", what, text, n);
  }
  for (guint i = 0; i < n; i++, from += tensor->strides[0]) {
    float narrow;

    memcpy (type == NNC_F32 ? (void *)&narrow : &values[i], from, nnc_data_type_get_size (type));
    values[i] = type == NNC_F32 ? (double)narrow : values[i];
    if (!isfinite (values[i]))
      return nnc_op_error (error, "%s has %g", what, values[i]);
  }
  return TRUE;
}

static gboolean
size_by_scales (Params *params, const NncTensor *scales, const guint *axes, guint n, GError **error)
{
  double values[NNC_MAX_RANK];

  if (!read_floats (scales, "the list of scales", values, n, error))
    return FALSE;
  for (guint i = 0; i < n; i++) {
    NncResizeAxis *axis = &params->axes[axes[i]];
    double out = floor ((double)axis->in * values[i]);

    if (!(values[i] > 0) || out > G_MAXUINT32)
      return nnc_op_error (error, "%" G_GSIZE_FORMAT " elements cannot be resized by %g", axis->in, values[i]);
    axis->scale = values[i];
    axis->out = (gsize)out;
  }
  return TRUE;
}

/* One scale for all. */
static void
keep_aspect_ratio (Params *params, const guint *axes, guint n, gboolean larger)
{
  double scale = n ? params->axes[axes[0]].scale : 1;

  for (guint i = 1; i < n; i++) {
    double other = params->axes[axes[i]].scale;
    scale = larger ? MAX (scale, other) : MIN (scale, other);
  }
  for (guint i = 0; i < n; i++) {
    NncResizeAxis *axis = &params->axes[axes[i]];
    axis->scale = scale;
    axis->out = (gsize)MIN (scale * (double)axis->in + 0.5, G_MAXUINT32);
  }
}

static gboolean
size_by_sizes (Params *params, const NncNode *node, const NncTensor *sizes, const guint *axes, guint n, GError **error)
{
  const char *policy = nnc_node_get_string (node, "keep_aspect_ratio_policy", "stretch");
  gboolean stretch = strcmp (policy, "stretch") == 0, larger = strcmp (policy, "not_smaller") == 0;
  gint64 values[NNC_MAX_RANK];
  guint n_given;

  if (!stretch && !larger && strcmp (policy, "not_larger") != 0)
    return nnc_op_error (error, "attribute 'keep_aspect_ratio_policy' is '%s', which is not known", policy);
  if (!nnc_input_get_ints (sizes, "the list of sizes", values, NNC_MAX_RANK, &n_given, error))
    return FALSE;
  if (n_given != n)
    return nnc_op_error (error, "the list of sizes has %u numbers instead of %u", n_given, n);
  for (guint i = 0; i < n; i++) {
    NncResizeAxis *axis = &params->axes[axes[i]];

    if (values[i] < 0 || values[i] > G_MAXUINT32 || (axis->in == 0 && values[i] > 0))
      return nnc_op_error (error, "%" G_GSIZE_FORMAT " elements cannot be resized to %" G_GINT64_FORMAT, axis->in,
                           values[i]);
    axis->out = (gsize)values[i];
    axis->scale = axis->in ? (double)values[i] / (double)axis->in : 1;
  }
  if (!stretch)
    keep_aspect_ratio (params, axes, n, larger);
  return TRUE;
}

static gboolean
read_roi (Params *params, const NncTensor *roi, const guint *axes, guint n, GError **error)
{
  double values[2 * NNC_MAX_RANK];

  if (roi == NULL)
    return nnc_op_error (error, "tf_crop_and_resize needs input 1");
  if (!read_floats (roi, "the part of x", values, 2 * n, error))
    return FALSE;
  for (guint i = 0; i < n; i++) {
    params->axes[axes[i]].roi_begin = values[i];
    params->axes[axes[i]].roi_end = values[n + i];
  }
  return TRUE;
}

static gboolean
set_axes (Params *params, const NncNode *node, const NncTensor *const *inputs, guint n_inputs, GError **error)
{
  const NncTensorDesc *x = &inputs[X]->desc;
  const NncTensor *scales = given_input (inputs, n_inputs, SCALES), *sizes = given_input (inputs, n_inputs, SIZES);
  guint axes[NNC_MAX_RANK], n;

  params->n = x->rank;
  for (guint i = 0; i < x->rank; i++)
    params->axes[i] = (NncResizeAxis){
      .in = (gsize)x->shape[i], .out = (gsize)x->shape[i], .scale = 1, .roi_begin = 0, .roi_end = 1
    };
  if (!nnc_resize_style_read (&params->style, node, error) || !read_axes (node, x->rank, axes, &n, error))
    return FALSE;
  if ((scales == NULL) == (sizes == NULL) && n > 0)
    return nnc_op_error (error, "%s scales and sizes are given", scales ? "both" : "neither");
  if (scales && !size_by_scales (params, scales, axes, n, error))
    return FALSE;
  if (sizes && !size_by_sizes (params, node, sizes, axes, n, error))
    return FALSE;
  return params->style.coordinates != NNC_RESIZE_CROP
         || read_roi (params, given_input (inputs, n_inputs, ROI), axes, n, error);
}

static gboolean
infer (NncInference *inference, GError **error)
{
  Params params = { 0 };
  gint64 shape[NNC_MAX_RANK];
  NncDataType type = inference->inputs[X]->desc.type;

  for (guint i = ROI; i < inference->n_inputs; i++)
    if (given_input (inference->inputs, inference->n_inputs, i) && nnc_infer_waits_for (inference, i))
      return TRUE;
  if (!set_axes (&params, inference->node, inference->inputs, inference->n_inputs, error))
    return FALSE;
  if (params.style.mode != NNC_RESIZE_NEAREST && !nnc_input_check_type (inference->inputs, X, NNC_F32, error))
    return FALSE;
  if (params.style.coordinates == NNC_RESIZE_CROP && !nnc_input_check_type (inference->inputs, X, NNC_F32, error))
    return FALSE;
  for (guint i = 0; i < params.n; i++)
    shape[i] = (gint64)params.axes[i].out;
  return nnc_desc_set (&inference->outputs[0], type, params.n, shape, error);
}

/* --- running ------------------------------------------------------------------------- */

/* y[outer][out][inner] from x[outer][in][inner] */
static void
interpolate (const NncResizeAxis *axis, const float *x, float *y, gsize outer, gsize inner)
{
  for (gsize o = 0; o < outer; o++, x += axis->in * inner)
    for (gsize i = 0; i < axis->out; i++, y += inner) {
      const guint32 *indices = axis->indices + i * axis->n_taps;
      const float *weights = axis->weights + i * axis->n_taps;

      for (gsize j = 0; j < inner; j++)
        y[j] = x[indices[0] * inner + j] * weights[0];
      for (gsize t = 1; t < axis->n_taps; t++)
        for (gsize j = 0; j < inner; j++)
          y[j] += x[indices[t] * inner + j] * weights[t];
    }
}

/* The same where each number is one of x, of any size; inner in bytes. */
static void
pick (const NncResizeAxis *axis, const guint8 *x, guint8 *y, gsize outer, gsize inner)
{
  for (gsize o = 0; o < outer; o++, x += axis->in * inner)
    for (gsize i = 0; i < axis->out; i++, y += inner)
      memcpy (y, x + axis->indices[i] * inner, inner);
}

/* Where any axis lies outside of x. */
static void
extrapolate (const Params *params, guint i, float *y, gsize outer)
{
  const NncResizeAxis *axis = &params->axes[i];
  gsize inner = 1;

  for (guint j = i + 1; j < params->n; j++)
    inner *= params->axes[j].out;
  for (gsize o = 0; axis->outside && o < outer; o++)
    for (gsize k = 0; k < axis->out; k++)
      for (gsize j = 0; axis->outside[k] && j < inner; j++)
        y[(o * axis->out + k) * inner + j] = params->extrapolation_value;
}

static void
resize_axis (const Params *params, guint i, gconstpointer from, gpointer to, gsize outer)
{
  const NncResizeAxis *axis = &params->axes[i];
  gsize inner = 1;

  for (guint j = i + 1; j < params->n; j++)
    inner *= params->axes[j].in;
  if (params->style.mode == NNC_RESIZE_NEAREST)
    pick (axis, from, to, outer, inner * params->size);
  else
    interpolate (axis, from, to, outer, inner);
}

static gboolean
run (const NncStep *step, NncRunContext *context, GError **error)
{
  const Params *params = step->params;
  guint8 *scratch = nnc_run_scratch (context, 0);
  gconstpointer from = step->inputs[X]->data;
  gpointer y = step->outputs[0]->data;
  gsize outer = 1;
  guint n_moving = 0, n_done = 0;

  for (guint i = 0; i < params->n; i++)
    n_moving += params->axes[i].moves;
  if (n_moving == 0)
    memcpy (y, from, nnc_desc_size (&step->outputs[0]->desc));
  for (guint i = 0; i < params->n; outer *= params->axes[i++].out) {
    gpointer to = n_done + 1 == n_moving ? y : scratch + params->buffers[n_done % 2];

    if (!params->axes[i].moves)
      continue;
    resize_axis (params, i, from, to, outer);
    from = to;
    n_done++;
  }
  outer = 1;
  for (guint i = 0; i < params->n; outer *= params->axes[i++].out)
    extrapolate (params, i, y, outer);
  return TRUE;
}

/* --- preparing -------------------------------------------------------------------------- */

/* What lies between two axes is in one of two buffers, each as large as the largest of its. */
static gboolean
set_buffers (Params *params, NncPreparation *prepare, GError **error)
{
  gsize sizes[2] = { 0 };
  guint n_done = 0;

  for (guint i = 0; i < params->n; i++) {
    NncTensorDesc between = { 0 };
    gint64 shape[NNC_MAX_RANK];

    if (!params->axes[i].moves)
      continue;
    for (guint j = 0; j < params->n; j++)
      shape[j] = (gint64)(j <= i ? params->axes[j].out : params->axes[j].in);
    if (!nnc_desc_set (&between, prepare->inputs[X]->desc.type, params->n, shape, error))
      return FALSE;
    prepare->other_work += nnc_desc_n_elements (&between) * params->axes[i].n_taps;
    sizes[n_done % 2] = MAX (sizes[n_done % 2], nnc_round_up_64 (nnc_desc_size (&between)));
    n_done++;
  }
  params->buffers[1] = sizes[0];
  prepare->scratch = n_done > 1 ? sizes[0] + sizes[1] : 0;
  return TRUE;
}

static void
params_clear (gpointer data)
{
  Params *params = data;

  for (guint i = 0; i < NNC_MAX_RANK; i++)
    nnc_resize_axis_clear (&params->axes[i]);
}

static gboolean
prepare_resize (NncPreparation *prepare, GError **error)
{
  Params *params = nnc_prepare_params_full (prepare, sizeof *params, params_clear);

  prepare->run = nnc_run_nothing;
  if (!set_axes (params, prepare->node, prepare->inputs, prepare->n_inputs, error))
    return FALSE;
  if (nnc_desc_size (&prepare->outputs[0]->desc) == 0)
    return TRUE;
  for (guint i = 0; i < params->n; i++)
    if (!nnc_resize_axis_fill (&params->axes[i], &params->style, error))
      return FALSE;
  params->size = nnc_data_type_get_size (prepare->inputs[X]->desc.type);
  params->extrapolation_value = nnc_node_get_float (prepare->node, "extrapolation_value", 0);
  prepare->run = run;
  return set_buffers (params, prepare, error);
}

/* The lists stay as they are, in the order of the axes. */
static gboolean
permute (NncGraph *graph, NncNode *node, const guint *permutation, guint rank)
{
  guint axes[NNC_MAX_RANK], n;
  gint64 moved[NNC_MAX_RANK];

  if (!read_axes (node, rank, axes, &n, NULL))
    return FALSE;
  for (guint i = 0; i < n; i++)
    for (guint j = 0; j < rank; j++)
      if (permutation[j] == axes[i])
        moved[i] = j;
  nnc_node_set_ints (node, "axes", moved, n);
  return TRUE;
}

const NncOp nnc_op_Resize = {
  .name = "Resize",
  .traits = NNC_OP_DATA_SHAPE | NNC_OP_F32,
  .min_inputs = 1,
  .max_inputs = 4,
  .max_outputs = 1,
  .infer = infer,
  .prepare = prepare_resize,
  .permute = permute,
};
