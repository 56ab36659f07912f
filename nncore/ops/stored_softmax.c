/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* stored_softmax.c: softmax of stored numbers of 8 bits, in integers: the
 * arithmetic that TFLite's reference kernel is defined by. Qm.n below has m bits
 * before the point and n behind it; y is stored on the scale 1 / 256. */
#include "stored_softmax.h"

#include <math.h>

#define DIFFERENCE_BITS 5 /* before the point of a difference */
#define SUM_BITS 12 /* before the point of the sum */

/* --- numbers with a point --------------------------------------------------------- */

/* The product of two numbers, one of them Q0.31: half away from zero, saturated. */
static gint32
multiply (gint32 a, gint32 b)
{
  gint64 product = (gint64)a * b;

  if (a == G_MININT32 && b == G_MININT32)
    return G_MAXINT32;
  return (gint32)((product + (product >= 0 ? 1 << 30 : 1 - (1 << 30))) / ((gint64)1 << 31));
}

/* x / 2^shift, half away from zero. */
static gint32
divide (gint32 x, int shift)
{
  gint32 mask = (gint32)(((gint64)1 << shift) - 1), rest = x & mask;

  return (x >> shift) + (rest > (mask >> 1) + (x < 0));
}

/* x * 2^shift, saturated. */
static gint32
scale_up (gint32 x, int shift)
{
  gint64 wide = (gint64)x * ((gint64)1 << shift);

  return (gint32)CLAMP (wide, G_MININT32, G_MAXINT32);
}

/* e^x as Q0.31, for x in [-1/4, 0) as Q0.31: Taylor's series about -1/8. */
static gint32
exponential_near_zero (gint32 x)
{
  const gint32 e_to_the_eighth = 1895147668, third = 715827883; /* e^(-1/8), 1/3 */
  gint32 a = x + (1 << 28), a2 = multiply (a, a), a3 = multiply (a2, a), a4 = multiply (a2, a2);
  gint32 tail = divide (multiply (divide (a4, 2) + a3, third) + a2, 1); /* a^4/24 + a^3/6 + a^2/2 */

  return e_to_the_eighth + multiply (e_to_the_eighth, a + tail);
}

/* e^x as Q0.31, for x of at most 0 as Q5.26: e^(x mod 1/4) times e^-(2^i) for each bit i of the rest. */
static gint32
exponential (gint32 x)
{
  static const gint32 powers[] = { /* e^-(1/4), e^-(1/2), e^-1, e^-2, e^-4, e^-8, e^-16 */
                                   1672461947, 1302514674, 790015084, 290630308, 39332535, 720401, 242
  };
  const int point = 31 - DIFFERENCE_BITS, quarter = 1 << (point - 2);
  gint32 fraction = (x & (quarter - 1)) - quarter, rest = fraction - x;
  gint32 result = exponential_near_zero (scale_up (fraction, DIFFERENCE_BITS));

  for (guint i = 0; i < G_N_ELEMENTS (powers); i++)
    if (rest & (quarter << i))
      result = multiply (result, powers[i]);
  return x == 0 ? G_MAXINT32 : result;
}

/* 1 / (1 + x) as Q0.31, for x in [0, 1) as Q0.31: Newton's division, three steps, numbers as Q2.29. */
static gint32
reciprocal (gint32 x)
{
  const gint32 start = 1515870810, slope = -1010580540; /* 48/17, -32/17 */
  gint32 half_denominator = (gint32)(((gint64)x + G_MAXINT32 + 1) / 2), result;

  result = start + multiply (half_denominator, slope);
  for (int i = 0; i < 3; i++) {
    gint32 rest = (1 << 29) - multiply (half_denominator, result);
    result += scale_up (multiply (result, rest), 2);
  }
  return scale_up (result, 1);
}

/* --- rows ---------------------------------------------------------------------------- */

gboolean
nnc_stored_softmax_set (NncStoredSoftmax *softmax, const NncNode *node, NncDataType type, float beta, GError **error)
{
  NncScale x, y;
  double factor, radius;

  if (type == NNC_I16)
    return nnc_op_unsupported (error, "type i16 is not supported");
  if (!nnc_node_get_input_scale (node, 0, &x, error) || !nnc_node_get_output_scale (node, 0, &y, error))
    return FALSE;
  factor = MIN ((double)beta * (double)x.scale * (1 << (31 - DIFFERENCE_BITS)), G_MAXINT32);
  if (!(factor > 1))
    return nnc_op_unsupported (error, "a scale of %g with beta %g is too small", (double)x.scale, (double)beta);
  softmax->type = type;
  softmax->factor = nnc_fixed_point (factor);
  radius = ((1 << DIFFERENCE_BITS) - 1) * ldexp (1, 31 - DIFFERENCE_BITS) / ldexp (1, softmax->factor.shift);
  softmax->smallest = -(gint32)floor (radius);
  return TRUE;
}

static void
softmax_row (const NncStoredSoftmax *softmax, gpointer y, gconstpointer x, gsize first, gsize n)
{
  gint32 minimum, maximum, largest, sum = 0, scale;
  int headroom, bits;

  nnc_stored_limits (softmax->type, &minimum, &maximum);
  largest = minimum;
  for (gsize i = 0; i < n; i++)
    largest = MAX (largest, nnc_stored_get (x, softmax->type, first + i));
  for (gsize i = 0; i < n; i++) {
    gint32 difference = nnc_stored_get (x, softmax->type, first + i) - largest;

    if (difference >= softmax->smallest)
      sum += divide (exponential (nnc_multiply_twice (difference, softmax->factor)), SUM_BITS);
  }
  headroom = __builtin_clz ((guint32)sum);
  bits = SUM_BITS - headroom;
  scale = reciprocal ((gint32)(((guint32)sum << headroom) - ((guint32)1 << 31)));
  for (gsize i = 0; i < n; i++) {
    gint32 difference = nnc_stored_get (x, softmax->type, first + i) - largest, result = minimum;

    if (difference >= softmax->smallest)
      result = divide (multiply (scale, exponential (nnc_multiply_twice (difference, softmax->factor))), bits + 31 - 8)
               + minimum;
    nnc_stored_set (y, softmax->type, first + i, nnc_clamp_int (result, minimum, maximum));
  }
}

void
nnc_stored_softmax_run (const NncStoredSoftmax *softmax, gpointer y, gconstpointer x, gsize rows, gsize columns)
{
  for (gsize r = 0; r < rows; r++)
    softmax_row (softmax, y, x, r * columns, columns);
}
