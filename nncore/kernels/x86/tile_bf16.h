/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tile_bf16.h: the block of results that convolution and matrix product of
 * bf16 compute at once, and the panels that their weights are packed into. One
 * instruction adds the products of two neighbouring inputs: inputs and weights
 * come in pairs, and where their number is odd the last one's partner is 0. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define BF16_TILE_ROWS 8
#define BF16_TILE_COLUMNS 32

/* y[i][j] = clamp (bias[j] + sum over the runs of a[i] of their products with the weights): a run's inputs lie
 * together. */
typedef struct {
  size_t runs, pairs; /* at least one, and how many pairs each has: at least one */
  const ptrdiff_t *offsets; /* elements from a[i] to each run */
  size_t n; /* columns in all */
  float minimum, maximum;
} NncBf16Tile;

/* Columns are packed into panels of 32, the last one of as many eights as there are: [bias as floats |
 * pairs][columns][2].
 */
size_t nnc_bf16_panels_size (size_t n, size_t pairs); /* bytes */
static inline size_t
nnc_bf16_panel_columns (size_t n, size_t column)
{
  return n - column < BF16_TILE_COLUMNS ? (n - column + 7) / 8 * 8 : BF16_TILE_COLUMNS;
}
static inline const char *
nnc_bf16_panel (const void *panels, size_t column, size_t pairs)
{
  return (const char *)panels + column * (pairs + 1) * 4;
}

/* What is packed: of input k, a pair's first or second, the weights for columns [column, column + n), n up to 32. */
typedef void (*NncBf16Weights) (const void *user_data, size_t k, size_t column, size_t n, float *row);
void nnc_bf16_panels_pack (void *panels, size_t n, size_t pairs, const float *bias, NncBf16Weights weights,
                           const void *user_data);

/* Any number of rows, in tiles of nearly the same size, of one panel; y from `column` on. */
void nnc_bf16_panel_run (const NncBf16Tile *tile, size_t rows, const uint16_t *const *a, const char *panel,
                         size_t column, float *const *y);

/* Rounds to the nearest, of two to the even one. */
void nnc_bf16_convert (uint16_t *to, const float *from, size_t n);
