/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* spatial_window.c: tap k of output o lies at o * stride - pad + k * dilation, along each axis. */
#include "spatial_window.h"

#include "op_inputs.h"
#include "step_work.h"

gboolean
nnc_spatial_window_set (NncSpatialWindow *window, const NncNode *node, const NncTensorDesc *x, const gint64 *kernel,
                        GError **error)
{
  gsize size;

  if (x->rank < 3)
    return nnc_op_error (error, "input 0 has %u dimensions, at least 3 are right", x->rank);
  *window = (NncSpatialWindow){ .n = x->rank - 2, .batch = (gsize)x->shape[0], .in_pixels = 1, .out_pixels = 1 };
  window->channels = (gsize)x->shape[x->rank - 1];
  window->n_taps = 1;
  if (!nnc_window_read_axes (window->axes, node, x, kernel, error))
    return FALSE;
  for (guint i = 0; i < window->n; i++) {
    const NncWindowAxis *axis = &window->axes[i];

    if (!nnc_size_mul (window->n_taps, (gsize)axis->kernel, &window->n_taps)
        || !nnc_size_mul (window->in_pixels, (gsize)axis->in, &window->in_pixels)
        || !nnc_size_mul (window->out_pixels, (gsize)axis->out, &window->out_pixels))
      return nnc_op_error (error, "the image or the kernel is too large");
  }
  if (!nnc_size_mul (window->n_taps, 2 * sizeof (gsize), &size) || size > G_MAXINT32)
    return nnc_op_error (error, "a kernel of %" G_GSIZE_FORMAT " elements is too large", window->n_taps);
  return TRUE;
}

gboolean
nnc_spatial_window_get_output (const NncSpatialWindow *window, NncDataType type, gint64 channels, NncTensorDesc *desc,
                               GError **error)
{
  gint64 shape[NNC_MAX_RANK] = { (gint64)window->batch };

  for (guint i = 0; i < window->n; i++)
    shape[1 + i] = window->axes[i].out;
  shape[1 + window->n] = channels;
  return nnc_desc_set (desc, type, window->n + 2, shape, error);
}

gsize
nnc_spatial_taps_size (const NncSpatialWindow *window)
{
  return nnc_round_up_64 (2 * window->n_taps * sizeof (gsize));
}

/* The output pixel as a place along each axis. */
static void
locate (const NncSpatialWindow *window, gsize out_pixel, gint64 at[NNC_MAX_SPATIAL])
{
  for (guint i = window->n; i-- > 0;) {
    at[i] = (gint64)(out_pixel % (gsize)window->axes[i].out);
    out_pixel /= (gsize)window->axes[i].out;
  }
}

/* pixel, tap: of the axes before this one. */
static void
add_taps (const NncSpatialWindow *window, const gint64 *at, guint i, gsize pixel, gsize tap, NncSpatialTaps *taps)
{
  const NncWindowAxis *axis = &window->axes[i];

  if (i == window->n) {
    taps->pixels[taps->n] = pixel;
    taps->taps[taps->n++] = tap;
    return;
  }
  for (gint64 k = 0; k < axis->kernel; k++) {
    gint64 in = at[i] * axis->stride - axis->pad_begin + k * axis->dilation;

    if (in >= 0 && in < axis->in)
      add_taps (window, at, i + 1, pixel * (gsize)axis->in + (gsize)in, tap * (gsize)axis->kernel + (gsize)k, taps);
  }
}

NncSpatialTaps
nnc_spatial_taps (const NncSpatialWindow *window, gsize out_pixel, gpointer memory)
{
  gint64 at[NNC_MAX_SPATIAL];
  NncSpatialTaps taps = { .pixels = memory, .taps = (gsize *)memory + window->n_taps };

  locate (window, out_pixel, at);
  add_taps (window, at, 0, 0, 0, &taps);
  return taps;
}

gsize
nnc_spatial_count_padded (const NncSpatialWindow *window, gsize out_pixel)
{
  gint64 at[NNC_MAX_SPATIAL];
  gsize count = 1;

  locate (window, out_pixel, at);
  for (guint i = 0; i < window->n; i++) {
    const NncWindowAxis *axis = &window->axes[i];
    gint64 room = axis->in + axis->pad_begin + axis->pad_end - at[i] * axis->stride;
    gint64 inside = room <= 0 ? 0 : (room + axis->dilation - 1) / axis->dilation;

    count *= (gsize)MIN (inside, axis->kernel);
  }
  return count;
}
