/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* conv_integer.c: ConvInteger: y[n][pixel][o] = bias[o] + sum over taps, i of (x[n][tap's pixel][i] - zero point) *
 * (weights[o][tap][i] - zero point[o]), i32, of numbers of 8 bits; sums wrap around. */
#include "linear_quantization.h"
#include "op_inputs.h"
#include "spatial_window.h"
#include "step_work.h"

enum { X, WEIGHTS, X_ZERO_POINT, WEIGHTS_ZERO_POINT, BIAS, N_INPUTS };

typedef struct {
  NncSpatialWindow window;
  gsize groups, out_channels, per_group; /* channels of x */
  guint parts;
  gsize x_offset, weights_offset; /* in scratch, of x and weights without zero points */
} Params;

static const NncTensor *
optional (const NncTensor *const *tensors, guint n, guint i)
{
  return i < n ? tensors[i] : NULL;
}

static gboolean
set_window (Params *params, const NncNode *node, const NncTensor *const *inputs, GError **error)
{
  const NncTensorDesc *x = &inputs[X]->desc, *weights = &inputs[WEIGHTS]->desc;
  gint64 group = nnc_node_get_int (node, "group", 1), channels = x->rank ? x->shape[x->rank - 1] : 0;

  if (x->rank < 3 || weights->rank != x->rank)
    return nnc_op_error (error, "x has %u dimensions and the weights have %u, the same and at least 3 are right",
                         x->rank, weights->rank);
  if (group < 1 || channels % group != 0 || channels / group != weights->shape[x->rank - 1]
      || weights->shape[0] % group != 0)
    return nnc_op_error (error,
                         "x has %" G_GINT64_FORMAT " channels, the weights are for %" G_GINT64_FORMAT
                         " in each of %" G_GINT64_FORMAT " groups",
                         channels, weights->shape[x->rank - 1], group);
  params->groups = (gsize)group;
  params->out_channels = (gsize)weights->shape[0];
  params->per_group = (gsize)(channels / group);
  return nnc_spatial_window_set (&params->window, node, x, weights->shape + 1, error);
}

static gboolean
check_vectors (const NncInference *inference, gint64 out_channels, GError **error)
{
  const NncTensor *const *inputs = inference->inputs;
  const NncTensor *x_zero = optional (inputs, inference->n_inputs, X_ZERO_POINT);
  const NncTensor *weights_zero = optional (inputs, inference->n_inputs, WEIGHTS_ZERO_POINT);

  if (x_zero && !nnc_input_check_type (inputs, X_ZERO_POINT, inputs[X]->desc.type, error))
    return FALSE;
  if (x_zero && nnc_desc_n_elements (&x_zero->desc) != 1)
    return nnc_op_error (error, "x has %" G_GSIZE_FORMAT " zero points, 1 is right",
                         nnc_desc_n_elements (&x_zero->desc));
  if (weights_zero
      && (!nnc_input_check_type (inputs, WEIGHTS_ZERO_POINT, inputs[WEIGHTS]->desc.type, error)
          || (nnc_desc_n_elements (&weights_zero->desc) != 1
              && !nnc_input_check_vector (inputs, WEIGHTS_ZERO_POINT, out_channels, error))))
    return FALSE;
  return inference->n_inputs <= BIAS
         || (nnc_input_check_type (inputs, BIAS, NNC_I32, error)
             && nnc_input_check_vector (inputs, BIAS, out_channels, error));
}

static gboolean
infer (NncInference *inference, GError **error)
{
  const NncTensor *const *inputs = inference->inputs;
  const guint types = NNC_TYPE_BIT (NNC_I8) | NNC_TYPE_BIT (NNC_U8);
  Params params;

  return nnc_input_check_types (inputs, X, types, error) && nnc_input_check_types (inputs, WEIGHTS, types, error)
         && set_window (&params, inference->node, inputs, error)
         && check_vectors (inference, (gint64)params.out_channels, error)
         && nnc_spatial_window_get_output (&params.window, NNC_I32, (gint64)params.out_channels, &inference->outputs[0],
                                           error);
}

typedef struct {
  const Params *params;
  NncRunContext *context;
  const gint16 *x, *weights;
  const gint32 *bias; /* or NULL */
  gint32 *y;
} Work;

/* 8 at a time, in an order that the compiler may vectorize. */
static guint32
multiply (const gint16 *a, const gint16 *b, gsize n)
{
  guint32 sums[8] = { 0 }, sum = 0;
  gsize i = 0;

  for (; i + 8 <= n; i += 8)
    for (gsize j = 0; j < 8; j++)
      sums[j] += (guint32)(a[i + j] * b[i + j]);
  for (; i < n; i++)
    sum += (guint32)(a[i] * b[i]);
  for (gsize j = 0; j < 8; j++)
    sum += sums[j];
  return sum;
}

static void
compute_pixel (const Work *work, gsize row, NncSpatialTaps taps)
{
  const Params *params = work->params;
  const NncSpatialWindow *window = &params->window;
  gsize channels = window->channels, out_per_group = params->out_channels / params->groups;
  const gint16 *image = work->x + row / window->out_pixels * window->in_pixels * channels;

  for (gsize o = 0; o < params->out_channels; o++) {
    const gint16 *x = image + o / out_per_group * params->per_group;
    const gint16 *weights = work->weights + o * window->n_taps * params->per_group;
    guint32 sum = work->bias ? (guint32)work->bias[o] : 0;

    for (gsize t = 0; t < taps.n; t++)
      sum += multiply (x + taps.pixels[t] * channels, weights + taps.taps[t] * params->per_group, params->per_group);
    work->y[row * params->out_channels + o] = (gint32)sum;
  }
}

static void
run_part (gpointer user_data, guint part)
{
  const Work *work = user_data;
  const NncSpatialWindow *window = &work->params->window;
  gsize rows = window->batch * window->out_pixels, end = nnc_part_begin (rows, part + 1, work->params->parts);
  gpointer memory = nnc_run_scratch (work->context, part);

  for (gsize row = nnc_part_begin (rows, part, work->params->parts); row < end; row++)
    compute_pixel (work, row, nnc_spatial_taps (window, row % window->out_pixels, memory));
}

/* Without zero points: one, or one for each of n / per_zero blocks. */
static const gint16 *
widen (const NncTensor *tensor, const NncTensor *zeros, gsize per_zero, gint16 *to)
{
  gsize n = nnc_desc_n_elements (&tensor->desc);
  gboolean one = zeros == NULL || nnc_desc_n_elements (&zeros->desc) == 1;

  for (gsize i = 0; i < n;) {
    gsize end = one ? n : i + per_zero;
    gint32 zero = zeros ? nnc_linear_get (zeros->data, zeros->desc.type, one ? 0 : i / per_zero) : 0;

    for (; i < end; i++)
      to[i] = (gint16)(nnc_linear_get (tensor->data, tensor->desc.type, i) - zero);
  }
  return to;
}

static gboolean
run (const NncStep *step, NncRunContext *context, GError **error)
{
  const Params *params = step->params;
  const NncTensor *const *inputs = (const NncTensor *const *)step->inputs;
  const NncTensor *bias = optional (inputs, step->n_inputs, BIAS);
  guint8 *scratch = nnc_run_scratch (context, 0);
  Work work = { .params = params, .context = context, .y = step->outputs[0]->data };

  work.x
      = widen (inputs[X], optional (inputs, step->n_inputs, X_ZERO_POINT), 1, (gint16 *)(scratch + params->x_offset));
  work.weights = widen (inputs[WEIGHTS], optional (inputs, step->n_inputs, WEIGHTS_ZERO_POINT),
                        params->window.n_taps * params->per_group, (gint16 *)(scratch + params->weights_offset));
  work.bias = bias ? bias->data : NULL;
  nnc_run_parallel (context, params->parts, run_part, &work);
  return TRUE;
}

static gboolean
prepare_conv_integer (NncPreparation *prepare, GError **error)
{
  Params *params = nnc_prepare_params (prepare, sizeof *params);
  const NncSpatialWindow *window = &params->window;

  if (!set_window (params, prepare->node, prepare->inputs, error))
    return FALSE;
  prepare->macs = nnc_count_work (
      (gsize[]){ window->batch, window->out_pixels, params->out_channels, window->n_taps, params->per_group }, 5);
  params->x_offset = nnc_spatial_taps_size (window);
  params->weights_offset = params->x_offset + nnc_round_up_64 (2 * nnc_desc_n_elements (&prepare->inputs[X]->desc));
  prepare->scratch = params->weights_offset + 2 * nnc_desc_n_elements (&prepare->inputs[WEIGHTS]->desc);
  params->parts = nnc_prepare_parts (prepare, window->batch * window->out_pixels);
  prepare->run = nnc_desc_size (&prepare->outputs[0]->desc) ? run : nnc_run_nothing;
  return TRUE;
}

const NncOp nnc_op_ConvInteger = {
  .name = "ConvInteger",
  .min_inputs = 2,
  .max_inputs = N_INPUTS,
  .max_outputs = 1,
  .infer = infer,
  .prepare = prepare_conv_integer,
};
