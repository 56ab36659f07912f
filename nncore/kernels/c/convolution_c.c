/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* convolution_c.c: the reference convolution, any window, any groups:
 * y[n][oy][ox][o] = clamp (sum over ky, kx, i of
 *   x[n][oy * stride - pad + ky * dilation][…][i] * weight[o][ky][kx][i] + bias[o]),
 * in float, in that order, as TFLite's reference kernels do; and the same of x and weights that are rounded to bf16.
 * Packed: [O][kh][kw][I / groups], then bias [O]. */
#include "bf16.h"
#include "kernel_list.h"
#include "window.h"

static size_t
patch_size (const NncWindow *w)
{
  return w->kernel_height * w->kernel_width * (w->in_channels / w->groups);
}

static bool
accepts (const NncWindow *w)
{
  return true;
}

static size_t
packed_size (const NncWindow *w)
{
  return (patch_size (w) + 1) * w->out_channels * sizeof (float);
}

static void
pack (const NncWindow *w, const NncFilter *filter, void *packed)
{
  float *to = packed;
  for (size_t o = 0; o < w->out_channels; o++)
    for (size_t ky = 0; ky < w->kernel_height; ky++)
      for (size_t kx = 0; kx < w->kernel_width; kx++)
        for (size_t i = 0; i < w->in_channels / w->groups; i++)
          *to++ = nnc_filter_weight (filter, o, i, ky, kx);
  for (size_t o = 0; o < w->out_channels; o++)
    *to++ = nnc_filter_bias (filter, o);
}

static size_t
scratch_size (const NncWindow *w)
{
  return 0;
}

/* One channel of one pixel. x: the image, at the group's first channel; weights: [kh][kw][I / groups]. */
static inline float
dot_product (const NncWindow *w, const float *x, NncTaps ys, NncTaps xs, const float *weights, bool bf16)
{
  float sum = 0;
  size_t channels = w->in_channels / w->groups;
  for (size_t ky = ys.begin; ky < ys.end; ky++)
    for (size_t kx = xs.begin; kx < xs.end; kx++) {
      const float *tap = nnc_tap (w, x, ys, xs, ky, kx);
      const float *weight = weights + (ky * w->kernel_width + kx) * channels;
      for (size_t i = 0; i < channels; i++)
        sum += (bf16 ? nnc_bf16_round (tap[i]) : tap[i]) * weight[i];
    }
  return sum;
}

static inline void
convolve_pixel (const NncWindow *w, const float *x, NncTaps ys, NncTaps xs, const float *weights, float *y, bool bf16)
{
  size_t patch = patch_size (w), outs = w->out_channels / w->groups, ins = w->in_channels / w->groups;
  const float *bias = weights + patch * w->out_channels;
  for (size_t o = 0; o < w->out_channels; o++)
    y[o] = nnc_clamp (dot_product (w, x + o / outs * ins, ys, xs, weights + o * patch, bf16) + bias[o], w->minimum,
                      w->maximum);
}

static inline void
convolve (const NncWindow *w, const float *x, const void *packed, float *y, size_t begin, size_t end, bool bf16)
{
  for (size_t row = begin; row < end; row++) {
    size_t image = row / w->out_height, out_y = row % w->out_height;
    const float *in = x + (ptrdiff_t)image * w->in_image;
    float *out = y + (ptrdiff_t)image * w->out_image + (ptrdiff_t)out_y * w->out_row;
    NncTaps ys = nnc_taps_y (w, out_y);
    for (size_t out_x = 0; out_x < w->out_width; out_x++)
      convolve_pixel (w, in, ys, nnc_taps_x (w, out_x), packed, out + (ptrdiff_t)out_x * w->out_pixel, bf16);
  }
}

static void
run (const NncWindow *w, const float *x, const void *packed, float *y, void *scratch, size_t begin, size_t end)
{
  convolve (w, x, packed, y, begin, end, false);
}

static void
pack_bf16 (const NncWindow *w, const NncFilter *filter, void *packed)
{
  float *weights = packed;
  pack (w, filter, packed);
  for (size_t i = 0; i < patch_size (w) * w->out_channels; i++)
    weights[i] = nnc_bf16_round (weights[i]);
}

static void
run_bf16 (const NncWindow *w, const float *x, const void *packed, float *y, void *scratch, size_t begin, size_t end)
{
  convolve (w, x, packed, y, begin, end, true);
}

const NncConvolution nnc_convolution_f32_c = { accepts, packed_size, pack, scratch_size, run };
const NncConvolution nnc_convolution_bf16_c = { accepts, packed_size, pack_bf16, scratch_size, run_bf16 };
