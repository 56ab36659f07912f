/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* reduce_c.c: sums over the middle axis, the reference: in float, in order. */
#include "kernel_list.h"

void
nnc_reduce_sum_f32_c (float *y, const float *x, size_t outer, size_t axis, size_t inner)
{
  for (size_t m = 0; m < outer; m++, x += axis * inner, y += inner)
    for (size_t k = 0; k < inner; k++) {
      float sum = 0;
      for (size_t n = 0; n < axis; n++)
        sum += x[n * inner + k];
      y[k] = sum;
    }
}
