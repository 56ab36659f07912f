/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test_session_allocations.c: what a session allocates from its second run on: nothing. */
#include "allocation_count.h"

#include <gst/check/gstcheck.h>
#include <nncore/nncore.h>
#include <stdlib.h>

/* How often, each with one thread and with two: a large network takes milliseconds. */
static const struct {
  const char *model;
  guint runs;
} cases[] = {
  { MODELS_DIR "/fashion-cnn/fashion-cnn.onnx", 1000 },
  { SHARED_DIR "/models/mnist/mnist.onnx", 1000 },
  { SHARED_DIR "/models/mediapipe/face_detection_short_range.onnx", 100 },
  { SHARED_DIR "/models/ultraface/version-RFB-320.onnx", 100 },
};

GST_START_TEST (every_way_to_allocate_is_counted)
{
  gsize before = allocation_live_bytes (), count = allocation_count (), live;
  void *memory[7] = { NULL };

  if (!allocations_are_counted ())
    return;
  memory[0] = malloc (100);
  memory[1] = calloc (10, 10);
  memory[2] = realloc (malloc (10), 10000);
  memory[3] = aligned_alloc (64, 128);
  memory[4] = posix_memalign (&memory[5], 64, 128) == 0 ? memory[5] : NULL;
  memory[5] = g_malloc (100); /* from within another library */
  memory[6] = g_strdup ("text");
  count = allocation_count () - count;
  live = allocation_live_bytes ();
  for (guint i = 0; i < G_N_ELEMENTS (memory); i++)
    free (memory[i]);
  fail_unless (allocation_live_bytes () == before);
  fail_unless_equals_uint64 (count, 8);
  fail_unless (live >= before + 10000 + 3 * 100 + 2 * 128);
}
GST_END_TEST

/* cases[__i__ / 2], on 1 or 2 threads */
GST_START_TEST (a_run_after_the_first_allocates_nothing)
{
  const char *path = cases[__i__ / 2].model;
  NncSessionOptions options = { .threads = __i__ % 2 ? 2 : 1 };
  g_autoptr (NncModel) model = NULL;
  g_autoptr (NncSession) session = NULL;
  gsize count, live;

  if (!g_file_test (path, G_FILE_TEST_EXISTS)) {
    g_print ("SKIP: %s is not there\n", path);
    return;
  }
  if (!allocations_are_counted ())
    return;
  model = nnc_model_new_from_file (path, NULL);
  session = nnc_session_new (model, &options, NULL);
  fail_unless (nnc_session_run (session, NULL));
  count = allocation_count ();
  live = allocation_live_bytes ();
  for (guint i = 0; i < cases[__i__ / 2].runs; i++)
    if (!nnc_session_run (session, NULL))
      fail ("%s: run %u failed", path, i);
  count = allocation_count () - count;
  fail_unless (count == 0, "%s: %" G_GSIZE_FORMAT " allocations", path, count);
  fail_unless (allocation_live_bytes () == live, "%s: %" G_GSIZE_FORMAT " bytes before, %" G_GSIZE_FORMAT " after",
               path, live, allocation_live_bytes ());
}
GST_END_TEST

/* A session that comes and goes leaves nothing behind, once its packed weights are kept. */
GST_START_TEST (sessions_come_and_go_without_a_trace)
{
  g_autoptr (NncModel) model = nnc_model_new_from_file (cases[0].model, NULL);
  gsize live = 0;

  if (!allocations_are_counted ())
    return;
  for (guint i = 0; i < 20; i++) {
    NncSession *session = nnc_session_new (model, NULL, NULL);

    fail_unless (nnc_session_run (session, NULL));
    nnc_session_unref (session);
    if (i == 1)
      live = allocation_live_bytes ();
  }
  fail_unless_equals_uint64 (allocation_live_bytes (), live);
}
GST_END_TEST

static Suite *
session_allocations_suite (void)
{
  Suite *suite = suite_create ("session_allocations");
  TCase *tcase = tcase_create ("session_allocations");

  suite_add_tcase (suite, tcase);
  tcase_set_timeout (tcase, 60);
  tcase_add_test (tcase, every_way_to_allocate_is_counted);
  tcase_add_loop_test (tcase, a_run_after_the_first_allocates_nothing, 0, 2 * G_N_ELEMENTS (cases));
  tcase_add_test (tcase, sessions_come_and_go_without_a_trace);
  return suite;
}

GST_CHECK_MAIN (session_allocations)
