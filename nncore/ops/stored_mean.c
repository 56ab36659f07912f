/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* stored_mean.c: means of stored numbers. */
#include "stored_mean.h"

#include <string.h>

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

#define TOGETHER 256 /* sums that are added to at a time: memory is read in order */

#define ADD(name, type)                                                                                                \
  static void name (gint32 *sums, const type *x, const NncSplit *split, gsize n)                                       \
  {                                                                                                                    \
    for (gsize j = 0; j < split->axis; j++, x += split->inner)                                                         \
      for (gsize i = 0; i < n; i++)                                                                                    \
        sums[i] += x[i];                                                                                               \
  }

ADD (add_i8, gint8)
ADD (add_u8, guint8)
ADD (add_i16, gint16)

/* Means `first` to first + n of an outer element; y and x: of that. */
static void
run_some (const NncStoredMean *mean, gpointer y, gconstpointer x, const NncSplit *split, gsize first, gsize n)
{
  gint32 sums[TOGETHER], minimum, maximum, zeros = (gint32)split->axis * mean->x_zero_point;

  nnc_stored_limits (mean->type, &minimum, &maximum);
  memset (sums, 0, n * sizeof *sums);
  if (mean->type == NNC_I8)
    add_i8 (sums, (const gint8 *)x + first, split, n);
  else if (mean->type == NNC_U8)
    add_u8 (sums, (const guint8 *)x + first, split, n);
  else
    add_i16 (sums, (const gint16 *)x + first, split, n);
  for (gsize i = 0; i < n; i++) {
    gint32 scaled = nnc_add_zero_point (nnc_multiply_twice (sums[i] - zeros, mean->factor), mean->y_zero_point);

    nnc_stored_set (y, mean->type, first + i, nnc_clamp_int (scaled, minimum, maximum));
  }
}

/* At most G_MAXINT32 / 65536 numbers go into a mean: their sums have 32 bits. */
void
nnc_stored_mean_run (const NncStoredMean *mean, gpointer y, gconstpointer x, const NncSplit *split)
{
  gsize size = nnc_data_type_get_size (mean->type);

  for (gsize i = 0; i < split->outer; i++) {
    for (gsize first = 0; first < split->inner; first += TOGETHER)
      run_some (mean, y, x, split, first, MIN (TOGETHER, split->inner - first));
    y = (guint8 *)y + split->inner * size;
    x = (const guint8 *)x + split->axis * split->inner * size;
  }
}
