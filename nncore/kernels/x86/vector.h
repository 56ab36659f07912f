/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* vector.h: one name for the vectors of each x86 instruction set. Every kernel
 * here is written once over these and compiled once an instruction set, with
 * that set's flags; NNC_ISA() gives its symbols the set's name. */
#pragma once

#include <immintrin.h>
#include <stddef.h>
#include <stdint.h>

#define NNC_ISA_JOIN(name, isa) name##_##isa

#define ALWAYS_INLINE inline __attribute__ ((always_inline))
/* A loop of few, constant rounds whose arrays are meant to be registers. */
#ifdef __clang__
#define UNROLL _Pragma ("clang loop unroll(full)")
#else
#define UNROLL _Pragma ("GCC unroll 32")
#endif

/* So few channels are left to AVX2, whose vectors they fill. */
#define FEW_CHANNELS 8

#if defined __AVX512F__

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
  __asm__ ("" : "+v"(product));
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
/* As vector_load_masked, with `fill` in the lanes outside the mask. */
static inline Vector
vector_load_or (const float *p, VectorMask mask, Vector fill)
{
  return _mm512_mask_loadu_ps (fill, mask, p);
}
/* Sixteen or eight bytes as numbers. */
static inline Vector
vector_from_u8 (const uint8_t *p)
{
  return _mm512_cvtepi32_ps (_mm512_cvtepu8_epi32 (_mm_loadu_si128 ((const __m128i *)(const void *)p)));
}

#else

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
  __asm__ ("" : "+v"(product));
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
static inline Vector
vector_load_or (const float *p, VectorMask mask, Vector fill)
{
  return _mm256_blendv_ps (fill, _mm256_maskload_ps (p, mask), _mm256_castsi256_ps (mask));
}
static inline Vector
vector_from_u8 (const uint8_t *p)
{
  return _mm256_cvtepi32_ps (_mm256_cvtepu8_epi32 (_mm_loadl_epi64 ((const __m128i *)(const void *)p)));
}

#endif

/* What there is on every set. Keeps NaN: the comparisons that are false for it leave the value. */
static inline Vector
vector_clamp (Vector v, Vector minimum, Vector maximum)
{
  return vector_min (maximum, vector_max (minimum, v));
}
