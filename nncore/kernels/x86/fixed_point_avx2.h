/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fixed_point_avx2.h: fixed_point.h, of 8 numbers at a time. */
#pragma once

#include <immintrin.h>
#include <stdint.h>

#define NNC_INLINE inline __attribute__ ((always_inline))

/* (x + 2^(shift - 1)) >> shift of 64 bits each, shift from 1: there is no arithmetic shift, so numbers are moved above
 * 0 before and back after. */
static NNC_INLINE __m256i
nnc_rounding_shift_avx2 (__m256i x, __m256i shift)
{
  const __m256i one = _mm256_set1_epi64x (1), above = _mm256_set1_epi64x (INT64_MIN);
  __m256i half = _mm256_sllv_epi64 (one, _mm256_sub_epi64 (shift, one));
  x = _mm256_xor_si256 (_mm256_add_epi64 (x, half), above);
  return _mm256_sub_epi64 (_mm256_srlv_epi64 (x, shift), _mm256_srlv_epi64 (above, shift));
}

/* Both as fixed_point.h has them: numbers at even and at odd places have their products in 64 bits. */
static NNC_INLINE __m256i
nnc_twice_avx2 (__m256i x, __m256i multiplier, __m256i shift)
{
  const __m256i half = _mm256_set1_epi64x (1 << 30), zero = _mm256_setzero_si256 (), one = _mm256_set1_epi32 (1);
  __m256i right = _mm256_max_epi32 (_mm256_sub_epi32 (zero, shift), zero);
  __m256i even, odd, high, mask, rest, limit;
  x = _mm256_sllv_epi32 (x, _mm256_max_epi32 (shift, zero));
  even = _mm256_add_epi64 (_mm256_mul_epi32 (x, multiplier), half);
  odd = _mm256_add_epi64 (_mm256_mul_epi32 (_mm256_srli_epi64 (x, 32), _mm256_srli_epi64 (multiplier, 32)), half);
  high = _mm256_blend_epi32 (_mm256_srli_epi64 (even, 31), _mm256_slli_epi64 (odd, 1), 0xaa);
  mask = _mm256_sub_epi32 (_mm256_sllv_epi32 (one, right), one);
  rest = _mm256_and_si256 (high, mask);
  limit = _mm256_sub_epi32 (_mm256_srli_epi32 (mask, 1), _mm256_srai_epi32 (high, 31));
  return _mm256_sub_epi32 (_mm256_srav_epi32 (high, right), _mm256_cmpgt_epi32 (rest, limit));
}

static NNC_INLINE __m256i
nnc_once_avx2 (__m256i x, __m256i multiplier, __m256i shift)
{
  __m256i whole = _mm256_sub_epi32 (_mm256_set1_epi32 (31), shift);
  __m256i even = _mm256_mul_epi32 (x, multiplier);
  __m256i odd = _mm256_mul_epi32 (_mm256_srli_epi64 (x, 32), _mm256_srli_epi64 (multiplier, 32));
  even = nnc_rounding_shift_avx2 (even, _mm256_and_si256 (whole, _mm256_set1_epi64x (0xffffffff)));
  odd = nnc_rounding_shift_avx2 (odd, _mm256_srli_epi64 (whole, 32));
  return _mm256_blend_epi32 (even, _mm256_slli_epi64 (odd, 32), 0xaa);
}
