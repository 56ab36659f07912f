/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test_classification.c: scores become probabilities, and the most probable classes are found. */
#include <gst/check/gstcheck.h>
#include <math.h>
#include <nncore/nncore.h>

static void
check_near (float value, double expected)
{
  fail_unless (fabs ((double) value - expected) < 1e-6, "%g is not %g", (double) value, expected);
}

GST_START_TEST (softmax_survives_large_and_infinite_scores)
{
  float scores[] = { 1000, 1001, -1000 }, infinite[] = { INFINITY, 0 };

  nnc_scores_activate (scores, 3, NNC_ACTIVATION_SOFTMAX);
  check_near (scores[0], 1 / (1 + exp (1)));
  check_near (scores[1], 1 / (1 + exp (-1)));
  check_near (scores[2], 0);
  nnc_scores_activate (infinite, 2, NNC_ACTIVATION_SOFTMAX);
  check_near (infinite[0], 1);
  check_near (infinite[1], 0);
}
GST_END_TEST

GST_START_TEST (auto_leaves_a_distribution_as_it_is)
{
  float distribution[] = { 0.7f, 0.2f, 0.1f }, logits[] = { 0, 2 }, sum[] = { 0.5f, 0.25f };

  nnc_scores_activate (distribution, 3, NNC_ACTIVATION_AUTO);
  check_near (distribution[0], 0.7);
  nnc_scores_activate (logits, 2, NNC_ACTIVATION_AUTO);
  check_near (logits[1], 1 / (1 + exp (-2)));
  nnc_scores_activate (sum, 2, NNC_ACTIVATION_AUTO); /* in range, but no distribution */
  check_near (sum[0], 1 / (1 + exp (-0.25)));
}
GST_END_TEST

GST_START_TEST (sigmoid_takes_each_class_for_itself)
{
  float scores[] = { 0, 2, -200 };

  nnc_scores_activate (scores, 3, NNC_ACTIVATION_SIGMOID);
  check_near (scores[0], 0.5);
  check_near (scores[1], 1 / (1 + exp (-2)));
  check_near (scores[2], 0);
}
GST_END_TEST

GST_START_TEST (top_is_sorted_stable_and_above_the_threshold)
{
  const float probabilities[] = { 0.1f, 0.3f, NAN, 0.3f, 0.05f, 0.25f };
  NncClass top[6];

  fail_unless_equals_int (nnc_scores_top (probabilities, 6, 0, top, 3), 3);
  fail_unless_equals_int (top[0].index, 1);
  fail_unless_equals_int (top[1].index, 3);
  fail_unless_equals_int (top[2].index, 5);
  fail_unless_equals_int (nnc_scores_top (probabilities, 6, 0.1f, top, 6), 4);
  fail_unless_equals_int (top[3].index, 0);
  fail_unless_equals_int (nnc_scores_top (probabilities, 6, 0.5f, top, 6), 0);
  fail_unless_equals_int (nnc_scores_top (probabilities, 6, 0, top, 0), 0);
  fail_unless_equals_int (nnc_scores_top (NULL, 0, 0, top, 6), 0);
}
GST_END_TEST

static Suite *
classification_suite (void)
{
  Suite *suite = suite_create ("classification");
  TCase *tcase = tcase_create ("classification");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, softmax_survives_large_and_infinite_scores);
  tcase_add_test (tcase, auto_leaves_a_distribution_as_it_is);
  tcase_add_test (tcase, sigmoid_takes_each_class_for_itself);
  tcase_add_test (tcase, top_is_sorted_stable_and_above_the_threshold);
  return suite;
}

GST_CHECK_MAIN (classification)
