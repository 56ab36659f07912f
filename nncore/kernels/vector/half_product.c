/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* half_product.c: one row times a matrix of halves, which stay halves in memory: such a product is bound by reading
 * them. y[n] = clamp (sum over k of a[k] * b[k][n] + bias[n]), in floats. */
#include <string.h>

#include "kernel_list.h"
#include "vector.h"

/* Sums that do not wait for each other, of so many columns at once. */
enum { PARTS = 4, VECTORS = 2, COLUMNS = VECTORS * VECTOR_WIDTH };

static bool
half_accepts (const NncProduct *product)
{
  return product->half && product->m == 1;
}

/* A block of COLUMNS columns: [bias | k][COLUMNS], the bias of floats; zeros in columns that do not exist. */
static size_t
block_size (size_t k)
{
  return COLUMNS * (sizeof (float) + k * sizeof (uint16_t));
}

static size_t
half_packed_size (const NncProduct *product)
{
  return (product->n + COLUMNS - 1) / COLUMNS * block_size (product->k);
}

static void
half_pack (const NncProduct *product, const NncMatrix *b, void *packed)
{
  char *block = packed;
  for (size_t column = 0; column < product->n; column += COLUMNS, block += block_size (product->k)) {
    size_t n = product->n - column < COLUMNS ? product->n - column : COLUMNS;
    float row[COLUMNS] = { 0 };
    if (b->bias)
      memcpy (row, b->bias + column, n * sizeof *row);
    memcpy (block, row, sizeof row);
    uint16_t *halves = (uint16_t *)(void *)(block + sizeof row);
    for (size_t k = 0; k < product->k; k++, halves += COLUMNS) {
      for (size_t j = 0; j < n; j++)
        row[j] = b->data[(ptrdiff_t)k * b->k + (ptrdiff_t)(column + j) * b->n];
      for (size_t v = 0; v < VECTORS; v++)
        vector_store_half (halves + v * VECTOR_WIDTH, vector_load (row + v * VECTOR_WIDTH));
    }
  }
}

static ALWAYS_INLINE void
add_products (Vector sums[VECTORS], float a, const uint16_t *halves)
{
  UNROLL for (size_t v = 0; v < VECTORS; v++) sums[v]
      = vector_fma (vector_splat (a), vector_from_half (halves + v * VECTOR_WIDTH), sums[v]);
}

static void
run_block (const NncProduct *product, const float *a, const char *block, float *y, size_t n)
{
  const float *bias = (const float *)(const void *)block;
  const uint16_t *halves = (const uint16_t *)(const void *)(bias + COLUMNS);
  Vector sums[PARTS][VECTORS];
  UNROLL for (size_t part = 0; part < PARTS; part++) UNROLL for (size_t v = 0; v < VECTORS; v++) sums[part][v]
      = part == 0 ? vector_load (bias + v * VECTOR_WIDTH) : vector_zero ();

  size_t k = 0;
  for (; k + PARTS <= product->k; k += PARTS)
    UNROLL for (size_t part = 0; part < PARTS; part++)
        add_products (sums[part], a[k + part], halves + (k + part) * COLUMNS);
  for (; k < product->k; k++)
    add_products (sums[0], a[k], halves + k * COLUMNS);

  for (size_t v = 0; v < VECTORS && v * VECTOR_WIDTH < n; v++) {
    Vector sum = vector_add (vector_add (sums[0][v], sums[1][v]), vector_add (sums[2][v], sums[3][v]));
    vector_store_masked (y + v * VECTOR_WIDTH, vector_mask (n - v * VECTOR_WIDTH),
                         vector_clamp (sum, vector_splat (product->minimum), vector_splat (product->maximum)));
  }
}

static void
half_run (const NncProduct *product, const float *a, const void *packed, float *y, size_t begin, size_t end)
{
  const char *block = packed;
  if (begin == end)
    return;
  for (size_t column = 0; column < product->n; column += COLUMNS, block += block_size (product->k))
    run_block (product, a, block, y + column, product->n - column);
}

const NncMatrixProduct NNC_ISA (nnc_half_product_f32) = {
  .accepts = half_accepts,
  .packed_size = half_packed_size,
  .pack = half_pack,
  .run = half_run,
};
