/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* quantized_sums.h: sums of 64 channels, and what they need to become y: stored
 * bytes, exactly as fixed_point.h has it, or reals. For files compiled for AVX-512 VNNI. */
#pragma once

#include <immintrin.h>
#include <math.h>

#include "fixed_point_avx512.h"
#include "quantized_window.h"

#define NNC_SUMS 64
#define NNC_SUMS_LANES 16
#define NNC_SUMS_BATCH 24 /* blocks of 64 that are finished at a time */

/* Loops of few, constant rounds whose arrays are meant to be registers. */
#ifdef __clang__
#define NNC_UNROLL _Pragma ("clang loop unroll(full)")
#else
#define NNC_UNROLL _Pragma ("GCC unroll 32")
#endif

/* What 64 channels need when their sums are there. */
typedef struct {
  int32_t constant[NNC_SUMS]; /* added to sums: bias, and what is known of the zero points */
  float factor[NNC_SUMS], offset[NNC_SUMS]; /* offset: what is added to the product */
  float twice[NNC_SUMS]; /* 2^(shift - 1), where it has the sum's sign */
  int32_t multiplier[NNC_SUMS], shift[NNC_SUMS];
  int32_t exact; /* not zero: a factor is too large for floats */
  int32_t unused[15];
} NncSums;

/* In what order 64 sums lie in a block: one behind the other, or as vpunpck of bytes and words leaves them: four in
 * each quarter of each of its four vectors. */
typedef enum { NNC_SUMS_IN_ORDER, NNC_SUMS_INTERLEAVED } NncSumsOrder;

/* What a block of sums is: 1, 2, 4 or 8 pixels of 64, 32, 16 or 8 sums; y has but the first `channels` of each. */
typedef struct {
  NncSumsOrder order;
  size_t pixel, channels;
} NncSumsBlock;

/* No channel yet. */
void nnc_sums_init (NncSums *sums);

/* Sum `at` of a block is of channel o. constant: added to it; of NNC_ROUND_NONE the sum of the weights, by which x's
 * zero point is taken off. */
void nnc_sums_set (const NncQuantizedWindow *q, const NncQuantizedFilter *filter, size_t o, NncSums *sums, size_t at,
                   int32_t constant);

/* n pixels, of at most NNC_SUMS_BATCH blocks, become y. sums: aligned to 64 bytes. */
void nnc_sums_finish (const NncQuantizedWindow *q, const NncSums *s, const NncSumsBlock *block, const int32_t *sums,
                      size_t n, uint8_t *y);

/* sum += the products of four bytes each; in assembler since GCC 12 would keep sums in memory. */
static NNC_INLINE void
nnc_sums_dot (__m512i *sum, __m512i x, __m512i w)
{
  __asm__("vpdpbusd %2, %1, %0" : "+v"(*sum) : "v"(x), "vm"(w));
}
