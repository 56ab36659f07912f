/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* normalize.c: bytes to numbers, scaled and shifted per channel. */
#include "kernel_list.h"
#include "vector.h"

#define MAX_CHANNELS 4

/* The channels repeat after `channels` vectors, whatever their number: their scales and
 * offsets are laid out once for as many. */
void
NNC_ISA (nnc_normalize_u8_f32) (float *y, const uint8_t *x, size_t n, int channels, const float *scale,
                                const float *offset)
{
  float scales[MAX_CHANNELS * VECTOR_WIDTH], offsets[MAX_CHANNELS * VECTOR_WIDTH];
  size_t period = (size_t)channels * VECTOR_WIDTH, total = n * (size_t)channels, i = 0;
  for (size_t j = 0; j < period; j++) {
    scales[j] = scale[j % (size_t)channels];
    offsets[j] = offset[j % (size_t)channels];
  }
  for (; i + period <= total; i += period)
    for (size_t j = 0; j < period; j += VECTOR_WIDTH)
      vector_store (y + i + j,
                    vector_fma (vector_from_u8 (x + i + j), vector_load (scales + j), vector_load (offsets + j)));
  for (size_t j = 0; i < total; i++, j++)
    y[i] = (float)x[i] * scales[j] + offsets[j];
}
