/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* sum_rows_orc.c: rows of bytes to their weighted sum by ORC: a block of columns at a time, whose sums stay in the
 * nearest cache while all rows pass. */
#include <string.h>

#include "orc_kernel.h"
#include "part_sums.h"

#define BLOCK 1536 /* a multiple of every number of ways */

static void
add_end (uint16_t *d, const uint8_t *x, int weight, int fraction, int n)
{
  if (weight && fraction)
    nnc_orc_add_fractions_of_bytes (d, x, weight, n);
  else if (weight)
    nnc_orc_add_weighted_bytes (d, x, weight, n);
}

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
  nnc_orc_multiply_words (d, sum->inner_weight, -32768, n);
  add_end (d, sum->first + (sum->first_weight ? i : 0), sum->first_weight, sum->fraction, n);
  add_end (d, sum->last + (sum->last_weight ? i : 0), sum->last_weight, sum->fraction, n);
}

void
nnc_sum_rows_u8_orc (int16_t *const y[4], int ways, const NncRowSum *sum, size_t n)
{
  uint16_t block[BLOCK];
  for (size_t i = 0; i < n; i += BLOCK) {
    size_t count = n - i < BLOCK ? n - i : BLOCK;
    sum_block (ways > 1 ? block : (uint16_t *)y[0] + i, sum, i, (int)count);
    if (ways > 1)
      nnc_part_sums (y, ways, block, i / (size_t)ways, count);
  }
}
