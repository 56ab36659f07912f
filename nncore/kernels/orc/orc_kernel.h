/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* orc_kernel.h: what every wrapper of ORC programs includes. A wrapper walks
 * rows and pixels and calls a program for each stretch of memory; programs
 * flush denormals to 0, and may give -0 for 0. */
#pragma once

#include "kernel_list.h"
#include "nncorc_accumulate.h"
#include "nncorc_bytes.h"
#include "nncorc_elementwise.h"
#include "nncorc_pictures.h"
#include "nncorc_pixels.h"
#include "nncorc_pool.h"

/* Programs count in int. */
#define NNC_ORC_MAX ((size_t)1 << 30)

/* y[0..n) += sum over k of x[k] * b[k][0..n), k a multiple of 4, rows of b `stride` apart. */
void nnc_orc_accumulate (float *y, size_t n, const float *x, size_t k, const float *b, size_t stride);

/* Rows of packed weights begin at 64 bytes, and come in fours. */
static inline size_t
nnc_orc_round_up (size_t n, size_t multiple)
{
  return (n + multiple - 1) / multiple * multiple;
}

/* The fused activation. */
static inline void
nnc_orc_clamp (float *y, size_t n, float minimum, float maximum)
{
  if (minimum > -__builtin_inff () || maximum < __builtin_inff ())
    nnc_orc_clip (y, y, minimum, maximum, (int)n);
}
