/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* stored_binary_avx2.c: sums, differences and products of stored numbers by AVX2. */
#include "fixed_point_avx2.h"
#include "kernel_list.h"

#include <string.h>

#define LANES 8

/* A NncFixedPoint, eight times. */
typedef struct {
  __m256i multiplier, shift;
} Factor;

typedef struct {
  const NncStoredArithmetic *arithmetic;
  Factor a, b, y;
} Work;

static Factor
factor_of (NncFixedPoint factor)
{
  return (Factor){ _mm256_set1_epi32 (factor.multiplier), _mm256_set1_epi32 (factor.shift) };
}

static size_t
size_of (NncStored stored)
{
  return stored == NNC_STORED_I16 ? 2 : 1;
}

/* n numbers, or with a step of 0 one, less the zero point. */
static NNC_INLINE __m256i
load (NncStored stored, const void *x, size_t n, int step, int32_t zero_point)
{
  __m128i bytes = _mm_setzero_si128 ();
  __m256i numbers;
  if (n == LANES && step)
    bytes = stored == NNC_STORED_I16 ? _mm_loadu_si128 (x) : _mm_loadl_epi64 (x);
  else
    memcpy (&bytes, x, (step ? n : 1) * size_of (stored));
  numbers = stored == NNC_STORED_I8   ? _mm256_cvtepi8_epi32 (bytes)
            : stored == NNC_STORED_U8 ? _mm256_cvtepu8_epi32 (bytes)
                                      : _mm256_cvtepi16_epi32 (bytes);
  if (step == 0)
    numbers = _mm256_broadcastd_epi32 (_mm256_castsi256_si128 (numbers));
  return _mm256_sub_epi32 (numbers, _mm256_set1_epi32 (zero_point));
}

/* Numbers fit the type they become. */
static NNC_INLINE void
store (NncStored stored, void *y, size_t n, __m256i numbers)
{
  const __m256i low = _mm256_set1_epi32 (stored == NNC_STORED_I16 ? 0xffff : 0xff);
  __m256i words = _mm256_packus_epi32 (_mm256_and_si256 (numbers, low), _mm256_setzero_si256 ());
  __m128i packed = _mm256_castsi256_si128 (_mm256_permute4x64_epi64 (words, 0x08));
  if (stored != NNC_STORED_I16)
    packed = _mm_packus_epi16 (packed, packed);
  memcpy (y, &packed, n * size_of (stored));
}

static NNC_INLINE __m256i
combine (const Work *work, __m256i a, __m256i b)
{
  const NncStoredArithmetic *f = work->arithmetic;
  const __m128i shift = _mm_cvtsi32_si128 (f->shift);
  __m256i y;
  if (f->operation >= NNC_STORED_MULTIPLY) {
    y = _mm256_mullo_epi32 (a, b);
  } else {
    a = nnc_twice_avx2 (_mm256_sll_epi32 (a, shift), work->a.multiplier, work->a.shift);
    b = nnc_twice_avx2 (_mm256_sll_epi32 (b, shift), work->b.multiplier, work->b.shift);
    y = f->operation == NNC_STORED_ADD ? _mm256_add_epi32 (a, b) : _mm256_sub_epi32 (a, b);
    if (f->operation == NNC_STORED_SQUARED_DIFFERENCE)
      y = _mm256_mullo_epi32 (y, y);
  }
  y = nnc_twice_avx2 (y, work->y.multiplier, work->y.shift);
  if (f->operation == NNC_STORED_PRELU)
    y = _mm256_blendv_epi8 (nnc_twice_avx2 (a, work->a.multiplier, work->a.shift), y, _mm256_srai_epi32 (a, 31));
  y = _mm256_max_epi32 (y, _mm256_set1_epi32 (f->minimum - f->y_zero_point));
  y = _mm256_min_epi32 (y, _mm256_set1_epi32 (f->maximum - f->y_zero_point));
  return _mm256_add_epi32 (y, _mm256_set1_epi32 (f->y_zero_point));
}

static void
run_row (const Work *work, uint8_t *y, const uint8_t *a, const uint8_t *b, const NncBroadcast *s)
{
  const NncStoredArithmetic *f = work->arithmetic;
  size_t size = size_of (f->stored);
  for (size_t c = 0; c < s->columns; c += LANES) {
    size_t n = s->columns - c < LANES ? s->columns - c : LANES;
    __m256i p = load (f->stored, a + c * (size_t)s->a_step * size, n, s->a_step, f->a_zero_point);
    __m256i q = load (f->stored, b + c * (size_t)s->b_step * size, n, s->b_step, f->b_zero_point);
    store (f->stored, y + c * size, n, combine (work, p, q));
  }
}

void
nnc_stored_binary_avx2 (const NncStoredArithmetic *f, void *y, const void *a, const void *b, const NncBroadcast *shape)
{
  const Work work = { f, factor_of (f->a_factor), factor_of (f->b_factor), factor_of (f->factor) };
  ptrdiff_t size = (ptrdiff_t)size_of (f->stored);
  for (size_t r = 0; r < shape->rows; r++) {
    uint8_t *to = (uint8_t *)y + (ptrdiff_t)(r * shape->columns) * size;
    const uint8_t *p = (const uint8_t *)a + (ptrdiff_t)r * shape->a_row * size;
    const uint8_t *q = (const uint8_t *)b + (ptrdiff_t)r * shape->b_row * size;
    run_row (&work, to, p, q, shape);
  }
}
