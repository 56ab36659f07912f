/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* bytes_avx2.h: vectors of 32 bytes, and sums of them in 8 numbers of 32 bits. bytes_avx512.h says more. */
#pragma once

#include <immintrin.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define BYTES 32
#define LANES 8
typedef __m256i Bytes;
typedef __m256i Sums;

static ALWAYS_INLINE Bytes
load_bytes (const uint8_t *x, size_t n)
{
  Bytes bytes = _mm256_setzero_si256 ();
  if (n >= BYTES)
    return _mm256_loadu_si256 ((const __m256i *)x);
  memcpy (&bytes, x, n);
  return bytes;
}

static ALWAYS_INLINE void
store_bytes (uint8_t *y, Bytes bytes, size_t n)
{
  if (n >= BYTES)
    _mm256_storeu_si256 ((__m256i *)y, bytes);
  else
    memcpy (y, &bytes, n);
}

static ALWAYS_INLINE Bytes
splat_byte (int32_t byte)
{
  return _mm256_set1_epi8 ((char)byte);
}

static ALWAYS_INLINE Bytes
larger_bytes (Bytes a, Bytes b, bool is_signed)
{
  return is_signed ? _mm256_max_epi8 (a, b) : _mm256_max_epu8 (a, b);
}

static ALWAYS_INLINE Bytes
smaller_bytes (Bytes a, Bytes b, bool is_signed)
{
  return is_signed ? _mm256_min_epi8 (a, b) : _mm256_min_epu8 (a, b);
}

static ALWAYS_INLINE Sums
load_sums (const uint8_t *x, size_t n, bool is_signed)
{
  __m128i bytes = _mm_setzero_si128 ();
  memcpy (&bytes, x, n >= LANES ? LANES : n);
  return is_signed ? _mm256_cvtepi8_epi32 (bytes) : _mm256_cvtepu8_epi32 (bytes);
}

static ALWAYS_INLINE Sums
add_sums (Sums a, Sums b)
{
  return _mm256_add_epi32 (a, b);
}

static ALWAYS_INLINE Sums
splat_sum (int32_t sum)
{
  return _mm256_set1_epi32 (sum);
}

static ALWAYS_INLINE Sums
divide (Sums sums, int32_t half, float count)
{
  Sums signs = _mm256_srai_epi32 (sums, 31);
  sums = _mm256_add_epi32 (sums, _mm256_sub_epi32 (_mm256_xor_si256 (_mm256_set1_epi32 (half), signs), signs));
  return _mm256_cvttps_epi32 (_mm256_div_ps (_mm256_cvtepi32_ps (sums), _mm256_set1_ps (count)));
}

static ALWAYS_INLINE Sums
clamp_sums (Sums x, int32_t minimum, int32_t maximum)
{
  return _mm256_min_epi32 (_mm256_max_epi32 (x, _mm256_set1_epi32 (minimum)), _mm256_set1_epi32 (maximum));
}

static ALWAYS_INLINE void
store_sums (uint8_t *y, Sums x, size_t n)
{
  int32_t numbers[LANES];
  _mm256_storeu_si256 ((__m256i *)numbers, x);
  for (size_t i = 0; i < LANES && i < n; i++)
    y[i] = (uint8_t)numbers[i];
}
