/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* deform_conv.c: DeformConv: y[n][o][pixel] = bias[o] + sum over i, taps of weights[o][i][tap] * mask * x[n][i] at the
 * tap's place, moved by offset[n][offset group][tap][y, x][pixel], between four pixels; outside of x is 0. Channels are
 * second here, as they are in the offsets. */
#include "op_inputs.h"
#include "sliding_window.h"
#include "step_work.h"

#include <math.h>

enum { X, WEIGHTS, OFFSETS, BIAS, MASK };

typedef struct {
  NncWindowAxis axes[NNC_MAX_SPATIAL]; /* 2 */
  gsize batch, channels, out_channels, groups, offset_groups;
} Params;

static const NncTensor *
optional (const NncTensor *const *tensors, guint n, guint i)
{
  return i < n ? tensors[i] : NULL;
}

/* The tensor's shape is to be [batch][channels][out pixels]. */
static gboolean
check_plane (const Params *params, const NncTensor *tensor, gsize channels, guint input, GError **error)
{
  g_autofree char *text = NULL;

  if (tensor == NULL)
    return TRUE;
  if (tensor->desc.rank == 4 && tensor->desc.shape[0] == (gint64)params->batch
      && tensor->desc.shape[1] == (gint64)channels && tensor->desc.shape[2] == params->axes[0].out
      && tensor->desc.shape[3] == params->axes[1].out)
    return TRUE;
  text = nnc_desc_to_string (&tensor->desc);
  return nnc_op_error (error,
                       "input %u is %s, [%" G_GSIZE_FORMAT ",%" G_GSIZE_FORMAT ",%" G_GINT64_FORMAT ",%" G_GINT64_FORMAT
                       "] is right",
                       input, text, params->batch, channels, params->axes[0].out, params->axes[1].out);
}

static gboolean
set_params (Params *params, const NncNode *node, const NncTensor *const *inputs, guint n, GError **error)
{
  const NncTensorDesc *x = &inputs[X]->desc, *weights = &inputs[WEIGHTS]->desc;
  gint64 groups = nnc_node_get_int (node, "group", 1), offset_groups = nnc_node_get_int (node, "offset_group", 1);
  NncTensorDesc image = { .type = NNC_F32, .rank = 4 };
  gsize taps;

  if (x->rank != 4 || weights->rank != 4)
    return nnc_op_unsupported (error, "x has %u dimensions and the weights have %u, 4 are supported", x->rank,
                               weights->rank);
  if (groups < 1 || offset_groups < 1 || x->shape[1] % groups != 0 || x->shape[1] % offset_groups != 0
      || x->shape[1] / groups != weights->shape[1] || weights->shape[0] % groups != 0)
    return nnc_op_error (error,
                         "x has %" G_GINT64_FORMAT " channels, the weights are for %" G_GINT64_FORMAT
                         " in each of %" G_GINT64_FORMAT " groups, offsets in %" G_GINT64_FORMAT,
                         x->shape[1], weights->shape[1], groups, offset_groups);
  image.shape[0] = x->shape[0];
  image.shape[1] = x->shape[2];
  image.shape[2] = x->shape[3];
  image.shape[3] = x->shape[1];
  if (!nnc_window_read_axes (params->axes, node, &image, weights->shape + 2, error))
    return FALSE;
  params->batch = (gsize)x->shape[0];
  params->channels = (gsize)x->shape[1];
  params->out_channels = (gsize)weights->shape[0];
  params->groups = (gsize)groups;
  params->offset_groups = (gsize)offset_groups;
  taps = params->offset_groups * (gsize)(weights->shape[2] * weights->shape[3]);
  return check_plane (params, inputs[OFFSETS], 2 * taps, OFFSETS, error)
         && check_plane (params, optional (inputs, n, MASK), taps, MASK, error)
         && (n <= BIAS || nnc_input_check_vector (inputs, BIAS, weights->shape[0], error));
}

static gboolean
infer (NncInference *inference, GError **error)
{
  Params params;

  for (guint i = 0; i < inference->n_inputs; i++)
    if (!nnc_input_check_type (inference->inputs, i, NNC_F32, error))
      return FALSE;
  return set_params (&params, inference->node, inference->inputs, inference->n_inputs, error)
         && nnc_desc_set (
             &inference->outputs[0], NNC_F32, 4,
             (gint64[]){ (gint64)params.batch, (gint64)params.out_channels, params.axes[0].out, params.axes[1].out },
             error);
}

static float
pixel_at (const Params *params, const float *plane, float y, float x)
{
  if (!(y >= 0 && y < (float)params->axes[0].in && x >= 0 && x < (float)params->axes[1].in))
    return 0;
  return plane[(gsize)y * (gsize)params->axes[1].in + (gsize)x];
}

static float
interpolate (const Params *params, const float *plane, float y, float x)
{
  float top = floorf (y), left = floorf (x), below = y - top, right = x - left;

  return (1 - below)
             * ((1 - right) * pixel_at (params, plane, top, left) + right * pixel_at (params, plane, top, left + 1))
         + below
               * ((1 - right) * pixel_at (params, plane, top + 1, left)
                  + right * pixel_at (params, plane, top + 1, left + 1));
}

typedef struct {
  const Params *params;
  const float *x, *weights, *offsets, *bias, *mask; /* the last two may be NULL */
} Work;

/* What input channel i gives to an output pixel. weights: of that channel. */
static float
sum_taps (const Work *work, gsize n, gsize i, gsize row, gsize column, const float *weights)
{
  const Params *params = work->params;
  const NncWindowAxis *vertical = &params->axes[0], *horizontal = &params->axes[1];
  gsize taps = (gsize)(vertical->kernel * horizontal->kernel), pixels = (gsize)(vertical->out * horizontal->out);
  gsize group = i / (params->channels / params->offset_groups), pixel = row * (gsize)horizontal->out + column;
  const float *plane = work->x + (n * params->channels + i) * (gsize)(vertical->in * horizontal->in);
  float sum = 0;

  for (gsize t = 0; t < taps; t++) {
    gsize tap = (n * params->offset_groups + group) * taps + t;
    gint64 y
        = (gint64)row * vertical->stride - vertical->pad_begin + (gint64)t / horizontal->kernel * vertical->dilation;
    gint64 x = (gint64)column * horizontal->stride - horizontal->pad_begin
               + (gint64)t % horizontal->kernel * horizontal->dilation;
    float value = interpolate (params, plane, (float)y + work->offsets[2 * tap * pixels + pixel],
                               (float)x + work->offsets[(2 * tap + 1) * pixels + pixel]);

    sum += weights[t] * (work->mask ? value * work->mask[tap * pixels + pixel] : value);
  }
  return sum;
}

static float
compute (const Work *work, gsize n, gsize o, gsize row, gsize column)
{
  const Params *params = work->params;
  gsize per_group = params->channels / params->groups, taps = (gsize)(params->axes[0].kernel * params->axes[1].kernel);
  gsize first = o / (params->out_channels / params->groups) * per_group;
  float sum = work->bias ? work->bias[o] : 0;

  for (gsize i = 0; i < per_group; i++)
    sum += sum_taps (work, n, first + i, row, column, work->weights + (o * per_group + i) * taps);
  return sum;
}

static const float *
input_data (const NncStep *step, guint i)
{
  return i < step->n_inputs && step->inputs[i] ? step->inputs[i]->data : NULL;
}

static gboolean
run (const NncStep *step, NncRunContext *context, GError **error)
{
  const Params *params = step->params;
  Work work = { params,
                input_data (step, X),
                input_data (step, WEIGHTS),
                input_data (step, OFFSETS),
                input_data (step, BIAS),
                input_data (step, MASK) };
  float *y = step->outputs[0]->data;

  for (gsize plane = 0; plane < params->batch * params->out_channels; plane++)
    for (gint64 row = 0; row < params->axes[0].out; row++)
      for (gint64 column = 0; column < params->axes[1].out; column++)
        *y++ = compute (&work, plane / params->out_channels, plane % params->out_channels, (gsize)row, (gsize)column);
  return TRUE;
}

static gboolean
prepare_deform_conv (NncPreparation *prepare, GError **error)
{
  Params *params = nnc_prepare_params (prepare, sizeof *params);

  if (!set_params (params, prepare->node, prepare->inputs, prepare->n_inputs, error))
    return FALSE;
  prepare->macs
      = nnc_count_work ((gsize[]){ nnc_desc_n_elements (&prepare->outputs[0]->desc), params->channels / params->groups,
                                   (gsize)params->axes[0].kernel, (gsize)params->axes[1].kernel },
                        4);
  prepare->run = nnc_desc_size (&prepare->outputs[0]->desc) ? run : nnc_run_nothing;
  return TRUE;
}

const NncOp nnc_op_DeformConv = {
  .name = "DeformConv",
  .traits = NNC_OP_F32,
  .min_inputs = 3,
  .max_inputs = 5,
  .max_outputs = 1,
  .infer = infer,
  .prepare = prepare_deform_conv,
};
