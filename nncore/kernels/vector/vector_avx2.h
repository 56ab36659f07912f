/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* vector_avx2.h: vectors of eight floats, with FMA. vector_avx512.h says what each function does. */
#pragma once

#include <immintrin.h>
#include <stddef.h>
#include <stdint.h>

#define NNC_ISA(name) NNC_ISA_JOIN (name, avx2)
#define VECTOR_WIDTH 8
#define VECTOR_REGISTERS 16
typedef __m256 Vector;
typedef __m256i VectorMask;

static inline Vector
vector_zero (void)
{
  return _mm256_setzero_ps ();
}
static inline Vector
vector_splat (float v)
{
  return _mm256_set1_ps (v);
}
static inline Vector
vector_load (const float *p)
{
  return _mm256_loadu_ps (p);
}
static inline void
vector_store (float *p, Vector v)
{
  _mm256_storeu_ps (p, v);
}
static inline VectorMask
vector_mask (size_t n)
{
  const __m256i lanes = _mm256_setr_epi32 (0, 1, 2, 3, 4, 5, 6, 7);
  return _mm256_cmpgt_epi32 (_mm256_set1_epi32 (n >= VECTOR_WIDTH ? VECTOR_WIDTH : (int)n), lanes);
}
static inline Vector
vector_load_masked (const float *p, VectorMask mask)
{
  return _mm256_maskload_ps (p, mask);
}
static inline void
vector_store_masked (float *p, VectorMask mask, Vector v)
{
  _mm256_maskstore_ps (p, mask, v);
}
static inline Vector
vector_add (Vector a, Vector b)
{
  return _mm256_add_ps (a, b);
}
static inline Vector
vector_sub (Vector a, Vector b)
{
  return _mm256_sub_ps (a, b);
}
static inline Vector
vector_mul (Vector a, Vector b)
{
  return _mm256_mul_ps (a, b);
}
static inline Vector
vector_div (Vector a, Vector b)
{
  return _mm256_div_ps (a, b);
}
static inline Vector
vector_fma (Vector a, Vector b, Vector c)
{
  return _mm256_fmadd_ps (a, b, c);
}
static inline Vector
vector_multiply_add (Vector a, Vector b, Vector c)
{
  Vector product = _mm256_mul_ps (a, b);
  __asm__("" : "+v"(product));
  return _mm256_add_ps (product, c);
}
static inline Vector
vector_min (Vector a, Vector b)
{
  return _mm256_min_ps (a, b);
}
static inline Vector
vector_max (Vector a, Vector b)
{
  return _mm256_max_ps (a, b);
}
static inline Vector
vector_abs (Vector a)
{
  return _mm256_andnot_ps (_mm256_set1_ps (-0.f), a);
}
static inline Vector
vector_copysign (Vector a, Vector b)
{
  __m256 sign = _mm256_set1_ps (-0.f);
  return _mm256_or_ps (_mm256_andnot_ps (sign, a), _mm256_and_ps (sign, b));
}
static inline Vector
vector_sqrt (Vector a)
{
  return _mm256_sqrt_ps (a);
}
static inline Vector
vector_round (Vector a)
{
  return _mm256_round_ps (a, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
}
static inline Vector
vector_select_less (Vector a, Vector b, Vector yes, Vector no)
{
  return _mm256_blendv_ps (no, yes, _mm256_cmp_ps (a, b, _CMP_LT_OQ));
}
/* In two steps, so that 2^n need not be a normal number; |n| <= 252. */
static inline Vector
vector_scale (Vector a, Vector n)
{
  const __m256i bias = _mm256_set1_epi32 (127);
  __m256i whole = _mm256_cvtps_epi32 (n);
  __m256i half = _mm256_srai_epi32 (whole, 1);
  __m256 first = _mm256_castsi256_ps (_mm256_slli_epi32 (_mm256_add_epi32 (half, bias), 23));
  __m256 second = _mm256_castsi256_ps (_mm256_slli_epi32 (_mm256_add_epi32 (_mm256_sub_epi32 (whole, half), bias), 23));
  return _mm256_mul_ps (_mm256_mul_ps (a, first), second);
}
static inline float
vector_reduce_add (Vector v)
{
  __m128 s = _mm_add_ps (_mm256_castps256_ps128 (v), _mm256_extractf128_ps (v, 1));
  s = _mm_add_ps (s, _mm_movehl_ps (s, s));
  return _mm_cvtss_f32 (_mm_add_ss (s, _mm_movehdup_ps (s)));
}
static inline float
vector_reduce_max (Vector v)
{
  __m128 s = _mm_max_ps (_mm256_castps256_ps128 (v), _mm256_extractf128_ps (v, 1));
  s = _mm_max_ps (s, _mm_movehl_ps (s, s));
  return _mm_cvtss_f32 (_mm_max_ss (s, _mm_movehdup_ps (s)));
}
typedef __m128 VectorLow;

static inline VectorLow
vector_low (Vector v)
{
  return _mm256_castps256_ps128 (v);
}
static inline Vector
vector_from_low (VectorLow v)
{
  return _mm256_zextps128_ps256 (v);
}
static inline VectorLow
vector_low_splat (float v)
{
  return _mm_set1_ps (v);
}
static inline VectorLow
vector_low_load (const float *p)
{
  return _mm_loadu_ps (p);
}
static inline VectorLow
vector_low_fma (VectorLow a, VectorLow b, VectorLow c)
{
  return _mm_fmadd_ps (a, b, c);
}
static inline Vector
vector_load_or (const float *p, VectorMask mask, Vector fill)
{
  return _mm256_blendv_ps (fill, _mm256_maskload_ps (p, mask), _mm256_castsi256_ps (mask));
}
/* Halves (IEEE 754 binary16) as numbers, and numbers that are halves as such. */
static inline Vector
vector_from_half (const uint16_t *p)
{
  return _mm256_cvtph_ps (_mm_loadu_si128 ((const __m128i *)(const void *)p));
}
static inline void
vector_store_half (uint16_t *p, Vector v)
{
  _mm_storeu_si128 ((__m128i *)(void *)p, _mm256_cvtps_ph (v, _MM_FROUND_TO_NEAREST_INT));
}
/* p[i] = 128 + v[i], whose fraction is cut off; v is above -129 and below 128. */
static inline void
vector_store_u8 (uint8_t *p, Vector v)
{
  __m256i whole = _mm256_cvttps_epi32 (v);
  __m128i words = _mm_packs_epi32 (_mm256_castsi256_si128 (whole), _mm256_extracti128_si256 (whole, 1));
  _mm_storel_epi64 ((__m128i *)(void *)p, _mm_xor_si128 (_mm_packs_epi16 (words, words), _mm_set1_epi8 (-128)));
}
static inline Vector
vector_from_u8 (const uint8_t *p)
{
  return _mm256_cvtepi32_ps (_mm256_cvtepu8_epi32 (_mm_loadl_epi64 ((const __m128i *)(const void *)p)));
}
