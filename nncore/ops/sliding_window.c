/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* sliding_window.c: out = floor ((in + pads - ((kernel - 1) * dilation + 1)) / stride) + 1,
 * rounded up with ceil_mode, ceil (in / stride) with auto_pad SAME_*; at most output_limit. */
#include "sliding_window.h"

#include "op_inputs.h"
#include "step_work.h"

#include <math.h>
#include <string.h>

/* Larger numbers than any network has, small enough that their products fit. */
#define LARGEST G_MAXINT32

/* One row, for images that have no height. */
static const NncWindowAxis one_row = { 1, 1, 1, 1, 0, 0, 1 };

static gint64
divide_up (gint64 a, gint64 b)
{
  return a / b + (a % b != 0);
}

/* SAME: as many windows as strides fit, the padding shared out to both sides. */
static void
pad_same (NncWindowAxis *axis, gint64 extent, gboolean upper)
{
  gint64 total;

  axis->out = divide_up (axis->in, axis->stride);
  total = MAX ((axis->out - 1) * axis->stride + extent - axis->in, 0);
  axis->pad_begin = upper ? total / 2 : total - total / 2;
  axis->pad_end = total - axis->pad_begin;
}

static gboolean
count_windows (NncWindowAxis *axis, gint64 extent, gboolean ceil_mode, GError **error)
{
  gint64 room;

  if (__builtin_add_overflow (axis->in, axis->pad_begin + axis->pad_end, &room) || room < extent)
    return nnc_op_error (error,
                         "a window of %" G_GINT64_FORMAT " does not fit %" G_GINT64_FORMAT
                         " elements padded by %" G_GINT64_FORMAT " and %" G_GINT64_FORMAT,
                         extent, axis->in, axis->pad_begin, axis->pad_end);
  room -= extent;
  axis->out = (ceil_mode ? divide_up (room, axis->stride) : room / axis->stride) + 1;
  /* A window that would begin in the padding behind the image is left out. */
  if (ceil_mode && (axis->out - 1) * axis->stride >= axis->in + axis->pad_begin)
    axis->out--;
  return TRUE;
}

static gboolean
place_windows (NncWindowAxis *axis, const NncNode *node, GError **error)
{
  const char *auto_pad = nnc_node_get_string (node, "auto_pad", "NOTSET");
  gint64 extent = (axis->kernel - 1) * axis->dilation + 1;
  gboolean upper = strcmp (auto_pad, "SAME_UPPER") == 0;

  if (axis->in > LARGEST)
    return nnc_op_error (error, "an axis has %" G_GINT64_FORMAT " elements, at most %d are possible", axis->in,
                         LARGEST);
  if (upper || strcmp (auto_pad, "SAME_LOWER") == 0) {
    pad_same (axis, extent, upper);
    return TRUE;
  }
  if (strcmp (auto_pad, "VALID") == 0)
    axis->pad_begin = axis->pad_end = 0;
  else if (strcmp (auto_pad, "NOTSET") != 0)
    return nnc_op_error (error, "attribute 'auto_pad' is '%s', which is not known", auto_pad);
  return count_windows (axis, extent, nnc_node_get_int (node, "ceil_mode", 0) != 0, error);
}

gboolean
nnc_window_read_axes (NncWindowAxis axes[NNC_MAX_SPATIAL], const NncNode *node, const NncTensorDesc *x,
                      const gint64 *kernel, GError **error)
{
  gint64 strides[NNC_MAX_SPATIAL], dilations[NNC_MAX_SPATIAL], pads[2 * NNC_MAX_SPATIAL], limits[NNC_MAX_SPATIAL];
  guint n = x->rank - 2;

  if (!nnc_node_get_n_ints (node, "strides", n, 1, 1, LARGEST, strides, error)
      || !nnc_node_get_n_ints (node, "dilations", n, 1, 1, LARGEST, dilations, error)
      || !nnc_node_get_n_ints (node, "pads", 2 * n, 0, 0, LARGEST, pads, error)
      || !nnc_node_get_n_ints (node, "output_limit", n, LARGEST, 1, LARGEST, limits, error))
    return FALSE;
  for (guint i = 0; i < n; i++) {
    if (kernel[i] < 1 || kernel[i] > LARGEST)
      return nnc_op_error (error, "a kernel has size %" G_GINT64_FORMAT ", 1 to %d are possible", kernel[i], LARGEST);
    axes[i] = (NncWindowAxis){ x->shape[1 + i], kernel[i], strides[i], dilations[i], pads[i], pads[n + i], 0 };
    if (!place_windows (&axes[i], node, error))
      return FALSE;
    axes[i].out = MIN (axes[i].out, limits[i]);
  }
  return TRUE;
}

/* Both images are contiguous. */
static void
set_strides (NncWindow *w)
{
  w->in_pixel = (ptrdiff_t)w->in_channels;
  w->in_row = w->in_pixel * (ptrdiff_t)w->in_width;
  w->in_image = w->in_row * (ptrdiff_t)w->in_height;
  w->out_pixel = (ptrdiff_t)w->out_channels;
  w->out_row = w->out_pixel * (ptrdiff_t)w->out_width;
  w->out_image = w->out_row * (ptrdiff_t)w->out_height;
}

static gboolean
window_fits (const NncWindow *w, GError **error)
{
  gint64 shape[4] = { (gint64)w->batch, (gint64)w->out_height, (gint64)w->out_width, (gint64)w->out_channels };
  NncTensorDesc desc;

  return nnc_desc_set (&desc, NNC_F32, 4, shape, error);
}

gboolean
nnc_window_set (NncWindow *window, const NncNode *node, const NncTensorDesc *x, const gint64 *kernel,
                gint64 out_channels, GError **error)
{
  NncWindowAxis axes[NNC_MAX_SPATIAL + 1] = { one_row, one_row };

  if (x->rank != 3 && x->rank != 4)
    return nnc_op_unsupported (error, "input 0 has %u dimensions, 3 or 4 are supported", x->rank);
  if (!nnc_window_read_axes (axes + 4 - x->rank, node, x, kernel, error))
    return FALSE;
  *window = (NncWindow){
    .batch = (gsize)x->shape[0],
    .in_height = (gsize)axes[0].in,
    .in_width = (gsize)axes[1].in,
    .in_channels = (gsize)x->shape[x->rank - 1],
    .out_height = (gsize)axes[0].out,
    .out_width = (gsize)axes[1].out,
    .out_channels = (gsize)out_channels,
    .kernel_height = (gsize)axes[0].kernel,
    .kernel_width = (gsize)axes[1].kernel,
    .stride_y = (gsize)axes[0].stride,
    .stride_x = (gsize)axes[1].stride,
    .dilation_y = (gsize)axes[0].dilation,
    .dilation_x = (gsize)axes[1].dilation,
    .pad_top = (gsize)axes[0].pad_begin,
    .pad_left = (gsize)axes[1].pad_begin,
    .groups = 1,
    .minimum = -INFINITY,
    .maximum = INFINITY,
  };
  if (!window_fits (window, error))
    return FALSE;
  set_strides (window);
  return TRUE;
}

gboolean
nnc_window_get_output (const NncWindow *w, NncDataType type, guint rank, NncTensorDesc *desc, GError **error)
{
  gint64 shape[4] = { (gint64)w->batch, (gint64)w->out_height, (gint64)w->out_width, (gint64)w->out_channels };

  if (rank == 3) {
    shape[1] = shape[2];
    shape[2] = shape[3];
  }
  return nnc_desc_set (desc, type, rank, shape, error);
}

/* Padding that follows from the image's size would be another in a smaller image. */
static gboolean
has_fixed_padding (const NncNode *node)
{
  const char *auto_pad = nnc_node_get_string (node, "auto_pad", "NOTSET");

  return (strcmp (auto_pad, "NOTSET") == 0 || strcmp (auto_pad, "VALID") == 0)
         && !nnc_node_get_int (node, "ceil_mode", 0);
}

gboolean
nnc_window_get_reach (const NncNode *node, const gint64 *kernel, gint64 reach[NNC_MAX_RANK])
{
  const NncTensorDesc *x = &node->inputs[0]->desc;
  NncWindowAxis axes[NNC_MAX_SPATIAL];

  if (x->type == NNC_INVALID || !has_fixed_padding (node) || !nnc_window_read_axes (axes, node, x, kernel, NULL))
    return FALSE;
  memcpy (reach, x->shape, sizeof x->shape);
  for (guint i = 0; i < x->rank - 2; i++) {
    const NncWindowAxis *axis = &axes[i];
    gint64 last = (axis->out - 1) * axis->stride - axis->pad_begin + (axis->kernel - 1) * axis->dilation;

    reach[1 + i] = MIN (MAX (last + 1, 1), axis->in);
  }
  return TRUE;
}

NncRowWise
nnc_window_rows (const NncWindow *w)
{
  return (
      NncRowWise){ .stride = w->stride_y, .padding = w->pad_top, .extent = (w->kernel_height - 1) * w->dilation_y + 1 };
}

guint64
nnc_window_count_work (const NncWindow *w)
{
  gsize factors[] = { w->batch,
                      w->out_height,
                      w->out_width,
                      w->out_channels,
                      w->kernel_height,
                      w->kernel_width,
                      w->in_channels / w->groups };

  return nnc_count_work (factors, G_N_ELEMENTS (factors));
}
