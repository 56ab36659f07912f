/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test_edge_eval_results.c: what is taken from buffers' metadata, and what is not. */
#include "edge-eval-results.h"

#include "classified_frame.h"
#include "gstedgeresults.h"

#include <gst/check/gstcheck.h>

static const EvalResult *
add (EvalResults *results, guint64 frame, guint index, const char *label)
{
  g_autoptr (GstBuffer) buffer = make_classified_frame (frame, index, label, 0.75);

  return eval_results_add (results, buffer);
}

GST_START_TEST (classes_are_taken_by_frame_number)
{
  g_autoptr (EvalResults) results = eval_results_new ("classifier", NULL);
  g_autoptr (GPtrArray) list = NULL;
  const EvalResult *earliest;

  fail_unless (add (results, 5, 1, "dog") != NULL && add (results, 0, 3, "cow") != NULL);
  list = eval_results_list (results);
  fail_unless_equals_int (list->len, 2);
  earliest = list->pdata[0];
  fail_unless (earliest->frame == 0 && earliest->n == 1 && earliest->indices[0] == 3 && earliest->probabilities[0] == 0.75);
  fail_unless_equals_uint64 (((EvalResult *)list->pdata[1])->frame, 5);
}
GST_END_TEST

GST_START_TEST (frame_at_two_sinks_counts_once)
{
  g_autoptr (EvalResults) results = eval_results_new ("classifier", NULL);

  fail_unless (add (results, 0, 1, "dog") != NULL);
  fail_unless (add (results, 0, 1, "dog") == NULL);
  fail_unless_equals_int (eval_results_get_n (results), 1);
}
GST_END_TEST

GST_START_TEST (frame_without_a_class_is_a_result)
{
  g_autoptr (EvalResults) results = eval_results_new ("classifier", NULL);
  const EvalResult *result = add (results, 0, 0, NULL);

  fail_unless (result != NULL && result->n == 0);
}
GST_END_TEST

GST_START_TEST (other_elements_and_bare_buffers_are_passed_over)
{
  g_autoptr (EvalResults) results = eval_results_new ("another", NULL);
  g_autoptr (GstBuffer) bare = gst_buffer_new ();

  fail_unless (add (results, 0, 1, "dog") == NULL);
  fail_unless (eval_results_add (results, bare) == NULL);
  fail_unless_equals_int (eval_results_get_n (results), 0);
}
GST_END_TEST

GST_START_TEST (regions_are_passed_over)
{
  g_autoptr (EvalResults) results = eval_results_new ("classifier", NULL);
  g_autoptr (GstBuffer) buffer = gst_buffer_new ();
  const GstEdgeClassification of_a_region = { .element = "classifier", .model = "m", .region = 3 };

  gst_edge_results_register ();
  gst_edge_results_add_classification (buffer, &of_a_region);
  fail_unless (eval_results_add (results, buffer) == NULL);
}
GST_END_TEST

GST_START_TEST (names_come_from_the_metadata_where_none_are_given)
{
  const char *const given[] = { "zero", "one", NULL };
  g_autoptr (EvalResults) found = eval_results_new ("classifier", NULL);
  g_autoptr (EvalResults) named = eval_results_new ("classifier", given);

  fail_unless (add (found, 0, 1, "dog") != NULL && add (named, 0, 1, "dog") != NULL);
  fail_unless_equals_string (eval_results_get_name (found, 1), "dog");
  fail_unless (eval_results_get_name (found, 0) == NULL && eval_results_get_name (found, 2) == NULL);
  fail_unless_equals_int (eval_results_get_n_names (found), 2);
  fail_unless_equals_string (eval_results_get_name (named, 1), "one");
}
GST_END_TEST

static Suite *
edge_eval_results_suite (void)
{
  Suite *suite = suite_create ("edge_eval_results");
  TCase *tests = tcase_create ("general");

  suite_add_tcase (suite, tests);
  tcase_add_test (tests, classes_are_taken_by_frame_number);
  tcase_add_test (tests, frame_at_two_sinks_counts_once);
  tcase_add_test (tests, frame_without_a_class_is_a_result);
  tcase_add_test (tests, other_elements_and_bare_buffers_are_passed_over);
  tcase_add_test (tests, regions_are_passed_over);
  tcase_add_test (tests, names_come_from_the_metadata_where_none_are_given);
  return suite;
}

GST_CHECK_MAIN (edge_eval_results)
