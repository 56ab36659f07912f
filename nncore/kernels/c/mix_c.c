/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* mix_c.c: three numbers a pixel to one or three others by a matrix, the reference. */
#include "kernel_list.h"
#include "window.h"

static inline void
mix_channel (float *restrict y, size_t step, const float *const x[3], const NncMix *mix, int c, size_t n)
{
  const float *restrict a = x[0], *restrict b = x[1], *restrict d = x[2];
  const float m0 = mix->matrix[c][0], m1 = mix->matrix[c][1], m2 = mix->matrix[c][2];
  const float offset = mix->offset[c], minimum = mix->minimum[c], maximum = mix->maximum[c];
  for (size_t i = 0; i < n; i++)
    y[i * step] = nnc_clamp (m0 * a[i] + m1 * b[i] + m2 * d[i] + offset, minimum, maximum);
}

void
nnc_mix_f32_c (float *const y[3], int step, const float *const x[3], const NncMix *mix, size_t n)
{
  for (int c = 0; c < mix->channels; c++)
    if (step == 1)
      mix_channel (y[c], 1, x, mix, c, n);
    else
      mix_channel (y[c], 3, x, mix, c, n);
}
