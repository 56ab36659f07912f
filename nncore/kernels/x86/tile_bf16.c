/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tile_bf16.c: the inner loop of convolution and matrix product of bf16, by AVX512_BF16: vdpbf16ps adds the products of
 * two pairs to each of 16 sums, twice what a multiply-add of floats does. */
#include "tile_bf16.h"

#include <immintrin.h>
#include <string.h>

#include "bf16.h"
#include "vector.h"

size_t
nnc_bf16_panels_size (size_t n, size_t pairs)
{
  return (n + 7) / 8 * 8 * (pairs + 1) * 4;
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

/* As many sums as a panel has columns: one or two vectors, and half a vector where that is enough for the rest. */
typedef struct {
  __m512 whole[2];
  __m256 half;
} Sums;

/* The biases, or zeros. columns is a constant here and in what follows. */
static ALWAYS_INLINE Sums
sums_begin (const char *panel, const size_t columns)
{
  Sums sums = { .half = _mm256_setzero_ps () };
  UNROLL for (size_t v = 0; v < columns / 16; v++) sums.whole[v]
      = panel ? _mm512_loadu_ps (panel + 64 * v) : _mm512_setzero_ps ();
  if (columns % 16 && panel)
    sums.half = _mm256_loadu_ps ((const float *)(const void *)(panel + columns / 16 * 64));
  return sums;
}

/* A row of weights. */
typedef struct {
  __m512i whole[2];
  __m256i half;
} Weights;

static ALWAYS_INLINE Weights
weights_load (const char *panel, const size_t columns)
{
  Weights weights = { .half = _mm256_setzero_si256 () };
  UNROLL for (size_t v = 0; v < columns / 16; v++) weights.whole[v] = _mm512_loadu_si512 (panel + 64 * v);
  if (columns % 16)
    weights.half = _mm256_loadu_si256 ((const __m256i *)(const void *)(panel + columns / 16 * 64));
  return weights;
}

/* Adds the products of the pair x with each column's pair. */
static ALWAYS_INLINE void
sums_add (Sums *sums, const uint16_t *x, const Weights *weights, const size_t columns)
{
  int32_t pair;
  memcpy (&pair, x, sizeof pair);
  const __m512i value = _mm512_set1_epi32 (pair);
  UNROLL for (size_t v = 0; v < columns / 16; v++) sums->whole[v]
      = _mm512_dpbf16_ps (sums->whole[v], (__m512bh)value, (__m512bh)weights->whole[v]);
  if (columns % 16)
    sums->half = _mm256_dpbf16_ps (sums->half, (__m256bh)_mm512_castsi512_si256 (value), (__m256bh)weights->half);
}

/* The first n columns, clamped. */
static ALWAYS_INLINE void
sums_store (const Sums *sums, float *y, size_t n, __m512 minimum, __m512 maximum, const size_t columns)
{
  UNROLL for (size_t v = 0; v < columns / 16; v++)
  {
    __m512 value = vector_clamp (sums->whole[v], minimum, maximum);
    if (n >= 16 * (v + 1))
      _mm512_storeu_ps (y + 16 * v, value);
    else
      _mm512_mask_storeu_ps (y + 16 * v, vector_mask (n - 16 * v), value);
  }
  if (columns % 16) {
    const size_t first = columns / 16 * 16;
    __m512 value = vector_clamp (_mm512_castps256_ps512 (sums->half), minimum, maximum);
    if (n >= first + 8)
      _mm256_storeu_ps (y + first, _mm512_castps512_ps256 (value));
    else
      _mm512_mask_storeu_ps (y + first, vector_mask (n - first), value);
  }
}

/* rows and columns are constants wherever this is called: all sums stay in registers. */
static ALWAYS_INLINE void
run_tile (const NncBf16Tile *tile, const uint16_t *const *a, const char *panel, size_t column, float *const *y,
          const size_t rows, const size_t columns)
{
  Sums sums[BF16_TILE_ROWS];
  UNROLL for (size_t i = 0; i < rows; i++) sums[i] = sums_begin (panel, columns);
  panel += columns * sizeof (float);

  const uint16_t *x[BF16_TILE_ROWS];
  UNROLL for (size_t i = 0; i < rows; i++) x[i] = a[i];
  const ptrdiff_t *offset = tile->offsets, *const last = offset + tile->runs;
  do {
    ptrdiff_t k = *offset;
    const ptrdiff_t end = k + 2 * (ptrdiff_t)tile->pairs;
    do {
      const Weights weights = weights_load (panel, columns);
      UNROLL for (size_t i = 0; i < rows; i++) sums_add (&sums[i], x[i] + k, &weights, columns);
      panel += columns * 4;
      k += 2;
    } while (k != end);
  } while (++offset != last);

  const __m512 minimum = _mm512_set1_ps (tile->minimum), maximum = _mm512_set1_ps (tile->maximum);
  const size_t n = tile->n - column;
  UNROLL for (size_t i = 0; i < rows; i++) sums_store (&sums[i], y[i] + column, n, minimum, maximum, columns);
}

/* One row alone: a single sum a column would wait for itself, so the sum is cut into four. */
static ALWAYS_INLINE void
run_row (const NncBf16Tile *tile, const uint16_t *const *a, const char *panel, size_t column, float *const *y,
         const size_t columns)
{
  enum { PARTS = 4 };
  Sums sums[PARTS];
  UNROLL for (size_t part = 0; part < PARTS; part++) sums[part] = sums_begin (part == 0 ? panel : NULL, columns);
  panel += columns * sizeof (float);

  for (size_t run = 0; run < tile->runs; run++) {
    const uint16_t *x = a[0] + tile->offsets[run];
    size_t pair = 0;
    for (; pair + PARTS <= tile->pairs; pair += PARTS)
      UNROLL for (size_t part = 0; part < PARTS; part++, panel += columns * 4)
      {
        const Weights weights = weights_load (panel, columns);
        sums_add (&sums[part], x + 2 * (pair + part), &weights, columns);
      }
    for (; pair < tile->pairs; pair++, panel += columns * 4) {
      const Weights weights = weights_load (panel, columns);
      sums_add (&sums[0], x + 2 * pair, &weights, columns);
    }
  }

  UNROLL for (size_t v = 0; v < columns / 16; v++) sums[0].whole[v]
      = (sums[0].whole[v] + sums[1].whole[v]) + (sums[2].whole[v] + sums[3].whole[v]);
  sums[0].half = (sums[0].half + sums[1].half) + (sums[2].half + sums[3].half);
  sums_store (&sums[0], y[0] + column, tile->n - column, _mm512_set1_ps (tile->minimum), _mm512_set1_ps (tile->maximum),
              columns);
}

/* n tiles of so many rows. */
typedef void (*RunTiles) (const NncBf16Tile *tile, size_t n, const uint16_t *const *a, const char *panel, size_t column,
                          float *const *y);

#define DEFINE(rows, columns)                                                                                          \
  static void run_##rows##_##columns (const NncBf16Tile *tile, size_t n, const uint16_t *const *a, const char *panel,  \
                                      size_t column, float *const *y)                                                  \
  {                                                                                                                    \
    for (size_t t = 0; t < n; t++, a += rows, y += rows)                                                               \
      if (rows == 1)                                                                                                   \
        run_row (tile, a, panel, column, y, columns);                                                                  \
      else                                                                                                             \
        run_tile (tile, a, panel, column, y, rows, columns);                                                           \
  }
#define DEFINE_ROWS(rows) DEFINE (rows, 8) DEFINE (rows, 16) DEFINE (rows, 24) DEFINE (rows, 32)
DEFINE_ROWS (1)
DEFINE_ROWS (2)
DEFINE_ROWS (3)
DEFINE_ROWS (4)
DEFINE_ROWS (5)
DEFINE_ROWS (6)
DEFINE_ROWS (7)
DEFINE_ROWS (8)

#define ROWS(rows)                                                                                                     \
  {                                                                                                                    \
    run_##rows##_8, run_##rows##_16, run_##rows##_24, run_##rows##_32                                                  \
  }
static const RunTiles run_tiles[BF16_TILE_ROWS][BF16_TILE_COLUMNS / 8]
    = { ROWS (1), ROWS (2), ROWS (3), ROWS (4), ROWS (5), ROWS (6), ROWS (7), ROWS (8) };

void
nnc_bf16_panel_run (const NncBf16Tile *tile, size_t rows, const uint16_t *const *a, const char *panel, size_t column,
                    float *const *y)
{
  size_t eights = nnc_bf16_panel_columns (tile->n, column) / 8;
  size_t tiles = (rows + BF16_TILE_ROWS - 1) / BF16_TILE_ROWS, smaller = rows / tiles, n_larger = rows % tiles;
  size_t done = n_larger * (smaller + 1);
  if (n_larger)
    run_tiles[smaller][eights - 1](tile, n_larger, a, panel, column, y);
  run_tiles[smaller - 1][eights - 1](tile, tiles - n_larger, a + done, panel, column, y + done);
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
