/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* quantized_convolution_c.c: the reference convolution of stored numbers, any
 * window, any groups, exact. Padding is x_zero_point and so adds nothing.
 * Packed: [O] of what a channel needs, then weights less their zero point, [O][kh][kw][I / groups]. */
#include "fixed_point.h"
#include "kernel_list.h"
#include "quantized_window.h"

typedef struct {
  int64_t bias;
  NncFixedPoint factor;
  NncRealFactor real_factor;
} Channel;

static bool
accepts (const NncQuantizedWindow *q)
{
  return true;
}

static size_t
packed_size (const NncQuantizedWindow *q)
{
  return q->window.out_channels * (sizeof (Channel) + nnc_quantized_patch (q) * sizeof (int16_t));
}

static void
pack (const NncQuantizedWindow *q, const NncQuantizedFilter *filter, void *packed)
{
  const NncWindow *w = &q->window;
  Channel *channels = packed;
  int16_t *to = (int16_t *)(channels + w->out_channels);
  for (size_t o = 0; o < w->out_channels; o++) {
    channels[o] = (Channel){ .bias = nnc_quantized_bias (filter, o) };
    if (nnc_quantized_is_real (q))
      channels[o].real_factor = filter->real_factors[o];
    else
      channels[o].factor = filter->factors[o];
    for (size_t ky = 0; ky < w->kernel_height; ky++)
      for (size_t kx = 0; kx < w->kernel_width; kx++)
        for (size_t i = 0; i < w->in_channels / w->groups; i++)
          *to++ = (int16_t)(nnc_quantized_weight (q, filter, o, i, ky, kx) - q->weight_zero_point);
  }
}

static size_t
scratch_size (const NncQuantizedWindow *q)
{
  return 0;
}

#define DOT_PRODUCT(name, type, sum_type)                                                                              \
  static int64_t name (const NncQuantizedWindow *q, const void *x, NncTaps ys, NncTaps xs, const int16_t *weights)     \
  {                                                                                                                    \
    const NncWindow *w = &q->window;                                                                                   \
    size_t channels = w->in_channels / w->groups;                                                                      \
    sum_type sum = 0;                                                                                                  \
    for (size_t ky = ys.begin; ky < ys.end; ky++)                                                                      \
      for (size_t kx = xs.begin; kx < xs.end; kx++) {                                                                  \
        const type *tap = (const type *)x + (ys.start + (ptrdiff_t)(ky * w->dilation_y)) * w->in_row                   \
                          + (xs.start + (ptrdiff_t)(kx * w->dilation_x)) * w->in_pixel;                                \
        const int16_t *weight = weights + (ky * w->kernel_width + kx) * channels;                                      \
        for (size_t i = 0; i < channels; i++)                                                                          \
          sum += (sum_type)((tap[i] - q->x_zero_point) * weight[i]);                                                   \
      }                                                                                                                \
    return (int64_t)sum;                                                                                               \
  }

DOT_PRODUCT (dot_product_i8, int8_t, int32_t)
DOT_PRODUCT (dot_product_u8, uint8_t, int32_t)
DOT_PRODUCT (dot_product_i16, int16_t, int64_t)

static int32_t
finish (const NncQuantizedWindow *q, const Channel *channel, int64_t sum)
{
  int32_t narrow = (int32_t)((uint32_t)sum + (uint32_t)channel->bias), zero = q->y_zero_point, scaled;
  if (q->rounding == NNC_ROUND_EVEN)
    return nnc_multiply_even (narrow, channel->real_factor, q->minimum - zero, q->maximum - zero) + zero;
  if (q->wide)
    scaled = nnc_multiply_wide (sum + channel->bias, channel->factor);
  else if (q->rounding == NNC_ROUND_ONCE)
    scaled = nnc_multiply_once (narrow, channel->factor);
  else
    scaled = nnc_multiply_twice (narrow, channel->factor);
  return nnc_clamp_int (nnc_add_zero_point (scaled, zero), q->minimum, q->maximum);
}

static float
finish_real (const NncQuantizedWindow *q, const Channel *channel, int64_t sum)
{
  float real = (float)(int32_t)sum, factor = channel->real_factor.factor;
  float product = q->sums_first ? real * factor * q->x_scale : real * (factor * q->x_scale);
  return nnc_clamp (product + channel->real_factor.offset, q->window.minimum, q->window.maximum);
}

/* x: the image, at the group's first channel. */
static int64_t
dot_product (const NncQuantizedWindow *q, const void *x, NncTaps ys, NncTaps xs, const int16_t *weights)
{
  if (q->stored == NNC_STORED_I16)
    return dot_product_i16 (q, x, ys, xs, weights);
  return q->stored == NNC_STORED_I8 ? dot_product_i8 (q, x, ys, xs, weights) : dot_product_u8 (q, x, ys, xs, weights);
}

static void
store (const NncQuantizedWindow *q, const Channel *channel, int64_t sum, void *y, ptrdiff_t at)
{
  if (q->rounding == NNC_ROUND_NONE)
    ((float *)y)[at] = finish_real (q, channel, sum);
  else if (q->stored == NNC_STORED_I8)
    ((int8_t *)y)[at] = (int8_t)finish (q, channel, sum);
  else if (q->stored == NNC_STORED_U8)
    ((uint8_t *)y)[at] = (uint8_t)finish (q, channel, sum);
  else
    ((int16_t *)y)[at] = (int16_t)finish (q, channel, sum);
}

static void
convolve_pixel (const NncQuantizedWindow *q, const void *x, NncTaps ys, NncTaps xs, const Channel *channels, void *y,
                ptrdiff_t at)
{
  const NncWindow *w = &q->window;
  const int16_t *weights = (const int16_t *)(channels + w->out_channels);
  size_t patch = nnc_quantized_patch (q), outs = w->out_channels / w->groups, ins = w->in_channels / w->groups;
  for (size_t o = 0; o < w->out_channels; o++, weights += patch) {
    const uint8_t *group = (const uint8_t *)x + o / outs * ins * (q->stored == NNC_STORED_I16 ? 2 : 1);
    store (q, &channels[o], dot_product (q, group, ys, xs, weights), y, at + (ptrdiff_t)o);
  }
}

static void
run (const NncQuantizedWindow *q, const void *x, const void *packed, void *y, void *scratch, size_t begin, size_t end)
{
  const NncWindow *w = &q->window;
  size_t size = q->stored == NNC_STORED_I16 ? 2 : 1;
  for (size_t row = begin; row < end; row++) {
    size_t image = row / w->out_height, out_y = row % w->out_height;
    const void *in = (const uint8_t *)x + (ptrdiff_t)image * w->in_image * (ptrdiff_t)size;
    ptrdiff_t out = (ptrdiff_t)image * w->out_image + (ptrdiff_t)out_y * w->out_row;
    NncTaps ys = nnc_taps_y (w, out_y);
    for (size_t out_x = 0; out_x < w->out_width; out_x++, out += w->out_pixel)
      convolve_pixel (q, in, ys, nnc_taps_x (w, out_x), packed, y, out);
  }
}

const NncQuantizedConvolution nnc_quantized_convolution_c = { accepts, packed_size, pack, scratch_size, run };
