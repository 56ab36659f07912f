/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* sum_columns_avx2.c: weighted sums of neighbours along a row, eight samples at a time. */
#include "columns_as_they_are.h"
#include "vector.h"

static ALWAYS_INLINE __m128i
load_eight (const int16_t *p)
{
  return _mm_loadu_si128 ((const __m128i *)(const void *)p);
}

static ALWAYS_INLINE __m256i
load_sixteen (const int16_t *p)
{
  return _mm256_loadu_si256 ((const __m256i *)(const void *)p);
}

static ALWAYS_INLINE __m256i
add_neighbours (__m256i a, __m256i b)
{
  return _mm256_hadd_epi32 (a, b);
}

/* Four sums of two samples, the lower half of one and the upper half of the next. */
static ALWAYS_INLINE __m256i
narrow_pair (const int16_t *x, const int32_t *first, const int16_t *weights)
{
  __m256i both
      = _mm256_inserti128_si256 (_mm256_castsi128_si256 (load_eight (x + first[0])), load_eight (x + first[1]), 1);
  return _mm256_madd_epi16 (both, load_sixteen (weights));
}

static ALWAYS_INLINE __m256i
narrow_eight (const int16_t *x, const int32_t *first, const int16_t *weights)
{
  __m256i p01 = narrow_pair (x, first, weights), p23 = narrow_pair (x, first + 2, weights + 16);
  __m256i p45 = narrow_pair (x, first + 4, weights + 32), p67 = narrow_pair (x, first + 6, weights + 48);
  __m256i even_odd = add_neighbours (add_neighbours (p01, p23), add_neighbours (p45, p67)); /* 0 2 4 6, 1 3 5 7 */
  return _mm256_permutevar8x32_epi32 (even_odd, _mm256_setr_epi32 (0, 4, 1, 5, 2, 6, 3, 7));
}

/* Eight sums of one sample. */
static ALWAYS_INLINE __m256i
wide_one (const int16_t *x, const int16_t *weights, size_t taps)
{
  __m256i sum = _mm256_madd_epi16 (load_sixteen (x), load_sixteen (weights));
  for (size_t k = 16; k < taps; k += 16)
    sum = _mm256_add_epi32 (sum, _mm256_madd_epi16 (load_sixteen (x + k), load_sixteen (weights + k)));
  return sum;
}

static ALWAYS_INLINE __m256i
wide_four (const int16_t *x, const int32_t *first, const int16_t *weights, size_t taps)
{
  __m256i a = wide_one (x + first[0], weights, taps), b = wide_one (x + first[1], weights + taps, taps);
  __m256i c = wide_one (x + first[2], weights + 2 * taps, taps), d = wide_one (x + first[3], weights + 3 * taps, taps);
  return add_neighbours (add_neighbours (a, b), add_neighbours (c, d));
}

static ALWAYS_INLINE __m256i
wide_eight (const int16_t *x, const int32_t *first, const int16_t *weights, size_t taps)
{
  __m256i a = wide_four (x, first, weights, taps), b = wide_four (x, first + 4, weights + 4 * taps, taps);
  return _mm256_add_epi32 (_mm256_permute2x128_si256 (a, b, 0x20), _mm256_permute2x128_si256 (a, b, 0x31));
}

/* Not fused: the reference rounds twice. */
static ALWAYS_INLINE void
write (float *y, __m256i sums, float scale, float offset)
{
  __m256 scaled = _mm256_mul_ps (_mm256_cvtepi32_ps (sums), _mm256_set1_ps (scale));
  _mm256_storeu_ps (y, _mm256_add_ps (scaled, _mm256_set1_ps (offset)));
}

/* `taps` is a constant wherever this is called with 8 or 16. */
static ALWAYS_INLINE void
sum_columns (float *y, const int16_t *x, const NncColumns *columns, size_t taps, float scale, float offset)
{
  size_t i = 0;
  for (; i + 8 <= columns->n; i += 8) {
    const int16_t *weights = columns->weights + i * taps;
    __m256i sums
        = taps == 8 ? narrow_eight (x, columns->first + i, weights) : wide_eight (x, columns->first + i, weights, taps);
    write (y + i, sums, scale, offset);
  }
  const NncColumns rest = { columns->n - i, columns->first + i, columns->weights + i * taps, taps };
  nnc_sum_columns_s16_c.run (y + i, x, &rest, NULL, scale, offset);
}

static void
run (float *y, const int16_t *x, const NncColumns *columns, const void *packed, float scale, float offset)
{
  if (columns->taps == 8)
    sum_columns (y, x, columns, 8, scale, offset);
  else if (columns->taps == 16)
    sum_columns (y, x, columns, 16, scale, offset);
  else
    sum_columns (y, x, columns, columns->taps, scale, offset);
}

const NncSumColumns nnc_sum_columns_s16_avx2 = COLUMNS_AS_THEY_ARE (run);
