/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* stored_binary_avx512.c: sums, differences and products of stored numbers by
 * AVX-512. Bytes are combined in floats, and 64 results are right unless one of
 * them lies within the error of a tie (quantized_sums.h says why): then, and
 * always for numbers of 16 bits, it is done in integers. */
#include "fixed_point_avx512.h"
#include "kernel_list.h"

#include <math.h>

#define LANES 16

/* A NncFixedPoint, sixteen times. */
typedef struct {
  __m512i multiplier, shift;
} Factor;

typedef struct {
  const NncStoredArithmetic *arithmetic;
  Factor a, b, y;
  /* In floats: a's and b's share of y, or what their product is multiplied by; 1/2 and what rounding twice adds; and
   * how near to a tie a result may be wrong, below 1/4 where floats are any good. */
  float a_share, b_share, half, error;
} Work;

static Factor
factor_of (NncFixedPoint factor)
{
  return (Factor){ _mm512_set1_epi32 (factor.multiplier), _mm512_set1_epi32 (factor.shift) };
}

static double
real_of (NncFixedPoint factor)
{
  return ldexp (factor.multiplier, factor.shift - 31);
}

static void
set_shares (Work *work)
{
  const NncStoredArithmetic *f = work->arithmetic;
  double y = real_of (f->factor), twice = ldexp (0.5, f->factor.shift),
         sign = f->operation == NNC_STORED_SUBTRACT ? -1 : 1;
  work->half = (float)(0.5 + twice);
  work->error = 1;
  if (f->stored == NNC_STORED_I16 || f->factor.shift >= 0 || f->factor.multiplier == 0
      || f->operation == NNC_STORED_SQUARED_DIFFERENCE || f->operation == NNC_STORED_PRELU)
    return;
  work->a_share = (float)y;
  work->error = 0x1p-13f;
  if (f->operation == NNC_STORED_MULTIPLY)
    return;
  work->a_share = (float)(ldexp (real_of (f->a_factor), f->shift) * y);
  work->b_share = (float)(sign * ldexp (real_of (f->b_factor), f->shift) * y);
  /* Each of a' and b' is rounded twice, and where they cancel each other their own errors stay. */
  work->error += (float)(4 * y) + (fabsf (work->a_share) + fabsf (work->b_share)) * 0x1p-14f;
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
  if (f->operation >= NNC_STORED_MULTIPLY) {
    y = _mm512_mullo_epi32 (a, b);
  } else {
    a = nnc_twice_avx512 (_mm512_sll_epi32 (a, shift), work->a.multiplier, work->a.shift);
    b = nnc_twice_avx512 (_mm512_sll_epi32 (b, shift), work->b.multiplier, work->b.shift);
    y = f->operation == NNC_STORED_ADD ? _mm512_add_epi32 (a, b) : _mm512_sub_epi32 (a, b);
    if (f->operation == NNC_STORED_SQUARED_DIFFERENCE)
      y = _mm512_mullo_epi32 (y, y);
  }
  y = nnc_twice_avx512 (y, work->y.multiplier, work->y.shift);
  if (f->operation == NNC_STORED_PRELU)
    y = _mm512_mask_mov_epi32 (y, _mm512_cmpge_epi32_mask (a, _mm512_setzero_si512 ()),
                               nnc_twice_avx512 (a, work->a.multiplier, work->a.shift));
  y = _mm512_max_epi32 (y, _mm512_set1_epi32 (f->minimum - f->y_zero_point));
  y = _mm512_min_epi32 (y, _mm512_set1_epi32 (f->maximum - f->y_zero_point));
  return _mm512_add_epi32 (y, _mm512_set1_epi32 (f->y_zero_point));
}

static NNC_INLINE __m512
load_floats (NncStored stored, const uint8_t *x, int32_t zero_point)
{
  return _mm512_cvtepi32_ps (load (stored, x, 0xffff, 1, zero_point));
}

/* 64 bytes; false: one of them may be wrong, and none is stored. y may be a or b. */
static NNC_INLINE bool
run_floats (const Work *work, NncStored stored, uint8_t *y, const uint8_t *a, const uint8_t *b)
{
  const NncStoredArithmetic *f = work->arithmetic;
  const __m512i sign = _mm512_set1_epi32 (INT32_MIN), zero_point = _mm512_set1_epi16 ((short)f->y_zero_point);
  const __m512 a_share = _mm512_set1_ps (work->a_share), b_share = _mm512_set1_ps (work->b_share);
  __m512 nearest = _mm512_set1_ps (1);
  __m512i results[4], low, high, bytes;
#ifdef __clang__
  _Pragma ("clang loop unroll(full)")
#else
  _Pragma ("GCC unroll 4")
#endif
      for (int v = 0; v < 4; v++)
  {
    __m512 p = load_floats (stored, a + 16 * v, f->a_zero_point), q = load_floats (stored, b + 16 * v, f->b_zero_point);
    __m512 real = f->operation == NNC_STORED_MULTIPLY ? _mm512_mul_ps (_mm512_mul_ps (p, q), a_share)
                                                      : _mm512_fmadd_ps (p, a_share, _mm512_mul_ps (q, b_share));
    __m512i half = _mm512_ternarylogic_epi32 (sign, _mm512_castps_si512 (real),
                                              _mm512_castps_si512 (_mm512_set1_ps (work->half)), 0xca);
    real = _mm512_add_ps (real, _mm512_castsi512_ps (half));
    nearest = _mm512_range_ps (nearest, _mm512_reduce_ps (real, 0), 0x02);
    results[v] = _mm512_cvttps_epi32 (real);
  }
  if (_mm512_cmp_ps_mask (_mm512_abs_ps (nearest), _mm512_set1_ps (work->error), _CMP_LT_OQ))
    return false;
  low = _mm512_adds_epi16 (_mm512_packs_epi32 (results[0], results[1]), zero_point);
  high = _mm512_adds_epi16 (_mm512_packs_epi32 (results[2], results[3]), zero_point);
  if (stored == NNC_STORED_I8) {
    bytes = _mm512_max_epi8 (_mm512_packs_epi16 (low, high), _mm512_set1_epi8 ((char)f->minimum));
    bytes = _mm512_min_epi8 (bytes, _mm512_set1_epi8 ((char)f->maximum));
  } else {
    bytes = _mm512_max_epu8 (_mm512_packus_epi16 (low, high), _mm512_set1_epi8 ((char)f->minimum));
    bytes = _mm512_min_epu8 (bytes, _mm512_set1_epi8 ((char)f->maximum));
  }
  /* Packing works within quarters of a vector. */
  bytes = _mm512_permutexvar_epi32 (_mm512_setr_epi32 (0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15), bytes);
  _mm512_storeu_si512 (y, bytes);
  return true;
}

static void
run_row (const Work *work, uint8_t *y, const uint8_t *a, const uint8_t *b, const NncBroadcast *s)
{
  const NncStoredArithmetic *f = work->arithmetic;
  NncStored stored = f->stored;
  size_t size = size_of (stored);
  bool in_floats = work->error < 0.25f && s->a_step && s->b_step;
  for (size_t c = 0; c < s->columns; c += LANES) {
    if (in_floats && c % 64 == 0 && s->columns - c >= 64 && run_floats (work, stored, y + c, a + c, b + c)) {
      c += 64 - LANES;
      continue;
    }
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
  Work work = { f, factor_of (f->a_factor), factor_of (f->b_factor), factor_of (f->factor), 0, 0, 0, 0 };
  ptrdiff_t size = (ptrdiff_t)size_of (f->stored);
  set_shares (&work);
  for (size_t r = 0; r < shape->rows; r++) {
    uint8_t *to = (uint8_t *)y + (ptrdiff_t)(r * shape->columns) * size;
    const uint8_t *p = (const uint8_t *)a + (ptrdiff_t)r * shape->a_row * size;
    const uint8_t *q = (const uint8_t *)b + (ptrdiff_t)r * shape->b_row * size;
    run_row (&work, to, p, q, shape);
  }
}
