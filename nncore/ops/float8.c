/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* float8.c: 1 bit of sign, then of exponent and fraction what the type's name says: e4m3 or e5m2. fn: there is no
 * infinity, and NaN is all ones; fnuz: nor a negative 0, whose bits are NaN. */
#include "float8.h"

#include <math.h>

typedef struct {
  int fraction_bits;
  int smallest; /* exponent of the numbers whose exponent's bits are 0 or 1 */
  guint8 largest; /* number: its bits */
  guint8 infinity; /* 0: there is none */
  guint8 nan;
} Format;

static const Format formats[] = {
  { 3, -6, 0x7e, 0, 0x7f }, /* e4m3fn */
  { 3, -7, 0x7f, 0, 0x80 }, /* e4m3fnuz */
  { 2, -14, 0x7b, 0x7c, 0x7f }, /* e5m2 */
  { 2, -15, 0x7f, 0, 0x80 }, /* e5m2fnuz */
};

#define SIGN 0x80
#define HAS_NEGATIVE_ZERO(format) ((format)->nan != SIGN)

gboolean
nnc_is_float8 (NncDataType type)
{
  return type >= NNC_F8E4M3FN && type <= NNC_F8E5M2FNUZ;
}

static const Format *
format_of (NncDataType type)
{
  return &formats[type - NNC_F8E4M3FN];
}

static float
magnitude_of (const Format *format, guint8 bits)
{
  int exponent = bits >> format->fraction_bits, fraction = bits & ((1 << format->fraction_bits) - 1);

  if (exponent > 0)
    fraction |= 1 << format->fraction_bits;
  return ldexpf ((float)fraction, format->smallest + MAX (exponent - 1, 0) - format->fraction_bits);
}

float
nnc_float8_to_float (NncDataType type, guint8 bits)
{
  const Format *format = format_of (type);
  guint8 magnitude = bits & (SIGN - 1);
  float value;

  if (magnitude > format->largest || (bits == SIGN && !HAS_NEGATIVE_ZERO (format)))
    value = format->infinity && magnitude == format->infinity ? INFINITY : NAN;
  else
    value = magnitude_of (format, magnitude);
  return bits & SIGN ? -value : value;
}

/* The bits of a magnitude, rounded; more than the largest number's where it is too large. */
static guint
round_magnitude (const Format *format, float magnitude)
{
  int exponent;

  if (magnitude < 0x1p-32f) /* far below half of the smallest */
    return 0;
  frexpf (magnitude, &exponent);
  exponent = MAX (exponent - 1, format->smallest);
  /* In steps of the number's own: a fraction that rounds up carries into the exponent by itself. */
  return (guint)((exponent - format->smallest) * (1 << format->fraction_bits))
         + (guint)rintf (ldexpf (magnitude, format->fraction_bits - exponent));
}

guint8
nnc_float8_from_float (NncDataType type, float value, gboolean saturate)
{
  const Format *format = format_of (type);
  guint8 sign = signbit (value) ? SIGN : 0;
  guint bits;

  if (isnan (value))
    return HAS_NEGATIVE_ZERO (format) ? sign | format->nan : format->nan;
  bits = isinf (value) ? G_MAXUINT8 : round_magnitude (format, fabsf (value));
  if (bits == 0)
    return HAS_NEGATIVE_ZERO (format) ? sign : 0;
  if (bits <= format->largest)
    return (guint8)(sign | bits);
  if (saturate)
    return sign | format->largest;
  if (format->infinity)
    return sign | format->infinity;
  return HAS_NEGATIVE_ZERO (format) ? sign | format->nan : format->nan;
}
