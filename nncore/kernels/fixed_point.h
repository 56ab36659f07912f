/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fixed_point.h: how sums of integers become stored numbers: times a factor
 * that is itself an integer and a shift, rounded in one of two ways:
 * NNC_ROUND_TWICE: the product is rounded to its upper 32 bits, half upwards,
 * and the shift rounds again, half away from zero; NNC_ROUND_ONCE: half upwards.
 * TFLite's reference kernels do the former, but its dense layers the latter.
 * NNC_ROUND_EVEN is ONNX's: times a factor in f32, rounded half to even. */
#pragma once

#include <math.h>

#include "kernel.h"

/* (a * b) / 2^31, half upwards, saturated. */
static inline int32_t
nnc_high_product (int32_t a, int32_t b)
{
  if (a == INT32_MIN && b == INT32_MIN)
    return INT32_MAX;
  return (int32_t)(((int64_t)a * b + ((int64_t)1 << 30)) >> 31);
}

/* x / 2^shift, half away from zero; shift 0 to 31. */
static inline int32_t
nnc_rounding_shift (int32_t x, int shift)
{
  int32_t mask = (int32_t)(((int64_t)1 << shift) - 1), rest = x & mask, half = (mask >> 1) + (x < 0);
  return (x >> shift) + (rest > half);
}

/* What a shift to the left loses is lost. */
static inline int32_t
nnc_multiply_twice (int32_t x, NncFixedPoint factor)
{
  int left = factor.shift > 0 ? factor.shift : 0, right = factor.shift > 0 ? 0 : -factor.shift;
  return nnc_rounding_shift (nnc_high_product ((int32_t)((uint32_t)x << left), factor.multiplier), right);
}

static inline int32_t
nnc_multiply_once (int32_t x, NncFixedPoint factor)
{
  int shift = 31 - factor.shift;
  return (int32_t)(((int64_t)x * factor.multiplier + ((int64_t)1 << (shift - 1))) >> shift);
}

/* Of wide sums, whose factor keeps 15 bits; once. */
static inline int32_t
nnc_multiply_wide (int64_t x, NncFixedPoint factor)
{
  int32_t multiplier = factor.multiplier < 0x7fff0000 ? (factor.multiplier + (1 << 15)) >> 16 : 0x7fff;
  int shift = 15 - factor.shift;
  return (int32_t)((int64_t)((uint64_t)x * (uint64_t)multiplier + ((uint64_t)1 << (shift - 1))) >> shift);
}

/* Clamped before it is rounded, as 32 bits may not hold it. */
static inline int32_t
nnc_multiply_even (int32_t x, NncRealFactor by, int32_t minimum, int32_t maximum)
{
  float y = fmaf ((float)x, by.factor, by.offset);
  y = y > (float)minimum ? y : (float)minimum;
  y = y < (float)maximum ? y : (float)maximum;
  return (int32_t)rintf (y);
}

/* Saturated: where a factor is too large for its sums, they keep their sign. */
static inline int32_t
nnc_add_zero_point (int32_t x, int32_t zero_point)
{
  int64_t y = (int64_t)x + zero_point;
  return (int32_t)(y < INT32_MIN ? INT32_MIN : y > INT32_MAX ? INT32_MAX : y);
}

static inline int32_t
nnc_clamp_int (int32_t v, int32_t minimum, int32_t maximum)
{
  v = v < minimum ? minimum : v;
  return v > maximum ? maximum : v;
}
