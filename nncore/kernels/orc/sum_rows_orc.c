/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* sum_rows_orc.c: rows of bytes to their weighted sum by ORC: a block of columns at a time, whose sums stay in the
 * nearest cache while all rows pass. */
#include <string.h>

#include "orc_kernel.h"

#define BLOCK 1024 /* even */

/* The sums of n columns from i on. */
static void
sum_block (uint16_t *d, const NncRowSum *sum, size_t i, int n)
{
  const uint8_t *row = sum->rows ? sum->inner + i : NULL;
  size_t left = sum->rows;
  memset (d, 0, (size_t)n * sizeof *d);
  for (; left >= 4; left -= 4, row += 4 * sum->stride)
    nnc_orc_add_bytes_4 (d, row, row + sum->stride, row + 2 * sum->stride, row + 3 * sum->stride, n);
  for (; left; left--, row += sum->stride)
    nnc_orc_add_bytes_1 (d, row, n);
  nnc_orc_shift_words (d, sum->shift, -32768, n);
  if (sum->first_weight)
    nnc_orc_add_weighted_bytes (d, sum->first + i, sum->first_weight, n);
  if (sum->last_weight)
    nnc_orc_add_weighted_bytes (d, sum->last + i, sum->last_weight, n);
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

void
nnc_sum_rows_u8_orc (int16_t *y, int16_t *odd, const NncRowSum *sum, size_t n)
{
  uint16_t block[BLOCK];
  for (size_t i = 0; i < n; i += BLOCK) {
    size_t count = n - i < BLOCK ? n - i : BLOCK;
    if (odd) {
      sum_block (block, sum, i, (int)count);
      split (y + i / 2, odd + i / 2, block, count);
    } else
      sum_block ((uint16_t *)y + i, sum, i, (int)count);
  }
}
