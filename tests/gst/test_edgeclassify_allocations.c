/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test_edgeclassify_allocations.c: what a frame costs in the element: a fixed
 * number of allocations, all of them metadata, and none that stays. */
#include "allocation_count.h"
#include "color_model.h"
#include "gstedgeresults.h"

#include <gst/check/gstcheck.h>
#include <gst/check/gstharness.h>

#define FRAMES 1000

typedef struct {
  gsize last, most; /* allocations of the last frame, and of any but the first */
  gssize grown; /* live bytes from the second frame to the last */
} Cost;

/* The allocations of one call, whose buffer exists before and after it. */
static gsize
count_push (GstHarness *harness, GstBuffer *buffer)
{
  gsize count = allocation_count ();

  gst_harness_push (harness, buffer);
  return allocation_count () - count;
}

static Cost
measure (const char *properties)
{
  char *model = color_model_write_usual ();
  g_autofree char *line
      = g_strdup_printf ("edgeclassify model=%s labels=" COLOR_LABELS " message=none %s", model, properties);
  GstHarness *harness = gst_harness_new_parse (line);
  Cost cost = { 0 };
  gsize live = 0;

  gst_harness_set_src_caps_str (harness, "video/x-raw,format=NV12,width=64,height=48,framerate=25/1");
  for (guint i = 0; i < FRAMES; i++) {
    cost.last = count_push (harness, gst_buffer_new_allocate (NULL, 64 * 48 * 3 / 2, NULL));
    gst_buffer_unref (gst_harness_pull (harness));
    if (i > 0)
      cost.most = MAX (cost.most, cost.last);
    if (i == 1)
      live = allocation_live_bytes ();
  }
  cost.grown = (gssize)(allocation_live_bytes () - live);
  gst_harness_teardown (harness);
  color_model_remove (model);
  return cost;
}

GST_START_TEST (memory_in_use_stays_the_same)
{
  if (!allocations_are_counted ())
    return;
  fail_unless_equals_int64 (measure ("").grown, 0);
  fail_unless_equals_int64 (measure ("top-k=3 inference-interval=3").grown, 0);
}
GST_END_TEST

GST_START_TEST (a_frame_costs_what_its_metadata_costs)
{
  Cost one, three, skipped;
  g_autoptr (GstBuffer) buffer = gst_buffer_new ();
  const GstEdgeClass class = { 1, "green", 0.5 };
  const GstEdgeClassification classification = { .element = "e", .model = "m", .classes = &class, .n_classes = 1 };
  gsize metadata;

  if (!allocations_are_counted ())
    return;
  metadata = allocation_count ();
  gst_edge_results_add_classification (buffer, &classification);
  metadata = allocation_count () - metadata;
  one = measure ("");
  three = measure ("top-k=3");
  skipped = measure ("inference-interval=1000");
  fail_unless_equals_uint64 (one.most, one.last);
  fail_unless_equals_uint64 (three.most, three.last);
  /* Whether it was inferred on or not: preprocessing, the network and decoding allocate nothing. */
  fail_unless_equals_uint64 (one.last, skipped.last);
  fail_unless (one.last <= metadata + 4,
               "%" G_GSIZE_FORMAT " allocations a frame, of which metadata makes %" G_GSIZE_FORMAT, one.last, metadata);
  fail_unless (metadata > 0 && three.last > one.last);
}
GST_END_TEST

static Suite *
edgeclassify_allocations_suite (void)
{
  Suite *suite = suite_create ("edgeclassify_allocations");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_add_unchecked_fixture (tcase, gst_edge_results_register, NULL);
  tcase_add_test (tcase, memory_in_use_stays_the_same);
  tcase_add_test (tcase, a_frame_costs_what_its_metadata_costs);
  return suite;
}

GST_CHECK_MAIN (edgeclassify_allocations)
