/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* stored_softmax.c: softmax of stored numbers, in integers: the arithmetic that
 * TFLite's reference kernel is defined by. Qm.n below has m bits before the point
 * and n behind it; y is stored on the scale 1 / 256, of 16 bits 1 / 32768. */
#include "stored_softmax.h"

#include "fixed_functions.h"

#include <math.h>

#define DIFFERENCE_BITS 5 /* before the point of a difference */
#define SUM_BITS 12 /* before the point of the sum */
#define BITS 32 /* of every number */

/* --- 16 bits -------------------------------------------------------------------------- */

static float
reciprocal_above_one (float x)
{
  return 1 / (1 + x);
}

static void
set_softmax_16 (NncStoredSoftmax *softmax, float beta, NncScale x)
{
  const NncScale unit = { 2 / 65535.f, 0 };

  softmax->factor = nnc_fixed_point ((double)x.scale * (double)beta / (10 / 65535.));
  nnc_interpolated_table_fill (&softmax->exponentials, expf, (NncScale){ 10 / 65535.f, G_MAXINT16 }, unit);
  nnc_interpolated_table_fill (&softmax->reciprocals, reciprocal_above_one, (NncScale){ 1 / 65535.f, G_MININT16 },
                               unit);
}

static gint32
get_saturated (const NncInterpolatedTable *table, gint32 x)
{
  return nnc_interpolated_table_get (table, nnc_clamp_int (x, G_MININT16, G_MAXINT16));
}

static void
softmax_row_16 (const NncStoredSoftmax *softmax, gint16 *y, const gint16 *x, gsize n)
{
  gint32 largest = G_MININT16, sum = 0, scale;
  int headroom, shift;

  for (gsize i = 0; i < n; i++)
    largest = MAX (largest, x[i]);
  for (gsize i = 0; i < n; i++) {
    gint32 difference = nnc_multiply_twice (x[i] - largest, softmax->factor);
    gint32 term = get_saturated (&softmax->exponentials, nnc_add_zero_point (difference, G_MAXINT16));

    y[i] = (gint16)term;
    sum += MIN (term, G_MAXINT32 - sum);
  }
  headroom = __builtin_clz ((guint32)MAX (sum, 1));
  shift = 31 - headroom;
  scale = get_saturated (&softmax->reciprocals,
                         (gint32)((((gint64)sum << (headroom - 1)) + (1 << 13)) >> 14) - ((1 << 15) + (1 << 16)));
  for (gsize i = 0; i < n; i++) {
    gint64 round = shift > 0 ? (gint64)1 << (shift - 1) : 0;
    gint64 result = ((gint64)y[i] * scale + round) >> shift;

    y[i] = (gint16)CLAMP (result, 0, G_MAXINT16);
  }
}

/* --- 8 bits --------------------------------------------------------------------------- */

gboolean
nnc_stored_softmax_set (NncStoredSoftmax *softmax, const NncNode *node, NncDataType type, float beta, GError **error)
{
  NncScale x, y;
  double factor, radius;

  if (!nnc_node_get_input_scale (node, 0, &x, error) || !nnc_node_get_output_scale (node, 0, &y, error))
    return FALSE;
  softmax->type = type;
  if (type == NNC_I16) {
    set_softmax_16 (softmax, beta, x);
    return TRUE;
  }
  factor = MIN ((double)beta * (double)x.scale * (1 << (31 - DIFFERENCE_BITS)), G_MAXINT32);
  softmax->factor = nnc_fixed_point (factor);
  radius = ((1 << DIFFERENCE_BITS) - 1) * ldexp (1, 31 - DIFFERENCE_BITS) / ldexp (1, softmax->factor.shift);
  softmax->smallest = -(gint32)floor (MIN (radius, G_MAXINT32)); /* no difference is as large where the scale is tiny */
  return TRUE;
}

static gint32
exponential (gint32 difference, const NncStoredSoftmax *softmax)
{
  return nnc_fixed_exponential (nnc_multiply_twice (difference, softmax->factor), DIFFERENCE_BITS, BITS);
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

    if (difference >= softmax->smallest) {
      gint32 term = nnc_rounding_shift (exponential (difference, softmax), SUM_BITS);

      sum += MIN (term, G_MAXINT32 - sum);
    }
  }
  headroom = __builtin_clz ((guint32)sum);
  bits = SUM_BITS - headroom + 31 - 8;
  scale = nnc_fixed_reciprocal ((gint32)(((guint32)sum << headroom) - ((guint32)1 << 31)), BITS);
  for (gsize i = 0; i < n; i++) {
    gint32 difference = nnc_stored_get (x, softmax->type, first + i) - largest, result = minimum;

    /* Of one among very many nothing is left. */
    if (difference >= softmax->smallest && bits <= 31)
      result = nnc_rounding_shift (nnc_fixed_product (scale, exponential (difference, softmax), BITS), bits) + minimum;
    nnc_stored_set (y, softmax->type, first + i, nnc_clamp_int (result, minimum, maximum));
  }
}

void
nnc_stored_softmax_run (const NncStoredSoftmax *softmax, gpointer y, gconstpointer x, gsize rows, gsize columns)
{
  for (gsize r = 0; r < rows; r++)
    if (softmax->type == NNC_I16)
      softmax_row_16 (softmax, (gint16 *)y + r * columns, (const gint16 *)x + r * columns, columns);
    else
      softmax_row (softmax, y, x, r * columns, columns);
}

/* --- its logarithm -------------------------------------------------------------------- */

#define LOG_ZERO_POINT 127
#define LOG_BITS 4 /* behind the point */

gboolean
nnc_stored_log_softmax_set (NncStoredSoftmax *softmax, const NncNode *node, NncDataType type, GError **error)
{
  NncScale y;

  if (type != NNC_I8)
    return nnc_op_unsupported (error, "stored %s is not supported", nnc_data_type_to_string (type));
  if (!nnc_node_get_output_scale (node, 0, &y, error))
    return FALSE;
  if (y.scale < 1 / 16.f || y.scale > 1 / 16.f || y.zero_point != LOG_ZERO_POINT)
    return nnc_op_unsupported (error, "an output's scale of %g and zero point of %d are not supported, %g and %d are",
                               (double)y.scale, y.zero_point, 1 / 16., LOG_ZERO_POINT);
  if (!nnc_stored_softmax_set (softmax, node, type, 1, error))
    return FALSE;
  softmax->reverse = nnc_fixed_point (ldexp (1, 31 - softmax->factor.shift) / softmax->factor.multiplier);
  return TRUE;
}

static gint32
log_of_sum (const NncStoredSoftmax *softmax, const gint8 *x, gsize n, gint32 largest)
{
  gint32 sum = 0;

  for (gsize i = 0; i < n; i++) {
    if (x[i] - largest >= softmax->smallest) {
      gint32 term = nnc_rounding_shift (exponential (x[i] - largest, softmax), SUM_BITS);

      sum += MIN (term, G_MAXINT32 - sum);
    }
  }
  return nnc_fixed_logarithm (sum, SUM_BITS, DIFFERENCE_BITS);
}

void
nnc_stored_log_softmax_run (const NncStoredSoftmax *softmax, gint8 *y, const gint8 *x, gsize rows, gsize columns)
{
  for (gsize r = 0; r < rows; r++, x += columns, y += columns) {
    gint32 largest = G_MININT8, sum, beyond;

    for (gsize i = 0; i < columns; i++)
      largest = MAX (largest, x[i]);
    sum = log_of_sum (softmax, x, columns, largest);
    beyond = MAX (softmax->smallest - 1, nnc_multiply_twice (G_MININT32 + sum, softmax->reverse));
    for (gsize i = 0; i < columns; i++) {
      gint32 result = G_MININT8;

      if (x[i] - largest > beyond) {
        gint64 log = (gint64)nnc_multiply_twice (x[i] - largest, softmax->factor) - sum;

        result = nnc_rounding_shift ((gint32)MAX (log, G_MININT32), 31 - DIFFERENCE_BITS - LOG_BITS) + LOG_ZERO_POINT;
      }
      y[i] = (gint8)nnc_clamp_int (result, G_MININT8, G_MAXINT8);
    }
  }
}
