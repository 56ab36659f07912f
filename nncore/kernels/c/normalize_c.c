/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* normalize_c.c: bytes of pixels to floats, a scale and an offset per channel, the reference. */
#include "kernel_list.h"

void
nnc_normalize_u8_f32_c (float *y, const uint8_t *x, size_t n, int channels, const float *scale, const float *offset)
{
  for (size_t i = 0; i < n; i++, x += channels, y += channels)
    for (int c = 0; c < channels; c++)
      y[c] = x[c] * scale[c] + offset[c];
}
