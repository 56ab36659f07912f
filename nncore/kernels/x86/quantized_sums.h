/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* quantized_sums.h: sums of 64 channels become stored bytes, exactly as
 * fixed_point.h has it. For files compiled for AVX-512.
 *
 * With y = sum * multiplier * 2^(shift - 31), rounding twice comes to
 *   trunc (y + copysign (1/2 + 2^(shift - 1), y)),
 * since the floor of a floor is one floor; rounding once to floor (y + 1/2); save where y lies on a tie. Of results
 * that are clamped at the zero point negative y do not matter, and the first, too, is a floor.
 *
 * A floor takes no instruction: 256 + y + what is added is a float from 256 to 512, whose mantissa has the 8 bits of
 * the result, unsigned (of signed bytes with the upper bit flipped), and 15 bits of fraction. Floats are ordered as
 * integers of their bits are, so that what lies outside saturates.
 * Such a float is off by less than 2 units of its fraction: half a one each by the factor, by the sum as a float, by
 * what is added and by the sum of all. 2 units are added to it, and where a fraction is below 4 then, one block of 64
 * in a hundred, the block is computed again in integers. */
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

#define NNC_SUMS_FRACTION 15 /* bits */
#define NNC_SUMS_UNITS 0x1p-15
#define NNC_SUMS_EXPONENT 0x8700 /* of 256, above the 8 bits of a result */

/* What 64 channels need when their sums are there. */
typedef struct {
  int32_t constant[NNC_SUMS]; /* added to sums: bias, and what is known of the zero points */
  float factor[NNC_SUMS], offset[NNC_SUMS]; /* offset: see above; or what NNC_ROUND_EVEN and NNC_ROUND_NONE add */
  float twice[NNC_SUMS]; /* 2^(shift - 1), where it has the sum's sign */
  int32_t multiplier[NNC_SUMS], shift[NNC_SUMS];
  int32_t exact; /* not zero: a factor is too large for floats */
  int32_t unused[15];
} NncSums;

/* Negative y round otherwise than positive ones. */
static inline bool
nnc_sums_have_signs (const NncQuantizedWindow *q)
{
  return q->rounding == NNC_ROUND_TWICE && q->minimum < q->y_zero_point;
}

/* From stored to unsigned. */
static inline int32_t
nnc_sums_flip (const NncQuantizedWindow *q)
{
  return q->stored == NNC_STORED_I8 ? 128 : 0;
}

/* No channel yet: unused ones must not look like ties. */
static inline void
nnc_sums_init (NncSums *sums)
{
  memset (sums, 0, sizeof *sums);
  for (size_t i = 0; i < NNC_SUMS; i++)
    sums->offset[i] = 256.5f;
}

static inline void
nnc_sums_set (const NncQuantizedWindow *q, const NncQuantizedFilter *filter, size_t o, NncSums *sums, size_t at,
              int32_t constant)
{
  sums->constant[at] = constant;
  if (nnc_quantized_is_real (q)) {
    sums->factor[at] = filter->real_factors[o].factor;
    sums->offset[at] = filter->real_factors[o].offset;
    return;
  }
  NncFixedPoint factor = filter->factors[o];
  int32_t zero_point = q->y_zero_point + nnc_sums_flip (q);
  double twice = q->rounding == NNC_ROUND_TWICE && factor.multiplier ? ldexp (0.5, factor.shift) : 0,
         offset = 256 + zero_point + 0.5 + 2 * NNC_SUMS_UNITS;
  sums->multiplier[at] = factor.multiplier;
  sums->shift[at] = factor.shift;
  sums->factor[at] = (float)ldexp (factor.multiplier, factor.shift - 31);
  sums->twice[at] = (float)twice;
  sums->offset[at] = (float)(nnc_sums_have_signs (q) ? offset : offset + twice);
  sums->exact |= (factor.shift >= 0 && factor.multiplier) || zero_point < 0 || zero_point > UINT8_MAX;
}

/* As nnc_sums_multiply() has them. */
static __attribute__ ((noinline, cold)) void
nnc_sums_multiply_exactly (const NncQuantizedWindow *q, const NncSums *s, __m512i *x)
{
  const __m512i zero_point = _mm512_set1_epi32 (q->y_zero_point + nnc_sums_flip (q)),
                low = _mm512_set1_epi32 (q->minimum - q->y_zero_point),
                high = _mm512_set1_epi32 (q->maximum - q->y_zero_point);
  for (int v = 0; v < 4; v++) {
    __m512i multiplier = _mm512_loadu_si512 (s->multiplier + v * NNC_SUMS_LANES),
            shift = _mm512_loadu_si512 (s->shift + v * NNC_SUMS_LANES);
    __m512i y = q->rounding == NNC_ROUND_ONCE ? nnc_once_avx512 (x[v], multiplier, shift)
                                              : nnc_twice_avx512 (x[v], multiplier, shift);
    y = _mm512_add_epi32 (_mm512_min_epi32 (_mm512_max_epi32 (y, low), high), zero_point);
    x[v] = _mm512_slli_epi32 (_mm512_add_epi32 (y, _mm512_set1_epi32 (NNC_SUMS_EXPONENT)), NNC_SUMS_FRACTION);
  }
}

/* Sums as the bits of floats from 256 to 512. */
static NNC_INLINE void
nnc_sums_multiply (const NncQuantizedWindow *q, const NncSums *s, __m512i x[4], const bool have_signs)
{
  const __m512i sign = _mm512_set1_epi32 (INT32_MIN), uncertain = _mm512_set1_epi32 (4 << (32 - NNC_SUMS_FRACTION));
  __m512i y[4], least[4];
  NNC_UNROLL for (int v = 0; v < 4; v++)
  {
    __m512 sum = _mm512_cvtepi32_ps (x[v]), offset = _mm512_loadu_ps (s->offset + v * NNC_SUMS_LANES),
           factor = _mm512_loadu_ps (s->factor + v * NNC_SUMS_LANES);
    if (have_signs) {
      /* twice with the sum's sign: sign ? sum : twice, bit by bit */
      __m512i twice = _mm512_ternarylogic_epi32 (sign, x[v], _mm512_loadu_si512 (s->twice + v * NNC_SUMS_LANES), 0xca);
      sum = _mm512_add_ps (_mm512_fmadd_ps (sum, factor, _mm512_castsi512_ps (twice)), offset);
    } else {
      sum = _mm512_fmadd_ps (sum, factor, offset);
    }
    y[v] = _mm512_castps_si512 (sum);
    least[v] = _mm512_slli_epi32 (y[v], 32 - NNC_SUMS_FRACTION);
  }
  least[0] = _mm512_min_epu32 (_mm512_min_epu32 (least[0], least[1]), _mm512_min_epu32 (least[2], least[3]));
  if (s->exact || _mm512_cmplt_epu32_mask (least[0], uncertain)) {
    /* Of a copy: what others get the address of cannot stay in registers. */
    NNC_UNROLL for (int v = 0; v < 4; v++) y[v] = x[v];
    nnc_sums_multiply_exactly (q, s, y);
  }
  NNC_UNROLL for (int v = 0; v < 4; v++) x[v] = y[v];
}

static NNC_INLINE void
nnc_sums_multiply_even (const NncQuantizedWindow *q, const NncSums *s, __m512i x[4])
{
  const __m512 low = _mm512_set1_ps ((float)(q->minimum - q->y_zero_point)),
               high = _mm512_set1_ps ((float)(q->maximum - q->y_zero_point));
  NNC_UNROLL for (int v = 0; v < 4; v++)
  {
    __m512 y = _mm512_fmadd_ps (_mm512_cvtepi32_ps (x[v]), _mm512_loadu_ps (s->factor + v * NNC_SUMS_LANES),
                                _mm512_loadu_ps (s->offset + v * NNC_SUMS_LANES));
    x[v] = _mm512_cvtps_epi32 (_mm512_min_ps (_mm512_max_ps (y, low), high));
  }
}

/* In what order 64 channels lie in four vectors: one behind the other, or as vpunpck of bytes and words leaves them:
 * four in each quarter of each vector. */
typedef enum { NNC_SUMS_IN_ORDER, NNC_SUMS_INTERLEAVED } NncSumsOrder;

/* Bytes, unsigned, of the bits of floats. */
static NNC_INLINE __m512i
nnc_sums_pack (const __m512i x[4])
{
  const __m512i exponent = _mm512_set1_epi16 ((short)NNC_SUMS_EXPONENT);
  __m512i y[4];
  NNC_UNROLL for (int v = 0; v < 4; v++) y[v] = _mm512_srai_epi32 (x[v], NNC_SUMS_FRACTION);
  return _mm512_packus_epi16 (_mm512_subs_epu16 (_mm512_packus_epi32 (y[0], y[1]), exponent),
                              _mm512_subs_epu16 (_mm512_packus_epi32 (y[2], y[3]), exponent));
}

/* Bytes, unsigned, of results without y's zero point. */
static NNC_INLINE __m512i
nnc_sums_pack_even (const NncQuantizedWindow *q, const __m512i x[4])
{
  const __m512i zero_point = _mm512_set1_epi16 ((short)(q->y_zero_point + nnc_sums_flip (q)));
  return _mm512_packus_epi16 (_mm512_adds_epi16 (_mm512_packs_epi32 (x[0], x[1]), zero_point),
                              _mm512_adds_epi16 (_mm512_packs_epi32 (x[2], x[3]), zero_point));
}

/* Sums without their constants become 64 stored bytes. */
static NNC_INLINE __m512i
nnc_sums_finish (const NncQuantizedWindow *q, const NncSums *s, NncSumsOrder order, __m512i x[4])
{
  const int32_t flip = nnc_sums_flip (q);
  __m512i bytes;
  NNC_UNROLL for (int v = 0; v < 4; v++) x[v]
      = _mm512_add_epi32 (x[v], _mm512_loadu_si512 (s->constant + v * NNC_SUMS_LANES));
  if (q->rounding == NNC_ROUND_EVEN) {
    nnc_sums_multiply_even (q, s, x);
    bytes = nnc_sums_pack_even (q, x);
  } else {
    if (nnc_sums_have_signs (q))
      nnc_sums_multiply (q, s, x, true);
    else
      nnc_sums_multiply (q, s, x, false);
    bytes = nnc_sums_pack (x);
  }
  bytes = _mm512_max_epu8 (bytes, _mm512_set1_epi8 ((char)(q->minimum + flip)));
  bytes = _mm512_min_epu8 (bytes, _mm512_set1_epi8 ((char)(q->maximum + flip)));
  bytes = _mm512_xor_si512 (bytes, _mm512_set1_epi8 ((char)flip));
  /* Packing works within quarters, too: it undoes interleaving, and otherwise quarters are to be put in order. */
  if (order == NNC_SUMS_IN_ORDER)
    bytes = _mm512_permutexvar_epi32 (_mm512_setr_epi32 (0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15), bytes);
  return bytes;
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
  real = _mm512_add_ps (real, _mm512_loadu_ps (s->offset + v * NNC_SUMS_LANES));
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
