/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* timing.h: clocks and medians. */
#pragma once

#include <glib.h>

double timing_now_us (void);

/* Sorts numbers of an array of double. */
void timing_sort (GArray *times);
/* Of a sorted array that is not empty. */
double timing_median (const GArray *times);
