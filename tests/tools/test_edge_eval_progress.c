/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test_edge_eval_progress.c: the progress bar's text. */
#include "edge-eval-progress.h"

#include <gst/check/gstcheck.h>

static void
assert_shown (guint64 done, guint64 total, const char *text)
{
  g_autofree char *line = eval_progress_format (done, total);

  fail_unless_equals_string (line, text);
}

GST_START_TEST (bar_grows_from_empty_to_full)
{
  assert_shown (0, 8, "[                                        ] 0 of 8 frames");
  assert_shown (3, 8, "[###############                         ] 3 of 8 frames");
  assert_shown (8, 8, "[########################################] 8 of 8 frames");
}
GST_END_TEST

GST_START_TEST (more_than_expected_keeps_the_bar_full)
{
  assert_shown (9, 8, "[########################################] 9 of 8 frames");
}
GST_END_TEST

GST_START_TEST (unknown_total_shows_no_bar)
{
  assert_shown (12, 0, "12 frames");
}
GST_END_TEST

static Suite *
edge_eval_progress_suite (void)
{
  Suite *suite = suite_create ("edge_eval_progress");
  TCase *tests = tcase_create ("general");

  suite_add_tcase (suite, tests);
  tcase_add_test (tests, bar_grows_from_empty_to_full);
  tcase_add_test (tests, more_than_expected_keeps_the_bar_full);
  tcase_add_test (tests, unknown_total_shows_no_bar);
  return suite;
}

GST_CHECK_MAIN (edge_eval_progress)
