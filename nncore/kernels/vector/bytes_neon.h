/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* bytes_neon.h: vectors of 16 bytes, and sums of them in 16 numbers of 32 bits. bytes_avx512.h says more. */
#pragma once

#include <arm_neon.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define BYTES 16
#define LANES 16
typedef uint8x16_t Bytes;
typedef int32x4x4_t Sums;

static ALWAYS_INLINE Bytes
load_bytes (const uint8_t *x, size_t n)
{
  Bytes bytes = vdupq_n_u8 (0);
  if (n >= BYTES)
    return vld1q_u8 (x);
  memcpy (&bytes, x, n);
  return bytes;
}

static ALWAYS_INLINE void
store_bytes (uint8_t *y, Bytes bytes, size_t n)
{
  if (n >= BYTES)
    vst1q_u8 (y, bytes);
  else
    memcpy (y, &bytes, n);
}

static ALWAYS_INLINE Bytes
splat_byte (int32_t byte)
{
  return vdupq_n_u8 ((uint8_t)byte);
}

static ALWAYS_INLINE Bytes
larger_bytes (Bytes a, Bytes b, bool is_signed)
{
  return is_signed ? vreinterpretq_u8_s8 (vmaxq_s8 (vreinterpretq_s8_u8 (a), vreinterpretq_s8_u8 (b)))
                   : vmaxq_u8 (a, b);
}

static ALWAYS_INLINE Bytes
smaller_bytes (Bytes a, Bytes b, bool is_signed)
{
  return is_signed ? vreinterpretq_u8_s8 (vminq_s8 (vreinterpretq_s8_u8 (a), vreinterpretq_s8_u8 (b)))
                   : vminq_u8 (a, b);
}

static ALWAYS_INLINE Sums
load_sums (const uint8_t *x, size_t n, bool is_signed)
{
  const uint8x16_t bytes = load_bytes (x, n);
  const int8x16_t signed_bytes = vreinterpretq_s8_u8 (bytes);
  int16x8_t low, high;
  if (is_signed) {
    low = vmovl_s8 (vget_low_s8 (signed_bytes));
    high = vmovl_high_s8 (signed_bytes);
  } else {
    low = vreinterpretq_s16_u16 (vmovl_u8 (vget_low_u8 (bytes)));
    high = vreinterpretq_s16_u16 (vmovl_high_u8 (bytes));
  }
  return (Sums){ { vmovl_s16 (vget_low_s16 (low)), vmovl_high_s16 (low), vmovl_s16 (vget_low_s16 (high)),
                   vmovl_high_s16 (high) } };
}

static ALWAYS_INLINE Sums
add_sums (Sums a, Sums b)
{
  UNROLL for (int i = 0; i < 4; i++) a.val[i] = vaddq_s32 (a.val[i], b.val[i]);
  return a;
}

static ALWAYS_INLINE Sums
splat_sum (int32_t sum)
{
  const int32x4_t four = vdupq_n_s32 (sum);
  return (Sums){ { four, four, four, four } };
}

static ALWAYS_INLINE Sums
divide (Sums sums, int32_t half, float count)
{
  UNROLL for (int i = 0; i < 4; i++)
  {
    int32x4_t signs = vshrq_n_s32 (sums.val[i], 31), x = sums.val[i];
    x = vaddq_s32 (x, vsubq_s32 (veorq_s32 (vdupq_n_s32 (half), signs), signs));
    sums.val[i] = vcvtq_s32_f32 (vdivq_f32 (vcvtq_f32_s32 (x), vdupq_n_f32 (count)));
  }
  return sums;
}

static ALWAYS_INLINE Sums
clamp_sums (Sums x, int32_t minimum, int32_t maximum)
{
  UNROLL for (int i = 0; i < 4; i++) x.val[i]
      = vminq_s32 (vmaxq_s32 (x.val[i], vdupq_n_s32 (minimum)), vdupq_n_s32 (maximum));
  return x;
}

static ALWAYS_INLINE void
store_sums (uint8_t *y, Sums x, size_t n)
{
  int16x8_t low = vmovn_high_s32 (vmovn_s32 (x.val[0]), x.val[1]),
            high = vmovn_high_s32 (vmovn_s32 (x.val[2]), x.val[3]);
  store_bytes (y, vreinterpretq_u8_s8 (vmovn_high_s16 (vmovn_s16 (low), high)), n);
}
