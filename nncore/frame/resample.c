/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* resample.c: shares of samples become integer weights. Sums of rows use all of
 * 16 bits, sums of columns all of 32: either's rounding is below 1/128 of a byte's step. */
#include "resample.h"

#include <math.h>

/* The whole part of a byte's sum: 255 rows of 255 are below 1 << 16. */
#define SUM_BITS 8

static gint
shift_of (const NncAxis *axis)
{
  gint shift = SUM_BITS;
  while (axis->length * (1 << shift) > 1 << SUM_BITS)
    shift--;
  return shift;
}

static guint16
row_weight (double share, gint shift)
{
  return (guint16)MIN (G_MAXUINT16, lrint (share * (1 << (shift + 8))));
}

gboolean
nnc_row_table_init (NncRowTable *table, const NncAxis *axis)
{
  table->axis = axis;
  table->shift = shift_of (axis);
  table->unit = (float)(1 / (axis->length * (1 << table->shift)));
  table->weights = g_try_new (guint16, 2 * (gsize)axis->n);
  for (gint i = 0; table->weights && i < axis->n; i++) {
    table->weights[2 * i] = row_weight (axis->taps[i].head, table->shift);
    table->weights[2 * i + 1] = row_weight (axis->taps[i].tail, table->shift);
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
                      .shift = table->shift,
                      .first = head ? x + (tap->first - 1) * stride : NULL,
                      .last = tail ? x + (tap->first + tap->whole) * stride : NULL,
                      .first_weight = head,
                      .last_weight = tail };
  return 32768 + .5f * (head > 0) + .5f * (tail > 0);
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
  return TRUE;
}

void
nnc_column_table_clear (NncColumnTable *table)
{
  g_clear_pointer (&table->first, g_free);
  g_clear_pointer (&table->weights, g_free);
}

static void
widen (float *restrict y, const gint16 *restrict x, gsize n, float unit, float offset)
{
  for (gsize i = 0; i < n; i++)
    y[i] = x[i] * unit + offset;
}

void
nnc_column_table_run (const NncColumnTable *table, NncSumColumnsS16 kernel, float *y, const gint16 *x, float unit,
                      float zero)
{
  if (table->identity)
    widen (y, x + table->first[0], table->table.n, unit, zero * unit);
  else
    kernel (y, x, &table->table, unit / (float)(1 << table->one), zero * unit);
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
