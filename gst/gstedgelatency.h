/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* gstedgelatency.h: the distribution of any number of durations, in a fixed amount of memory. */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* Buckets an octave: a percentile is less than 1/128 too long. */
#define GST_EDGE_LATENCY_BITS 7
#define GST_EDGE_LATENCY_BUCKETS ((64 - GST_EDGE_LATENCY_BITS + 1) << GST_EDGE_LATENCY_BITS)

typedef struct {
  guint64 n;
  guint32 buckets[GST_EDGE_LATENCY_BUCKETS];
} GstEdgeLatency;

void gst_edge_latency_clear (GstEdgeLatency *self);
void gst_edge_latency_add (GstEdgeLatency *self, GstClockTime duration);
GstClockTime gst_edge_latency_get_percentile (const GstEdgeLatency *self, double percent);

G_END_DECLS
