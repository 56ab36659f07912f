/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* quantized_sums.h: sums of 64 channels become stored bytes, exactly as
 * fixed_point.h has it. For files compiled for AVX-512.
 *
 * With y = sum * multiplier * 2^(shift - 31), rounding twice comes to
 *   trunc (y + copysign (1/2 + 2^(shift - 1), y)),
 * since the floor of a floor is one floor; rounding once to the same without 2^(shift - 1); save where y lies on a tie.
 * So a product of floats is right wherever it is further from an integer than its own error, which is below 2^-13 for
 * results that are not clamped away; where any of 64 is not, the product is computed again in integers. */
#pragma once

#include <immintrin.h>
#include <math.h>

#include "fixed_point_avx512.h"
#include "quantized_window.h"

#define NNC_SUMS 64
#define NNC_SUMS_LANES 16

/* Loops of few, constant rounds whose arrays are meant to be registers. */
#ifdef __clang__
#define NNC_UNROLL _Pragma ("clang loop unroll(full)")
#else
#define NNC_UNROLL _Pragma ("GCC unroll 32")
#endif

/* What 64 channels need when their sums are there. */
typedef struct {
  int32_t constant[NNC_SUMS]; /* added to sums: bias, and what is known of the zero points; NNC_ROUND_NONE: see below */
  float factor[NNC_SUMS], half[NNC_SUMS]; /* half: 1/2 and the rest; or the offset of a real factor */
  int32_t multiplier[NNC_SUMS], shift[NNC_SUMS];
  int32_t exact; /* not zero: a factor is too large for floats */
  int32_t unused[15];
} NncSums;

/* No channel yet: unused ones must not look like ties. */
static inline void
nnc_sums_init (NncSums *sums)
{
  memset (sums, 0, sizeof *sums);
  for (size_t i = 0; i < NNC_SUMS; i++)
    sums->half[i] = 0.5f;
}

static inline void
nnc_sums_set (const NncQuantizedWindow *q, const NncQuantizedFilter *filter, size_t o, NncSums *sums, size_t at,
              int32_t constant)
{
  sums->constant[at] = constant;
  if (nnc_quantized_is_real (q)) {
    sums->factor[at] = filter->real_factors[o].factor;
    sums->half[at] = filter->real_factors[o].offset;
    return;
  }
  NncFixedPoint factor = filter->factors[o];
  sums->multiplier[at] = factor.multiplier;
  sums->shift[at] = factor.shift;
  sums->factor[at] = (float)ldexp (factor.multiplier, factor.shift - 31);
  if (q->rounding == NNC_ROUND_TWICE && factor.multiplier)
    sums->half[at] = (float)(0.5 + ldexp (0.5, factor.shift));
  sums->exact |= factor.shift >= 0 && factor.multiplier;
}

static __attribute__ ((noinline, cold)) void
nnc_sums_multiply_exactly (const NncQuantizedWindow *q, const NncSums *s, __m512i *x, int vectors)
{
  for (int v = 0; v < vectors; v++) {
    __m512i multiplier = _mm512_loadu_si512 (s->multiplier + v * NNC_SUMS_LANES),
            shift = _mm512_loadu_si512 (s->shift + v * NNC_SUMS_LANES);
    x[v] = q->rounding == NNC_ROUND_ONCE ? nnc_once_avx512 (x[v], multiplier, shift)
                                         : nnc_twice_avx512 (x[v], multiplier, shift);
  }
}

static NNC_INLINE void
nnc_sums_multiply (const NncQuantizedWindow *q, const NncSums *s, __m512i x[4], int vectors)
{
  const __m512i sign = _mm512_set1_epi32 (INT32_MIN);
  __m512i y[4];
  __m512 nearest = _mm512_set1_ps (1);
  NNC_UNROLL for (int v = 0; v < vectors; v++)
  {
    __m512 product = _mm512_mul_ps (_mm512_cvtepi32_ps (x[v]), _mm512_loadu_ps (s->factor + v * NNC_SUMS_LANES));
    /* half with the product's sign: sign ? product : half, bit by bit */
    __m512i half = _mm512_ternarylogic_epi32 (sign, _mm512_castps_si512 (product),
                                              _mm512_loadu_si512 (s->half + v * NNC_SUMS_LANES), 0xca);
    product = _mm512_add_ps (product, _mm512_castsi512_ps (half));
    y[v] = _mm512_cvttps_epi32 (product);
    /* the smaller magnitude of that and of the distance from the nearest integer */
    nearest = _mm512_range_ps (nearest, _mm512_reduce_ps (product, 0), 0x02);
  }
  if (s->exact || _mm512_cmp_ps_mask (_mm512_abs_ps (nearest), _mm512_set1_ps (0x1p-13f), _CMP_LT_OQ)) {
    /* Of a copy: what others get the address of cannot stay in registers. */
    NNC_UNROLL for (int v = 0; v < vectors; v++) y[v] = x[v];
    nnc_sums_multiply_exactly (q, s, y, vectors);
  }
  NNC_UNROLL for (int v = 0; v < vectors; v++) x[v] = y[v];
}

static NNC_INLINE void
nnc_sums_multiply_even (const NncQuantizedWindow *q, const NncSums *s, __m512i x[4], int vectors)
{
  const __m512 low = _mm512_set1_ps ((float)(q->minimum - q->y_zero_point)),
               high = _mm512_set1_ps ((float)(q->maximum - q->y_zero_point));
  NNC_UNROLL for (int v = 0; v < vectors; v++)
  {
    __m512 y = _mm512_fmadd_ps (_mm512_cvtepi32_ps (x[v]), _mm512_loadu_ps (s->factor + v * NNC_SUMS_LANES),
                                _mm512_loadu_ps (s->half + v * NNC_SUMS_LANES));
    x[v] = _mm512_cvtps_epi32 (_mm512_min_ps (_mm512_max_ps (y, low), high));
  }
}

/* In what order 64 channels lie in four vectors: one behind the other, or as vpunpck of bytes and words leaves them:
 * four in each quarter of each vector. */
typedef enum { NNC_SUMS_IN_ORDER, NNC_SUMS_INTERLEAVED } NncSumsOrder;

/* Adds y's zero point and clamps: 16 * vectors bytes. */
static NNC_INLINE __m512i
nnc_sums_pack (const NncQuantizedWindow *q, NncSumsOrder order, const __m512i x[4], int vectors)
{
  const __m512i zero_point = _mm512_set1_epi16 ((short)q->y_zero_point), none = _mm512_setzero_si512 ();
  __m512i low = _mm512_packs_epi32 (x[0], vectors > 1 ? x[1] : none);
  __m512i high = vectors > 2 ? _mm512_packs_epi32 (x[2], vectors > 3 ? x[3] : none) : none, bytes;
  low = _mm512_adds_epi16 (low, zero_point);
  high = _mm512_adds_epi16 (high, zero_point);
  if (q->stored == NNC_STORED_I8) {
    bytes = _mm512_packs_epi16 (low, high);
    bytes = _mm512_max_epi8 (bytes, _mm512_set1_epi8 ((char)q->minimum));
    bytes = _mm512_min_epi8 (bytes, _mm512_set1_epi8 ((char)q->maximum));
  } else {
    bytes = _mm512_packus_epi16 (low, high);
    bytes = _mm512_max_epu8 (bytes, _mm512_set1_epi8 ((char)q->minimum));
    bytes = _mm512_min_epu8 (bytes, _mm512_set1_epi8 ((char)q->maximum));
  }
  /* Packing works within quarters, too: it undoes interleaving, and otherwise quarters are to be put in order. */
  if (order == NNC_SUMS_IN_ORDER)
    bytes = _mm512_permutexvar_epi32 (_mm512_setr_epi32 (0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15), bytes);
  return bytes;
}

/* Sums without their constants become 16 * vectors stored bytes. */
static NNC_INLINE __m512i
nnc_sums_finish (const NncQuantizedWindow *q, const NncSums *s, NncSumsOrder order, __m512i x[4], int vectors)
{
  NNC_UNROLL for (int v = 0; v < vectors; v++) x[v]
      = _mm512_add_epi32 (x[v], _mm512_loadu_si512 (s->constant + v * NNC_SUMS_LANES));
  if (q->rounding == NNC_ROUND_EVEN)
    nnc_sums_multiply_even (q, s, x, vectors);
  else
    nnc_sums_multiply (q, s, x, vectors);
  return nnc_sums_pack (q, order, x, vectors);
}

/* With NNC_ROUND_NONE the constant is the sum of the weights, by which x's zero point, as it is multiplied, is taken
 * off: vector v of a block becomes reals, each product and sum rounded. */
static NNC_INLINE __m512
nnc_sums_real (const NncQuantizedWindow *q, const NncSums *s, int v, __m512i x, int32_t zero_point)
{
  const __m512 x_scale = _mm512_set1_ps (q->x_scale), factor = _mm512_loadu_ps (s->factor + v * NNC_SUMS_LANES);
  __m512i off
      = _mm512_mullo_epi32 (_mm512_loadu_si512 (s->constant + v * NNC_SUMS_LANES), _mm512_set1_epi32 (zero_point));
  __m512 real = _mm512_cvtepi32_ps (_mm512_sub_epi32 (x, off));
  if (q->sums_first)
    real = _mm512_mul_ps (_mm512_mul_ps (real, factor), x_scale);
  else
    real = _mm512_mul_ps (real, _mm512_mul_ps (factor, x_scale));
  real = _mm512_add_ps (real, _mm512_loadu_ps (s->half + v * NNC_SUMS_LANES));
  real = _mm512_max_ps (_mm512_set1_ps (q->window.minimum), real);
  return _mm512_min_ps (_mm512_set1_ps (q->window.maximum), real);
}

/* The first n floats, or all 16. */
static NNC_INLINE void
nnc_sums_store_real (float *y, __m512 real, size_t n)
{
  _mm512_mask_storeu_ps (y, n >= NNC_SUMS_LANES ? (__mmask16)0xffff : (__mmask16)((1u << n) - 1), real);
}

/* The first n bytes, or all 64. */
static NNC_INLINE void
nnc_sums_store (uint8_t *y, __m512i bytes, size_t n)
{
  _mm512_mask_storeu_epi8 (y, n >= NNC_SUMS ? ~(__mmask64)0 : ((__mmask64)1 << n) - 1, bytes);
}

/* sum += the products of four bytes each; in assembler since GCC 12 would keep sums in memory. */
static NNC_INLINE void
nnc_sums_dot (__m512i *sum, __m512i x, __m512i w)
{
  __asm__("vpdpbusd %2, %1, %0" : "+v"(*sum) : "v"(x), "vm"(w));
}
