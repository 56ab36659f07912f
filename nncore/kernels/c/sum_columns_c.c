/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* sum_columns_c.c: weighted sums of neighbours along a row, the reference: exact, and so the same on every CPU. */
#include "kernel_list.h"

static inline int32_t
sum_one (const int16_t *x, const int16_t *weights, size_t taps)
{
  int32_t sum = 0;
  for (size_t k = 0; k < taps; k++)
    sum += x[k] * weights[k];
  return sum;
}

/* With the number of neighbours known, a compiler makes vectors of the loop above. */
void
nnc_sum_columns_s16_c (float *y, const int16_t *x, const NncColumns *columns, float scale, float offset)
{
  const int16_t *weights = columns->weights;
  const size_t taps = columns->taps;
  for (size_t i = 0; i < columns->n; i++, weights += taps) {
    const int16_t *from = x + columns->first[i];
    int32_t sum = taps == 8    ? sum_one (from, weights, 8)
                  : taps == 16 ? sum_one (from, weights, 16)
                               : sum_one (from, weights, taps);
    y[i] = (float)sum * scale + offset;
  }
}
