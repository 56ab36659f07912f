/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* convolution_orc.c: any convolution by ORC. The pixels under the window are
 * gathered into a patch, zeros where there is padding, and the output pixel,
 * all channels of a group at once, is the sum of rows of weights, each times
 * one number of the patch. Packed: [group][K, a multiple of 4][O / groups, a
 * multiple of 16], K = kh * kw * I / groups, then bias [O]. */
#include <string.h>

#include "orc_kernel.h"
#include "window.h"

static size_t
patch_size (const NncWindow *w)
{
  return nnc_orc_round_up (w->kernel_height * w->kernel_width * (w->in_channels / w->groups), 4);
}

static size_t
row_size (const NncWindow *w)
{
  return nnc_orc_round_up (w->out_channels / w->groups, 16);
}

static bool
accepts (const NncWindow *w)
{
  return w->out_channels / w->groups >= 4 && !w->ordered;
}

static size_t
packed_size (const NncWindow *w)
{
  return (w->groups * patch_size (w) * row_size (w) + w->out_channels) * sizeof (float);
}

/* The column of weights of one output channel. */
static void
pack_channel (const NncWindow *w, const NncFilter *filter, size_t o, float *to)
{
  for (size_t ky = 0; ky < w->kernel_height; ky++)
    for (size_t kx = 0; kx < w->kernel_width; kx++)
      for (size_t i = 0; i < w->in_channels / w->groups; i++, to += row_size (w))
        *to = nnc_filter_weight (filter, o, i, ky, kx);
}

static void
pack (const NncWindow *w, const NncFilter *filter, void *packed)
{
  size_t outs = w->out_channels / w->groups, group_size = patch_size (w) * row_size (w);
  float *weights = packed, *bias = weights + w->groups * group_size;
  memset (packed, 0, packed_size (w));
  for (size_t o = 0; o < w->out_channels; o++) {
    pack_channel (w, filter, o, weights + o / outs * group_size + o % outs);
    bias[o] = nnc_filter_bias (filter, o);
  }
}

static size_t
scratch_size (const NncWindow *w)
{
  return patch_size (w) * sizeof (float);
}

static void
gather_patch (const NncWindow *w, const float *x, NncTaps ys, NncTaps xs, float *patch)
{
  size_t channels = w->in_channels / w->groups;
  memset (patch, 0, patch_size (w) * sizeof (float));
  for (size_t ky = ys.begin; ky < ys.end; ky++)
    for (size_t kx = xs.begin; kx < xs.end; kx++)
      memcpy (patch + (ky * w->kernel_width + kx) * channels, nnc_tap (w, x, ys, xs, ky, kx),
              channels * sizeof (float));
}

static void
convolve_pixel (const NncWindow *w, const float *x, NncTaps ys, NncTaps xs, const float *weights, float *y,
                float *patch)
{
  size_t outs = w->out_channels / w->groups, ins = w->in_channels / w->groups, k = patch_size (w);
  const float *bias = weights + w->groups * k * row_size (w);
  memcpy (y, bias, w->out_channels * sizeof (float));
  for (size_t g = 0; g < w->groups; g++) {
    gather_patch (w, x + g * ins, ys, xs, patch);
    nnc_orc_accumulate (y + g * outs, outs, patch, k, weights + g * k * row_size (w), row_size (w));
  }
  nnc_orc_clamp (y, w->out_channels, w->minimum, w->maximum);
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
      convolve_pixel (w, x + image * w->in_image, ys, nnc_taps_x (w, out_x), packed, out, scratch);
  }
}

const NncConvolution nnc_convolution_f32_orc = { accepts, packed_size, pack, scratch_size, run };
