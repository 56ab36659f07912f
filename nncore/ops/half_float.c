/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* half_float.c: IEEE 754 binary16: 1 bit of sign, 5 of exponent (bias 15), 10 of fraction. */
#include "half_float.h"

#include <math.h>

float
nnc_half_to_float (guint16 half)
{
  guint exponent = half >> 10 & 31, fraction = half & 1023;
  float magnitude;

  if (exponent == 31)
    magnitude = fraction ? NAN : INFINITY;
  else if (exponent == 0)
    magnitude = ldexpf ((float)fraction, -24);
  else
    magnitude = ldexpf ((float)(fraction + 1024), (int)exponent - 25);
  return half & 0x8000 ? -magnitude : magnitude;
}

guint16
nnc_half_from_float (float value)
{
  guint16 sign = signbit (value) ? 0x8000 : 0;
  float magnitude = fabsf (value);
  int exponent;
  guint steps;

  if (isnan (value))
    return sign | 0x7e00;
  if (magnitude >= 65520) /* rounds to 65536 */
    return sign | 0x7c00;
  /* Below 2^-14 the steps between neighbours no longer shrink. */
  frexpf (magnitude, &exponent);
  exponent = MAX (exponent, -13);
  steps = (guint)rintf (ldexpf (magnitude, 11 - exponent)); /* of 2^(exponent - 11) */
  /* A fraction that rounds up to 2048 carries into the exponent by itself. */
  return (guint16)(sign | (((guint)(exponent + 13) << 10) + steps));
}
