/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tile_bf16.c: the inner loop of convolution and matrix product of bf16, by AVX512_BF16: vdpbf16ps adds the products of
 * two pairs to each of 16 sums, twice what a multiply-add of floats does. */
#include "tile_bf16.h"

#include <immintrin.h>
#include <string.h>

#include "bf16.h"
#include "vector.h"

enum { VECTOR_BYTES = 64 };

size_t
nnc_bf16_panels_size (size_t n, size_t pairs)
{
  return (n + 15) / 16 * 16 * (pairs + 1) * 4;
}

void
nnc_bf16_panels_pack (void *panels, size_t n, size_t pairs, const float *bias, NncBf16Weights weights,
                      const void *user_data)
{
  memset (panels, 0, nnc_bf16_panels_size (n, pairs));
  for (size_t first = 0; first < n; first += BF16_TILE_COLUMNS) {
    size_t columns = nnc_bf16_panel_columns (n, first), used = n - first < columns ? n - first : columns;
    float *biases = (float *)panels + first * (pairs + 1), row[BF16_TILE_COLUMNS];
    uint16_t *to = (uint16_t *)(biases + columns);
    for (size_t j = 0; bias && j < used; j++)
      biases[j] = bias[first + j];
    for (size_t k = 0; k < 2 * pairs; k++) {
      weights (user_data, k, first, used, row);
      for (size_t j = 0; j < used; j++)
        to[(k / 2 * columns + j) * 2 + k % 2] = nnc_bf16_from_float (row[j]);
    }
  }
}

static ALWAYS_INLINE __m512i
load (const char *p)
{
  return _mm512_loadu_si512 (p);
}

/* An input pair in all lanes. */
static ALWAYS_INLINE __m512i
splat_pair (const uint16_t *p)
{
  int32_t pair;
  memcpy (&pair, p, sizeof pair);
  return _mm512_set1_epi32 (pair);
}

static ALWAYS_INLINE Vector
add_products (Vector sum, __m512i a, __m512i b)
{
  return _mm512_dpbf16_ps (sum, (__m512bh)a, (__m512bh)b);
}

/* Writes a row's vectors, the last of them masked. */
static ALWAYS_INLINE void
store_row (const NncBf16Tile *tile, float *y, const Vector *sum, size_t vectors, size_t n)
{
  const Vector minimum = vector_splat (tile->minimum), maximum = vector_splat (tile->maximum);
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
run_tile (const NncBf16Tile *tile, const uint16_t *const *a, const char *panel, size_t column, float *const *y,
          const size_t rows, const size_t vectors)
{
  Vector sums[BF16_TILE_ROWS][2];
  UNROLL for (size_t i = 0; i < rows; i++) UNROLL for (size_t v = 0; v < vectors; v++) sums[i][v]
      = vector_load ((const float *)(const void *)panel + v * VECTOR_WIDTH);
  panel += vectors * VECTOR_BYTES;

  for (size_t row = 0; row < tile->run_rows; row++)
    for (size_t run = 0; run < tile->run_columns; run++) {
      const ptrdiff_t offset = (ptrdiff_t)row * tile->row_step + (ptrdiff_t)run * tile->column_step;
      const uint16_t *x[BF16_TILE_ROWS];
      UNROLL for (size_t i = 0; i < rows; i++) x[i] = a[i] + offset;
      for (size_t pair = 0; pair < tile->pairs; pair++, panel += vectors * VECTOR_BYTES) {
        __m512i b[2];
        UNROLL for (size_t v = 0; v < vectors; v++) b[v] = load (panel + v * VECTOR_BYTES);
        UNROLL for (size_t i = 0; i < rows; i++)
        {
          __m512i value = splat_pair (x[i] + 2 * pair);
          UNROLL for (size_t v = 0; v < vectors; v++) sums[i][v] = add_products (sums[i][v], value, b[v]);
        }
      }
    }

  UNROLL for (size_t i = 0; i < rows; i++) store_row (tile, y[i] + column, sums[i], vectors, tile->n - column);
}

/* One row alone: a single sum a column would wait for itself, so the sum is cut into four. */
static ALWAYS_INLINE void
run_row (const NncBf16Tile *tile, const uint16_t *const *a, const char *panel, size_t column, float *const *y,
         const size_t vectors)
{
  enum { PARTS = 4 };
  Vector sums[PARTS][2];
  UNROLL for (size_t part = 0; part < PARTS; part++) UNROLL for (size_t v = 0; v < vectors; v++) sums[part][v]
      = part == 0 ? vector_load ((const float *)(const void *)panel + v * VECTOR_WIDTH) : vector_zero ();
  panel += vectors * VECTOR_BYTES;

  for (size_t row = 0; row < tile->run_rows; row++)
    for (size_t run = 0; run < tile->run_columns; run++) {
      const uint16_t *x = a[0] + (ptrdiff_t)row * tile->row_step + (ptrdiff_t)run * tile->column_step;
      size_t pair = 0;
      for (; pair + PARTS <= tile->pairs; pair += PARTS)
        UNROLL for (size_t part = 0; part < PARTS; part++, panel += vectors * VECTOR_BYTES)
            UNROLL for (size_t v = 0; v < vectors; v++) sums[part][v]
            = add_products (sums[part][v], splat_pair (x + 2 * (pair + part)), load (panel + v * VECTOR_BYTES));
      for (; pair < tile->pairs; pair++, panel += vectors * VECTOR_BYTES)
        UNROLL for (size_t v = 0; v < vectors; v++) sums[0][v]
            = add_products (sums[0][v], splat_pair (x + 2 * pair), load (panel + v * VECTOR_BYTES));
    }

  UNROLL for (size_t v = 0; v < vectors; v++) sums[0][v]
      = vector_add (vector_add (sums[0][v], sums[1][v]), vector_add (sums[2][v], sums[3][v]));
  store_row (tile, y[0] + column, sums[0], vectors, tile->n - column);
}

#define RUN_ROWS(rows, vectors)                                                                                        \
  case rows:                                                                                                           \
    run_tile (tile, a, panel, column, y, rows, vectors);                                                               \
    break;

static void
run_wide (const NncBf16Tile *tile, size_t rows, const uint16_t *const *a, const char *panel, size_t column,
          float *const *y)
{
  switch (rows) {
  case 1:
    run_row (tile, a, panel, column, y, 2);
    break;
    RUN_ROWS (2, 2)
    RUN_ROWS (3, 2)
    RUN_ROWS (4, 2)
    RUN_ROWS (5, 2)
    RUN_ROWS (6, 2)
    RUN_ROWS (7, 2)
    RUN_ROWS (8, 2)
  }
}

static void
run_narrow (const NncBf16Tile *tile, size_t rows, const uint16_t *const *a, const char *panel, size_t column,
            float *const *y)
{
  switch (rows) {
  case 1:
    run_row (tile, a, panel, column, y, 1);
    break;
    RUN_ROWS (2, 1)
    RUN_ROWS (3, 1)
    RUN_ROWS (4, 1)
    RUN_ROWS (5, 1)
    RUN_ROWS (6, 1)
    RUN_ROWS (7, 1)
    RUN_ROWS (8, 1)
  }
}

void
nnc_bf16_tile_run (const NncBf16Tile *tile, size_t rows, const uint16_t *const *a, const char *panel, size_t column,
                   float *const *y)
{
  if (nnc_bf16_panel_columns (tile->n, column) == BF16_TILE_COLUMNS)
    run_wide (tile, rows, a, panel, column, y);
  else
    run_narrow (tile, rows, a, panel, column, y);
}

void
nnc_bf16_convert (uint16_t *to, const float *from, size_t n)
{
  size_t i = 0;
  for (; i + 32 <= n; i += 32) {
    __m512i pairs = (__m512i)_mm512_cvtne2ps_pbh (vector_load (from + i + 16), vector_load (from + i));
    _mm512_storeu_si512 (to + i, pairs);
  }
  for (; i < n; i += 16) {
    size_t left = n - i;
    __m256i half = (__m256i)_mm512_cvtneps_pbh (vector_load_masked (from + i, vector_mask (left)));
    _mm256_mask_storeu_epi16 (to + i, vector_mask (left), half);
  }
}
