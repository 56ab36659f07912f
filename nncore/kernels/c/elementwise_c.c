/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* elementwise_c.c: y[i] = f (x[i]), the reference. NaN stays NaN. */
#include <math.h>

#include "kernel_list.h"
#include "window.h"

#define UNARY(name, expression)                                                                                        \
  void nnc_##name (float *y, const float *x, size_t n, const float *p)                                                 \
  {                                                                                                                    \
    for (size_t i = 0; i < n; i++) {                                                                                   \
      float v = x[i];                                                                                                  \
      y[i] = (expression);                                                                                             \
    }                                                                                                                  \
  }

/* 1 / (1 + e^-v), by an exponential that cannot overflow; its sum and quotient in double, which lose nothing more. */
static float
sigmoid (float v)
{
  double e = expf (-fabsf (v));
  return (float)((v < 0 ? e : 1) / (1 + e));
}

UNARY (relu_f32_c, v < 0 ? 0 : v)
UNARY (leaky_relu_f32_c, v < 0 ? v * p[0] : v)
UNARY (clip_f32_c, nnc_clamp (v, p[0], p[1]))
UNARY (sigmoid_f32_c, sigmoid (v))
UNARY (tanh_f32_c, tanhf (v))
UNARY (hard_sigmoid_f32_c, nnc_clamp (v *p[0] + p[1], 0, 1))
UNARY (hard_swish_f32_c, v *nnc_clamp (v *(1.f / 6) + .5f, 0, 1))
UNARY (swish_f32_c, v *sigmoid (p[0] * v))
UNARY (exp_f32_c, expf (v))
UNARY (sqrt_f32_c, sqrtf (v))
