/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* quantized_depthwise_orc.c: a convolution of bytes, of each channel with itself, by ORC, exact: the rows under a row
 * of windows become floats, and all channels of a pixel are summed at once. Packed: channels, then [kh][kw][C] weights
 * less their zero point. */
#include <string.h>

#include "orc_bytes.h"

static size_t
input_row (const NncWindow *w)
{
  return nnc_orc_round_up (w->in_width * w->in_channels, 16);
}

static bool
accepts (const NncQuantizedWindow *q)
{
  const NncWindow *w = &q->window;
  return nnc_orc_accepts_bytes (q) && w->groups == w->in_channels && w->groups == w->out_channels
         && w->kernel_height * w->kernel_width <= NNC_ORC_EXACT && w->in_width * w->in_channels < NNC_ORC_MAX;
}

static size_t
packed_size (const NncQuantizedWindow *q)
{
  return nnc_orc_channels_size (q) + nnc_quantized_patch (q) * q->window.out_channels * sizeof (float);
}

static void
pack (const NncQuantizedWindow *q, const NncQuantizedFilter *filter, void *packed)
{
  const NncWindow *w = &q->window;
  NncQuantizedChannel *channels = packed;
  float *to = (float *)(void *)((uint8_t *)packed + nnc_orc_channels_size (q));
  for (size_t c = 0; c < w->out_channels; c++)
    channels[c] = nnc_quantized_channel (q, filter, c);
  for (size_t ky = 0; ky < w->kernel_height; ky++)
    for (size_t kx = 0; kx < w->kernel_width; kx++)
      for (size_t c = 0; c < w->out_channels; c++)
        *to++ = (float)(nnc_quantized_weight (q, filter, c, 0, ky, kx) - q->weight_zero_point);
}

/* The rows under a window as floats, and a pixel's sums. */
static size_t
scratch_size (const NncQuantizedWindow *q)
{
  return (q->window.kernel_height * input_row (&q->window) + q->window.out_channels) * sizeof (float);
}

static void
convert_row (const NncQuantizedWindow *q, const uint8_t *row, float *reals)
{
  const NncWindow *w = &q->window;
  if (w->in_pixel == (ptrdiff_t)w->in_channels)
    nnc_orc_reals (q, row, w->in_width * w->in_channels, reals);
  else
    for (size_t x = 0; x < w->in_width; x++)
      nnc_orc_reals (q, row + (ptrdiff_t)x * w->in_pixel, w->in_channels, reals + x * w->in_channels);
}

/* rows: [kh], those inside the image converted. */
static void
sum_pixel (const NncWindow *w, const float *rows, NncTaps ys, NncTaps xs, const float *weights, float *sums)
{
  size_t channels = w->out_channels, step = w->dilation_x * channels;
  int n = (int)channels;
  memset (sums, 0, channels * sizeof *sums);
  for (size_t ky = ys.begin; ky < ys.end; ky++) {
    size_t kx = xs.begin;
    const float *tap = rows + ky * input_row (w) + (size_t)(xs.start + (ptrdiff_t)(kx * w->dilation_x)) * channels;
    const float *b = weights + (ky * w->kernel_width + kx) * channels;
    for (; kx + 3 <= xs.end; kx += 3, tap += 3 * step, b += 3 * channels)
      nnc_orc_depthwise_3 (sums, tap, b, tap + step, b + channels, tap + 2 * step, b + 2 * channels, n);
    for (; kx < xs.end; kx++, tap += step, b += channels)
      nnc_orc_depthwise_1 (sums, tap, b, n);
  }
}

static void
run_row (const NncQuantizedWindow *q, const uint8_t *image, size_t out_y, const void *packed, void *y, ptrdiff_t at,
         float *rows)
{
  const NncWindow *w = &q->window;
  const NncQuantizedChannel *channels = packed;
  const float *weights = (const float *)(const void *)((const uint8_t *)packed + nnc_orc_channels_size (q));
  float *sums = rows + w->kernel_height * input_row (w);
  NncTaps ys = nnc_taps_y (w, out_y);
  for (size_t ky = ys.begin; ky < ys.end; ky++)
    convert_row (q, image + (ys.start + (ptrdiff_t)(ky * w->dilation_y)) * w->in_row, rows + ky * input_row (w));
  for (size_t out_x = 0; out_x < w->out_width; out_x++, at += w->out_pixel) {
    sum_pixel (w, rows, ys, nnc_taps_x (w, out_x), weights, sums);
    for (size_t c = 0; c < w->out_channels; c++)
      nnc_quantized_store (q, &channels[c], (int64_t)sums[c], y, at + (ptrdiff_t)c);
  }
}

static void
run (const NncQuantizedWindow *q, const void *x, const void *packed, void *y, void *scratch, size_t begin, size_t end)
{
  const NncWindow *w = &q->window;
  for (size_t row = begin; row < end; row++) {
    ptrdiff_t image = (ptrdiff_t)(row / w->out_height), out_y = (ptrdiff_t)(row % w->out_height);
    run_row (q, (const uint8_t *)x + image * w->in_image, (size_t)out_y, packed, y,
             image * w->out_image + out_y * w->out_row, scratch);
  }
}

const NncQuantizedConvolution nnc_quantized_depthwise_orc = { accepts, packed_size, pack, scratch_size, run };
