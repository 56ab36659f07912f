/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* sum_columns_c.c: weighted sums of neighbours along a row, the reference: exact, and so the same on every CPU. */
#include "columns_as_they_are.h"

/* A compiler makes vectors of the inner loop, as long as it does not know how short it is and unrolls it instead. */
static void
run (float *y, const int16_t *x, const NncColumns *columns, const void *packed, float scale, float offset)
{
  const int16_t *weights = columns->weights;
  for (size_t i = 0; i < columns->n; i++, weights += columns->taps) {
    const int16_t *from = x + columns->first[i];
    int32_t sum = 0;
    for (size_t k = 0; k < columns->taps; k++)
      sum += from[k] * weights[k];
    y[i] = (float)sum * scale + offset;
  }
}

const NncSumColumns nnc_sum_columns_s16_c = COLUMNS_AS_THEY_ARE (run);
