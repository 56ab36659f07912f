/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test_edge_latency.c: percentiles of durations. */
#include "gstedgelatency.h"

#include <gst/check/gstcheck.h>

static GstEdgeLatency latency;

GST_START_TEST (no_duration_is_0)
{
  gst_edge_latency_clear (&latency);
  fail_unless_equals_uint64 (gst_edge_latency_get_percentile (&latency, 50), 0);
}
GST_END_TEST

GST_START_TEST (short_durations_are_exact)
{
  gst_edge_latency_clear (&latency);
  for (guint i = 1; i <= 100; i++)
    gst_edge_latency_add (&latency, i);
  fail_unless_equals_uint64 (gst_edge_latency_get_percentile (&latency, 50), 50);
  fail_unless_equals_uint64 (gst_edge_latency_get_percentile (&latency, 95), 95);
  fail_unless_equals_uint64 (gst_edge_latency_get_percentile (&latency, 0), 1);
  fail_unless_equals_uint64 (gst_edge_latency_get_percentile (&latency, 100), 100);
}
GST_END_TEST

GST_START_TEST (every_duration_is_at_most_a_128th_too_long)
{
  for (guint bit = 0; bit < 64; bit++) {
    for (guint64 add = 0; add < 3; add++) {
      GstClockTime duration = (G_GUINT64_CONSTANT (1) << bit) + add * (G_GUINT64_CONSTANT (1) << bit) / 3, found;

      gst_edge_latency_clear (&latency);
      gst_edge_latency_add (&latency, duration);
      found = gst_edge_latency_get_percentile (&latency, 50);
      fail_unless (found >= duration && found - duration <= duration / 128,
                   "%" G_GUINT64_FORMAT " is said to be %" G_GUINT64_FORMAT, duration, found);
    }
  }
  gst_edge_latency_clear (&latency);
  gst_edge_latency_add (&latency, G_MAXUINT64);
  fail_unless_equals_uint64 (gst_edge_latency_get_percentile (&latency, 50), G_MAXUINT64);
}
GST_END_TEST

static Suite *
edge_latency_suite (void)
{
  Suite *suite = suite_create ("edge_latency");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, no_duration_is_0);
  tcase_add_test (tcase, short_durations_are_exact);
  tcase_add_test (tcase, every_duration_is_at_most_a_128th_too_long);
  return suite;
}

GST_CHECK_MAIN (edge_latency)
