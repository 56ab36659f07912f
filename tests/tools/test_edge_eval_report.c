/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test_edge_eval_report.c: what is said of a few frames, as text and as JSON, and where nothing can be said. */
#include "edge-eval-json.h"
#include "edge-eval-report.h"

#include "classified_frame.h"

#include <gst/check/gstcheck.h>
#include <string.h>

static guint two_classes[] = { 1, 0 };
static const EvalTruth two_frames = { .n_frames = 2, .classes = two_classes };

static GstStructure *
make_stats (void)
{
  return gst_structure_new ("edge-stats", "model", G_TYPE_STRING, "m\"1\".onnx", "p50", G_TYPE_UINT64, (guint64)41600,
                            "p95", G_TYPE_UINT64, (guint64)52400, "p99", G_TYPE_UINT64, (guint64)70000, NULL);
}

static void
add (EvalResults *results, guint64 frame, guint index, const char *label)
{
  g_autoptr (GstBuffer) buffer = make_classified_frame (frame, index, label, 0.1f);

  fail_unless (eval_results_add (results, buffer) != NULL);
}

/* Of two frames, the first is right. */
static EvalReport *
make_report (EvalResults *results, const EvalTruth *truth)
{
  g_autoptr (GError) error = NULL;
  EvalReport *report;

  add (results, 0, 1, "dog");
  add (results, 1, 1, "dog");
  report = eval_report_new (results, make_stats (), truth, "truth.txt", &error);
  fail_unless (report != NULL, "%s", error ? error->message : "");
  return report;
}

static void
assert_refused (EvalResults *results, const char *part)
{
  g_autoptr (GError) error = NULL;

  fail_unless (eval_report_new (results, make_stats (), &two_frames, "truth.txt", &error) == NULL);
  fail_unless (strstr (error->message, part) != NULL, "%s", error->message);
}

GST_START_TEST (last_line_has_frames_top1_and_times)
{
  g_autoptr (EvalResults) results = eval_results_new ("classifier", NULL);
  g_autoptr (EvalReport) report = make_report (results, &two_frames);
  g_autofree char *text = eval_report_to_text (report);

  fail_unless (g_str_has_suffix (text, "\n2 frames, top-1 0.5000, p50 42 us, p95 52 us\n"), "%s", text);
  fail_unless (strstr (text, "\ndog ") != NULL && strstr (text, "\n0 ") != NULL, "%s", text);
}
GST_END_TEST

GST_START_TEST (without_truth_there_are_only_times)
{
  g_autoptr (EvalResults) results = eval_results_new ("classifier", NULL);
  g_autoptr (EvalReport) report = make_report (results, NULL);
  g_autofree char *text = eval_report_to_text (report);
  g_autofree char *json = eval_report_to_json (report);

  fail_unless_equals_string (text, "2 frames, p50 42 us, p95 52 us\n");
  fail_unless (strstr (json, "top1") == NULL && strstr (json, "truth") == NULL);
}
GST_END_TEST

GST_START_TEST (json_says_what_each_frame_got)
{
  g_autoptr (EvalResults) results = eval_results_new ("classifier", NULL);
  g_autoptr (EvalReport) report = make_report (results, &two_frames);
  g_autofree char *json = eval_report_to_json (report);

  fail_unless (strstr (json, "\"model\": \"m\\\"1\\\".onnx\",") != NULL, "%s", json);
  fail_unless (strstr (json, "{\"frame\": 1, \"truth\": 0, \"indices\": [1], \"labels\": [\"dog\"], "
                             "\"probabilities\": [0.100000001]}")
                   != NULL,
               "%s", json);
  fail_unless (strstr (json, "[0, 1, 0],\n  [0, 1, 0]") != NULL, "%s", json);
}
GST_END_TEST

GST_START_TEST (json_strings_are_escaped)
{
  g_autoptr (GString) json = g_string_new (NULL);

  eval_json_append_string (json, "\"\\\n\x01\xff\xc3\xa9/");
  fail_unless_equals_string (json->str, "\"\\\"\\\\\\u000a\\u0001\xef\xbf\xbd\xc3\xa9/\"");
}
GST_END_TEST

GST_START_TEST (frames_without_a_class_are_wrong)
{
  g_autoptr (EvalResults) results = eval_results_new ("classifier", NULL);
  g_autoptr (EvalReport) report = NULL;

  add (results, 0, 0, NULL);
  add (results, 1, 0, "cat");
  report = eval_report_new (results, make_stats (), &two_frames, "truth.txt", NULL);
  fail_unless (report != NULL && eval_accuracy (report->confusion) == 0.5);
}
GST_END_TEST

GST_START_TEST (folders_match_by_name_whatever_the_networks_order)
{
  gchar *folders[] = { "cat", "dog", NULL };
  const EvalTruth truth = { .n_frames = 2, .classes = two_classes, .names = folders };
  g_autoptr (EvalResults) results = eval_results_new ("classifier", NULL);
  g_autoptr (EvalReport) report = NULL;

  add (results, 0, 200, "dog");
  add (results, 1, 100, "cat");
  report = eval_report_new (results, make_stats (), &truth, "folder", NULL);
  fail_unless (report != NULL && eval_accuracy (report->confusion) == 1.0);
  fail_unless_equals_int (report->confusion->n_classes, 2);
}
GST_END_TEST

GST_START_TEST (numbers_that_disagree_are_both_named)
{
  g_autoptr (EvalResults) one = eval_results_new ("classifier", NULL);
  g_autoptr (EvalResults) gap = eval_results_new ("classifier", NULL);

  add (one, 0, 1, "dog");
  assert_refused (one, "1 frames came to the sinks with a result, truth.txt has the classes of 2");
  add (gap, 0, 1, "dog");
  add (gap, 7, 1, "dog");
  assert_refused (gap, "frame 7 came to a sink, truth.txt has the classes of 2 frames");
}
GST_END_TEST

GST_START_TEST (no_result_at_all_is_an_error)
{
  g_autoptr (EvalResults) results = eval_results_new ("classifier", NULL);

  assert_refused (results, "no frame came to a sink with a result");
}
GST_END_TEST

static Suite *
edge_eval_report_suite (void)
{
  Suite *suite = suite_create ("edge_eval_report");
  TCase *tests = tcase_create ("general");

  suite_add_tcase (suite, tests);
  tcase_add_test (tests, last_line_has_frames_top1_and_times);
  tcase_add_test (tests, without_truth_there_are_only_times);
  tcase_add_test (tests, json_says_what_each_frame_got);
  tcase_add_test (tests, json_strings_are_escaped);
  tcase_add_test (tests, frames_without_a_class_are_wrong);
  tcase_add_test (tests, folders_match_by_name_whatever_the_networks_order);
  tcase_add_test (tests, numbers_that_disagree_are_both_named);
  tcase_add_test (tests, no_result_at_all_is_an_error);
  return suite;
}

GST_CHECK_MAIN (edge_eval_report)
