/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* stored_mean.c: means of stored numbers. */
#include "stored_mean.h"

/* The factor of the scales is divided by the number of elements, after as many bits were put behind it as there is
 * room for. */
gboolean
nnc_stored_mean_set (NncStoredMean *mean, const NncNode *node, NncDataType type, gsize n, GError **error)
{
  NncScale x, y;
  int shift;

  if (!nnc_node_get_input_scale (node, 0, &x, error) || !nnc_node_get_output_scale (node, 0, &y, error))
    return FALSE;
  if (n < 1 || n > G_MAXINT32 / 65536)
    return nnc_op_unsupported (error, "a mean of %" G_GSIZE_FORMAT " stored numbers is not supported", n);
  mean->factor = nnc_fixed_point ((double)x.scale / (double)y.scale);
  shift = MIN (63 - __builtin_clzll (n), 31 + mean->factor.shift);
  mean->factor.multiplier = (gint32)(((gint64)mean->factor.multiplier << shift) / (gint64)n);
  mean->factor.shift -= shift;
  mean->type = type;
  mean->x_zero_point = x.zero_point;
  mean->y_zero_point = y.zero_point;
  return TRUE;
}

void
nnc_stored_mean_run (const NncStoredMean *mean, gpointer y, gconstpointer x, const NncSplit *split)
{
  gint32 minimum, maximum;

  nnc_stored_limits (mean->type, &minimum, &maximum);
  for (gsize i = 0; i < split->outer * split->inner; i++) {
    gsize first = i / split->inner * split->axis * split->inner + i % split->inner;
    gint64 sum = -(gint64)split->axis * mean->x_zero_point;
    gint32 scaled;

    for (gsize j = 0; j < split->axis; j++)
      sum += nnc_stored_get (x, mean->type, first + j * split->inner);
    scaled = nnc_add_zero_point (nnc_multiply_twice ((gint32)sum, mean->factor), mean->y_zero_point);
    nnc_stored_set (y, mean->type, i, nnc_clamp_int (scaled, minimum, maximum));
  }
}
