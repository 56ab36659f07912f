/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* stored_binary_avx512.c: sums, differences and products of stored numbers by
 * AVX-512. Bytes are combined in floats (rounded_bytes_avx512.h), and 64 results are right unless one of them may lie
 * on the other side of a tie: then, and always for numbers of 16 bits, it is done in integers. */
#include "kernel_list.h"
#include "rounded_bytes_avx512.h"

#include <math.h>

#define LANES 16

/* A NncFixedPoint, sixteen times. */
typedef struct {
  __m512i multiplier, shift;
} Factor;

typedef struct {
  const NncStoredArithmetic *arithmetic;
  Factor a, b, y;
  /* In floats: a's and b's share of y, or what their product is multiplied by; what is added, of products as well
   * rounding twice with the product's sign; and by how many units of a fraction a result may be off, 0 where floats are
   * no good. */
  float a_share, b_share, offset, twice;
  uint32_t error;
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

/* Zero points of sums are in the offset. Each of a' and b' is rounded twice, and where they cancel each other their own
 * errors stay; so do those of floats: of shares, of the offset, of b's share and it, and of all. */
static void
set_sum (Work *work)
{
  const NncStoredArithmetic *f = work->arithmetic;
  double y = real_of (f->factor), sign = f->operation == NNC_STORED_SUBTRACT ? -1 : 1;
  double a = ldexp (real_of (f->a_factor), f->shift) * y, b = sign * ldexp (real_of (f->b_factor), f->shift) * y;
  double offset = work->offset - a * f->a_zero_point - b * f->b_zero_point, most = 1 + fabs (offset) + 255 * fabs (b);
  double error = 4 * y + ldexp (0.5, f->factor.shift) + (a + fabs (b)) * 0x1p-16 + 2 * most * 0x1p-24 + 0x1p-16;
  if (error > 0x1p-10)
    return;
  work->error = (uint32_t)ceil (error / NNC_BYTES_UNIT);
  work->a_share = (float)a;
  work->b_share = (float)b;
  work->offset = (float)(offset + work->error * NNC_BYTES_UNIT);
}

static void
set_floats (Work *work)
{
  const NncStoredArithmetic *f = work->arithmetic;
  int32_t zero_point = f->y_zero_point + nnc_bytes_flip (f->stored);
  if (f->stored == NNC_STORED_I16 || f->factor.shift >= 0 || f->factor.multiplier == 0 || zero_point < 0
      || zero_point > UINT8_MAX)
    return;
  work->offset = 256.5f + (float)zero_point;
  if (f->operation == NNC_STORED_ADD || f->operation == NNC_STORED_SUBTRACT) {
    set_sum (work);
  } else if (f->operation == NNC_STORED_MULTIPLY) {
    work->error = NNC_BYTES_ERROR; /* as of sums of products */
    work->a_share = (float)real_of (f->factor);
    work->twice = (float)ldexp (0.5, f->factor.shift);
    work->offset += (float)(work->error * NNC_BYTES_UNIT);
  }
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

/* 16 numbers in floats from 256 to 512. */
static NNC_INLINE __m512
combine_floats (const Work *work, NncStored stored, const uint8_t *a, const uint8_t *b)
{
  const NncStoredArithmetic *f = work->arithmetic;
  const __m512 a_share = _mm512_set1_ps (work->a_share), b_share = _mm512_set1_ps (work->b_share),
               offset = _mm512_set1_ps (work->offset);
  if (f->operation == NNC_STORED_MULTIPLY) {
    __m512i product = _mm512_mullo_epi32 (load (stored, a, 0xffff, 1, f->a_zero_point),
                                          load (stored, b, 0xffff, 1, f->b_zero_point));
    __m512 twice = nnc_bytes_with_sign (_mm512_set1_ps (work->twice), product);
    return _mm512_add_ps (_mm512_fmadd_ps (_mm512_cvtepi32_ps (product), a_share, twice), offset);
  }
  __m512 p = _mm512_cvtepi32_ps (load (stored, a, 0xffff, 1, 0)),
         q = _mm512_cvtepi32_ps (load (stored, b, 0xffff, 1, 0));
  return _mm512_fmadd_ps (p, a_share, _mm512_fmadd_ps (q, b_share, offset));
}

/* 64 bytes; false: one of them may be wrong, and none is stored. y may be a or b. */
static NNC_INLINE bool
run_floats (const Work *work, const NncBytesClamp *clamp, NncStored stored, uint8_t *y, const uint8_t *a,
            const uint8_t *b)
{
  __m512 reals[4] = { combine_floats (work, stored, a, b), combine_floats (work, stored, a + 16, b + 16),
                      combine_floats (work, stored, a + 32, b + 32), combine_floats (work, stored, a + 48, b + 48) };
  if (nnc_bytes_uncertain (reals, 2 * work->error))
    return false;
  _mm512_storeu_si512 (y, nnc_bytes_order_quarters (nnc_bytes_clamp (clamp, nnc_bytes_pack (reals))));
  return true;
}

static void
run_row (const Work *work, uint8_t *y, const uint8_t *a, const uint8_t *b, const NncBroadcast *s)
{
  const NncStoredArithmetic *f = work->arithmetic;
  NncStored stored = f->stored;
  size_t size = size_of (stored);
  bool in_floats = work->error && s->a_step && s->b_step;
  const NncBytesClamp clamp = nnc_bytes_clamp_new (stored, f->minimum, f->maximum);
  for (size_t c = 0; c < s->columns; c += LANES) {
    if (in_floats && c % 64 == 0 && s->columns - c >= 64 && run_floats (work, &clamp, stored, y + c, a + c, b + c)) {
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
  Work work = { f, factor_of (f->a_factor), factor_of (f->b_factor), factor_of (f->factor), 0, 0, 0, 0, 0 };
  ptrdiff_t size = (ptrdiff_t)size_of (f->stored);
  set_floats (&work);
  for (size_t r = 0; r < shape->rows; r++) {
    uint8_t *to = (uint8_t *)y + (ptrdiff_t)(r * shape->columns) * size;
    const uint8_t *p = (const uint8_t *)a + (ptrdiff_t)r * shape->a_row * size;
    const uint8_t *q = (const uint8_t *)b + (ptrdiff_t)r * shape->b_row * size;
    run_row (&work, to, p, q, shape);
  }
}
