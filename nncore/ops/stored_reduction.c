/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* stored_reduction.c: sums, means and products of stored numbers. */
#include "stored_reduction.h"

#include <math.h>
#include <string.h>

#define LARGEST_STEP 7 /* what a product's factor may shift to the left */

/* Sums of so many have 32 bits. */
static gsize
most_of (NncDataType type)
{
  return (gsize)G_MAXINT32 >> (8 * nnc_data_type_get_size (type));
}

/* A mean's factor is divided by the number of elements, after as many bits were put behind it as there is room for. */
static NncFixedPoint
divide (NncFixedPoint factor, gsize n)
{
  int shift = MIN (63 - __builtin_clzll (n), 31 + factor.shift);

  factor.multiplier = (gint32)(((gint64)factor.multiplier << shift) / (gint64)n);
  factor.shift -= shift;
  return factor;
}

/* After each number, so that products stay within 32 bits where the result does: n times over it is x^n / y. */
static double
step_of (NncScale x, NncScale y, gsize n)
{
  return (double)x.scale / pow ((double)y.scale, 1 / (double)n);
}

static gboolean
set_factor (NncStoredReduction *reduction, NncScale x, NncScale y, gsize n, GError **error)
{
  gboolean product = reduction->kind == NNC_STORED_PRODUCT;
  double factor = product ? step_of (x, y, n) : (double)x.scale / (double)y.scale;

  reduction->factor = nnc_fixed_point (factor);
  if (product && reduction->factor.shift > LARGEST_STEP)
    return nnc_op_unsupported (error, "a product of stored numbers times %g each is not supported, but below %d",
                               factor, 1 << LARGEST_STEP);
  if (reduction->kind == NNC_STORED_MEAN)
    reduction->factor = divide (reduction->factor, n);
  return TRUE;
}

gboolean
nnc_stored_reduction_set (NncStoredReduction *reduction, NncStoredReductionKind kind, const NncNode *node,
                          NncDataType type, gsize n, GError **error)
{
  NncScale x, y;

  if (!nnc_node_get_input_scale (node, 0, &x, error) || !nnc_node_get_output_scale (node, 0, &y, error))
    return FALSE;
  if (n < 1 || n > most_of (type))
    return nnc_op_unsupported (
        error, "one of %" G_GSIZE_FORMAT " stored numbers is not supported, but of 1 to %" G_GSIZE_FORMAT, n,
        most_of (type));
  *reduction
      = (NncStoredReduction){ .kind = kind, .type = type, .x_zero_point = x.zero_point, .y_zero_point = y.zero_point };
  return set_factor (reduction, x, y, n, error);
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

static void
add (const NncStoredReduction *reduction, gint32 *sums, gconstpointer x, const NncSplit *split, gsize first, gsize n)
{
  gint32 zeros = (gint32)split->axis * reduction->x_zero_point;

  memset (sums, 0, n * sizeof *sums);
  if (reduction->type == NNC_I8)
    add_i8 (sums, (const gint8 *)x + first, split, n);
  else if (reduction->type == NNC_U8)
    add_u8 (sums, (const guint8 *)x + first, split, n);
  else
    add_i16 (sums, (const gint16 *)x + first, split, n);
  for (gsize i = 0; i < n; i++)
    sums[i] = nnc_multiply_twice (sums[i] - zeros, reduction->factor);
}

static void
multiply (const NncStoredReduction *reduction, gint32 *products, gconstpointer x, const NncSplit *split, gsize first,
          gsize n)
{
  for (gsize j = 0; j < split->axis; j++)
    for (gsize i = 0; i < n; i++) {
      gint32 v = nnc_stored_get (x, reduction->type, j * split->inner + first + i) - reduction->x_zero_point;

      products[i] = j == 0 ? v : nnc_multiply_wide ((gint64)products[i] * v, reduction->factor);
    }
  for (gsize i = 0; i < n; i++)
    products[i] = nnc_multiply_wide (products[i], reduction->factor);
}

/* Results `first` to first + n of an outer element; y and x: of that. */
static void
run_some (const NncStoredReduction *reduction, gpointer y, gconstpointer x, const NncSplit *split, gsize first, gsize n)
{
  gint32 results[TOGETHER], minimum, maximum;

  nnc_stored_limits (reduction->type, &minimum, &maximum);
  (reduction->kind == NNC_STORED_PRODUCT ? multiply : add) (reduction, results, x, split, first, n);
  for (gsize i = 0; i < n; i++) {
    gint32 shifted = nnc_add_zero_point (results[i], reduction->y_zero_point);

    nnc_stored_set (y, reduction->type, first + i, nnc_clamp_int (shifted, minimum, maximum));
  }
}

void
nnc_stored_reduction_run (const NncStoredReduction *reduction, gpointer y, gconstpointer x, const NncSplit *split)
{
  gsize size = nnc_data_type_get_size (reduction->type);

  for (gsize i = 0; i < split->outer; i++) {
    for (gsize first = 0; first < split->inner; first += TOGETHER)
      run_some (reduction, y, x, split, first, MIN (TOGETHER, split->inner - first));
    y = (guint8 *)y + split->inner * size;
    x = (const guint8 *)x + split->axis * split->inner * size;
  }
}
