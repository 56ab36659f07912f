/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* resample.c: shares of samples become integer weights. Sums of rows are exact, or use all of 16 bits; sums of
 * columns use all of 32: either's rounding is below 1/128 of a byte's step. */
#include "resample.h"

#include <math.h>

/* The whole part of a byte's sum: 255 rows of 255 are below 1 << 16. */
#define SUM_BITS 8

/* The heaviest weight that a kernel takes as it is, without a fraction. */
#define SMALL_WEIGHT 64

static gboolean
is_whole (double x)
{
  return fabs (x - rint (x)) < 1e-6;
}

static gboolean
all_whole (const NncAxis *axis, gint weight)
{
  for (gint i = 0; i < axis->n; i++)
    if (!is_whole (axis->taps[i].head * weight) || !is_whole (axis->taps[i].tail * weight))
      return FALSE;
  return TRUE;
}

/* The weight of a row with which all shares are small whole numbers, as those of usual sizes are: 28 where 1080 rows
 * become 224. 0: there is none. */
static gint
exact_weight (const NncAxis *axis)
{
  for (gint weight = 1; weight <= SMALL_WEIGHT && axis->length * weight <= 1 << SUM_BITS; weight++)
    if (all_whole (axis, weight))
      return weight;
  return 0;
}

/* The largest power of two that leaves room for the sum. */
static gint
rounded_weight (const NncAxis *axis)
{
  gint weight = 1 << SUM_BITS;
  while (axis->length * weight > 1 << SUM_BITS)
    weight /= 2;
  return weight;
}

gboolean
nnc_row_table_init (NncRowTable *table, const NncAxis *axis)
{
  gint exact = exact_weight (axis);
  table->axis = axis;
  table->weight = exact ? exact : rounded_weight (axis);
  table->fraction = exact ? 0 : 8;
  table->unit = (float)(1 / (axis->length * table->weight));
  table->weights = g_try_new (guint16, 2 * (gsize)axis->n);
  double one = table->weight << table->fraction;
  for (gint i = 0; table->weights && i < axis->n; i++) {
    table->weights[2 * i] = (guint16)MIN (G_MAXUINT16, lrint (axis->taps[i].head * one));
    table->weights[2 * i + 1] = (guint16)MIN (G_MAXUINT16, lrint (axis->taps[i].tail * one));
  }
  return table->weights != NULL;
}

void
nnc_row_table_clear (NncRowTable *table)
{
  g_clear_pointer (&table->weights, g_free);
}

float
nnc_row_table_get (const NncRowTable *table, gint i, const guint8 *x, gssize stride, NncRowSum *sum)
{
  const NncTap *tap = &table->axis->taps[i];
  guint16 head = table->weights[2 * i], tail = table->weights[2 * i + 1];
  *sum = (NncRowSum){ .inner = tap->whole ? x + tap->first * stride : x,
                      .stride = stride,
                      .rows = (gsize)tap->whole,
                      .first = head ? x + (tap->first - 1) * stride : NULL,
                      .last = tail ? x + (tap->first + tap->whole) * stride : NULL,
                      .inner_weight = (guint16)table->weight,
                      .first_weight = head,
                      .last_weight = tail,
                      .fraction = table->fraction };
  return 32768 + (table->fraction ? .5f * (head > 0) + .5f * (tail > 0) : 0);
}

/* The weight of the heaviest sample of any tap. */
static double
heaviest (const NncAxis *axis)
{
  double most = 0;
  for (gint i = 0; i < axis->n; i++)
    most = MAX (most, axis->taps[i].whole ? 1 : MAX (axis->taps[i].head, axis->taps[i].tail));
  return most / axis->length;
}

/* Differences of what the samples up to each one weigh: their sum is exact, and no error adds up. */
static void
set_weights (gint16 *weights, const NncTap *tap, gint step, gint one)
{
  double total = tap->whole + tap->head + tap->tail, sum = 0;
  gint32 before = 0;
  for (gint k = nnc_tap_begin (tap); k < nnc_tap_end (tap); k++) {
    sum += k < tap->first ? tap->head : k < tap->first + tap->whole ? 1 : tap->tail;
    gint32 up_to_here = (gint32)lrint (sum / total * (1 << one));
    weights[(k - nnc_tap_begin (tap)) * step] = (gint16)(up_to_here - before);
    before = up_to_here;
  }
}

static gint
count_taps (const NncAxis *axis, gint step)
{
  gint most = 0;
  for (gint i = 0; i < axis->n; i++)
    most = MAX (most, (nnc_tap_end (&axis->taps[i]) - nnc_tap_begin (&axis->taps[i]) - 1) * step + 1);
  return most <= 8 ? 8 : (most + 15) / 16 * 16;
}

static gboolean
pack (NncColumnTable *table)
{
  table->kernel = nnc_kernel_find_columns (NNC_SLOT_sum_columns_s16, &table->table)->sum_columns;
  gsize size = table->kernel->packed_size (&table->table);
  if (size && posix_memalign (&table->packed, 64, size))
    return FALSE;
  table->kernel->pack (&table->table, table->packed);
  return TRUE;
}

gboolean
nnc_column_table_init (NncColumnTable *table, const NncAxis *axis, gint base, gint step)
{
  gint taps = count_taps (axis, step);
  table->first = g_try_new (gint32, (gsize)axis->n);
  table->weights = g_try_new0 (gint16, (gsize)axis->n * (gsize)taps);
  if (!table->first || !table->weights)
    return FALSE;
  table->identity = axis->identity && step == 1;
  table->one = 16;
  while (heaviest (axis) * (1 << table->one) + 1 > G_MAXINT16)
    table->one--;
  for (gint i = 0; i < axis->n; i++) {
    table->first[i] = base + step * nnc_tap_begin (&axis->taps[i]);
    set_weights (table->weights + (gsize)i * (gsize)taps, &axis->taps[i], step, table->one);
  }
  table->table = (NncColumns){ (gsize)axis->n, table->first, table->weights, (gsize)taps };
  return pack (table);
}

void
nnc_column_table_clear (NncColumnTable *table)
{
  g_clear_pointer (&table->first, g_free);
  g_clear_pointer (&table->weights, g_free);
  g_clear_pointer (&table->packed, free);
}

static void
widen (float *restrict y, const gint16 *restrict x, gsize n, float unit, float offset)
{
  for (gsize i = 0; i < n; i++)
    y[i] = x[i] * unit + offset;
}

void
nnc_column_table_run (const NncColumnTable *table, float *y, const gint16 *x, float unit, float zero)
{
  if (table->identity)
    widen (y, x + table->first[0], table->table.n, unit, zero * unit);
  else
    table->kernel->run (y, x, &table->table, table->packed, unit / (float)(1 << table->one), zero * unit);
}

void
nnc_add_parts (float *y, const float *x, gint n, gint parts, float share, gboolean first)
{
  for (gint i = 0; i < n; i++, x += parts) {
    float sum = 0;
    for (gint k = 0; k < parts; k++)
      sum += x[k];
    y[i] = (first ? 0 : y[i]) + sum * share / (float)parts;
  }
}
