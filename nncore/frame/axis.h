/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* axis.h: which source samples make each destination sample along one axis. */
#pragma once

#include <glib.h>

/* One destination sample: samples [first, first + count) of the source. The
 * weights of the outermost two differ, all between them have the same; they
 * sum to 1. A count of 1 has only weight_first. */
typedef struct {
  gint first, count;
  float weight_first, weight_inner, weight_last;
} NncTap;

/* n: destination samples. identity: sample i is sample taps[0].first + i, unchanged. */
typedef struct {
  NncTap *taps;
  gint n;
  gboolean identity;
} NncAxis;

/* Spreads the source interval [start, start + length), in samples, over n
 * destination samples. Samples outside [lower, upper) are not looked at.
 * Returns FALSE when memory is refused. */
gboolean nnc_axis_init (NncAxis *axis, gint n, double start, double length, gint lower, gint upper);
void nnc_axis_clear (NncAxis *axis);

/* The first sample that is read, and the one after the last. */
gint nnc_axis_begin (const NncAxis *axis);
gint nnc_axis_end (const NncAxis *axis);
