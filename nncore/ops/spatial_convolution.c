/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* spatial_convolution.c: y[n][pixel][o] = clamp (bias[o] + scale[o] * sum over taps, i of x[n][tap's pixel][i] *
 * weights[o][tap][i]), i within o's group. */
#include "spatial_convolution.h"

#include "op_inputs.h"
#include "spatial_window.h"
#include "step_work.h"
#include "window.h"

enum { X, WEIGHTS, BIAS, SCALE };

typedef struct {
  NncSpatialWindow window;
  gsize groups, out_channels;
  float minimum, maximum;
  guint parts;
} Params;

static gboolean
set_window (NncSpatialWindow *window, const NncNode *node, const NncTensor *const *inputs, GError **error)
{
  return nnc_spatial_window_set (window, node, &inputs[X]->desc, inputs[WEIGHTS]->desc.shape + 1, error);
}

gboolean
nnc_spatial_convolution_infer (NncInference *inference, GError **error)
{
  NncSpatialWindow window;

  return set_window (&window, inference->node, inference->inputs, error)
         && nnc_spatial_window_get_output (&window, NNC_F32, inference->inputs[WEIGHTS]->desc.shape[0],
                                           &inference->outputs[0], error);
}

typedef struct {
  const Params *params;
  NncRunContext *context;
  const float *x, *weights, *bias, *scale; /* the last two may be NULL */
  float *y;
} Work;

static float
sum_taps (const Params *params, const float *image, const float *weights, NncSpatialTaps taps, gsize first_channel)
{
  gsize channels = params->window.channels, per_group = channels / params->groups;
  float sum = 0;

  for (gsize t = 0; t < taps.n; t++) {
    const float *pixel = image + taps.pixels[t] * channels + first_channel, *w = weights + taps.taps[t] * per_group;

    for (gsize i = 0; i < per_group; i++)
      sum += pixel[i] * w[i];
  }
  return sum;
}

static void
compute_pixel (const Work *work, gsize row, NncSpatialTaps taps)
{
  const Params *params = work->params;
  const NncSpatialWindow *window = &params->window;
  gsize per_group = window->channels / params->groups, out_per_group = params->out_channels / params->groups;
  const float *image = work->x + row / window->out_pixels * window->in_pixels * window->channels;
  float *y = work->y + row * params->out_channels;

  for (gsize o = 0; o < params->out_channels; o++) {
    const float *weights = work->weights + o * window->n_taps * per_group;
    float sum = sum_taps (params, image, weights, taps, o / out_per_group * per_group);

    sum = (work->scale ? sum * work->scale[o] : sum) + (work->bias ? work->bias[o] : 0);
    y[o] = nnc_clamp (sum, params->minimum, params->maximum);
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

static const float *
input_data (const NncStep *step, guint i)
{
  return i < step->n_inputs && step->inputs[i] ? step->inputs[i]->data : NULL;
}

static gboolean
run (const NncStep *step, NncRunContext *context, GError **error)
{
  Work work = { .params = step->params,
                .context = context,
                .x = input_data (step, X),
                .weights = input_data (step, WEIGHTS),
                .bias = input_data (step, BIAS),
                .scale = input_data (step, SCALE),
                .y = step->outputs[0]->data };

  nnc_run_parallel (context, work.params->parts, run_part, &work);
  return TRUE;
}

gboolean
nnc_spatial_convolution_prepare (NncPreparation *prepare, GError **error)
{
  Params *params = nnc_prepare_params (prepare, sizeof *params);
  const NncSpatialWindow *window = &params->window;

  if (!set_window (&params->window, prepare->node, prepare->inputs, error))
    return FALSE;
  params->groups = (gsize)nnc_node_get_int (prepare->node, "group", 1);
  params->out_channels = (gsize)prepare->inputs[WEIGHTS]->desc.shape[0];
  nnc_node_get_clamp (prepare->node, &params->minimum, &params->maximum);
  prepare->macs = nnc_count_work ((gsize[]){ window->batch, window->out_pixels, params->out_channels, window->n_taps,
                                             window->channels / params->groups },
                                  5);
  prepare->scratch = nnc_spatial_taps_size (window);
  params->parts = nnc_prepare_parts (prepare, window->batch * window->out_pixels);
  prepare->run = nnc_desc_size (&prepare->outputs[0]->desc) ? run : nnc_run_nothing;
  return TRUE;
}
