/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* pool_c.c: maximum and average over a window, the reference. The maximum of a
 * window that lies all in the padding is -infinity, its average 0. */
#include <math.h>

#include "kernel_list.h"
#include "window.h"

typedef float (*PoolChannel) (const NncWindow *w, const float *x, NncTaps ys, NncTaps xs, size_t divisor);

static float
maximum (const NncWindow *w, const float *x, NncTaps ys, NncTaps xs, size_t divisor)
{
  float best = -INFINITY;
  for (size_t ky = ys.begin; ky < ys.end; ky++)
    for (size_t kx = xs.begin; kx < xs.end; kx++) {
      float v = *nnc_tap (w, x, ys, xs, ky, kx);
      best = v > best ? v : best;
    }
  return best;
}

static float
average (const NncWindow *w, const float *x, NncTaps ys, NncTaps xs, size_t divisor)
{
  float sum = 0;
  for (size_t ky = ys.begin; ky < ys.end; ky++)
    for (size_t kx = xs.begin; kx < xs.end; kx++)
      sum += *nnc_tap (w, x, ys, xs, ky, kx);
  return divisor ? sum / (float)divisor : 0;
}

static void
pool_row (const NncWindow *w, bool count_padding, const float *x, float *y, size_t out_y, PoolChannel pool)
{
  NncTaps ys = nnc_taps_y (w, out_y);
  for (size_t out_x = 0; out_x < w->out_width; out_x++, y += w->out_pixel) {
    NncTaps xs = nnc_taps_x (w, out_x);
    size_t divisor = nnc_pool_divisor (w, count_padding, ys, xs);
    for (size_t c = 0; c < w->in_channels; c++)
      y[c] = nnc_clamp (pool (w, x + c, ys, xs, divisor), w->minimum, w->maximum);
  }
}

static void
pool_rows (const NncWindow *w, bool count_padding, const float *x, float *y, size_t begin, size_t end, PoolChannel pool)
{
  for (size_t row = begin; row < end; row++) {
    ptrdiff_t image = (ptrdiff_t)(row / w->out_height);
    size_t out_y = row % w->out_height;
    pool_row (w, count_padding, x + image * w->in_image, y + image * w->out_image + (ptrdiff_t)out_y * w->out_row,
              out_y, pool);
  }
}

void
nnc_max_pool_f32_c (const NncWindow *w, bool count_padding, const float *x, float *y, size_t begin, size_t end)
{
  pool_rows (w, count_padding, x, y, begin, end, maximum);
}

void
nnc_average_pool_f32_c (const NncWindow *w, bool count_padding, const float *x, float *y, size_t begin, size_t end)
{
  pool_rows (w, count_padding, x, y, begin, end, average);
}
