/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test_edge_eval_metrics.c: scores of small matrices worked out by hand. */
#include "edge-eval-metrics.h"

#include <gio/gio.h>
#include <gst/check/gstcheck.h>

#define NEAR 1e-12

static EvalConfusion *
confusion_of (guint n_classes, const guint *counts)
{
  g_autoptr (GError) error = NULL;
  EvalConfusion *confusion = eval_confusion_new (n_classes, &error);

  fail_unless (confusion != NULL && error == NULL);
  for (guint i = 0; i < n_classes * n_classes; i++)
    for (guint k = 0; k < counts[i]; k++)
      fail_unless (eval_confusion_add (confusion, i / n_classes, i % n_classes));
  return confusion;
}

/* Rows are the truth: 3 of 4, 2 of 4 and 1 of 2 are right. */
static const guint three[] = { 3, 1, 0, 1, 2, 1, 0, 1, 1 };

GST_START_TEST (accuracy_is_the_diagonal_over_all)
{
  g_autoptr (EvalConfusion) confusion = confusion_of (3, three);

  fail_unless_equals_uint64 (confusion->n_frames, 10);
  fail_unless_equals_float (eval_accuracy (confusion), 0.6);
}
GST_END_TEST

GST_START_TEST (precision_goes_down_columns_and_recall_along_rows)
{
  g_autoptr (EvalConfusion) confusion = confusion_of (3, three);
  g_autoptr (EvalConfusion) pair = confusion_of (2, (guint[]){ 1, 3, 0, 4 });
  EvalScore last = eval_class_score (confusion, 2);
  EvalScore lopsided = eval_class_score (pair, 0);

  fail_unless (ABS (last.precision - 0.5) < NEAR && ABS (last.recall - 0.5) < NEAR);
  fail_unless_equals_uint64 (last.support, 2);
  fail_unless (ABS (lopsided.precision - 1.0) < NEAR && ABS (lopsided.recall - 0.25) < NEAR);
  fail_unless (ABS (lopsided.f1 - 0.4) < NEAR);
}
GST_END_TEST

GST_START_TEST (macro_average_weighs_classes_alike)
{
  g_autoptr (EvalConfusion) confusion = confusion_of (3, three);
  EvalScore macro = eval_macro_score (confusion);

  fail_unless (ABS (macro.recall - (0.75 + 0.5 + 0.5) / 3) < NEAR);
  fail_unless (ABS (macro.precision - (0.75 + 0.5 + 0.5) / 3) < NEAR);
  fail_unless_equals_uint64 (macro.support, 10);
}
GST_END_TEST

GST_START_TEST (class_that_never_occurs_is_left_out_of_the_macro_average)
{
  g_autoptr (EvalConfusion) confusion = confusion_of (3, (guint[]){ 2, 0, 0, 0, 2, 0, 0, 0, 0 });

  fail_unless (ABS (eval_macro_score (confusion).f1 - 1.0) < NEAR);
  fail_unless (eval_class_score (confusion, 2).f1 == 0.0);
}
GST_END_TEST

GST_START_TEST (no_frames_score_zero)
{
  g_autoptr (EvalConfusion) confusion = confusion_of (2, (guint[]){ 0, 0, 0, 0 });

  fail_unless (eval_accuracy (confusion) == 0.0);
  fail_unless (eval_macro_score (confusion).f1 == 0.0);
}
GST_END_TEST

GST_START_TEST (true_class_out_of_range_is_not_counted)
{
  g_autoptr (EvalConfusion) confusion = confusion_of (2, (guint[]){ 1, 0, 0, 1 });

  fail_if (eval_confusion_add (confusion, 2, 0));
  fail_if (eval_confusion_add (confusion, G_MAXUINT, G_MAXUINT));
  fail_unless_equals_uint64 (confusion->n_frames, 2);
}
GST_END_TEST

GST_START_TEST (answer_that_is_no_class_is_wrong)
{
  g_autoptr (EvalConfusion) confusion = confusion_of (2, (guint[]){ 1, 0, 0, 1 });

  fail_unless (eval_confusion_add (confusion, 0, EVAL_OTHER_CLASS) && eval_confusion_add (confusion, 1, 2));
  fail_unless_equals_float (eval_accuracy (confusion), 0.5);
  fail_unless_equals_float (eval_class_score (confusion, 0).recall, 0.5);
  fail_unless_equals_float (eval_class_score (confusion, 0).precision, 1.0);
  fail_unless_equals_uint64 (eval_confusion_get_n_predicted (confusion, EVAL_OTHER_CLASS), 2);
}
GST_END_TEST

GST_START_TEST (number_of_classes_out_of_range_is_an_error)
{
  const guint refused[] = { 0, EVAL_MAX_CLASSES + 1, G_MAXUINT };

  for (guint i = 0; i < G_N_ELEMENTS (refused); i++) {
    g_autoptr (GError) error = NULL;

    fail_unless (eval_confusion_new (refused[i], &error) == NULL);
    fail_unless (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT));
  }
}
GST_END_TEST

static Suite *
edge_eval_metrics_suite (void)
{
  Suite *suite = suite_create ("edge_eval_metrics");
  TCase *tests = tcase_create ("general");

  suite_add_tcase (suite, tests);
  tcase_add_test (tests, accuracy_is_the_diagonal_over_all);
  tcase_add_test (tests, precision_goes_down_columns_and_recall_along_rows);
  tcase_add_test (tests, macro_average_weighs_classes_alike);
  tcase_add_test (tests, class_that_never_occurs_is_left_out_of_the_macro_average);
  tcase_add_test (tests, no_frames_score_zero);
  tcase_add_test (tests, true_class_out_of_range_is_not_counted);
  tcase_add_test (tests, answer_that_is_no_class_is_wrong);
  tcase_add_test (tests, number_of_classes_out_of_range_is_an_error);
  return suite;
}

GST_CHECK_MAIN (edge_eval_metrics)
