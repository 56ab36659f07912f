/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* product_x86.c: matrix product, by the same tiles as convolution.
 * y[m][n] = clamp (sum over k of a[m][k] * b[k][n] + bias[n]) */
#include "kernel_list.h"
#include "tile.h"

static size_t
product_packed_size (const NncProduct *product)
{
  return NNC_ISA (nnc_panels_size) (product->n, product->k) * sizeof (float);
}

static float
matrix_value (const void *user_data, size_t k, size_t column)
{
  const NncMatrix *b = user_data;
  float value = b->data ? b->data[(ptrdiff_t)k * b->k + (ptrdiff_t)column * b->n] : 1;
  return b->scale ? value * b->scale[column] : value;
}

static void
product_pack (const NncProduct *product, const NncMatrix *b, void *packed)
{
  NNC_ISA (nnc_panels_pack) (packed, product->n, product->k, b->bias, matrix_value, b);
}

/* Rows [begin, end) by one panel, in tiles of nearly the same size. */
static void
run_panel (const NncProduct *product, const float *a, const float *panel, size_t column, float *y, size_t begin,
           size_t end)
{
  size_t rows = end - begin, n_tiles = (rows + TILE_ROWS - 1) / TILE_ROWS;
  for (size_t t = 0, row = begin; t < n_tiles; t++) {
    const float *inputs[TILE_ROWS];
    float *outputs[TILE_ROWS];
    NncTile tile = { inputs, begin + rows * (t + 1) / n_tiles - row, 1, product->k, outputs };
    for (size_t i = 0; i < tile.rows; i++, row++) {
      inputs[i] = a + (ptrdiff_t)row * product->a_row;
      outputs[i] = y + (ptrdiff_t)row * product->y_row;
    }
    NNC_ISA (nnc_tile_run) (&tile, panel, column, product->n, product->minimum, product->maximum);
  }
}

/* Blocks of rows that stay in the second-level cache while every panel passes over them. */
static void
product_run (const NncProduct *product, const float *a, const void *packed, float *y, size_t begin, size_t end)
{
  const size_t floats = 1 << 16;
  size_t block = floats / (product->k + 1) / TILE_ROWS * TILE_ROWS;
  if (block < TILE_ROWS)
    block = TILE_ROWS;
  for (size_t row = begin; row < end; row += block) {
    size_t last = end - row < block ? end : row + block;
    for (size_t column = 0; column < product->n; column += TILE_COLUMNS)
      run_panel (product, a, nnc_panel (packed, column, product->k), column, y, row, last);
  }
}

static bool
product_accepts (const NncProduct *product)
{
  return true;
}

const NncMatrixProduct NNC_ISA (nnc_matrix_product_f32) = {
  .accepts = product_accepts,
  .packed_size = product_packed_size,
  .pack = product_pack,
  .run = product_run,
};
