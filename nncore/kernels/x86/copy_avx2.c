/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* copy_avx2.c: moves elements of four bytes between strides, eight at a time: planes that become the channels of pixels
 * and back, transposes, every second to fourth element. What it has no vectors for is left to the C kernel. */
#include <immintrin.h>

#include "kernel_list.h"

#define ALWAYS_INLINE inline __attribute__ ((always_inline))
#ifdef __clang__
#define UNROLL _Pragma ("clang loop unroll(full)")
#else
#define UNROLL _Pragma ("GCC unroll 8")
#endif

enum { SIZE = 4, LANES = 8, MAX_PLANES = 4 };

/* Bytes from row to row and from column to column. */
typedef struct {
  size_t rows, columns;
  ptrdiff_t y_row, x_row, y_column, x_column;
} Block;

static ALWAYS_INLINE __m256
load (const char *p)
{
  return _mm256_loadu_ps ((const float *)(const void *)p);
}

static ALWAYS_INLINE void
store (char *p, __m256 v)
{
  _mm256_storeu_ps ((float *)(void *)p, v);
}

static void
copy_by_c (char *y, const char *x, const Block *b)
{
  const size_t shape[2] = { b->rows, b->columns };
  const ptrdiff_t y_strides[2] = { b->y_row, b->y_column }, x_strides[2] = { b->x_row, b->x_column };
  nnc_copy_strided_c (y, x, SIZE, 2, shape, y_strides, x_strides);
}

/* The part of a block from a row and a column on. */
static void
copy_rest_by_c (char *y, const char *x, const Block *b, size_t row, size_t column)
{
  Block rest = *b;
  rest.rows -= row;
  rest.columns -= column;
  copy_by_c (y + (ptrdiff_t)row * b->y_row + (ptrdiff_t)column * b->y_column,
             x + (ptrdiff_t)row * b->x_row + (ptrdiff_t)column * b->x_column, &rest);
}

/* Lane l of the j-th of `n` vectors of pixels is channel e % n of pixel e / n, e = 8 j + l. */
static ALWAYS_INLINE __m256i
element_numbers (const int j, const int n, const int quotient)
{
  int numbers[LANES];
  UNROLL for (int l = 0; l < LANES; l++) numbers[l] = quotient ? (LANES * j + l) / n : (LANES * j + l) % n;
  return _mm256_loadu_si256 ((const __m256i *)(const void *)numbers);
}

/* y[r][c] of n channels from planes x[c][r]; n is a constant wherever this is called. */
static ALWAYS_INLINE void
interleave (char *y, const char *x, const Block *b, const int n)
{
  size_t r = 0;
  for (; r + LANES <= b->rows; r += LANES) {
    __m256 planes[MAX_PLANES];
    UNROLL for (int c = 0; c < n; c++) planes[c] = load (x + (ptrdiff_t)r * SIZE + c * b->x_column);
    UNROLL for (int j = 0; j < n; j++)
    {
      const __m256i pixel = element_numbers (j, n, 1), channel = element_numbers (j, n, 0);
      __m256 pixels = _mm256_permutevar8x32_ps (planes[0], pixel);
      UNROLL for (int c = 1; c < n; c++)
      {
        __m256i here = _mm256_cmpeq_epi32 (channel, _mm256_set1_epi32 (c));
        pixels = _mm256_blendv_ps (pixels, _mm256_permutevar8x32_ps (planes[c], pixel), _mm256_castsi256_ps (here));
      }
      store (y + ((ptrdiff_t)r * n + LANES * j) * SIZE, pixels);
    }
  }
  copy_rest_by_c (y, x, b, r, 0);
}

/* Channel c of eight pixels of n channels, which are n vectors: its lane l is element n l + c. */
static ALWAYS_INLINE __m256
pick_channel (const __m256 *pixels, const int c, const int n)
{
  int lanes[LANES], vectors[LANES];
  UNROLL for (int l = 0; l < LANES; l++)
  {
    lanes[l] = (n * l + c) % LANES;
    vectors[l] = (n * l + c) / LANES;
  }
  const __m256i lane = _mm256_loadu_si256 ((const __m256i *)(const void *)lanes);
  const __m256i vector = _mm256_loadu_si256 ((const __m256i *)(const void *)vectors);
  __m256 picked = _mm256_permutevar8x32_ps (pixels[0], lane);
  UNROLL for (int j = 1; j < n; j++)
  {
    __m256i here = _mm256_cmpeq_epi32 (vector, _mm256_set1_epi32 (j));
    picked = _mm256_blendv_ps (picked, _mm256_permutevar8x32_ps (pixels[j], lane), _mm256_castsi256_ps (here));
  }
  return picked;
}

/* Planes y[r][c] from pixels x[c][r] of n channels. */
static ALWAYS_INLINE void
deinterleave (char *y, const char *x, const Block *b, const int n)
{
  size_t c = 0;
  for (; c + LANES <= b->columns; c += LANES) {
    __m256 pixels[MAX_PLANES];
    UNROLL for (int j = 0; j < n; j++) pixels[j] = load (x + ((ptrdiff_t)c * n + LANES * j) * SIZE);
    UNROLL for (int r = 0; r < n; r++) store (y + r * b->y_row + (ptrdiff_t)c * SIZE, pick_channel (pixels, r, n));
  }
  copy_rest_by_c (y, x, b, 0, c);
}

/* Every n-th element of each row. Vectors reach n - 1 elements beyond the last one they are read for, so that is left
 * to C: there may be nothing there. */
static ALWAYS_INLINE void
pick (char *y, const char *x, const Block *b, const int n)
{
  size_t vectors = b->columns ? (b->columns - 1) / LANES : 0;
  for (size_t r = 0; r < b->rows; r++) {
    char *to = y + (ptrdiff_t)r * b->y_row;
    const char *from = x + (ptrdiff_t)r * b->x_row;
    for (size_t v = 0; v < vectors; v++, to += LANES * SIZE, from += n * LANES * SIZE) {
      __m256 elements[MAX_PLANES];
      UNROLL for (int j = 0; j < n; j++) elements[j] = load (from + j * LANES * SIZE);
      store (to, pick_channel (elements, 0, n));
    }
  }
  copy_rest_by_c (y, x, b, 0, vectors * LANES);
}

/* y[r][c] = x[c][r], eight by eight. */
static ALWAYS_INLINE void
transpose_tile (char *y, const char *x, ptrdiff_t y_row, ptrdiff_t x_column)
{
  __m256 a[LANES], pairs[LANES], fours[LANES];
  UNROLL for (int c = 0; c < LANES; c++) a[c] = load (x + c * x_column);
  UNROLL for (int i = 0; i < LANES; i += 2)
  {
    pairs[i] = _mm256_unpacklo_ps (a[i], a[i + 1]);
    pairs[i + 1] = _mm256_unpackhi_ps (a[i], a[i + 1]);
  }
  UNROLL for (int i = 0; i < LANES; i += 4) UNROLL for (int k = 0; k < 2; k++)
  {
    fours[i + 2 * k] = _mm256_shuffle_ps (pairs[i + k], pairs[i + k + 2], 0x44);
    fours[i + 2 * k + 1] = _mm256_shuffle_ps (pairs[i + k], pairs[i + k + 2], 0xee);
  }
  UNROLL for (int r = 0; r < LANES / 2; r++)
  {
    store (y + r * y_row, _mm256_permute2f128_ps (fours[r], fours[r + 4], 0x20));
    store (y + (r + LANES / 2) * y_row, _mm256_permute2f128_ps (fours[r], fours[r + 4], 0x31));
  }
}

/* Rows and columns are at least eight; the last tile begins earlier where it would reach beyond. Two tiles of rows at
 * a time use all of the cache lines they read. */
static void
transpose (char *y, const char *x, const Block *b)
{
  for (size_t r = 0; r < b->rows; r += 2 * LANES)
    for (size_t c = 0; c < b->columns; c += LANES)
      for (size_t half = r; half < r + 2 * LANES && half < b->rows; half += LANES) {
        ptrdiff_t row = (ptrdiff_t)(half + LANES > b->rows ? b->rows - LANES : half);
        ptrdiff_t column = (ptrdiff_t)(c + LANES > b->columns ? b->columns - LANES : c);
        transpose_tile (y + row * b->y_row + column * SIZE, x + row * SIZE + column * b->x_column, b->y_row,
                        b->x_column);
      }
}

#define CASES(function)                                                                                                \
  case 2:                                                                                                              \
    function (y, x, b, 2);                                                                                             \
    return;                                                                                                            \
  case 3:                                                                                                              \
    function (y, x, b, 3);                                                                                             \
    return;                                                                                                            \
  case 4:                                                                                                              \
    function (y, x, b, 4);                                                                                             \
    return;

/* Columns lie together in y, rows in x. */
static void
copy_transposed (char *y, const char *x, const Block *b)
{
  if (b->y_row == (ptrdiff_t)b->columns * SIZE)
    switch (b->columns) {
      CASES (interleave)
    }
  if (b->x_column == (ptrdiff_t)b->rows * SIZE)
    switch (b->rows) {
      CASES (deinterleave)
    }
  if (b->rows >= LANES && b->columns >= LANES)
    transpose (y, x, b);
  else
    copy_by_c (y, x, b);
}

static void
copy_block (char *y, const char *x, const Block *b)
{
  if (b->y_column == SIZE && b->x_row == SIZE) {
    copy_transposed (y, x, b);
    return;
  }
  if (b->y_column == SIZE)
    switch (b->x_column) {
    case 2 * SIZE:
      pick (y, x, b, 2);
      return;
    case 3 * SIZE:
      pick (y, x, b, 3);
      return;
    case 4 * SIZE:
      pick (y, x, b, 4);
      return;
    }
  copy_by_c (y, x, b);
}

void
nnc_copy_strided_avx2 (void *y, const void *x, size_t size, int rank, const size_t *shape, const ptrdiff_t *y_strides,
                       const ptrdiff_t *x_strides)
{
  if (size != SIZE || rank == 0) {
    nnc_copy_strided_c (y, x, size, rank, shape, y_strides, x_strides);
    return;
  }
  if (rank > 2) {
    for (size_t i = 0; i < shape[0]; i++)
      nnc_copy_strided_avx2 ((char *)y + (ptrdiff_t)i * y_strides[0], (const char *)x + (ptrdiff_t)i * x_strides[0],
                             size, rank - 1, shape + 1, y_strides + 1, x_strides + 1);
    return;
  }
  Block block = { 1, shape[rank - 1], 0, 0, y_strides[rank - 1], x_strides[rank - 1] };
  if (rank == 2) {
    block.rows = shape[0];
    block.y_row = y_strides[0];
    block.x_row = x_strides[0];
  }
  copy_block (y, x, &block);
}
