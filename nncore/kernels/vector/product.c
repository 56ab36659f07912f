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

typedef struct {
  const NncMatrix *b;
  size_t k;
} Weights;

static void
fill_panel (const void *user_data, size_t column, size_t n, size_t columns, float *rows)
{
  const Weights *whole = user_data;
  const NncMatrix *b = whole->b;
  const NncPanelWeights weights
      = { b->data ? b->data + (ptrdiff_t)column * b->n : NULL, b->k, b->n, b->scale ? b->scale + column : NULL };
  NNC_ISA (nnc_panel_fill) (rows, columns, whole->k, n, &weights);
}

static void
product_pack (const NncProduct *product, const NncMatrix *b, void *packed)
{
  const Weights weights = { b, product->k };
  NNC_ISA (nnc_panels_pack) (packed, product->n, product->k, b->bias, fill_panel, &weights);
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
