/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* stored_softmax.c: softmax of stored numbers of 8 bits, in integers: the
 * arithmetic that TFLite's reference kernel is defined by. Qm.n below has m bits
 * before the point and n behind it; y is stored on the scale 1 / 256. */
#include "stored_softmax.h"

#include "fixed_functions.h"

#include <math.h>

#define DIFFERENCE_BITS 5 /* before the point of a difference */
#define SUM_BITS 12 /* before the point of the sum */
#define BITS 32 /* of every number */

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
  softmax->type = type;
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
    softmax_row (softmax, y, x, r * columns, columns);
}
