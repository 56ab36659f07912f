/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fixed_functions.c: see fixed_functions.h. Constants are written with 32 bits, and rounded to those there are. */
#include "fixed_functions.h"

#include "fixed_point.h"

static int32_t
saturate (int64_t x, int bits)
{
  const int64_t limit = (int64_t)1 << (bits - 1);

  return (int32_t)(x < -limit ? -limit : x > limit - 1 ? limit - 1 : x);
}

int32_t
nnc_fixed_product (int32_t a, int32_t b, int bits)
{
  return saturate (((int64_t)a * b + ((int64_t)1 << (bits - 2))) >> (bits - 1), bits);
}

/* x * 2^shift, saturated. */
static int32_t
scale_up (int32_t x, int shift, int bits)
{
  return saturate ((int64_t)x * ((int64_t)1 << shift), bits);
}

static int32_t
constant (int32_t value, int bits)
{
  return nnc_rounding_shift (value, 32 - bits);
}

static int32_t
one (int bits)
{
  return (int32_t)(((int64_t)1 << (bits - 1)) - 1);
}

/* e^x as Q0, for x in [-1/4, 0) as Q0: Taylor's series about -1/8. */
static int32_t
exponential_near_zero (int32_t x, int bits)
{
  const int32_t e_to_the_eighth = constant (1895147668, bits), third = constant (715827883, bits); /* e^(-1/8), 1/3 */
  int32_t a = x + (1 << (bits - 4)), a2 = nnc_fixed_product (a, a, bits), a3 = nnc_fixed_product (a2, a, bits);
  int32_t a4 = nnc_fixed_product (a2, a2, bits);
  /* a^4/24 + a^3/6 + a^2/2 */
  int32_t tail = nnc_rounding_shift (nnc_fixed_product (nnc_rounding_shift (a4, 2) + a3, third, bits) + a2, 1);

  return saturate ((int64_t)e_to_the_eighth + nnc_fixed_product (e_to_the_eighth, a + tail, bits), bits);
}

/* e^(x mod 1/4) times e^-(2^i) for each bit i of the rest. */
int32_t
nnc_fixed_exponential (int32_t x, int before, int bits)
{
  static const int32_t powers[] = { /* e^-(1/4), e^-(1/2), e^-1, e^-2, e^-4, e^-8, e^-16 */
                                    1672461947, 1302514674, 790015084, 290630308, 39332535, 720401, 242
  };
  const int point = bits - 1 - before, quarter = 1 << (point - 2);
  int32_t fraction = (x & (quarter - 1)) - quarter, rest = fraction - x;
  int32_t result = exponential_near_zero (scale_up (fraction, before, bits), bits);

  if (x == 0)
    return one (bits);
  if (before > 5 && x < -(32 << point))
    return 0;
  for (int i = 0; i < (int)(sizeof powers / sizeof powers[0]) && i < before + 2; i++)
    if (rest & (quarter << i))
      result = nnc_fixed_product (result, constant (powers[i], bits), bits);
  return result;
}

/* 2 / (1 + x) as Q2, for x in [0, 1) as Q0: Newton's division, three steps. */
static int32_t
divide_two (int32_t x, int bits)
{
  const int32_t start = constant (1515870810, bits), slope = constant (-1010580540, bits); /* 48/17, -32/17 */
  int32_t half_denominator = (int32_t)(((int64_t)x + one (bits) + 1) / 2);
  int32_t result = start + nnc_fixed_product (half_denominator, slope, bits);

  for (int i = 0; i < 3; i++) {
    int32_t rest = (1 << (bits - 3)) - nnc_fixed_product (half_denominator, result, bits);
    result += scale_up (nnc_fixed_product (result, rest, bits), 2, bits);
  }
  return result;
}

int32_t
nnc_fixed_reciprocal (int32_t x, int bits)
{
  return scale_up (divide_two (x, bits), 1, bits);
}

int32_t
nnc_fixed_sigmoid (int32_t x, int before, int bits)
{
  int32_t positive;

  if (x == 0)
    return 1 << (bits - 2);
  positive = nnc_fixed_reciprocal (nnc_fixed_exponential (x > 0 ? -x : x, before, bits), bits);
  return x > 0 ? positive : one (bits) - positive;
}

/* (1 - e^-2x) / (1 + e^-2x), which is 2 / (1 + e^-2x) - 1. */
int32_t
nnc_fixed_tanh (int32_t x, int before, int bits)
{
  int32_t two, positive;

  if (x == 0)
    return 0;
  two = divide_two (nnc_fixed_exponential (x > 0 ? -x : x, before + 1, bits), bits);
  positive = scale_up (two - (1 << (bits - 3)), 2, bits);
  return x > 0 ? positive : -positive;
}

/* --- logarithms --------------------------------------------------------------------- */

/* x is 2^power * mantissa: the power, a number of quarters with `point` bits behind the point; the mantissa, near
 * 2^(-1/4), as Q0. */
static void
split_power (int32_t x, int before, int point, int32_t *power, int32_t *mantissa)
{
  const int32_t root_of_half = 1518500250, quarter = nnc_rounding_shift (1 << 29, 31 - point);
  int a_headroom = __builtin_clz ((uint32_t)x), b_headroom;
  int32_t a_mantissa, b_mantissa, a_power, b_power, b = nnc_high_product (x, root_of_half);

  b_headroom = __builtin_clz ((uint32_t)b) - 1;
  a_mantissa = scale_up (nnc_high_product (scale_up (x, a_headroom - 1, 32), root_of_half), 1, 32);
  b_mantissa = scale_up (x, b_headroom, 32);
  a_power = saturate ((int64_t)scale_up (before - a_headroom, point, 32) + quarter, 32);
  b_power = saturate ((int64_t)scale_up (before - b_headroom, point, 32) - quarter, 32);
  *power = a_power > b_power ? a_power : b_power;
  *mantissa = a_mantissa < b_mantissa ? a_mantissa : b_mantissa;
}

/* The exponent times log (2), and Pade's approximation for the mantissa about 2^(-1/4). */
int32_t
nnc_fixed_logarithm (int32_t x, int before, int after)
{
  const int32_t log_2 = 1488522236, center = 1805811301;
  const int32_t alpha_n = 117049297, alpha_d = 127690142, alpha_i = 1057819769, alpha_f = 638450708;
  int32_t power, r, p, q, square, numerator, denominator;

  split_power (x, before, 30 - after, &power, &r);
  p = (int32_t)(((int64_t)r + center + 1) / 2);
  q = 2 * (r - center);
  square = nnc_high_product (q, q);
  numerator = nnc_high_product (q, r) + nnc_high_product (nnc_high_product (q, square), alpha_n);
  denominator = nnc_high_product (p, alpha_i + q + nnc_high_product (alpha_d, square)) + nnc_high_product (alpha_f, q);
  return scale_up (
      nnc_high_product (power, log_2)
          + nnc_high_product (nnc_rounding_shift (numerator, after + 1), nnc_fixed_reciprocal (denominator, 32)),
      1, 32);
}

/* --- roots -------------------------------------------------------------------------- */

/* Newton's iteration on x * 4^n in [1/2, 2) as Q3, from 1: y += y * (1 - x * y^2) / 2, five steps. */
NncFixedPoint
nnc_fixed_inverse_root (int32_t x)
{
  const int32_t half_root_of_two = 1518500250, three_halves = (1 << 28) + (1 << 27);
  int32_t half, y = 1 << 28;
  int right = 11, pairs;

  if (x <= 1)
    return (NncFixedPoint){ INT32_MAX, 0 };
  for (; x >= 1 << 29; right++)
    x /= 4;
  pairs = (__builtin_clz ((uint32_t)x) - 1) / 2 - 1;
  right -= pairs;
  half = nnc_rounding_shift ((x << 2 * pairs) >> 1, 1);
  for (int i = 0; i < 5; i++) {
    int32_t cube = scale_up (nnc_high_product (nnc_high_product (y, y), y), 6, 32);

    y = scale_up (nnc_high_product (three_halves, y) - nnc_high_product (half, cube), 3, 32);
  }
  y = nnc_high_product (y, half_root_of_two);
  return right < 0 ? (NncFixedPoint){ y << -right, 0 } : (NncFixedPoint){ y, -right };
}
