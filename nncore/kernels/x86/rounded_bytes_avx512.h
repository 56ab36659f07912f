/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* rounded_bytes_avx512.h: rounded_bytes.h, of 64 numbers at a time. */
#pragma once

#include <immintrin.h>

#include "fixed_point_avx512.h"
#include "rounded_bytes.h"

/* What unsigned bytes need to become stored ones. */
typedef struct {
  __m512i low, high, flip;
} NncBytesClamp;

static NNC_INLINE NncBytesClamp
nnc_bytes_clamp_new (NncStored stored, int32_t minimum, int32_t maximum)
{
  const int32_t flip = nnc_bytes_flip (stored);
  return (NncBytesClamp){ _mm512_set1_epi8 ((char)(minimum + flip)), _mm512_set1_epi8 ((char)(maximum + flip)),
                          _mm512_set1_epi8 ((char)flip) };
}

static NNC_INLINE __m512i
nnc_bytes_clamp (const NncBytesClamp *c, __m512i bytes)
{
  return _mm512_xor_si512 (_mm512_min_epu8 (_mm512_max_epu8 (bytes, c->low), c->high), c->flip);
}

/* Which of 16 lanes have a fraction below `units` in one of four vectors. */
static NNC_INLINE __mmask16
nnc_bytes_uncertain (const __m512 x[4], uint32_t units)
{
  __m512i a = _mm512_slli_epi32 (_mm512_castps_si512 (x[0]), 32 - NNC_BYTES_FRACTION),
          b = _mm512_slli_epi32 (_mm512_castps_si512 (x[1]), 32 - NNC_BYTES_FRACTION),
          c = _mm512_slli_epi32 (_mm512_castps_si512 (x[2]), 32 - NNC_BYTES_FRACTION),
          d = _mm512_slli_epi32 (_mm512_castps_si512 (x[3]), 32 - NNC_BYTES_FRACTION);
  return _mm512_cmplt_epu32_mask (_mm512_min_epu32 (_mm512_min_epu32 (a, b), _mm512_min_epu32 (c, d)),
                                  _mm512_set1_epi32 ((int32_t)(units << (32 - NNC_BYTES_FRACTION))));
}

/* Unsigned bytes; packing works within quarters of a vector, and quarters are not put in order. */
static NNC_INLINE __m512i
nnc_bytes_pack (const __m512 x[4])
{
  const __m512i exponent = _mm512_set1_epi16 ((short)NNC_BYTES_EXPONENT);
  __m512i a = _mm512_srai_epi32 (_mm512_castps_si512 (x[0]), NNC_BYTES_FRACTION),
          b = _mm512_srai_epi32 (_mm512_castps_si512 (x[1]), NNC_BYTES_FRACTION),
          c = _mm512_srai_epi32 (_mm512_castps_si512 (x[2]), NNC_BYTES_FRACTION),
          d = _mm512_srai_epi32 (_mm512_castps_si512 (x[3]), NNC_BYTES_FRACTION);
  return _mm512_packus_epi16 (_mm512_subs_epu16 (_mm512_packus_epi32 (a, b), exponent),
                              _mm512_subs_epu16 (_mm512_packus_epi32 (c, d), exponent));
}

static NNC_INLINE __m512i
nnc_bytes_order_quarters (__m512i bytes)
{
  return _mm512_permutexvar_epi32 (_mm512_setr_epi32 (0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15), bytes);
}

/* twice with the sign of x: sign ? x : twice, bit by bit. */
static NNC_INLINE __m512
nnc_bytes_with_sign (__m512 twice, __m512i x)
{
  return _mm512_castsi512_ps (
      _mm512_ternarylogic_epi32 (_mm512_set1_epi32 (INT32_MIN), x, _mm512_castps_si512 (twice), 0xca));
}
