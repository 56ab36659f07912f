/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* precision.h: how exactly real numbers are computed with. */
#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

/**
 * NncPrecision:
 * @NNC_PRECISION_F32: in float
 * @NNC_PRECISION_BF16: dense convolutions and matrix products round what they
 *   multiply, inputs and weights, to the nearest bf16 (the upper half of a
 *   float, 8 bits of precision), of two to the even one, and sum the products
 *   in float. All else is computed in float, so are grouped and depthwise
 *   convolutions, and what a recurrent layer multiplies its state by may be;
 *   integers stay exact. Where the CPU has no instructions for it (AVX512_BF16),
 *   all is computed in float
 *
 * How exactly a session computes with real numbers. What each step computes in
 * is in the name of its kernel: nnc_session_get_step().
 */
typedef enum { NNC_PRECISION_F32, NNC_PRECISION_BF16 } NncPrecision;

G_END_DECLS
