/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* spatial_pooling.c: poolings in plain loops over a window's taps, channel by channel of each pixel. */
#include "spatial_pooling.h"

#include "op_inputs.h"
#include "spatial_window.h"
#include "step_work.h"
#include "wide.h"

#include <math.h>

typedef struct _Params Params;

/* y: [channels] of one pixel. image: x of this image. */
typedef void (*PoolPixel) (const Params *params, gconstpointer image, NncSpatialTaps taps, gsize out_pixel, gpointer y,
                           gint64 *indices);

struct _Params {
  NncSpatialWindow window;
  PoolPixel pool;
  gsize size; /* of a number */
  gint64 index_strides[NNC_MAX_SPATIAL];
  gboolean count_padding;
  float p;
  guint parts;
};

gboolean
nnc_spatial_pooling_wanted (NncPooling pooling, const NncTensorDesc *x, guint n_outputs)
{
  return pooling == NNC_POOLING_LP || x->rank > 4 || x->type != NNC_F32 || n_outputs > 1;
}

static guint
supported_types (NncPooling pooling)
{
  return NNC_TYPE_BIT (NNC_F32) | (pooling == NNC_POOLING_MAX ? NNC_TYPE_BIT (NNC_I8) | NNC_TYPE_BIT (NNC_U8) : 0);
}

static gboolean
set_window (NncSpatialWindow *window, const NncNode *node, const NncTensorDesc *x, GError **error)
{
  guint n;
  const gint64 *kernel_shape = nnc_node_get_ints (node, "kernel_shape", &n);

  if (n + 2 != x->rank)
    return nnc_op_error (error, "attribute 'kernel_shape' has %u numbers, input 0 has %u dimensions", n, x->rank);
  return nnc_spatial_window_set (window, node, x, kernel_shape, error);
}

gboolean
nnc_spatial_pooling_infer (NncInference *inference, NncPooling pooling, GError **error)
{
  const NncTensorDesc *x = &inference->inputs[0]->desc;
  NncSpatialWindow window;
  gint64 p = nnc_node_get_int (inference->node, "p", 2);

  if (!nnc_input_check_types (inference->inputs, 0, supported_types (pooling), error)
      || !set_window (&window, inference->node, x, error))
    return FALSE;
  if (p < 1)
    return nnc_op_error (error, "attribute 'p' is %" G_GINT64_FORMAT ", at least 1 is right", p);
  for (guint i = 0; i < inference->n_outputs; i++)
    if (!nnc_spatial_window_get_output (&window, i == 0 ? x->type : NNC_I64, (gint64)window.channels,
                                        &inference->outputs[i], error))
      return FALSE;
  return TRUE;
}

/* --- one pixel ------------------------------------------------------------------- */

/* A window without any tap in the image (lowest: what it gives), and a NaN, which is larger than all. */
#define MAX_OF_PIXEL(name, type, lowest)                                                                               \
  static void name (const Params *params, gconstpointer image, NncSpatialTaps taps, gsize out_pixel, gpointer y_data,  \
                    gint64 *indices)                                                                                   \
  {                                                                                                                    \
    const type *x = image;                                                                                             \
    type *y = y_data;                                                                                                  \
    gsize channels = params->window.channels;                                                                          \
    for (gsize c = 0; c < channels; c++) {                                                                             \
      type largest = lowest;                                                                                           \
      gsize at = 0;                                                                                                    \
      for (gsize i = 0; i < taps.n; i++) {                                                                             \
        type v = x[taps.pixels[i] * channels + c];                                                                     \
        if (i == 0 || v > largest) {                                                                                   \
          largest = v;                                                                                                 \
          at = taps.pixels[i];                                                                                         \
        }                                                                                                              \
      }                                                                                                                \
      if (y)                                                                                                           \
        y[c] = largest;                                                                                                \
      if (indices)                                                                                                     \
        indices[c] = (gint64)at;                                                                                       \
    }                                                                                                                  \
  }

MAX_OF_PIXEL (max_f32, float, -INFINITY)
MAX_OF_PIXEL (max_i8, gint8, G_MININT8)
MAX_OF_PIXEL (max_u8, guint8, 0)

static void
average_f32 (const Params *params, gconstpointer image, NncSpatialTaps taps, gsize out_pixel, gpointer y_data,
             gint64 *indices)
{
  const float *x = image;
  float *y = y_data;
  gsize channels = params->window.channels;
  gsize count = params->count_padding ? nnc_spatial_count_padded (&params->window, out_pixel) : taps.n;

  for (gsize c = 0; c < channels; c++)
    y[c] = 0;
  for (gsize i = 0; i < taps.n; i++)
    for (gsize c = 0; c < channels; c++)
      y[c] += x[taps.pixels[i] * channels + c];
  for (gsize c = 0; c < channels; c++)
    y[c] /= (float)count;
}

static void
lp_f32 (const Params *params, gconstpointer image, NncSpatialTaps taps, gsize out_pixel, gpointer y_data,
        gint64 *indices)
{
  const float *x = image;
  float *y = y_data;
  gsize channels = params->window.channels;

  for (gsize c = 0; c < channels; c++) {
    float sum = 0;

    for (gsize i = 0; i < taps.n; i++)
      sum += powf (fabsf (x[taps.pixels[i] * channels + c]), params->p);
    y[c] = powf (sum, 1 / params->p);
  }
}

/* --- all pixels -------------------------------------------------------------------- */

/* From pixels of the image to indices as ONNX counts them: [N,C,…] is one array, where the last axis comes first with
 * storage_order 1. */
static void
number_indices (const Params *params, gsize image, gint64 *indices)
{
  const NncSpatialWindow *window = &params->window;

  for (gsize c = 0; c < window->channels; c++) {
    gint64 pixel = indices[c], index = 0;

    for (guint i = window->n; i-- > 0; pixel /= window->axes[i].in)
      index += pixel % window->axes[i].in * params->index_strides[i];
    indices[c] = index + (gint64)((image * window->channels + c) * window->in_pixels);
  }
}

typedef struct {
  const Params *params;
  NncRunContext *context;
  const guint8 *x;
  guint8 *y; /* or NULL */
  gint64 *indices; /* or NULL */
} Work;

static void
run_part (gpointer user_data, guint part)
{
  const Work *work = user_data;
  const Params *params = work->params;
  const NncSpatialWindow *window = &params->window;
  gsize rows = window->batch * window->out_pixels, end = nnc_part_begin (rows, part + 1, params->parts);
  gpointer memory = nnc_run_scratch (work->context, part);

  for (gsize row = nnc_part_begin (rows, part, params->parts); row < end; row++) {
    gsize image = row / window->out_pixels, pixel = row % window->out_pixels;
    gint64 *indices = work->indices ? work->indices + row * window->channels : NULL;

    params->pool (params, work->x + image * window->in_pixels * window->channels * params->size,
                  nnc_spatial_taps (window, pixel, memory), pixel,
                  work->y ? work->y + row * window->channels * params->size : NULL, indices);
    if (indices)
      number_indices (params, image, indices);
  }
}

static gpointer
output_data (const NncStep *step, guint i)
{
  return i < step->n_outputs && step->outputs[i] ? step->outputs[i]->data : NULL;
}

static gboolean
run (const NncStep *step, NncRunContext *context, GError **error)
{
  Work work = { step->params, context, step->inputs[0]->data, output_data (step, 0), output_data (step, 1) };

  nnc_run_parallel (context, work.params->parts, run_part, &work);
  return TRUE;
}

static PoolPixel
choose_pool (NncPooling pooling, NncDataType type)
{
  if (pooling == NNC_POOLING_LP)
    return lp_f32;
  if (pooling == NNC_POOLING_AVERAGE)
    return average_f32;
  return type == NNC_F32 ? max_f32 : type == NNC_I8 ? max_i8 : max_u8;
}

static void
set_index_strides (Params *params, gboolean first_axis_first)
{
  const NncSpatialWindow *window = &params->window;
  gint64 stride = 1;

  for (guint i = 0; i < window->n; i++) {
    guint axis = first_axis_first ? i : window->n - 1 - i;

    params->index_strides[axis] = stride;
    stride *= window->axes[axis].in;
  }
}

gboolean
nnc_spatial_pooling_prepare (NncPreparation *prepare, NncPooling pooling, GError **error)
{
  Params *params = nnc_prepare_params (prepare, sizeof *params);
  const NncTensorDesc *x = &prepare->inputs[0]->desc;
  const NncSpatialWindow *window = &params->window;

  if (!set_window (&params->window, prepare->node, x, error))
    return FALSE;
  params->pool = choose_pool (pooling, x->type);
  params->size = nnc_data_type_get_size (x->type);
  params->count_padding = nnc_node_get_int (prepare->node, "count_include_pad", 0) != 0;
  params->p = (float)nnc_node_get_int (prepare->node, "p", 2);
  set_index_strides (params, nnc_node_get_int (prepare->node, "storage_order", 0) != 0);
  prepare->other_work
      = nnc_count_work ((gsize[]){ window->batch, window->out_pixels, window->channels, window->n_taps }, 4);
  prepare->scratch = nnc_spatial_taps_size (window);
  params->parts = nnc_prepare_parts (prepare, window->batch * window->out_pixels);
  prepare->run = window->batch && window->out_pixels && window->channels ? run : nnc_run_nothing;
  return TRUE;
}
