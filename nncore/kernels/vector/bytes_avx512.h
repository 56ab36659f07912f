/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* bytes_avx512.h: vectors of 64 bytes, and sums of them in 16 numbers of 32 bits. */
#pragma once

#include <immintrin.h>
#include <stdbool.h>
#include <stdint.h>

#define BYTES 64
#define LANES 16
typedef __m512i Bytes;
typedef __m512i Sums;

/* The first n bytes, or all. */
static ALWAYS_INLINE Bytes
load_bytes (const uint8_t *x, size_t n)
{
  return n >= BYTES ? _mm512_loadu_si512 (x) : _mm512_maskz_loadu_epi8 (((__mmask64)1 << n) - 1, x);
}

static ALWAYS_INLINE void
store_bytes (uint8_t *y, Bytes bytes, size_t n)
{
  _mm512_mask_storeu_epi8 (y, n >= BYTES ? ~(__mmask64)0 : ((__mmask64)1 << n) - 1, bytes);
}

static ALWAYS_INLINE Bytes
splat_byte (int32_t byte)
{
  return _mm512_set1_epi8 ((char)byte);
}

static ALWAYS_INLINE Bytes
larger_bytes (Bytes a, Bytes b, bool is_signed)
{
  return is_signed ? _mm512_max_epi8 (a, b) : _mm512_max_epu8 (a, b);
}

static ALWAYS_INLINE Bytes
smaller_bytes (Bytes a, Bytes b, bool is_signed)
{
  return is_signed ? _mm512_min_epi8 (a, b) : _mm512_min_epu8 (a, b);
}

static ALWAYS_INLINE Sums
load_sums (const uint8_t *x, size_t n, bool is_signed)
{
  __m128i bytes = _mm_maskz_loadu_epi8 (n >= LANES ? 0xffff : (__mmask16)((1u << n) - 1), x);
  return is_signed ? _mm512_cvtepi8_epi32 (bytes) : _mm512_cvtepu8_epi32 (bytes);
}

static ALWAYS_INLINE Sums
add_sums (Sums a, Sums b)
{
  return _mm512_add_epi32 (a, b);
}

static ALWAYS_INLINE Sums
splat_sum (int32_t sum)
{
  return _mm512_set1_epi32 (sum);
}

/* (sum +- half) / count, towards zero. */
static ALWAYS_INLINE Sums
divide (Sums sums, int32_t half, float count)
{
  __mmask16 negative = _mm512_movepi32_mask (sums);
  sums = _mm512_add_epi32 (sums,
                           _mm512_mask_blend_epi32 (negative, _mm512_set1_epi32 (half), _mm512_set1_epi32 (-half)));
  return _mm512_cvttps_epi32 (_mm512_div_ps (_mm512_cvtepi32_ps (sums), _mm512_set1_ps (count)));
}

static ALWAYS_INLINE Sums
clamp_sums (Sums x, int32_t minimum, int32_t maximum)
{
  return _mm512_min_epi32 (_mm512_max_epi32 (x, _mm512_set1_epi32 (minimum)), _mm512_set1_epi32 (maximum));
}

static ALWAYS_INLINE void
store_sums (uint8_t *y, Sums x, size_t n)
{
  _mm512_mask_cvtepi32_storeu_epi8 (y, n >= LANES ? 0xffff : (__mmask16)((1u << n) - 1), x);
}
