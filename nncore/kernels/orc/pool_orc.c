/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* pool_orc.c: maximum and average over a window by ORC, all channels of a pixel at once. */
#include <math.h>
#include <string.h>

#include "orc_kernel.h"
#include "window.h"

/* Up to four pixels whose maximum or sum is still to be taken; the first may be the result so far. */
typedef struct {
  const float *pixels[4];
  size_t n;
} Pending;

typedef void (*Combine) (Pending *pending, float *y, int channels);

/* A pixel twice does not change the maximum. */
static void
combine_maximum (Pending *p, float *y, int channels)
{
  while (p->n < 4)
    p->pixels[p->n++] = p->pixels[0];
  nnc_orc_maximum_4 (y, p->pixels[0], p->pixels[1], p->pixels[2], p->pixels[3], channels);
}

static void
combine_sum (Pending *p, float *y, int channels)
{
  if (p->n == 4) {
    nnc_orc_sum_4 (y, p->pixels[0], p->pixels[1], p->pixels[2], p->pixels[3], channels);
    return;
  }
  if (p->n == 1 && p->pixels[0] != y)
    memcpy (y, p->pixels[0], (size_t)channels * sizeof (float));
  for (size_t i = 1; i < p->n; i++)
    nnc_orc_add (y, i == 1 ? p->pixels[0] : y, p->pixels[i], channels);
}

static void
pool_pixel (const NncWindow *w, const float *x, NncTaps ys, NncTaps xs, float *y, Combine combine, float empty)
{
  int channels = (int)w->in_channels;
  Pending pending = { .n = 0 };
  for (size_t ky = ys.begin; ky < ys.end; ky++)
    for (size_t kx = xs.begin; kx < xs.end; kx++) {
      if (pending.n == 4) {
        combine (&pending, y, channels);
        pending = (Pending){ { y }, 1 };
      }
      pending.pixels[pending.n++] = nnc_tap (w, x, ys, xs, ky, kx);
    }
  if (pending.n)
    combine (&pending, y, channels);
  else
    for (int c = 0; c < channels; c++)
      y[c] = empty;
}

static void
finish_pixel (const NncWindow *w, float *y, size_t divisor)
{
  if (divisor > 1)
    nnc_orc_div_scalar (y, y, (float)divisor, (int)w->in_channels);
  nnc_orc_clamp (y, w->in_channels, w->minimum, w->maximum);
}

/* Rows [begin, end); combine_sum: divided by the number of pixels. */
static void
pool_rows (const NncWindow *w, bool count_padding, const float *x, float *y, size_t begin, size_t end, Combine combine,
           float empty)
{
  for (size_t row = begin; row < end; row++) {
    ptrdiff_t image = (ptrdiff_t)(row / w->out_height);
    size_t out_y = row % w->out_height;
    float *out = y + image * w->out_image + (ptrdiff_t)out_y * w->out_row;
    NncTaps ys = nnc_taps_y (w, out_y);
    for (size_t out_x = 0; out_x < w->out_width; out_x++, out += w->out_pixel) {
      NncTaps xs = nnc_taps_x (w, out_x);
      pool_pixel (w, x + image * w->in_image, ys, xs, out, combine, empty);
      finish_pixel (w, out, combine == combine_sum ? nnc_pool_divisor (w, count_padding, ys, xs) : 1);
    }
  }
}

void
nnc_max_pool_f32_orc (const NncWindow *w, bool count_padding, const float *x, float *y, size_t begin, size_t end)
{
  pool_rows (w, count_padding, x, y, begin, end, combine_maximum, -INFINITY);
}

void
nnc_average_pool_f32_orc (const NncWindow *w, bool count_padding, const float *x, float *y, size_t begin, size_t end)
{
  pool_rows (w, count_padding, x, y, begin, end, combine_sum, 0);
}
