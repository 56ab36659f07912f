/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fixed_point_avx512.h: fixed_point.h, of 16 numbers at a time. */
#pragma once

#include <immintrin.h>

#define NNC_INLINE inline __attribute__ ((always_inline))

/* Both as fixed_point.h has them: numbers at even and at odd places have their products in 64 bits. */
static NNC_INLINE __m512i
nnc_twice_avx512 (__m512i x, __m512i multiplier, __m512i shift)
{
  const __m512i half = _mm512_set1_epi64 (1 << 30), zero = _mm512_setzero_si512 (), one = _mm512_set1_epi32 (1);
  __m512i right = _mm512_max_epi32 (_mm512_sub_epi32 (zero, shift), zero);
  __m512i even, odd, high, mask, rest, limit;
  x = _mm512_sllv_epi32 (x, _mm512_max_epi32 (shift, zero));
  even = _mm512_add_epi64 (_mm512_mul_epi32 (x, multiplier), half);
  odd = _mm512_add_epi64 (_mm512_mul_epi32 (_mm512_srli_epi64 (x, 32), _mm512_srli_epi64 (multiplier, 32)), half);
  high = _mm512_mask_blend_epi32 (0xaaaa, _mm512_srli_epi64 (even, 31), _mm512_slli_epi64 (odd, 1));
  mask = _mm512_sub_epi32 (_mm512_sllv_epi32 (one, right), one);
  rest = _mm512_and_si512 (high, mask);
  limit = _mm512_sub_epi32 (_mm512_srli_epi32 (mask, 1), _mm512_srai_epi32 (high, 31));
  high = _mm512_srav_epi32 (high, right);
  return _mm512_mask_add_epi32 (high, _mm512_cmpgt_epi32_mask (rest, limit), high, one);
}

static NNC_INLINE __m512i
nnc_once_avx512 (__m512i x, __m512i multiplier, __m512i shift)
{
  const __m512i one = _mm512_set1_epi64 (1);
  __m512i whole = _mm512_sub_epi32 (_mm512_set1_epi32 (31), shift);
  __m512i even_shift = _mm512_and_si512 (whole, _mm512_set1_epi64 (0xffffffff)),
          odd_shift = _mm512_srli_epi64 (whole, 32);
  __m512i even = _mm512_mul_epi32 (x, multiplier);
  __m512i odd = _mm512_mul_epi32 (_mm512_srli_epi64 (x, 32), _mm512_srli_epi64 (multiplier, 32));
  even = _mm512_add_epi64 (even, _mm512_sllv_epi64 (one, _mm512_sub_epi64 (even_shift, one)));
  odd = _mm512_add_epi64 (odd, _mm512_sllv_epi64 (one, _mm512_sub_epi64 (odd_shift, one)));
  even = _mm512_srav_epi64 (even, even_shift);
  odd = _mm512_srav_epi64 (odd, odd_shift);
  return _mm512_mask_blend_epi32 (0xaaaa, even, _mm512_slli_epi64 (odd, 32));
}
