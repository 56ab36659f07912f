/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* part_sums.h: sums of two, three or four components that lie side by side come apart. */
#pragma once

#include "kernel_list.h"

static inline void
nnc_part_evenly (int16_t *const y[4], size_t ways, const uint16_t *restrict x, size_t first, size_t n)
{
  for (size_t k = 0; k < ways; k++) {
    int16_t *restrict to = y[k] + first;
    for (size_t i = 0; i < n; i++)
      to[i] = (int16_t)x[i * ways + k];
  }
}

/* y[k][first + i] = x[ways * i + k] of n elements; ways: 2 to 4. */
static inline void
nnc_part_sums (int16_t *const y[4], int ways, const uint16_t *x, size_t first, size_t n)
{
  size_t each = n / (size_t)ways;
  if (ways == 2)
    nnc_part_evenly (y, 2, x, first, each);
  else if (ways == 3)
    nnc_part_evenly (y, 3, x, first, each);
  else
    nnc_part_evenly (y, 4, x, first, each);
  for (size_t i = each * (size_t)ways; i < n; i++)
    y[i % (size_t)ways][first + each] = (int16_t)x[i];
}
