/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* timing.c: clocks and medians. */
#include "timing.h"

#include <time.h>

double
timing_now_us (void)
{
  struct timespec time;

  clock_gettime (CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec * 1e6 + (double)time.tv_nsec / 1e3;
}

static gint
by_size (gconstpointer a, gconstpointer b)
{
  double x = *(const double *)a, y = *(const double *)b;

  return x < y ? -1 : x > y;
}

void
timing_sort (GArray *times)
{
  g_array_sort (times, by_size);
}

double
timing_median (const GArray *times)
{
  return g_array_index (times, double, times->len / 2);
}
