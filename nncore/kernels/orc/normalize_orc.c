/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* normalize_orc.c: bytes of pixels to normalized floats by ORC, whatever the
 * channels: scale and offset are repeated over a block of whole pixels. */
#include "orc_kernel.h"

#define BLOCK 240 /* whole pixels of 1, 2, 3 or 4 channels */

void
nnc_normalize_u8_f32_orc (float *y, const uint8_t *x, size_t n, int channels, const float *scale, const float *offset)
{
  float scales[BLOCK], offsets[BLOCK];
  size_t total = n * (size_t)channels;
  for (int i = 0; i < BLOCK; i++) {
    scales[i] = i < channels ? scale[i] : scales[i - channels];
    offsets[i] = i < channels ? offset[i] : offsets[i - channels];
  }
  for (size_t i = 0; i < total; i += BLOCK)
    nnc_orc_normalize_u8 (y + i, x + i, scales, offsets, (int)(total - i < BLOCK ? total - i : BLOCK));
}
