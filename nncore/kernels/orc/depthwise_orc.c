/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* depthwise_orc.c: a convolution of each channel with itself by ORC, all
 * channels of a pixel at once. Packed: [kh][kw][C], then bias [C]. */
#include <string.h>

#include "orc_kernel.h"
#include "window.h"

static bool
accepts (const NncWindow *w)
{
  return w->groups == w->in_channels && w->groups == w->out_channels && w->groups >= 4 && !w->ordered;
}

static size_t
packed_size (const NncWindow *w)
{
  return (w->kernel_height * w->kernel_width + 1) * w->out_channels * sizeof (float);
}

static void
pack (const NncWindow *w, const NncFilter *filter, void *packed)
{
  float *to = packed;
  for (size_t ky = 0; ky < w->kernel_height; ky++)
    for (size_t kx = 0; kx < w->kernel_width; kx++)
      for (size_t c = 0; c < w->out_channels; c++)
        *to++ = nnc_filter_weight (filter, c, 0, ky, kx);
  for (size_t c = 0; c < w->out_channels; c++)
    *to++ = nnc_filter_bias (filter, c);
}

static size_t
scratch_size (const NncWindow *w)
{
  return 0;
}

static void
convolve_pixel (const NncWindow *w, const float *x, NncTaps ys, NncTaps xs, const float *weights, float *y)
{
  size_t channels = w->out_channels, step = w->dilation_x * (size_t)w->in_pixel;
  int n = (int)channels;
  memcpy (y, weights + w->kernel_height * w->kernel_width * channels, channels * sizeof (float));
  for (size_t ky = ys.begin; ky < ys.end; ky++) {
    size_t kx = xs.begin;
    const float *tap = nnc_tap (w, x, ys, xs, ky, kx), *b = weights + (ky * w->kernel_width + kx) * channels;
    for (; kx + 3 <= xs.end; kx += 3, tap += 3 * step, b += 3 * channels)
      nnc_orc_depthwise_3 (y, tap, b, tap + step, b + channels, tap + 2 * step, b + 2 * channels, n);
    for (; kx < xs.end; kx++, tap += step, b += channels)
      nnc_orc_depthwise_1 (y, tap, b, n);
  }
  nnc_orc_clamp (y, channels, w->minimum, w->maximum);
}

static void
run (const NncWindow *w, const float *x, const void *packed, float *y, void *scratch, size_t begin, size_t end)
{
  for (size_t row = begin; row < end; row++) {
    ptrdiff_t image = (ptrdiff_t)(row / w->out_height);
    size_t out_y = row % w->out_height;
    float *out = y + image * w->out_image + (ptrdiff_t)out_y * w->out_row;
    NncTaps ys = nnc_taps_y (w, out_y);
    for (size_t out_x = 0; out_x < w->out_width; out_x++, out += w->out_pixel)
      convolve_pixel (w, x + image * w->in_image, ys, nnc_taps_x (w, out_x), packed, out);
  }
}

const NncConvolution nnc_depthwise_f32_orc = { accepts, packed_size, pack, scratch_size, run };
