/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* pooling.c: what MaxPool and AveragePool share: a window of attribute kernel_shape. Stored numbers keep
 * their scale. */
#include "pooling.h"

#include "op_inputs.h"
#include "quantization.h"
#include "sliding_window.h"
#include "step_work.h"
#include "window.h"

typedef struct {
  NncWindow window;
  NncPoolF32 pool;
  gboolean count_padding;
  gsize padded_height, padded_width; /* where the padding that was asked for ends */
  guint parts;
  NncStoredPool stored_pool; /* of stored numbers, instead of pool */
  NncStored stored;
  gint32 minimum, maximum;
} Params;

static gboolean
set_window (NncWindow *window, const NncNode *node, const NncTensorDesc *x, GError **error)
{
  guint n;
  const gint64 *kernel_shape = nnc_node_get_ints (node, "kernel_shape", &n);

  if (x->rank != 3 && x->rank != 4)
    return nnc_op_unsupported (error, "input 0 has %u dimensions, 3 or 4 are supported", x->rank);
  if (n != x->rank - 2)
    return nnc_op_error (error, "attribute 'kernel_shape' has %u numbers instead of %u", n, x->rank - 2);
  return nnc_window_set (window, node, x, kernel_shape, x->shape[x->rank - 1], error);
}

gboolean
nnc_pooling_infer (NncInference *inference, GError **error)
{
  const NncTensorDesc *x = &inference->inputs[0]->desc;
  NncWindow window;

  if (!nnc_node_is_quantized (inference->node, x->type) && !nnc_input_check_type (inference->inputs, 0, NNC_F32, error))
    return FALSE;
  return set_window (&window, inference->node, x, error)
         && nnc_window_get_output (&window, x->type, x->rank, &inference->outputs[0], error);
}

gboolean
nnc_pooling_reach (const NncNode *node, gint64 reach[NNC_MAX_RANK])
{
  guint n;
  const gint64 *kernel_shape = nnc_node_get_ints (node, "kernel_shape", &n);

  return n + 2 == node->inputs[0]->desc.rank && nnc_window_get_reach (node, kernel_shape, reach);
}

/* Taps of the window at `out` that lie before the end of the padding. */
static gsize
taps_in_padding (gsize out, gsize stride, gsize dilation, gsize kernel, gsize padded)
{
  gsize begin = out * stride;

  return begin >= padded ? 0 : MIN (kernel, (padded - begin + dilation - 1) / dilation);
}

/* With ceil_mode a window may reach beyond the padding: what lies there does not count. The kernel has divided
 * by all of the window. */
static void
correct_averages (const Params *params, float *y, gsize begin, gsize end)
{
  const NncWindow *w = &params->window;
  gsize all = w->kernel_height * w->kernel_width;

  for (gsize row = begin; row < end; row++) {
    gsize tall
        = taps_in_padding (row % w->out_height, w->stride_y, w->dilation_y, w->kernel_height, params->padded_height);

    for (gsize x = 0; x < w->out_width; x++) {
      gsize wide = taps_in_padding (x, w->stride_x, w->dilation_x, w->kernel_width, params->padded_width);
      float *pixel = y + (row * w->out_width + x) * w->out_channels;

      for (gsize c = 0; tall * wide != all && c < w->out_channels; c++)
        pixel[c] *= (float)all / (float)(tall * wide);
    }
  }
}

typedef struct {
  const Params *params;
  gconstpointer x;
  gpointer y;
} Work;

static void
run_part (gpointer user_data, guint part)
{
  const Work *work = user_data;
  const Params *params = work->params;
  gsize rows = params->window.batch * params->window.out_height;
  gsize begin = nnc_part_begin (rows, part, params->parts), end = nnc_part_begin (rows, part + 1, params->parts);

  params->pool (&params->window, params->count_padding, work->x, work->y, begin, end);
  if (params->count_padding)
    correct_averages (params, work->y, begin, end);
}

static gboolean
run (const NncStep *step, NncRunContext *context, GError **error)
{
  const Params *params = step->params;
  Work work = { params, step->inputs[0]->data, step->outputs[0]->data };

  nnc_run_parallel (context, params->parts, run_part, &work);
  return TRUE;
}

/* --- stored numbers ------------------------------------------------------------------- */

static void
run_stored_part (gpointer user_data, guint part)
{
  const Work *work = user_data;
  const Params *params = work->params;
  const NncStoredWindow window = { params->window, params->stored, params->minimum, params->maximum };
  gsize rows = params->window.batch * params->window.out_height;

  params->stored_pool (&window, work->x, work->y, nnc_part_begin (rows, part, params->parts),
                       nnc_part_begin (rows, part + 1, params->parts));
}

static gboolean
run_stored (const NncStep *step, NncRunContext *context, GError **error)
{
  const Params *params = step->params;
  Work work = { params, step->inputs[0]->data, step->outputs[0]->data };

  nnc_run_parallel (context, params->parts, run_stored_part, &work);
  return TRUE;
}

static gboolean
prepare_stored (NncPreparation *prepare, Params *params, gboolean average, GError **error)
{
  const NncKernel *kernel = nnc_kernel_find (average ? NNC_SLOT_stored_average_pool : NNC_SLOT_stored_max_pool);
  NncDataType type = prepare->inputs[0]->desc.type;
  NncScale x, y;

  params->stored_pool = kernel->stored_pool;
  params->stored = nnc_stored_of (type);
  nnc_stored_limits (type, &params->minimum, &params->maximum);
  if (!nnc_node_get_input_scale (prepare->node, 0, &x, error)
      || !nnc_node_get_output_scale (prepare->node, 0, &y, error))
    return FALSE;
  if (x.scale != y.scale || x.zero_point != y.zero_point)
    return nnc_op_unsupported (error,
                               "input and output have scales %g and %g and zero points %d and %d, the same are "
                               "supported",
                               (double)x.scale, (double)y.scale, x.zero_point, y.zero_point);
  if (average && params->count_padding)
    return nnc_op_unsupported (error, "padding that counts is not supported for %s", nnc_data_type_to_string (type));
  prepare->kernel = kernel->name;
  prepare->run = nnc_desc_size (&prepare->outputs[0]->desc) ? run_stored : nnc_run_nothing;
  return TRUE;
}

/* Padding behind the image: what was asked for, at least as far as the windows reach without ceil_mode. */
static void
set_padded_sizes (Params *params, const NncNode *node, guint rank)
{
  const NncWindow *w = &params->window;
  guint n;
  const gint64 *pads = nnc_node_get_ints (node, "pads", &n);
  gboolean ceil_mode = nnc_node_get_int (node, "ceil_mode", 0) != 0;

  params->padded_height = params->padded_width = G_MAXSIZE / 2;
  if (!ceil_mode)
    return;
  if (rank == 4)
    params->padded_height = w->pad_top + w->in_height + (pads ? (gsize)pads[2] : 0);
  params->padded_width = w->pad_left + w->in_width + (pads ? (gsize)pads[n - 1] : 0);
}

gboolean
nnc_pooling_prepare (NncPreparation *prepare, NncSlot slot, gboolean count_padding, GError **error)
{
  Params *params = nnc_prepare_params (prepare, sizeof *params);
  const NncTensorDesc *x = &prepare->inputs[0]->desc;
  const NncKernel *kernel = nnc_kernel_find (slot);
  gsize channels;

  if (!set_window (&params->window, prepare->node, x, error))
    return FALSE;
  params->pool = kernel->pool;
  params->count_padding = count_padding;
  channels = MAX (params->window.in_channels, 1);
  prepare->other_work = nnc_window_count_work (&params->window) / channels; /* each channel for itself */
  params->parts = nnc_prepare_parts (prepare, params->window.batch * params->window.out_height);
  if (x->type != NNC_F32)
    return prepare_stored (prepare, params, slot == NNC_SLOT_average_pool_f32, error);
  set_padded_sizes (params, prepare->node, x->rank);
  prepare->kernel = kernel->name;
  prepare->run = nnc_desc_size (&prepare->outputs[0]->desc) ? run : nnc_run_nothing;
  return TRUE;
}
