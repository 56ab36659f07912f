/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* axis.h: which source samples make each destination sample along one axis. */
#pragma once

#include <glib.h>

/* One destination sample: `whole` samples of the source from `first` on count as
 * one each, the one before them as `head`, the one after them as `tail`; both
 * are less than one, and where they are 0 that sample is not looked at. */
typedef struct {
  gint first, whole;
  double head, tail;
} NncTap;

/* An axis that shrinks a lot is cut finer: `parts` taps in a row are averaged
 * for one destination sample, so that each stays short enough for integers. */
typedef struct {
  NncTap *taps;
  gint n; /* taps: destination samples times parts */
  gint parts;
  double length; /* what the samples of each tap count together */
  gboolean identity; /* tap i is sample taps[0].first + i, unchanged */
} NncAxis;

/* No tap is longer. */
#define NNC_AXIS_LONGEST 64

/* Spreads the source interval [start, start + length), in samples, over n
 * destination samples. Samples outside [lower, upper) are not looked at.
 * Returns FALSE when memory is refused. */
gboolean nnc_axis_init (NncAxis *axis, gint n, double start, double length, gint lower, gint upper);
void nnc_axis_clear (NncAxis *axis);

/* The first sample that a tap reads, and the one after the last. */
gint nnc_tap_begin (const NncTap *tap);
gint nnc_tap_end (const NncTap *tap);
