/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* unary.c: y[i] = f (x[i]): activations, exp and sqrt. */
#include "kernel_list.h"
#include "vector_math.h"

typedef Vector (*Function) (Vector x, Vector p0, Vector p1);

/* `function` is a constant wherever this is called, and so it is inlined. */
static ALWAYS_INLINE void
apply (float *y, const float *x, size_t n, float p0, float p1, Function function)
{
  const Vector v0 = vector_splat (p0), v1 = vector_splat (p1);
  size_t i = 0;
  for (; i + VECTOR_WIDTH <= n; i += VECTOR_WIDTH)
    vector_store (y + i, function (vector_load (x + i), v0, v1));
  if (i < n) {
    VectorMask mask = vector_mask (n - i);
    vector_store_masked (y + i, mask, function (vector_load_masked (x + i, mask), v0, v1));
  }
}

static ALWAYS_INLINE Vector
relu (Vector x, Vector p0, Vector p1)
{
  return vector_max (vector_zero (), x);
}

/* x < 0 ? alpha x : x */
static ALWAYS_INLINE Vector
leaky_relu (Vector x, Vector alpha, Vector p1)
{
  return vector_select_less (x, vector_zero (), vector_mul (alpha, x), x);
}

static ALWAYS_INLINE Vector
clip (Vector x, Vector minimum, Vector maximum)
{
  return vector_clamp (x, minimum, maximum);
}

static ALWAYS_INLINE Vector
sigmoid (Vector x, Vector p0, Vector p1)
{
  return vector_sigmoid (x);
}

static ALWAYS_INLINE Vector
hyperbolic_tangent (Vector x, Vector p0, Vector p1)
{
  return vector_tanh (x);
}

/* clamp (alpha x + beta, 0, 1) */
static ALWAYS_INLINE Vector
hard_sigmoid (Vector x, Vector alpha, Vector beta)
{
  return vector_clamp (vector_add (vector_mul (alpha, x), beta), vector_zero (), vector_splat (1));
}

/* x clamp (x / 6 + 1 / 2, 0, 1) */
static ALWAYS_INLINE Vector
hard_swish (Vector x, Vector p0, Vector p1)
{
  return vector_mul (x, hard_sigmoid (x, vector_splat (1 / 6.f), vector_splat (0.5f)));
}

/* x / (1 + e^-alpha x): where the exponential is infinite, 0 */
static ALWAYS_INLINE Vector
swish (Vector x, Vector alpha, Vector p1)
{
  Vector e = vector_exp (vector_mul (x, vector_sub (vector_zero (), alpha)));
  return vector_div (x, vector_add (vector_splat (1), e));
}

static ALWAYS_INLINE Vector
exponential (Vector x, Vector p0, Vector p1)
{
  return vector_exp (x);
}

static ALWAYS_INLINE Vector
square_root (Vector x, Vector p0, Vector p1)
{
  return vector_sqrt (x);
}

#define UNARY(name, function, p0, p1)                                                                                  \
  void NNC_ISA (name) (float *y, const float *x, size_t n, const float *p)                                             \
  {                                                                                                                    \
    apply (y, x, n, p0, p1, function);                                                                                 \
  }

UNARY (nnc_relu_f32, relu, 0, 0)
UNARY (nnc_leaky_relu_f32, leaky_relu, p[0], 0)
UNARY (nnc_clip_f32, clip, p[0], p[1])
UNARY (nnc_sigmoid_f32, sigmoid, 0, 0)
UNARY (nnc_tanh_f32, hyperbolic_tangent, 0, 0)
UNARY (nnc_hard_sigmoid_f32, hard_sigmoid, p[0], p[1])
UNARY (nnc_hard_swish_f32, hard_swish, 0, 0)
UNARY (nnc_swish_f32, swish, p[0], 0)
UNARY (nnc_exp_f32, exponential, 0, 0)
UNARY (nnc_sqrt_f32, square_root, 0, 0)
