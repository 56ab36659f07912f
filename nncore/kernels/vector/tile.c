/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tile.c: the inner loop of convolution and matrix product. */
#include "tile.h"

#include <string.h>

size_t
NNC_ISA (nnc_panels_size) (size_t n, size_t k)
{
  return (n + VECTOR_WIDTH - 1) / VECTOR_WIDTH * VECTOR_WIDTH * (k + 1);
}

void
NNC_ISA (nnc_panels_pack) (float *panels, size_t n, size_t k, const float *bias, NncPanelFill fill,
                           const void *user_data)
{
  for (size_t column = 0; column < n; column += TILE_COLUMNS) {
    size_t columns = nnc_panel_columns (n, column), used = n - column < columns ? n - column : columns;
    memset (panels, 0, (used < columns ? k + 1 : 1) * columns * sizeof *panels);
    for (size_t j = 0; bias && j < used; j++)
      panels[j] = bias[column + j];
    fill (user_data, column, used, columns, panels + columns);
    panels += columns * (k + 1);
  }
}

/* Weights of a column mostly lie together, those of a row far apart: sixteen rows at a time stay in the nearest cache,
 * and so do the lines that they come from. */
void
NNC_ISA (nnc_panel_fill) (float *rows, size_t columns, size_t k, size_t n, const NncPanelWeights *weights)
{
  for (size_t begin = 0, end; begin < k; begin = end) {
    end = k - begin < 16 ? k : begin + 16;
    for (size_t j = 0; j < n; j++) {
      const float factor = weights->scale ? weights->scale[j] : 1;
      const float *from = weights->data
                              ? weights->data + (ptrdiff_t)begin * weights->k_stride + (ptrdiff_t)j * weights->n_stride
                              : NULL;
      for (size_t i = begin; i < end; i++, from += from ? weights->k_stride : 0)
        rows[i * columns + j] = from ? *from * factor : factor;
    }
  }
}

/* Writes a row's vectors, the last of them masked. */
static ALWAYS_INLINE void
store_row (float *y, const Vector *sum, size_t vectors, size_t n, Vector minimum, Vector maximum)
{
  UNROLL for (size_t v = 0; v < vectors; v++)
  {
    Vector value = vector_clamp (sum[v], minimum, maximum);
    if (n >= (v + 1) * VECTOR_WIDTH)
      vector_store (y + v * VECTOR_WIDTH, value);
    else
      vector_store_masked (y + v * VECTOR_WIDTH, vector_mask (n - v * VECTOR_WIDTH), value);
  }
}

/* rows and vectors are constants wherever this is called: all sums stay in registers. */
static ALWAYS_INLINE void
run_tile (const NncTile *tile, const float *panel, size_t column, size_t n, float minimum, float maximum,
          const size_t rows, const size_t vectors)
{
  Vector sums[TILE_ROWS][2];
  UNROLL for (size_t i = 0; i < rows; i++) UNROLL for (size_t v = 0; v < vectors; v++) sums[i][v]
      = vector_load (panel + v * VECTOR_WIDTH);
  panel += vectors * VECTOR_WIDTH;

  const float *const *a = tile->a;
  for (size_t run = 0; run < tile->runs; run++, a += TILE_ROWS) {
    const float *x[TILE_ROWS];
    UNROLL for (size_t i = 0; i < rows; i++) x[i] = a[i];
    for (size_t k = 0; k < tile->length; k++, panel += vectors * VECTOR_WIDTH) {
      Vector b[2];
      UNROLL for (size_t v = 0; v < vectors; v++) b[v] = vector_load (panel + v * VECTOR_WIDTH);
      UNROLL for (size_t i = 0; i < rows; i++)
      {
        Vector value = vector_splat (x[i][k]);
        UNROLL for (size_t v = 0; v < vectors; v++) sums[i][v] = vector_fma (value, b[v], sums[i][v]);
      }
    }
  }

  UNROLL for (size_t i = 0; i < rows; i++)
      store_row (tile->y[i] + column, sums[i], vectors, n - column, vector_splat (minimum), vector_splat (maximum));
}

/* One row alone: a single sum a column would wait for itself, so the sum is cut into four. */
static ALWAYS_INLINE void
run_row (const NncTile *tile, const float *panel, size_t column, size_t n, float minimum, float maximum,
         const size_t vectors)
{
  enum { PARTS = 4 };
  Vector sums[PARTS][2];
  UNROLL for (size_t part = 0; part < PARTS; part++) UNROLL for (size_t v = 0; v < vectors; v++) sums[part][v]
      = part == 0 ? vector_load (panel + v * VECTOR_WIDTH) : vector_zero ();
  panel += vectors * VECTOR_WIDTH;

  for (size_t run = 0; run < tile->runs; run++) {
    const float *x = tile->a[run * TILE_ROWS];
    size_t k = 0;
    for (; k + PARTS <= tile->length; k += PARTS)
      UNROLL for (size_t part = 0; part < PARTS; part++, panel += vectors * VECTOR_WIDTH)
          UNROLL for (size_t v = 0; v < vectors; v++) sums[part][v]
          = vector_fma (vector_splat (x[k + part]), vector_load (panel + v * VECTOR_WIDTH), sums[part][v]);
    for (; k < tile->length; k++, panel += vectors * VECTOR_WIDTH)
      UNROLL for (size_t v = 0; v < vectors; v++) sums[0][v]
          = vector_fma (vector_splat (x[k]), vector_load (panel + v * VECTOR_WIDTH), sums[0][v]);
  }

  UNROLL for (size_t v = 0; v < vectors; v++) sums[0][v]
      = vector_add (vector_add (sums[0][v], sums[1][v]), vector_add (sums[2][v], sums[3][v]));
  store_row (tile->y[0] + column, sums[0], vectors, n - column, vector_splat (minimum), vector_splat (maximum));
}

#define ARGUMENTS tile, panel, column, n, minimum, maximum
#define RUN_ROWS(rows, vectors)                                                                                        \
  case rows:                                                                                                           \
    run_tile (ARGUMENTS, rows, vectors);                                                                               \
    break;

static void
run_wide (const NncTile *tile, const float *panel, size_t column, size_t n, float minimum, float maximum)
{
  switch (tile->rows) {
  case 1:
    if (tile->alone)
      run_row (ARGUMENTS, 2);
    else
      run_tile (ARGUMENTS, 1, 2);
    break;
    RUN_ROWS (2, 2)
    RUN_ROWS (3, 2)
    RUN_ROWS (4, 2)
    RUN_ROWS (5, 2)
    RUN_ROWS (6, 2)
#if VECTOR_REGISTERS == 32
    RUN_ROWS (7, 2)
    RUN_ROWS (8, 2)
#endif
  }
}

static void
run_narrow (const NncTile *tile, const float *panel, size_t column, size_t n, float minimum, float maximum)
{
  switch (tile->rows) {
  case 1:
    if (tile->alone)
      run_row (ARGUMENTS, 1);
    else
      run_tile (ARGUMENTS, 1, 1);
    break;
    RUN_ROWS (2, 1)
    RUN_ROWS (3, 1)
    RUN_ROWS (4, 1)
    RUN_ROWS (5, 1)
    RUN_ROWS (6, 1)
#if VECTOR_REGISTERS == 32
    RUN_ROWS (7, 1)
    RUN_ROWS (8, 1)
#endif
  }
}

void
NNC_ISA (nnc_tile_run) (const NncTile *tile, const float *panel, size_t column, size_t n, float minimum, float maximum)
{
  if (nnc_panel_columns (n, column) == TILE_COLUMNS)
    run_wide (ARGUMENTS);
  else
    run_narrow (ARGUMENTS);
}

/* In tiles of nearly the same size. */
void
NNC_ISA (nnc_panel_run) (const NncProduct *product, const float *a, const float *panel, size_t column, float *y,
                         size_t begin, size_t end)
{
  size_t rows = end - begin, n_tiles = (rows + TILE_ROWS - 1) / TILE_ROWS;
  for (size_t t = 0, row = begin; t < n_tiles; t++) {
    const float *inputs[TILE_ROWS];
    float *outputs[TILE_ROWS];
    NncTile tile = { inputs, begin + rows * (t + 1) / n_tiles - row, 1, product->k, outputs, product->m == 1 };
    for (size_t i = 0; i < tile.rows; i++, row++) {
      inputs[i] = a + (ptrdiff_t)row * product->a_row;
      outputs[i] = y + (ptrdiff_t)row * product->y_row;
    }
    NNC_ISA (nnc_tile_run) (&tile, panel, column, product->n, product->minimum, product->maximum);
  }
}
