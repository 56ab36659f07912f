/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* quantized_convolution_orc.c: a convolution of bytes by ORC, exact, all channels with all. The pixels under a few
 * windows are gathered into patches of floats, and the sums of those windows, all channels at once, grow by four rows
 * of weights at a time, which the nearest cache keeps for all of them. Packed: channels, then [K, a multiple of 4][O, a
 * multiple of 16] weights less their zero point, K = kh * kw * I. */
#include <string.h>

#include "orc_bytes.h"

#define TILE 8 /* windows */

static size_t
patch_size (const NncQuantizedWindow *q)
{
  return nnc_orc_round_up (nnc_quantized_patch (q), 4);
}

static size_t
row_size (const NncQuantizedWindow *q)
{
  return nnc_orc_round_up (q->window.out_channels, 16);
}

static bool
accepts (const NncQuantizedWindow *q)
{
  return nnc_orc_accepts_bytes (q) && q->window.groups == 1 && q->window.out_channels < NNC_ORC_MAX;
}

static size_t
packed_size (const NncQuantizedWindow *q)
{
  return nnc_orc_channels_size (q) + patch_size (q) * row_size (q) * sizeof (float);
}

static void
pack (const NncQuantizedWindow *q, const NncQuantizedFilter *filter, void *packed)
{
  const NncWindow *w = &q->window;
  NncQuantizedChannel *channels = packed;
  memset (packed, 0, packed_size (q));
  for (size_t o = 0; o < w->out_channels; o++) {
    float *to = (float *)(void *)((uint8_t *)packed + nnc_orc_channels_size (q)) + o;
    channels[o] = nnc_quantized_channel (q, filter, o);
    for (size_t ky = 0; ky < w->kernel_height; ky++)
      for (size_t kx = 0; kx < w->kernel_width; kx++)
        for (size_t i = 0; i < w->in_channels; i++, to += row_size (q))
          *to = (float)(nnc_quantized_weight (q, filter, o, i, ky, kx) - q->weight_zero_point);
  }
}

/* Of a tile: patches, sums in floats, sums in integers. */
static size_t
scratch_size (const NncQuantizedWindow *q)
{
  return TILE * (patch_size (q) + 2 * row_size (q)) * sizeof (float);
}

/* Zeros where there is padding. */
static void
gather_patch (const NncQuantizedWindow *q, const uint8_t *image, NncTaps ys, NncTaps xs, float *patch)
{
  const NncWindow *w = &q->window;
  size_t channels = w->in_channels, taps = xs.end - xs.begin;
  bool together = w->dilation_x == 1 && w->in_pixel == (ptrdiff_t)channels;
  memset (patch, 0, patch_size (q) * sizeof (float));
  for (size_t ky = ys.begin; ky < ys.end; ky++)
    for (size_t kx = xs.begin; kx < xs.end; kx += together ? taps : 1) {
      const uint8_t *tap = image + (ys.start + (ptrdiff_t)(ky * w->dilation_y)) * w->in_row
                           + (xs.start + (ptrdiff_t)(kx * w->dilation_x)) * w->in_pixel;
      nnc_orc_reals (q, tap, together ? taps * channels : channels, patch + (ky * w->kernel_width + kx) * channels);
    }
}

/* n windows' sums of products k from `begin` on, so few that floats hold them. */
static void
sum_exactly (const NncQuantizedWindow *q, const float *patches, const float *weights, float *sums, size_t n,
             size_t begin, size_t end)
{
  size_t stride = row_size (q);
  int outs = (int)q->window.out_channels;
  memset (sums, 0, n * stride * sizeof *sums);
  for (size_t k = begin; k < end; k += 4) {
    const float *b = weights + k * stride;
    for (size_t i = 0; i < n; i++) {
      const float *x = patches + i * patch_size (q) + k;
      nnc_orc_accumulate_4 (sums + i * stride, b, b + stride, b + 2 * stride, b + 3 * stride, x[0], x[1], x[2], x[3],
                            outs);
    }
  }
}

static void
sum_tile (const NncQuantizedWindow *q, const float *patches, const float *weights, float *sums, int32_t *totals,
          size_t n)
{
  size_t stride = row_size (q), all = patch_size (q);
  memset (totals, 0, n * stride * sizeof *totals);
  for (size_t k = 0, end; k < all; k = end) {
    end = all - k < NNC_ORC_EXACT ? all : k + NNC_ORC_EXACT;
    sum_exactly (q, patches, weights, sums, n, k, end);
    for (size_t i = 0; i < n; i++)
      nnc_orc_add_integers (totals + i * stride, sums + i * stride, (int)q->window.out_channels);
  }
}

/* n windows from out_x on. */
static void
run_tile (const NncQuantizedWindow *q, const uint8_t *image, size_t out_y, size_t out_x, size_t n, const void *packed,
          void *y, ptrdiff_t at, float *scratch)
{
  const NncWindow *w = &q->window;
  const NncQuantizedChannel *channels = packed;
  const float *weights = (const float *)(const void *)((const uint8_t *)packed + nnc_orc_channels_size (q));
  float *sums = scratch + TILE * patch_size (q);
  int32_t *totals = (int32_t *)(void *)(sums + TILE * row_size (q));
  for (size_t i = 0; i < n; i++)
    gather_patch (q, image, nnc_taps_y (w, out_y), nnc_taps_x (w, out_x + i), scratch + i * patch_size (q));
  sum_tile (q, scratch, weights, sums, totals, n);
  for (size_t i = 0; i < n; i++, at += w->out_pixel, totals += row_size (q))
    for (size_t o = 0; o < w->out_channels; o++)
      nnc_quantized_store (q, &channels[o], totals[o], y, at + (ptrdiff_t)o);
}

static void
run (const NncQuantizedWindow *q, const void *x, const void *packed, void *y, void *scratch, size_t begin, size_t end)
{
  const NncWindow *w = &q->window;
  for (size_t row = begin; row < end; row++) {
    ptrdiff_t image = (ptrdiff_t)(row / w->out_height), out_y = (ptrdiff_t)(row % w->out_height);
    ptrdiff_t at = image * w->out_image + out_y * w->out_row;
    for (size_t out_x = 0, n; out_x < w->out_width; out_x += n, at += (ptrdiff_t)n * w->out_pixel) {
      n = w->out_width - out_x < TILE ? w->out_width - out_x : TILE;
      run_tile (q, (const uint8_t *)x + image * w->in_image, (size_t)out_y, out_x, n, packed, y, at, scratch);
    }
  }
}

const NncQuantizedConvolution nnc_quantized_convolution_orc = { accepts, packed_size, pack, scratch_size, run };
