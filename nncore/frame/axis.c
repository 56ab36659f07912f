/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* axis.c: weights along one axis, box when shrinking and bilinear when enlarging. */
#include "axis.h"

#include <math.h>

/* Edges that fall on a sample's but for rounding. */
#define CLOSE 1e-9

gint
nnc_tap_begin (const NncTap *tap)
{
  return tap->first - (tap->head > 0);
}

gint
nnc_tap_end (const NncTap *tap)
{
  return tap->first + tap->whole + (tap->tail > 0);
}

/* Overlap of [begin, end) with each sample. */
static NncTap
box_tap (double begin, double end, gint lower, gint upper)
{
  gint first = CLAMP ((gint)floor (begin + CLOSE), lower, upper - 1);
  gint last = CLAMP ((gint)ceil (end - CLOSE) - 1, first, upper - 1);
  if (first == last)
    return (NncTap){ first, 1, 0, 0 };
  NncTap tap = { first + 1, last - first - 1, first + 1 - begin, end - last };
  if (tap.head > 1 - CLOSE)
    tap = (NncTap){ first, tap.whole + 1, 0, tap.tail };
  if (tap.tail > 1 - CLOSE)
    tap = (NncTap){ tap.first, tap.whole + 1, tap.head, 0 };
  return tap;
}

/* centre: where the destination sample's centre lies, sample k's being at k. */
static NncTap
bilinear_tap (double centre, gint lower, gint upper)
{
  double inside = CLAMP (centre, (double)lower, upper - 1.0);
  gint first = (gint)floor (inside);
  double fraction = inside - first;
  if (fraction < CLOSE)
    return (NncTap){ first, 1, 0, 0 };
  return (NncTap){ first + 1, 0, 1 - fraction, fraction };
}

static gboolean
is_identity (const NncAxis *axis)
{
  for (gint i = 0; i < axis->n; i++) {
    const NncTap *tap = &axis->taps[i];
    if (tap->whole != 1 || tap->head > 0 || tap->tail > 0 || tap->first != axis->taps[0].first + i)
      return FALSE;
  }
  return TRUE;
}

gboolean
nnc_axis_init (NncAxis *axis, gint n, double start, double length, gint lower, gint upper)
{
  axis->parts = MAX (1, (gint)ceil (length / n / NNC_AXIS_LONGEST));
  axis->n = n * axis->parts;
  axis->length = MAX (1, length / axis->n);
  axis->taps = g_try_new (NncTap, (gsize)axis->n);
  if (!axis->taps)
    return FALSE;
  for (gint i = 0; i < axis->n; i++) {
    /* From whole numbers, so that edges that fall on a sample's do so exactly. */
    double begin = start + length * i / axis->n, end = start + length * (i + 1) / axis->n;
    axis->taps[i]
        = length >= n ? box_tap (begin, end, lower, upper) : bilinear_tap ((begin + end) / 2 - .5, lower, upper);
  }
  axis->identity = is_identity (axis);
  return TRUE;
}

void
nnc_axis_clear (NncAxis *axis)
{
  g_clear_pointer (&axis->taps, g_free);
}
