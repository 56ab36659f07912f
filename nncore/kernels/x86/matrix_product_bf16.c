/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* matrix_product_bf16.c: matrix product of numbers rounded to bf16, by the same tiles as convolution.
 * y[m][n] = clamp (sum over k of bf16 (a[m][k]) * bf16 (b[k][n]) + bias[n]) */
#include <string.h>

#include "kernel_list.h"
#include "tile_bf16.h"
#include "vector.h"

/* Rows of a that are rounded at once; on the stack. */
enum { MAX_ROWS = 64, MAX_NUMBERS = 8192 };

static size_t
pairs (const NncProduct *product)
{
  return (product->k + 1) / 2;
}

static size_t
bf16_packed_size (const NncProduct *product)
{
  return nnc_bf16_panels_size (product->n, pairs (product));
}

typedef struct {
  const NncProduct *product;
  const NncMatrix *b;
} Weights;

static void
get_weights (const void *user_data, size_t k, size_t column, size_t n, float *row)
{
  const Weights *weights = user_data;
  const NncMatrix *b = weights->b;
  if (k >= weights->product->k) {
    memset (row, 0, n * sizeof *row);
    return;
  }
  for (size_t j = 0; j < n; j++) {
    float value = b->data ? b->data[(ptrdiff_t)k * b->k + (ptrdiff_t)(column + j) * b->n] : 1;
    row[j] = b->scale ? value * b->scale[column + j] : value;
  }
}

static void
bf16_pack (const NncProduct *product, const NncMatrix *b, void *packed)
{
  const Weights weights = { product, b };
  nnc_bf16_panels_pack (packed, product->n, pairs (product), b->bias, get_weights, &weights);
}

/* Rows [begin, end), which fit into `rounded`. */
static void
run_block (const NncProduct *product, const float *a, const void *packed, float *y, uint16_t *rounded, size_t begin,
           size_t end)
{
  const ptrdiff_t offset = 0;
  const NncBf16Tile tile = { .runs = 1,
                             .pairs = pairs (product),
                             .offsets = &offset,
                             .n = product->n,
                             .minimum = product->minimum,
                             .maximum = product->maximum };
  const uint16_t *inputs[MAX_ROWS];
  float *outputs[MAX_ROWS];
  size_t rows = end - begin;
  for (size_t i = 0; i < rows; i++, rounded += 2 * pairs (product)) {
    rounded[2 * pairs (product) - 1] = 0;
    nnc_bf16_convert (rounded, a + (ptrdiff_t)(begin + i) * product->a_row, product->k);
    inputs[i] = rounded;
    outputs[i] = y + (ptrdiff_t)(begin + i) * product->y_row;
  }
  for (size_t column = 0; column < product->n; column += BF16_TILE_COLUMNS)
    nnc_bf16_panel_run (&tile, rows, inputs, nnc_bf16_panel (packed, column, pairs (product)), column, outputs);
}

static void
bf16_run (const NncProduct *product, const float *a, const void *packed, float *y, size_t begin, size_t end)
{
  uint16_t rounded[MAX_NUMBERS];
  size_t block = MAX_NUMBERS / (2 * pairs (product));
  if (block > MAX_ROWS)
    block = MAX_ROWS;
  for (; begin < end; begin += block)
    run_block (product, a, packed, y, rounded, begin, end - begin < block ? end : begin + block);
}

/* As with convolutions; and a row must fit into what is rounded at once. */
static bool
bf16_accepts (const NncProduct *product)
{
  return product->k > 1 && product->k <= MAX_NUMBERS;
}

const NncMatrixProduct nnc_matrix_product_bf16_avx512 = {
  .accepts = bf16_accepts,
  .packed_size = bf16_packed_size,
  .pack = bf16_pack,
  .run = bf16_run,
};
