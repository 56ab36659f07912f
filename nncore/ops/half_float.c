/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* half_float.c: IEEE 754 binary16: 1 bit of sign, 5 of exponent (bias 15), 10 of fraction; binary32 has 1, 8 (127), 23.
 */
#include "half_float.h"

#include <string.h>

static guint32
bits_of (float value)
{
  guint32 bits;

  memcpy (&bits, &value, sizeof bits);
  return bits;
}

static float
float_of (guint32 bits)
{
  float value;

  memcpy (&value, &bits, sizeof value);
  return value;
}

float
nnc_half_to_float (guint16 half)
{
  guint32 exponent = half >> 10 & 31, fraction = half & 1023, sign = (guint32)(half & 0x8000) << 16;

  if (exponent == 0) /* steps of 2^-24 */
    return float_of (sign | bits_of ((float)fraction * 0x1p-24f));
  exponent = exponent == 31 ? 255 : exponent + 127 - 15;
  return float_of (sign | exponent << 23 | fraction << 13);
}

guint16
nnc_half_from_float (float value)
{
  guint32 bits = bits_of (value), sign = bits >> 16 & 0x8000, magnitude = bits & 0x7fffffff;

  if (magnitude > 0x7f800000)
    return (guint16)(sign | 0x7e00);
  if (magnitude >= bits_of (65536))
    return (guint16)(sign | 0x7c00);
  /* Below 2^-14 the steps between neighbours no longer shrink: adding 1/2, whose steps are as large, rounds. */
  if (magnitude < bits_of (0x1p-14f))
    return (guint16)(sign | (bits_of (float_of (magnitude) + .5f) - bits_of (.5f)));
  /* A fraction that rounds up carries into the exponent by itself, and from the largest number to infinity. */
  magnitude += 0xfff + (magnitude >> 13 & 1);
  return (guint16)(sign | ((magnitude >> 13) - ((127 - 15) << 10)));
}
