/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* window.h: the arithmetic of a window that slides over an image. */
#pragma once

#include "kernel.h"

/* Which taps of the kernel lie inside the image, along one axis: [begin, end),
 * tap k at start + k * dilation. */
typedef struct {
  ptrdiff_t start;
  size_t begin, end;
} NncTaps;

static inline NncTaps
nnc_taps (size_t out, size_t stride, size_t pad, size_t dilation, size_t kernel, size_t in)
{
  ptrdiff_t start = (ptrdiff_t)(out * stride) - (ptrdiff_t)pad;
  size_t begin = start < 0 ? ((size_t)-start + dilation - 1) / dilation : 0;
  size_t end = start >= (ptrdiff_t)in ? 0 : ((size_t)((ptrdiff_t)in - start) + dilation - 1) / dilation;
  if (end > kernel)
    end = kernel;
  return (NncTaps){ start, begin < end ? begin : end, end };
}

static inline NncTaps
nnc_taps_y (const NncWindow *w, size_t out_y)
{
  return nnc_taps (out_y, w->stride_y, w->pad_top, w->dilation_y, w->kernel_height, w->in_height);
}

static inline NncTaps
nnc_taps_x (const NncWindow *w, size_t out_x)
{
  return nnc_taps (out_x, w->stride_x, w->pad_left, w->dilation_x, w->kernel_width, w->in_width);
}

/* Tap (ky, kx) of the pixel whose taps are given, in the image x. */
static inline const float *
nnc_tap (const NncWindow *w, const float *x, NncTaps ys, NncTaps xs, size_t ky, size_t kx)
{
  return x + (ys.start + (ptrdiff_t)(ky * w->dilation_y)) * w->in_row
         + (xs.start + (ptrdiff_t)(kx * w->dilation_x)) * w->in_pixel;
}

/* Keeps NaN. */
static inline float
nnc_clamp (float v, float minimum, float maximum)
{
  v = v < minimum ? minimum : v;
  return v > maximum ? maximum : v;
}

/* One weight of a filter with its scale, and one bias. */
static inline float
nnc_filter_weight (const NncFilter *f, size_t o, size_t i, size_t ky, size_t kx)
{
  float weight
      = f->data
            ? f->data[(ptrdiff_t)o * f->out + (ptrdiff_t)i * f->in + (ptrdiff_t)ky * f->row + (ptrdiff_t)kx * f->column]
            : 1;
  return f->scale ? weight * f->scale[o] : weight;
}

static inline float
nnc_filter_bias (const NncFilter *f, size_t o)
{
  return f->bias ? f->bias[o] : 0;
}

/* What an average divides by. */
static inline size_t
nnc_pool_divisor (const NncWindow *w, bool count_padding, NncTaps ys, NncTaps xs)
{
  return count_padding ? w->kernel_height * w->kernel_width : (ys.end - ys.begin) * (xs.end - xs.begin);
}
