/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* quantized_gather.h: the bytes under a window, put one behind the other:
 * [kh][kw][C], where the image ends x_zero_point. */
#pragma once

#include <string.h>

#include "quantized_window.h"

static inline uint8_t *
nnc_gather_row (const NncQuantizedWindow *q, const uint8_t *row, NncTaps xs, uint8_t *to)
{
  const NncWindow *w = &q->window;
  size_t channels = w->in_channels;
  const uint8_t *from = row + (xs.start + (ptrdiff_t)(xs.begin * w->dilation_x)) * w->in_pixel;
  memset (to, q->x_zero_point, xs.begin * channels);
  to += xs.begin * channels;
  if (w->dilation_x == 1 && w->in_pixel == (ptrdiff_t)channels && xs.end > xs.begin) {
    memcpy (to, from, (xs.end - xs.begin) * channels);
    to += (xs.end - xs.begin) * channels;
  } else {
    for (size_t kx = xs.begin; kx < xs.end; kx++, to += channels, from += (ptrdiff_t)w->dilation_x * w->in_pixel)
      memcpy (to, from, channels);
  }
  memset (to, q->x_zero_point, (w->kernel_width - xs.end) * channels);
  return to + (w->kernel_width - xs.end) * channels;
}

/* image: of x. */
static inline void
nnc_gather_patch (const NncQuantizedWindow *q, const uint8_t *image, size_t out_y, size_t out_x, uint8_t *to)
{
  const NncWindow *w = &q->window;
  NncTaps ys = nnc_taps_y (w, out_y), xs = nnc_taps_x (w, out_x);
  size_t row_size = w->kernel_width * w->in_channels;
  memset (to, q->x_zero_point, ys.begin * row_size);
  to += ys.begin * row_size;
  for (size_t ky = ys.begin; ky < ys.end; ky++)
    to = nnc_gather_row (q, image + (ys.start + (ptrdiff_t)(ky * w->dilation_y)) * w->in_row, xs, to);
  memset (to, q->x_zero_point, (w->kernel_height - ys.end) * row_size);
}
