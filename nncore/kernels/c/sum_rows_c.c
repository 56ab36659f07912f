/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* sum_rows_c.c: rows of bytes to their weighted sum, the reference: integers, and so the same on every CPU. A block of
 * columns at a time, so that its sums stay in the nearest cache, in loops that a compiler makes vectors of. */
#include <string.h>

#include "part_sums.h"

#define BLOCK 1536 /* a multiple of every number of ways */

static void
add_bytes (uint16_t *restrict d, const uint8_t *restrict x, size_t n)
{
  for (size_t i = 0; i < n; i++)
    d[i] = (uint16_t)(d[i] + x[i]);
}

static void
multiply (uint16_t *d, uint16_t weight, size_t n)
{
  for (size_t i = 0; i < n; i++)
    d[i] = (uint16_t)(d[i] * weight - 32768);
}

static void
add_weighted_bytes (uint16_t *restrict d, const uint8_t *restrict x, uint16_t weight, size_t n)
{
  for (size_t i = 0; i < n; i++)
    d[i] = (uint16_t)(d[i] + x[i] * weight);
}

static void
add_fractions_of_bytes (uint16_t *restrict d, const uint8_t *restrict x, uint16_t weight, size_t n)
{
  for (size_t i = 0; i < n; i++)
    d[i] = (uint16_t)(d[i] + ((uint16_t)(x[i] << 8) * (uint32_t)weight >> 16));
}

/* The sums of n columns from i on. */
static void
sum_block (uint16_t *d, const NncRowSum *sum, size_t i, size_t n)
{
  memset (d, 0, n * sizeof *d);
  for (size_t row = 0; row < sum->rows; row++)
    add_bytes (d, sum->inner + (ptrdiff_t)row * sum->stride + (ptrdiff_t)i, n);
  multiply (d, sum->inner_weight, n);
  void (*add) (uint16_t *, const uint8_t *, uint16_t, size_t)
      = sum->fraction ? add_fractions_of_bytes : add_weighted_bytes;
  if (sum->first_weight)
    add (d, sum->first + i, sum->first_weight, n);
  if (sum->last_weight)
    add (d, sum->last + i, sum->last_weight, n);
}

void
nnc_sum_rows_u8_c (int16_t *const y[4], int ways, const NncRowSum *sum, size_t n)
{
  uint16_t block[BLOCK];
  for (size_t i = 0; i < n; i += BLOCK) {
    size_t count = n - i < BLOCK ? n - i : BLOCK;
    sum_block (ways > 1 ? block : (uint16_t *)y[0] + i, sum, i, count);
    if (ways > 1)
      nnc_part_sums (y, ways, block, i / (size_t)ways, count);
  }
}
