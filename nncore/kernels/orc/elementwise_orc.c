/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* elementwise_orc.c: y[i] = f (x[i]) by ORC. */
#include "orc_kernel.h"

/* The call sees y, x and count, n elements in all. */
#define UNARY(name, call)                                                                                              \
  void nnc_##name (float *y, const float *x, size_t n, const float *p)                                                 \
  {                                                                                                                    \
    for (size_t done = 0; done < n; done += NNC_ORC_MAX, y += NNC_ORC_MAX, x += NNC_ORC_MAX) {                         \
      int count = (int)(n - done < NNC_ORC_MAX ? n - done : NNC_ORC_MAX);                                              \
      call;                                                                                                            \
    }                                                                                                                  \
  }

UNARY (relu_f32_orc, nnc_orc_relu (y, x, count))
UNARY (leaky_relu_f32_orc, nnc_orc_leaky_relu (y, x, p[0], count))
UNARY (clip_f32_orc, nnc_orc_clip (y, x, p[0], p[1], count))
UNARY (hard_sigmoid_f32_orc, nnc_orc_hard_sigmoid (y, x, p[0], p[1], count))
UNARY (hard_swish_f32_orc, nnc_orc_hard_swish (y, x, count))
#ifndef __aarch64__ /* kernels.inc says why */
UNARY (sqrt_f32_orc, nnc_orc_sqrt (y, x, count))
#endif
