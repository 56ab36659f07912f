/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* product.c: matrix product, by the same tiles as convolution.
 * y[m][n] = clamp (sum over k of a[m][k] * b[k][n] + bias[n]) */
#include "kernel_list.h"
#include "tile.h"

static size_t
product_packed_size (const NncProduct *product)
{
  return NNC_ISA (nnc_panels_size) (product->n, product->k) * sizeof (float);
}

static void
matrix_row (const void *user_data, size_t k, size_t column, size_t n, float *row)
{
  const NncMatrix *b = user_data;
  for (size_t j = 0; j < n; j++) {
    float value = b->data ? b->data[(ptrdiff_t)k * b->k + (ptrdiff_t)(column + j) * b->n] : 1;
    row[j] = b->scale ? value * b->scale[column + j] : value;
  }
}

static void
product_pack (const NncProduct *product, const NncMatrix *b, void *packed)
{
  NNC_ISA (nnc_panels_pack) (packed, product->n, product->k, b->bias, matrix_row, b);
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
      NNC_ISA (nnc_panel_run) (product, a, nnc_panel (packed, column, product->k), column, y, row, last);
  }
}

/* One row times halves is half_product.c's. */
static bool
product_accepts (const NncProduct *product)
{
  return product->m != 1 || !product->half;
}

const NncMatrixProduct NNC_ISA (nnc_matrix_product_f32) = {
  .accepts = product_accepts,
  .packed_size = product_packed_size,
  .pack = product_pack,
  .run = product_run,
};
