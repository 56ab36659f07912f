/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* softmax_c.c: y[r][c] = e^(x[r][c] - max) / sum over c, the reference. */
#include <math.h>

#include "kernel_list.h"

static void
softmax_row (float *y, const float *x, size_t n)
{
  float maximum = -INFINITY, sum = 0;
  for (size_t i = 0; i < n; i++)
    maximum = x[i] > maximum ? x[i] : maximum;
  for (size_t i = 0; i < n; i++)
    sum += y[i] = expf (x[i] - maximum);
  for (size_t i = 0; i < n; i++)
    y[i] /= sum;
}

void
nnc_softmax_f32_c (float *y, const float *x, size_t rows, size_t columns)
{
  for (size_t r = 0; r < rows; r++)
    softmax_row (y + r * columns, x + r * columns, columns);
}
