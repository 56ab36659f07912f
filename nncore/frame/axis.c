/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* axis.c: weights along one axis, box when shrinking and bilinear when enlarging. */
#include "axis.h"

#include <math.h>

/* Overlap of [begin, end) with each sample, divided by the interval's length. */
static NncTap
box_tap (double begin, double end, gint lower, gint upper)
{
  gint first = CLAMP ((gint)floor (begin), lower, upper - 1), last = CLAMP ((gint)ceil (end) - 1, first, upper - 1);
  double head = MIN (end, first + 1.0) - begin, tail = end - last, total = end - begin;
  if (first == last)
    return (NncTap){ first, 1, 1, 0, 0 };
  return (NncTap){ first, last - first + 1, (float)(head / total), (float)(1 / total), (float)(tail / total) };
}

/* centre: where the destination sample's centre lies, sample k's being at k. */
static NncTap
bilinear_tap (double centre, gint lower, gint upper)
{
  double inside = CLAMP (centre, (double)lower, upper - 1.0);
  gint first = (gint)floor (inside);
  double fraction = inside - first;
  if (fraction == 0)
    return (NncTap){ first, 1, 1, 0, 0 };
  return (NncTap){ first, 2, (float)(1 - fraction), 0, (float)fraction };
}

static gboolean
is_identity (const NncAxis *axis)
{
  for (gint i = 0; i < axis->n; i++)
    if (axis->taps[i].count != 1 || axis->taps[i].first != axis->taps[0].first + i)
      return FALSE;
  return TRUE;
}

gboolean
nnc_axis_init (NncAxis *axis, gint n, double start, double length, gint lower, gint upper)
{
  double step = length / n;
  axis->n = n;
  axis->taps = g_try_new (NncTap, (gsize)n);
  if (!axis->taps)
    return FALSE;
  for (gint i = 0; i < n; i++) {
    /* From whole numbers, so that edges that fall on a sample's do so exactly. */
    double begin = start + length * i / n, end = start + length * (i + 1) / n;
    axis->taps[i]
        = step >= 1 ? box_tap (begin, end, lower, upper) : bilinear_tap ((begin + end) / 2 - .5, lower, upper);
  }
  axis->identity = is_identity (axis);
  return TRUE;
}

void
nnc_axis_clear (NncAxis *axis)
{
  g_clear_pointer (&axis->taps, g_free);
}

gint
nnc_axis_begin (const NncAxis *axis)
{
  return axis->taps[0].first;
}

gint
nnc_axis_end (const NncAxis *axis)
{
  const NncTap *last = &axis->taps[axis->n - 1];
  return last->first + last->count;
}
