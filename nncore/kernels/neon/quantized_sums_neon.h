/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* quantized_sums_neon.h: sums of 8 channels become stored bytes, exactly as
 * fixed_point.h has it: sqrdmulh is its high product, srshl its shift but for
 * the ties of negative numbers, which are moved by one before. */
#pragma once

#include <arm_neon.h>

#include "quantized_window.h"

#define NNC_INLINE inline __attribute__ ((always_inline))
/* Loops of few, constant rounds whose arrays are meant to be registers. */
#ifdef __clang__
#define NNC_UNROLL _Pragma ("clang loop unroll(full)")
#else
#define NNC_UNROLL _Pragma ("GCC unroll 32")
#endif

/* What 8 channels need when their sums are there. */
typedef struct {
  int32_t
      constant[8]; /* sums begin with it: bias, and what is known of zero points; NNC_ROUND_NONE: the weights' sum */
  int32_t multiplier[8], shift[8]; /* shift: not above 0; or the bits of a real factor and its offset */
  int32_t left[8]; /* how far sums are shifted before they are multiplied */
  int32_t any_left, unused[7];
} NncEight;

static inline void
nnc_eight_set (const NncQuantizedWindow *q, const NncQuantizedFilter *filter, size_t o, NncEight *eight,
               int32_t constant)
{
  size_t at = o % 8;
  eight->constant[at] = constant;
  nnc_quantized_factor (q, filter, o, &eight->multiplier[at], &eight->shift[at]);
  if (q->rounding == NNC_ROUND_ONCE)
    eight->shift[at] -= 31;
  if (q->rounding == NNC_ROUND_TWICE && eight->shift[at] > 0) {
    eight->left[at] = eight->shift[at];
    eight->shift[at] = 0;
    eight->any_left = 1;
  }
}

/* --- vectors of four sums; `at`: 0 or 4 ------------------------------------------------------ */

/* What the sums begin with. */
static NNC_INLINE int32x4_t
nnc_eight_start (const NncQuantizedWindow *q, const NncEight *eight, size_t at)
{
  return q->rounding == NNC_ROUND_NONE ? vdupq_n_s32 (0) : vld1q_s32 (eight->constant + at);
}

static NNC_INLINE int32x4_t
nnc_eight_twice (const NncEight *eight, size_t at, int32x4_t x)
{
  const int32x4_t shift = vld1q_s32 (eight->shift + at);
  if (eight->any_left)
    x = vshlq_s32 (x, vld1q_s32 (eight->left + at));
  x = vqrdmulhq_s32 (x, vld1q_s32 (eight->multiplier + at));
  return vrshlq_s32 (vsraq_n_s32 (x, vandq_s32 (x, shift), 31), shift);
}

static NNC_INLINE int32x4_t
nnc_eight_once (const NncEight *eight, size_t at, int32x4_t x)
{
  const int32x4_t shift = vld1q_s32 (eight->shift + at), multiplier = vld1q_s32 (eight->multiplier + at);
  int64x2_t low = vmull_s32 (vget_low_s32 (x), vget_low_s32 (multiplier)), high = vmull_high_s32 (x, multiplier);
  low = vrshlq_s64 (low, vmovl_s32 (vget_low_s32 (shift)));
  high = vrshlq_s64 (high, vmovl_high_s32 (shift));
  return vcombine_s32 (vmovn_s64 (low), vmovn_s64 (high));
}

static NNC_INLINE int32x4_t
nnc_eight_even (const NncQuantizedWindow *q, const NncEight *eight, size_t at, int32x4_t x)
{
  const float32x4_t factor = vreinterpretq_f32_s32 (vld1q_s32 (eight->multiplier + at));
  float32x4_t y = vfmaq_f32 (vreinterpretq_f32_s32 (vld1q_s32 (eight->shift + at)), vcvtq_f32_s32 (x), factor);
  y = vmaxnmq_f32 (y, vdupq_n_f32 ((float)(q->minimum - q->y_zero_point)));
  return vcvtnq_s32_f32 (vminnmq_f32 (y, vdupq_n_f32 ((float)(q->maximum - q->y_zero_point))));
}

/* With NNC_ROUND_NONE; zero_point: of x as it was summed. */
static NNC_INLINE float32x4_t
nnc_eight_real (const NncQuantizedWindow *q, const NncEight *eight, size_t at, int32x4_t x, int32_t zero_point)
{
  const float32x4_t factor = vreinterpretq_f32_s32 (vld1q_s32 (eight->multiplier + at));
  const float32x4_t offset = vreinterpretq_f32_s32 (vld1q_s32 (eight->shift + at));
  float32x4_t real = vcvtq_f32_s32 (vmlsq_s32 (x, vld1q_s32 (eight->constant + at), vdupq_n_s32 (zero_point)));
  if (q->sums_first)
    real = vmulq_n_f32 (vmulq_f32 (real, factor), q->x_scale);
  else
    real = vmulq_f32 (real, vmulq_n_f32 (factor, q->x_scale));
  real = vmaxq_f32 (vdupq_n_f32 (q->window.minimum), vaddq_f32 (real, offset));
  return vminq_f32 (vdupq_n_f32 (q->window.maximum), real);
}

/* --- all of a pixel's sums ---------------------------------------------------------------------- */

/* `vectors` vectors, two of each of the eights: multiplied and rounded, without y's zero point. */
static NNC_INLINE void
nnc_eights_multiply (const NncQuantizedWindow *q, const NncEight *eights, int32x4_t *x, const int vectors)
{
  if (q->rounding == NNC_ROUND_TWICE)
    NNC_UNROLL for (int v = 0; v < vectors; v++) x[v] = nnc_eight_twice (&eights[v / 2], v % 2 * 4, x[v]);
  else if (q->rounding == NNC_ROUND_ONCE)
    NNC_UNROLL for (int v = 0; v < vectors; v++) x[v] = nnc_eight_once (&eights[v / 2], v % 2 * 4, x[v]);
  else
    NNC_UNROLL for (int v = 0; v < vectors; v++) x[v] = nnc_eight_even (q, &eights[v / 2], v % 2 * 4, x[v]);
}

/* Those of four vectors as bytes, with the zero point, and clamped. */
static NNC_INLINE uint8x16_t
nnc_eights_pack (const NncQuantizedWindow *q, const int32x4_t x[4])
{
  const int16x8_t zero_point = vdupq_n_s16 ((int16_t)q->y_zero_point);
  int16x8_t low = vqaddq_s16 (vqmovn_high_s32 (vqmovn_s32 (x[0]), x[1]), zero_point);
  int16x8_t high = vqaddq_s16 (vqmovn_high_s32 (vqmovn_s32 (x[2]), x[3]), zero_point);
  if (q->stored == NNC_STORED_I8) {
    int8x16_t bytes = vqmovn_high_s16 (vqmovn_s16 (low), high);
    bytes = vmaxq_s8 (bytes, vdupq_n_s8 ((int8_t)q->minimum));
    return vreinterpretq_u8_s8 (vminq_s8 (bytes, vdupq_n_s8 ((int8_t)q->maximum)));
  }
  uint8x16_t bytes = vqmovun_high_s16 (vqmovun_s16 (low), high);
  bytes = vmaxq_u8 (bytes, vdupq_n_u8 ((uint8_t)q->minimum));
  return vminq_u8 (bytes, vdupq_n_u8 ((uint8_t)q->maximum));
}

/* The first n bytes, or all 16. */
static NNC_INLINE void
nnc_store_bytes (uint8_t *y, uint8x16_t bytes, size_t n)
{
  uint8_t all[16];
  if (n >= 16) {
    vst1q_u8 (y, bytes);
  } else if (n == 8) {
    vst1_u8 (y, vget_low_u8 (bytes));
  } else {
    vst1q_u8 (all, bytes);
    memcpy (y, all, n);
  }
}

/* The first n reals, or all 4. */
static NNC_INLINE void
nnc_store_reals (float *y, float32x4_t reals, size_t n)
{
  float all[4];
  if (n >= 4) {
    vst1q_f32 (y, reals);
  } else {
    vst1q_f32 (all, reals);
    memcpy (y, all, n * sizeof *y);
  }
}
