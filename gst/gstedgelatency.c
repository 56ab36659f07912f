/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* gstedgelatency.c: a histogram whose buckets are a fixed share of their
 * duration wide: exact below 2^GST_EDGE_LATENCY_BITS ns, then as many buckets
 * an octave. */
#include "gstedgelatency.h"

#include <string.h>

/* A duration's leading bits, and how far they were shifted, make its bucket. */
static guint
find_bucket (GstClockTime duration)
{
  guint bits = duration ? 64u - (guint)__builtin_clzll (duration) : 0;
  guint shift = bits > GST_EDGE_LATENCY_BITS + 1 ? bits - (GST_EDGE_LATENCY_BITS + 1) : 0;

  return (shift << GST_EDGE_LATENCY_BITS) + (guint)(duration >> shift);
}

/* The longest duration of a bucket. */
static GstClockTime
get_longest (guint bucket)
{
  guint shift = bucket >> GST_EDGE_LATENCY_BITS;

  if (shift < 2)
    return bucket;
  shift--;
  return (((GstClockTime)bucket - ((GstClockTime)shift << GST_EDGE_LATENCY_BITS) + 1) << shift) - 1;
}

void
gst_edge_latency_clear (GstEdgeLatency *self)
{
  memset (self, 0, sizeof *self);
}

void
gst_edge_latency_add (GstEdgeLatency *self, GstClockTime duration)
{
  self->n++;
  self->buckets[find_bucket (duration)]++;
}

/**
 * gst_edge_latency_get_percentile:
 * @self: a distribution
 * @percent: 0 to 100
 *
 * Returns: what so many of a hundred durations do not exceed, rounded up to the
 *   end of its bucket; 0 where there is no duration yet
 */
GstClockTime
gst_edge_latency_get_percentile (const GstEdgeLatency *self, double percent)
{
  guint64 rank = MAX ((guint64)((double)self->n * percent / 100.0 + 0.5), 1), seen = 0;

  if (self->n == 0)
    return 0;
  for (guint bucket = 0; bucket < GST_EDGE_LATENCY_BUCKETS; bucket++) {
    seen += self->buckets[bucket];
    if (seen >= rank)
      return get_longest (bucket);
  }
  return get_longest (GST_EDGE_LATENCY_BUCKETS - 1);
}
