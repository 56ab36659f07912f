/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* stored_binary_neon.c: sums, differences and products of stored numbers by NEON. */
#include <arm_neon.h>
#include <string.h>

#include "kernel_list.h"

#define LANES 8
#define NNC_INLINE inline __attribute__ ((always_inline))

/* A NncFixedPoint, four times: a shift to the left before the product, and after it one to the right, not above 0. */
typedef struct {
  int32x4_t multiplier, left, right;
} Factor;

typedef struct {
  const NncStoredArithmetic *arithmetic;
  Factor a, b, y;
} Work;

static Factor
factor_of (NncFixedPoint factor)
{
  return (Factor){ vdupq_n_s32 (factor.multiplier), vdupq_n_s32 (factor.shift > 0 ? factor.shift : 0),
                   vdupq_n_s32 (factor.shift > 0 ? 0 : factor.shift) };
}

static size_t
size_of (NncStored stored)
{
  return stored == NNC_STORED_I16 ? 2 : 1;
}

/* n numbers, or with a step of 0 one, as 16 bits: bytes of either sign fit them. */
static NNC_INLINE int16x8_t
load (NncStored stored, const void *x, size_t n, int step)
{
  uint8x16_t bytes = vdupq_n_u8 (0);
  int16x8_t words;
  if (n == LANES && step)
    bytes = stored == NNC_STORED_I16 ? vld1q_u8 (x) : vcombine_u8 (vld1_u8 (x), vdup_n_u8 (0));
  else
    memcpy (&bytes, x, (step ? n : 1) * size_of (stored));
  if (stored == NNC_STORED_I8)
    words = vmovl_s8 (vreinterpret_s8_u8 (vget_low_u8 (bytes)));
  else if (stored == NNC_STORED_U8)
    words = vreinterpretq_s16_u16 (vmovl_u8 (vget_low_u8 (bytes)));
  else
    words = vreinterpretq_s16_u8 (bytes);
  return step ? words : vdupq_laneq_s16 (words, 0);
}

/* Numbers fit the type they become. */
static NNC_INLINE void
store (NncStored stored, void *y, size_t n, int16x8_t words)
{
  uint8x16_t bytes = vreinterpretq_u8_s16 (words);
  if (stored != NNC_STORED_I16)
    bytes = vcombine_u8 (vmovn_u16 (vreinterpretq_u16_s16 (words)), vdup_n_u8 (0));
  if (n == LANES && stored != NNC_STORED_I16)
    vst1_u8 (y, vget_low_u8 (bytes));
  else if (n == LANES)
    vst1q_u8 (y, bytes);
  else
    memcpy (y, &bytes, n * size_of (stored));
}

/* See quantized_sums_neon.h. */
static NNC_INLINE int32x4_t
multiply_twice (int32x4_t x, const Factor *factor)
{
  x = vqrdmulhq_s32 (vshlq_s32 (x, factor->left), factor->multiplier);
  return vrshlq_s32 (vsraq_n_s32 (x, vandq_s32 (x, factor->right), 31), factor->right);
}

static NNC_INLINE int32x4_t
combine (const Work *work, int32x4_t a, int32x4_t b)
{
  const NncStoredArithmetic *f = work->arithmetic;
  const int32x4_t shift = vdupq_n_s32 (f->shift), zero_point = vdupq_n_s32 (f->y_zero_point);
  int32x4_t y;
  a = vsubq_s32 (a, vdupq_n_s32 (f->a_zero_point));
  b = vsubq_s32 (b, vdupq_n_s32 (f->b_zero_point));
  if (f->operation >= NNC_STORED_MULTIPLY) {
    y = vmulq_s32 (a, b);
  } else {
    a = multiply_twice (vshlq_s32 (a, shift), &work->a);
    b = multiply_twice (vshlq_s32 (b, shift), &work->b);
    y = f->operation == NNC_STORED_ADD ? vaddq_s32 (a, b) : vsubq_s32 (a, b);
    if (f->operation == NNC_STORED_SQUARED_DIFFERENCE)
      y = vmulq_s32 (y, y);
  }
  y = multiply_twice (y, &work->y);
  if (f->operation == NNC_STORED_PRELU)
    y = vbslq_s32 (vcltzq_s32 (a), y, multiply_twice (a, &work->a));
  y = vqaddq_s32 (y, zero_point);
  return vminq_s32 (vmaxq_s32 (y, vdupq_n_s32 (f->minimum)), vdupq_n_s32 (f->maximum));
}

static void
run_row (const Work *work, uint8_t *y, const uint8_t *a, const uint8_t *b, const NncBroadcast *s)
{
  const NncStored stored = work->arithmetic->stored;
  const size_t size = size_of (stored);
  for (size_t c = 0; c < s->columns; c += LANES) {
    size_t n = s->columns - c < LANES ? s->columns - c : LANES;
    int16x8_t p = load (stored, a + c * (size_t)s->a_step * size, n, s->a_step);
    int16x8_t q = load (stored, b + c * (size_t)s->b_step * size, n, s->b_step);
    int32x4_t low = combine (work, vmovl_s16 (vget_low_s16 (p)), vmovl_s16 (vget_low_s16 (q)));
    int32x4_t high = combine (work, vmovl_high_s16 (p), vmovl_high_s16 (q));
    store (stored, y + c * size, n, vmovn_high_s32 (vmovn_s32 (low), high));
  }
}

void
nnc_stored_binary_neon (const NncStoredArithmetic *f, void *y, const void *a, const void *b, const NncBroadcast *shape)
{
  const Work work = { f, factor_of (f->a_factor), factor_of (f->b_factor), factor_of (f->factor) };
  ptrdiff_t size = (ptrdiff_t)size_of (f->stored);
  for (size_t r = 0; r < shape->rows; r++) {
    uint8_t *to = (uint8_t *)y + (ptrdiff_t)(r * shape->columns) * size;
    const uint8_t *p = (const uint8_t *)a + (ptrdiff_t)r * shape->a_row * size;
    const uint8_t *q = (const uint8_t *)b + (ptrdiff_t)r * shape->b_row * size;
    run_row (&work, to, p, q, shape);
  }
}
