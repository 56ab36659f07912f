/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* vector_neon.h: vectors of four floats, with FMA; there are no masks, only numbers of lanes. vector_avx512.h says what
 * each function does. */
#pragma once

#include <arm_neon.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define NNC_ISA(name) NNC_ISA_JOIN (name, neon)
#define VECTOR_WIDTH 4
#define VECTOR_REGISTERS 32
typedef float32x4_t Vector;
typedef size_t VectorMask; /* lanes, from the first */

static inline Vector
vector_zero (void)
{
  return vdupq_n_f32 (0);
}
static inline Vector
vector_splat (float v)
{
  return vdupq_n_f32 (v);
}
static inline Vector
vector_load (const float *p)
{
  return vld1q_f32 (p);
}
static inline void
vector_store (float *p, Vector v)
{
  vst1q_f32 (p, v);
}
static inline VectorMask
vector_mask (size_t n)
{
  return n;
}
static inline Vector
vector_load_or (const float *p, VectorMask mask, Vector fill)
{
  if (mask >= 4)
    return vld1q_f32 (p);
  if (mask >= 2)
    fill = vcombine_f32 (vld1_f32 (p), vget_high_f32 (fill));
  if (mask == 1)
    fill = vld1q_lane_f32 (p, fill, 0);
  return mask == 3 ? vld1q_lane_f32 (p + 2, fill, 2) : fill;
}
static inline Vector
vector_load_masked (const float *p, VectorMask mask)
{
  return vector_load_or (p, mask, vector_zero ());
}
static inline void
vector_store_masked (float *p, VectorMask mask, Vector v)
{
  if (mask >= 4) {
    vst1q_f32 (p, v);
    return;
  }
  if (mask >= 2)
    vst1_f32 (p, vget_low_f32 (v));
  if (mask == 1)
    vst1q_lane_f32 (p, v, 0);
  if (mask == 3)
    vst1q_lane_f32 (p + 2, v, 2);
}
static inline Vector
vector_add (Vector a, Vector b)
{
  return vaddq_f32 (a, b);
}
static inline Vector
vector_sub (Vector a, Vector b)
{
  return vsubq_f32 (a, b);
}
static inline Vector
vector_mul (Vector a, Vector b)
{
  return vmulq_f32 (a, b);
}
static inline Vector
vector_div (Vector a, Vector b)
{
  return vdivq_f32 (a, b);
}
static inline Vector
vector_fma (Vector a, Vector b, Vector c)
{
  return vfmaq_f32 (c, a, b);
}
static inline Vector
vector_multiply_add (Vector a, Vector b, Vector c)
{
  Vector product = vmulq_f32 (a, b);
  __asm__("" : "+w"(product));
  return vaddq_f32 (product, c);
}
static inline Vector
vector_min (Vector a, Vector b)
{
  return vbslq_f32 (vcltq_f32 (a, b), a, b);
}
static inline Vector
vector_max (Vector a, Vector b)
{
  return vbslq_f32 (vcgtq_f32 (a, b), a, b);
}
static inline Vector
vector_abs (Vector a)
{
  return vabsq_f32 (a);
}
static inline Vector
vector_copysign (Vector a, Vector b)
{
  return vbslq_f32 (vdupq_n_u32 (0x80000000), b, a);
}
static inline Vector
vector_sqrt (Vector a)
{
  return vsqrtq_f32 (a);
}
static inline Vector
vector_round (Vector a)
{
  return vrndnq_f32 (a);
}
static inline Vector
vector_select_less (Vector a, Vector b, Vector yes, Vector no)
{
  return vbslq_f32 (vcltq_f32 (a, b), yes, no);
}
/* In two steps, so that 2^n need not be a normal number; |n| <= 252. */
static inline Vector
vector_scale (Vector a, Vector n)
{
  const int32x4_t bias = vdupq_n_s32 (127);
  int32x4_t whole = vcvtq_s32_f32 (n), half = vshrq_n_s32 (whole, 1);
  float32x4_t first = vreinterpretq_f32_s32 (vshlq_n_s32 (vaddq_s32 (half, bias), 23));
  float32x4_t second = vreinterpretq_f32_s32 (vshlq_n_s32 (vaddq_s32 (vsubq_s32 (whole, half), bias), 23));
  return vmulq_f32 (vmulq_f32 (a, first), second);
}
static inline float
vector_reduce_add (Vector v)
{
  return vaddvq_f32 (v);
}
static inline float
vector_reduce_max (Vector v)
{
  return vmaxvq_f32 (v);
}
static inline void
vector_store_u8 (uint8_t *p, Vector v)
{
  int16x4_t words = vmovn_s32 (vcvtq_s32_f32 (v));
  int8x8_t bytes = veor_s8 (vmovn_s16 (vcombine_s16 (words, words)), vdup_n_s8 (-128));
  vst1_lane_u32 ((uint32_t *)(void *)p, vreinterpret_u32_s8 (bytes), 0);
}
static inline Vector
vector_from_u8 (const uint8_t *p)
{
  uint32_t four;
  memcpy (&four, p, sizeof four);
  return vcvtq_f32_u32 (vmovl_u16 (vget_low_u16 (vmovl_u8 (vcreate_u8 (four)))));
}
static inline Vector
vector_from_half (const uint16_t *p)
{
  return vcvt_f32_f16 (vreinterpret_f16_u16 (vld1_u16 (p)));
}
static inline void
vector_store_half (uint16_t *p, Vector v)
{
  vst1_u16 (p, vreinterpret_u16_f16 (vcvt_f16_f32 (v)));
}
typedef float32x2_t VectorLow;

static inline VectorLow
vector_low (Vector v)
{
  return vget_low_f32 (v);
}
static inline Vector
vector_from_low (VectorLow v)
{
  return vcombine_f32 (v, vdup_n_f32 (0));
}
static inline VectorLow
vector_low_splat (float v)
{
  return vdup_n_f32 (v);
}
static inline VectorLow
vector_low_load (const float *p)
{
  return vld1_f32 (p);
}
static inline VectorLow
vector_low_fma (VectorLow a, VectorLow b, VectorLow c)
{
  return vfma_f32 (c, a, b);
}
