/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* quantized_products.h: sums of products of bytes, four pixels by sixteen
 * channels, in three ways, by what a file is compiled for:
 *   I8MM: smmla multiplies 2 pixels by 2 channels, 8 bytes of each at a time;
 *   dot products: sdot, 4 bytes of a pixel by 4 of each of 4 channels;
 *   else NEON: smlal, a byte of a pixel by one of each of 4 channels, both widened to 16 bits. */
#pragma once

#include "quantized_sums_neon.h"

#define PANEL 16 /* channels */
#define ROWS 4 /* pixels */

/* GROUP: how many bytes of a patch lie together for each channel. */
#if defined __ARM_FEATURE_MATMUL_INT8
#define NNC_ISA(name) name##_i8mm
#define GROUP 8
typedef int8_t Weight;
#elif defined __ARM_FEATURE_DOTPROD
#define NNC_ISA(name) name##_dotprod
#define GROUP 4
typedef int8_t Weight;
#else
#define NNC_ISA(name) name##_neon
#define GROUP 1
typedef int16_t Weight;
#endif

/* The patches under neighbouring windows, in segments: bytes that lie side by side. */
typedef struct {
  const uint8_t *const *segments; /* of the first */
  size_t n_segments, size, groups; /* size: of a segment; groups: of GROUP bytes */
  size_t step; /* bytes from one window to the next */
} Patches;

/* s += the products of `rows` patches, the first at `first`, by 4 * vectors channels; rows and vectors (2 or 4) are
 * constants. */
static NNC_INLINE void sum_products (const Patches *p, const Weight *weights, size_t first, int32x4_t s[ROWS][4],
                                     const int rows, const int vectors);

#if defined __ARM_FEATURE_MATMUL_INT8

/* Eight bytes of two pixels; of the last, if it is alone, twice. */
static NNC_INLINE int8x16_t
load_pair (const int8_t *x, size_t step, const bool alone)
{
  int8x8_t low = vld1_s8 (x);
  return vcombine_s8 (low, alone ? low : vld1_s8 (x + step));
}

static NNC_INLINE int32x4_t
zip_halves (int32x4_t a, int32x4_t b, const bool high)
{
  int64x2_t p = vreinterpretq_s64_s32 (a), q = vreinterpretq_s64_s32 (b);
  return vreinterpretq_s32_s64 (high ? vzip2q_s64 (p, q) : vzip1q_s64 (p, q));
}

static NNC_INLINE void
sum_products (const Patches *p, const Weight *weights, size_t first, int32x4_t s[ROWS][4], const int rows,
              const int vectors)
{
  const int pairs = (rows + 1) / 2;
  int32x4_t blocks[ROWS / 2][8]; /* of two pixels by two channels */
  NNC_UNROLL for (int r = 0; r < pairs; r++) NNC_UNROLL for (int v = 0; v < 2 * vectors; v++) blocks[r][v]
      = zip_halves (s[2 * r][v / 2], s[2 * r + 1 < rows ? 2 * r + 1 : 2 * r][v / 2], v % 2);
  for (size_t i = 0; i < p->n_segments; i++) {
    const int8_t *x = (const int8_t *)p->segments[i] + first * p->step;
    for (size_t g = 0; g < p->groups; g++, x += GROUP, weights += GROUP * PANEL) {
      int8x16_t taps[ROWS / 2];
      NNC_UNROLL for (int r = 0; r < pairs; r++) taps[r]
          = load_pair (x + 2 * (size_t)r * p->step, p->step, 2 * r + 1 == rows);
      NNC_UNROLL for (int v = 0; v < 2 * vectors; v++)
      {
        int8x16_t w = vld1q_s8 (weights + v * 16);
        NNC_UNROLL for (int r = 0; r < pairs; r++) blocks[r][v] = vmmlaq_s32 (blocks[r][v], taps[r], w);
      }
    }
  }
  NNC_UNROLL for (int r = 0; r < rows; r++) NNC_UNROLL for (int v = 0; v < vectors; v++) s[r][v]
      = zip_halves (blocks[r / 2][2 * v], blocks[r / 2][2 * v + 1], r % 2);
}

#elif defined __ARM_FEATURE_DOTPROD

/* One group of each pixel, which is number `lane` of the bytes in taps. */
#define STEP(lane)                                                                                                     \
  {                                                                                                                    \
    int8x16_t w[4];                                                                                                    \
    NNC_UNROLL for (int v = 0; v < vectors; v++) w[v] = vld1q_s8 (weights + v * 16);                                   \
    NNC_UNROLL for (int r = 0; r < rows; r++) NNC_UNROLL for (int v = 0; v < vectors; v++) s[r][v]                     \
        = vdotq_laneq_s32 (s[r][v], w[v], taps[r], lane);                                                              \
    weights += GROUP * PANEL;                                                                                          \
  }

static NNC_INLINE void
sum_products (const Patches *p, const Weight *weights, size_t first, int32x4_t s[ROWS][4], const int rows,
              const int vectors)
{
  for (size_t i = 0; i < p->n_segments; i++) {
    const int8_t *x = (const int8_t *)p->segments[i] + first * p->step;
    size_t g = 0;
    int8x16_t taps[ROWS];
    for (; g + 4 <= p->groups; g += 4, x += 4 * GROUP) {
      NNC_UNROLL for (int r = 0; r < rows; r++) taps[r] = vld1q_s8 (x + (size_t)r * p->step);
      STEP (0)
      STEP (1)
      STEP (2)
      STEP (3)
    }
    for (; g < p->groups; g++, x += GROUP) {
      NNC_UNROLL for (int r = 0; r < rows; r++)
      {
        int32_t four;
        memcpy (&four, x + (size_t)r * p->step, sizeof four);
        taps[r] = vreinterpretq_s8_s32 (vdupq_n_s32 (four));
      }
      STEP (0)
    }
  }
}

#else

#define STEP(lane)                                                                                                     \
  {                                                                                                                    \
    NNC_UNROLL for (int v = 0; v < vectors; v += 2)                                                                    \
    {                                                                                                                  \
      int16x8_t w = vld1q_s16 (weights + v * 4);                                                                       \
      NNC_UNROLL for (int r = 0; r < rows; r++)                                                                        \
      {                                                                                                                \
        s[r][v] = vmlal_laneq_s16 (s[r][v], vget_low_s16 (w), taps[r], lane);                                          \
        s[r][v + 1] = vmlal_high_laneq_s16 (s[r][v + 1], w, taps[r], lane);                                            \
      }                                                                                                                \
    }                                                                                                                  \
    weights += PANEL;                                                                                                  \
  }

static NNC_INLINE void
sum_products (const Patches *p, const Weight *weights, size_t first, int32x4_t s[ROWS][4], const int rows,
              const int vectors)
{
  for (size_t i = 0; i < p->n_segments; i++) {
    const int8_t *x = (const int8_t *)p->segments[i] + first * p->step;
    size_t g = 0;
    int16x8_t taps[ROWS];
    for (; g + 8 <= p->groups; g += 8, x += 8) {
      NNC_UNROLL for (int r = 0; r < rows; r++) taps[r] = vmovl_s8 (vld1_s8 (x + (size_t)r * p->step));
      STEP (0)
      STEP (1)
      STEP (2)
      STEP (3)
      STEP (4)
      STEP (5)
      STEP (6)
      STEP (7)
    }
    for (; g < p->groups; g++, x++) {
      NNC_UNROLL for (int r = 0; r < rows; r++) taps[r] = vdupq_n_s16 (x[(size_t)r * p->step]);
      STEP (0)
    }
  }
}

#endif
