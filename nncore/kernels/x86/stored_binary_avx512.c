/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* stored_binary_avx512.c: sums, differences and products of stored numbers by AVX-512. */
#include "fixed_point_avx512.h"
#include "kernel_list.h"

#define LANES 16

/* A NncFixedPoint, sixteen times. */
typedef struct {
  __m512i multiplier, shift;
} Factor;

typedef struct {
  const NncStoredArithmetic *arithmetic;
  Factor a, b, y;
} Work;

static Factor
factor_of (NncFixedPoint factor)
{
  return (Factor){ _mm512_set1_epi32 (factor.multiplier), _mm512_set1_epi32 (factor.shift) };
}

static size_t
size_of (NncStored stored)
{
  return stored == NNC_STORED_I16 ? 2 : 1;
}

/* The numbers of mask, or with a step of 0 one, less the zero point. */
static NNC_INLINE __m512i
load (NncStored stored, const void *x, __mmask16 mask, int step, int32_t zero_point)
{
  __m512i numbers;
  if (step == 0)
    mask = 1;
  if (stored == NNC_STORED_I8)
    numbers = _mm512_cvtepi8_epi32 (_mm_maskz_loadu_epi8 (mask, x));
  else if (stored == NNC_STORED_U8)
    numbers = _mm512_cvtepu8_epi32 (_mm_maskz_loadu_epi8 (mask, x));
  else
    numbers = _mm512_cvtepi16_epi32 (_mm256_maskz_loadu_epi16 (mask, x));
  if (step == 0)
    numbers = _mm512_broadcastd_epi32 (_mm512_castsi512_si128 (numbers));
  return _mm512_sub_epi32 (numbers, _mm512_set1_epi32 (zero_point));
}

static NNC_INLINE void
store (NncStored stored, void *y, __mmask16 mask, __m512i numbers)
{
  if (stored == NNC_STORED_I16)
    _mm512_mask_cvtepi32_storeu_epi16 (y, mask, numbers);
  else
    _mm512_mask_cvtepi32_storeu_epi8 (y, mask, numbers);
}

static NNC_INLINE __m512i
combine (const Work *work, __m512i a, __m512i b)
{
  const NncStoredArithmetic *f = work->arithmetic;
  const __m128i shift = _mm_cvtsi32_si128 (f->shift);
  __m512i y;
  if (f->operation == NNC_STORED_MULTIPLY) {
    y = _mm512_mullo_epi32 (a, b);
  } else {
    a = nnc_twice_avx512 (_mm512_sll_epi32 (a, shift), work->a.multiplier, work->a.shift);
    b = nnc_twice_avx512 (_mm512_sll_epi32 (b, shift), work->b.multiplier, work->b.shift);
    y = f->operation == NNC_STORED_ADD ? _mm512_add_epi32 (a, b) : _mm512_sub_epi32 (a, b);
  }
  y = nnc_twice_avx512 (y, work->y.multiplier, work->y.shift);
  y = _mm512_max_epi32 (y, _mm512_set1_epi32 (f->minimum - f->y_zero_point));
  y = _mm512_min_epi32 (y, _mm512_set1_epi32 (f->maximum - f->y_zero_point));
  return _mm512_add_epi32 (y, _mm512_set1_epi32 (f->y_zero_point));
}

static void
run_row (const Work *work, uint8_t *y, const uint8_t *a, const uint8_t *b, const NncBroadcast *s)
{
  const NncStoredArithmetic *f = work->arithmetic;
  NncStored stored = f->stored;
  size_t size = size_of (stored);
  for (size_t c = 0; c < s->columns; c += LANES) {
    __mmask16 mask = s->columns - c >= LANES ? 0xffff : (__mmask16)((1u << (s->columns - c)) - 1);
    __m512i p = load (stored, a + c * (size_t)s->a_step * size, mask, s->a_step, f->a_zero_point);
    __m512i q = load (stored, b + c * (size_t)s->b_step * size, mask, s->b_step, f->b_zero_point);
    store (stored, y + c * size, mask, combine (work, p, q));
  }
}

void
nnc_stored_binary_avx512 (const NncStoredArithmetic *f, void *y, const void *a, const void *b,
                          const NncBroadcast *shape)
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
