/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tile.h: the block of results that convolution and matrix product compute at
 * once, all of it in registers, and the panels that weights are packed into. */
#pragma once

#include <stdbool.h>

#include "kernel.h"
#include "vector.h"

/* Enough independent sums to hide the latency of the multiply-add, few enough
 * for the registers: 8x32 of AVX-512's 32 registers, 6x16 of AVX2's 16. */
#define TILE_ROWS (VECTOR_REGISTERS == 32 ? 8 : 6)
#define TILE_COLUMNS (2 * VECTOR_WIDTH)
/* Where there are no more columns than one vector's. */
#define TILE_MOST_ROWS (2 * TILE_ROWS)

/* Rows that a tile of `n` columns may have. */
static inline size_t
nnc_tile_most_rows (size_t n)
{
  return n <= VECTOR_WIDTH ? TILE_MOST_ROWS : TILE_ROWS;
}

/* y[i][j] = clamp (bias[j] + sum over r, k of a[r][i][k] * b[r][k][j]): rows of results are pixels,
 * columns output channels; a run is as much of a row's input as lies together in memory. */
typedef struct {
  size_t rows, runs, length; /* rows: 1 to nnc_tile_most_rows (n); length of a run */
  const float *const *a; /* [runs][rows] where each run begins; NULL: row i's run r at x + i * x_row + r * x_run */
  const float *x;
  ptrdiff_t x_row, x_run;
  float *const *y_rows; /* [rows]; NULL: row i at y + i * y_row */
  float *y;
  ptrdiff_t y_row;
  bool alone; /* its row is the only one of the whole problem: how that is summed does not depend on how rows are shared
                 out */
} NncTile;

/* Columns are packed into panels of TILE_COLUMNS, the last one of as many halves of a vector as are enough:
 * [bias | k][columns], zeros in the columns that do not exist. Floats from the first to that of `column`,
 * a multiple of TILE_COLUMNS or n. */
size_t NNC_ISA (nnc_panels_size) (size_t n, size_t k);

static inline const float *
nnc_panel (const float *panels, size_t column, size_t k)
{
  return panels + column * (k + 1);
}
static inline size_t
nnc_panel_columns (size_t n, size_t column)
{
  const size_t left = n - column / TILE_COLUMNS * TILE_COLUMNS, half = VECTOR_WIDTH / 2;
  return left >= TILE_COLUMNS ? TILE_COLUMNS : (left + half - 1) / half * half;
}

/* A panel's rows are asked for: columns [column, column + n) of every k, `columns` apart. bias NULL: zeros. */
typedef void (*NncPanelFill) (const void *user_data, size_t column, size_t n, size_t columns, float *rows);
void NNC_ISA (nnc_panels_pack) (float *panels, size_t n, size_t k, const float *bias, NncPanelFill fill,
                                const void *user_data);

/* k rows of n weights each, which lie k_stride and n_stride apart (data NULL: ones), times scale[n] (NULL: 1). */
typedef struct {
  const float *data;
  ptrdiff_t k_stride, n_stride;
  const float *scale;
} NncPanelWeights;
void NNC_ISA (nnc_panel_fill) (float *rows, size_t columns, size_t k, size_t n, const NncPanelWeights *weights);

/* Computes one tile from one panel, y from `column` on, of n columns in all. */
void NNC_ISA (nnc_tile_run) (const NncTile *tile, const float *panel, size_t column, size_t n, float minimum,
                             float maximum);

/* y[m][n] of `product` from one panel, rows [begin, end), columns from `column` on. Its m is that of all rows there
 * are. */
void NNC_ISA (nnc_panel_run) (const NncProduct *product, const float *a, const float *panel, size_t column, float *y,
                              size_t begin, size_t end);
