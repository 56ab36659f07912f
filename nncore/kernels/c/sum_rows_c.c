/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* sum_rows_c.c: rows of bytes to their weighted sum, the reference: integers, and so the same on every CPU. A block of
 * columns at a time, so that its sums stay in the nearest cache, in loops that a compiler makes vectors of. */
#include <string.h>

#include "kernel_list.h"

#define BLOCK 1024 /* even */

static void
add_bytes (uint16_t *restrict d, const uint8_t *restrict x, size_t n)
{
  for (size_t i = 0; i < n; i++)
    d[i] = (uint16_t)(d[i] + x[i]);
}

static void
shift (uint16_t *d, int by, size_t n)
{
  for (size_t i = 0; i < n; i++)
    d[i] = (uint16_t)((d[i] << by) - 32768);
}

static void
add_weighted_bytes (uint16_t *restrict d, const uint8_t *restrict x, uint16_t weight, size_t n)
{
  for (size_t i = 0; i < n; i++)
    d[i] = (uint16_t)(d[i] + ((uint16_t)(x[i] << 8) * (uint32_t)weight >> 16));
}

static void
split (int16_t *restrict y, int16_t *restrict odd, const uint16_t *restrict x, size_t n)
{
  for (size_t i = 0; i < n / 2; i++) {
    y[i] = (int16_t)x[2 * i];
    odd[i] = (int16_t)x[2 * i + 1];
  }
  if (n % 2)
    y[n / 2] = (int16_t)x[n - 1];
}

/* The sums of n columns from i on. */
static void
sum_block (uint16_t *d, const NncRowSum *sum, size_t i, size_t n)
{
  memset (d, 0, n * sizeof *d);
  for (size_t row = 0; row < sum->rows; row++)
    add_bytes (d, sum->inner + (ptrdiff_t)row * sum->stride + (ptrdiff_t)i, n);
  shift (d, sum->shift, n);
  if (sum->first_weight)
    add_weighted_bytes (d, sum->first + i, sum->first_weight, n);
  if (sum->last_weight)
    add_weighted_bytes (d, sum->last + i, sum->last_weight, n);
}

void
nnc_sum_rows_u8_c (int16_t *y, int16_t *odd, const NncRowSum *sum, size_t n)
{
  uint16_t block[BLOCK];
  for (size_t i = 0; i < n; i += BLOCK) {
    size_t count = n - i < BLOCK ? n - i : BLOCK;
    sum_block (odd ? block : (uint16_t *)y + i, sum, i, count);
    if (odd)
      split (y + i / 2, odd + i / 2, block, count);
  }
}
