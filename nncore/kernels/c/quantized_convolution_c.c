/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* quantized_convolution_c.c: the reference convolution of stored numbers, any
 * window, any groups, exact. Padding is x_zero_point and so adds nothing.
 * Packed: [O] of what a channel needs, then weights less their zero point, [O][kh][kw][I / groups]. */
#include "kernel_list.h"
#include "quantized_channel.h"

static bool
accepts (const NncQuantizedWindow *q)
{
  return true;
}

static size_t
packed_size (const NncQuantizedWindow *q)
{
  return q->window.out_channels * (sizeof (NncQuantizedChannel) + nnc_quantized_patch (q) * sizeof (int16_t));
}

static void
pack (const NncQuantizedWindow *q, const NncQuantizedFilter *filter, void *packed)
{
  const NncWindow *w = &q->window;
  NncQuantizedChannel *channels = packed;
  int16_t *to = (int16_t *)(channels + w->out_channels);
  for (size_t o = 0; o < w->out_channels; o++) {
    channels[o] = nnc_quantized_channel (q, filter, o);
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

/* x: the image, at the group's first channel. */
static int64_t
dot_product (const NncQuantizedWindow *q, const void *x, NncTaps ys, NncTaps xs, const int16_t *weights)
{
  if (q->stored == NNC_STORED_I16)
    return dot_product_i16 (q, x, ys, xs, weights);
  return q->stored == NNC_STORED_I8 ? dot_product_i8 (q, x, ys, xs, weights) : dot_product_u8 (q, x, ys, xs, weights);
}

static void
convolve_pixel (const NncQuantizedWindow *q, const void *x, NncTaps ys, NncTaps xs, const NncQuantizedChannel *channels,
                void *y, ptrdiff_t at)
{
  const NncWindow *w = &q->window;
  const int16_t *weights = (const int16_t *)(channels + w->out_channels);
  size_t patch = nnc_quantized_patch (q), outs = w->out_channels / w->groups, ins = w->in_channels / w->groups;
  for (size_t o = 0; o < w->out_channels; o++, weights += patch) {
    const uint8_t *group = (const uint8_t *)x + o / outs * ins * (q->stored == NNC_STORED_I16 ? 2 : 1);
    nnc_quantized_store (q, &channels[o], dot_product (q, group, ys, xs, weights), y, at + (ptrdiff_t)o);
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
