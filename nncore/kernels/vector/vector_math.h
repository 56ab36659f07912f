/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* vector_math.h: exp, sigmoid and tanh of a vector, within 1.5 units in the last
 * place. NaN stays NaN. The polynomials are those of Cephes' single precision. */
#pragma once

#include "vector.h"

/* e^x = 2^n e^r with n = round (x / ln 2), |r| <= ln 2 / 2; ln 2 in two parts, so that r is exact. */
static inline Vector
vector_exp (Vector x)
{
  x = vector_clamp (x, vector_splat (-104.f), vector_splat (89.f));
  Vector n = vector_round (vector_mul (x, vector_splat (1.44269504088896341f)));
  Vector r = vector_fma (n, vector_splat (-0.693359375f), x);
  r = vector_fma (n, vector_splat (2.12194440e-4f), r);
  Vector p = vector_splat (1.9875691500e-4f);
  p = vector_fma (p, r, vector_splat (1.3981999507e-3f));
  p = vector_fma (p, r, vector_splat (8.3334519073e-3f));
  p = vector_fma (p, r, vector_splat (4.1665795894e-2f));
  p = vector_fma (p, r, vector_splat (1.6666665459e-1f));
  p = vector_fma (p, r, vector_splat (5.0000001201e-1f));
  p = vector_fma (p, vector_mul (r, r), r);
  return vector_scale (vector_add (p, vector_splat (1)), n);
}

/* 1 / (1 + e^-x) by an exponential that cannot overflow: e / (1 + e) below 0. What the sum and the quotient lost is
 * put back: q + (n - q (1 + e)) / (1 + e), where the last 1 / (1 + e) is q or 1 - q. */
static inline Vector
vector_sigmoid (Vector x)
{
  const Vector zero = vector_zero (), one = vector_splat (1);
  Vector e = vector_exp (vector_sub (zero, vector_abs (x)));
  Vector sum = vector_add (one, e), lost = vector_sub (e, vector_sub (sum, one));
  Vector n = vector_select_less (x, zero, e, one), q = vector_div (n, sum), minus_q = vector_sub (zero, q);
  Vector rest = vector_fma (minus_q, lost, vector_fma (minus_q, sum, n));
  return vector_fma (rest, vector_select_less (x, zero, vector_sub (one, q), q), q);
}

/* x + x^3 p (x^2) near zero, where 1 - 2 / (e^2x + 1) would cancel. */
static inline Vector
vector_tanh (Vector x)
{
  const Vector one = vector_splat (1);
  Vector a = vector_abs (x), z = vector_mul (a, a);
  Vector p = vector_splat (-5.70498872745e-3f);
  p = vector_fma (p, z, vector_splat (2.06390887954e-2f));
  p = vector_fma (p, z, vector_splat (-5.37397155531e-2f));
  p = vector_fma (p, z, vector_splat (1.33314422036e-1f));
  p = vector_fma (p, z, vector_splat (-3.33332819422e-1f));
  Vector small = vector_fma (vector_mul (p, z), a, a);
  Vector large = vector_add (vector_exp (vector_add (a, a)), one);
  large = vector_sub (one, vector_div (vector_splat (2), large));
  return vector_copysign (vector_select_less (a, vector_splat (0.625f), small, large), x);
}
