/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* vector_avx512.h: vectors of sixteen floats; masks are registers of their own. */
#pragma once

#include <immintrin.h>
#include <stddef.h>
#include <stdint.h>

#define NNC_ISA(name) NNC_ISA_JOIN (name, avx512)
#define VECTOR_WIDTH 16
#define VECTOR_REGISTERS 32
typedef __m512 Vector;
typedef __mmask16 VectorMask;

static inline Vector
vector_zero (void)
{
  return _mm512_setzero_ps ();
}
static inline Vector
vector_splat (float v)
{
  return _mm512_set1_ps (v);
}
static inline Vector
vector_load (const float *p)
{
  return _mm512_loadu_ps (p);
}
static inline void
vector_store (float *p, Vector v)
{
  _mm512_storeu_ps (p, v);
}
/* The first n lanes, n from 0 to VECTOR_WIDTH and above. */
static inline VectorMask
vector_mask (size_t n)
{
  return n >= VECTOR_WIDTH ? (VectorMask)0xffff : (VectorMask)((1u << n) - 1);
}
/* Lanes outside the mask are not touched in memory, and zero in the vector. */
static inline Vector
vector_load_masked (const float *p, VectorMask mask)
{
  return _mm512_maskz_loadu_ps (mask, p);
}
static inline void
vector_store_masked (float *p, VectorMask mask, Vector v)
{
  _mm512_mask_storeu_ps (p, mask, v);
}
static inline Vector
vector_add (Vector a, Vector b)
{
  return _mm512_add_ps (a, b);
}
static inline Vector
vector_sub (Vector a, Vector b)
{
  return _mm512_sub_ps (a, b);
}
static inline Vector
vector_mul (Vector a, Vector b)
{
  return _mm512_mul_ps (a, b);
}
static inline Vector
vector_div (Vector a, Vector b)
{
  return _mm512_div_ps (a, b);
}
/* a * b + c */
static inline Vector
vector_fma (Vector a, Vector b, Vector c)
{
  return _mm512_fmadd_ps (a, b, c);
}
/* The same with the product rounded, which the compiler must not see through. */
static inline Vector
vector_multiply_add (Vector a, Vector b, Vector c)
{
  Vector product = _mm512_mul_ps (a, b);
  __asm__("" : "+v"(product));
  return _mm512_add_ps (product, c);
}
/* a < b ? a : b; that is b where either is NaN. */
static inline Vector
vector_min (Vector a, Vector b)
{
  return _mm512_min_ps (a, b);
}
static inline Vector
vector_max (Vector a, Vector b)
{
  return _mm512_max_ps (a, b);
}
static inline Vector
vector_abs (Vector a)
{
  return _mm512_abs_ps (a);
}
/* The magnitude of a with the sign of b. */
static inline Vector
vector_copysign (Vector a, Vector b)
{
  __m512i sign = _mm512_set1_epi32 (INT32_MIN);
  return _mm512_castsi512_ps (_mm512_ternarylogic_epi32 (sign, _mm512_castps_si512 (b), _mm512_castps_si512 (a), 0xca));
}
static inline Vector
vector_sqrt (Vector a)
{
  return _mm512_sqrt_ps (a);
}
static inline Vector
vector_round (Vector a)
{
  return _mm512_roundscale_ps (a, _MM_FROUND_TO_NEAREST_INT);
}
/* a < b ? yes : no */
static inline Vector
vector_select_less (Vector a, Vector b, Vector yes, Vector no)
{
  return _mm512_mask_blend_ps (_mm512_cmp_ps_mask (a, b, _CMP_LT_OQ), no, yes);
}
/* a * 2^n for whole n, rounded once where the result is denormal. */
static inline Vector
vector_scale (Vector a, Vector n)
{
  return _mm512_scalef_ps (a, n);
}
static inline float
vector_reduce_add (Vector v)
{
  return _mm512_reduce_add_ps (v);
}
static inline float
vector_reduce_max (Vector v)
{
  return _mm512_reduce_max_ps (v);
}
/* The lower half of the lanes alone, which costs less where a CPU works on vectors by halves. */
typedef __m256 VectorLow;

static inline VectorLow
vector_low (Vector v)
{
  return _mm512_castps512_ps256 (v);
}
/* The other lanes are zero. */
static inline Vector
vector_from_low (VectorLow v)
{
  return _mm512_zextps256_ps512 (v);
}
static inline VectorLow
vector_low_splat (float v)
{
  return _mm256_set1_ps (v);
}
static inline VectorLow
vector_low_load (const float *p)
{
  return _mm256_loadu_ps (p);
}
static inline VectorLow
vector_low_fma (VectorLow a, VectorLow b, VectorLow c)
{
  return _mm256_fmadd_ps (a, b, c);
}
/* As vector_load_masked, with `fill` in the lanes outside the mask. */
static inline Vector
vector_load_or (const float *p, VectorMask mask, Vector fill)
{
  return _mm512_mask_loadu_ps (fill, mask, p);
}
/* p[i] = 128 + v[i], whose fraction is cut off; v is above -129 and below 128. */
static inline void
vector_store_u8 (uint8_t *p, Vector v)
{
  __m128i bytes = _mm512_cvtepi32_epi8 (_mm512_cvttps_epi32 (v));
  _mm_storeu_si128 ((__m128i *)(void *)p, _mm_xor_si128 (bytes, _mm_set1_epi8 (-128)));
}
/* As many bytes as numbers. */
static inline Vector
vector_from_u8 (const uint8_t *p)
{
  return _mm512_cvtepi32_ps (_mm512_cvtepu8_epi32 (_mm_loadu_si128 ((const __m128i *)(const void *)p)));
}
