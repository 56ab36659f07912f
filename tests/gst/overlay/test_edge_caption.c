/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test_edge_caption.c: from results to lines of text. */
#include "classified.h"
#include "gstedgecaption.h"

#include <gst/check/gstcheck.h>

static const char *const fruit[] = { "apple", "pear", "plum", "fig" };

/* Makes the caption tell a result of the first n fruits. Returns whether it changed. */
static gboolean
tell (GstEdgeCaption *caption, guint n, double probability, guint max_labels)
{
  g_autoptr (GstBuffer) buffer = gst_buffer_new ();

  classified_add (buffer, fruit, n, probability);
  return gst_edge_caption_update (caption, buffer, max_labels);
}

GST_START_TEST (only_another_text_is_a_change)
{
  g_autoptr (GstEdgeCaption) caption = gst_edge_caption_new ();

  fail_unless (tell (caption, 2, 0.5, 9));
  fail_if (tell (caption, 2, 0.5, 9));
  fail_if (tell (caption, 2, 0.501, 9)); /* the same percentage */
  fail_unless (tell (caption, 2, 0.52, 9));
  fail_unless (tell (caption, 1, 0.52, 9));
  fail_unless (tell (caption, 3, 0.52, 9));
  fail_unless (tell (caption, 3, 0.52, 2));
  fail_unless (tell (caption, 0, 0.52, 2));
  fail_if (tell (caption, 0, 0.52, 2));
}
GST_END_TEST

GST_START_TEST (max_labels_bounds_each_result)
{
  g_autoptr (GstEdgeCaption) caption = gst_edge_caption_new ();
  g_autoptr (GstBuffer) buffer = gst_buffer_new ();

  classified_add (buffer, fruit, 4, 0.9);
  classified_add (buffer, fruit + 1, 1, 0.25);
  gst_edge_caption_update (caption, buffer, 2);
  fail_unless_equals_int (caption->n_lines, 3);
  fail_unless_equals_string (caption->lines[0].label, "apple");
  fail_unless_equals_string (caption->lines[1].label, "pear");
  fail_unless_equals_string (caption->lines[2].label, "pear");
  fail_unless_equals_int (caption->lines[2].percent, 25);
  fail_unless (caption->lines[0].begins_result && !caption->lines[1].begins_result && caption->lines[2].begins_result);
  gst_edge_caption_update (caption, buffer, 0);
  fail_unless_equals_int (caption->n_lines, 0);
}
GST_END_TEST

GST_START_TEST (any_number_becomes_a_percentage)
{
  static const double probabilities[] = { 0.0, 0.004, 0.005, 0.994, 0.995, 1.0, 1e300, -1.0, -INFINITY, INFINITY, NAN };
  static const guint percent[] = { 0, 0, 1, 99, 100, 100, 100, 0, 0, 100, 0 };
  g_autoptr (GstEdgeCaption) caption = gst_edge_caption_new ();

  for (guint i = 0; i < G_N_ELEMENTS (probabilities); i++) {
    tell (caption, 1, probabilities[i], 1);
    fail_unless_equals_int (caption->lines[0].percent, percent[i]);
  }
}
GST_END_TEST

GST_START_TEST (hundreds_of_results_are_bounded)
{
  g_autoptr (GstEdgeCaption) caption = gst_edge_caption_new ();
  g_autoptr (GstBuffer) buffer = gst_buffer_new ();

  for (guint i = 0; i < 300; i++)
    classified_add (buffer, fruit, 4, 0.5);
  fail_unless (gst_edge_caption_update (caption, buffer, G_MAXUINT));
  fail_unless (caption->n_lines >= 32 && caption->n_lines < 1000);
}
GST_END_TEST

GST_START_TEST (buffers_without_results_have_no_lines)
{
  g_autoptr (GstEdgeCaption) caption = gst_edge_caption_new ();
  g_autoptr (GstBuffer) buffer = gst_buffer_new ();

  fail_if (gst_edge_caption_update (caption, buffer, 9));
  fail_unless_equals_int (caption->n_lines, 0);
}
GST_END_TEST

static Suite *
edge_caption_suite (void)
{
  Suite *suite = suite_create ("edge_caption");
  TCase *tests = tcase_create ("caption");

  suite_add_tcase (suite, tests);
  tcase_add_test (tests, only_another_text_is_a_change);
  tcase_add_test (tests, max_labels_bounds_each_result);
  tcase_add_test (tests, any_number_becomes_a_percentage);
  tcase_add_test (tests, hundreds_of_results_are_bounded);
  tcase_add_test (tests, buffers_without_results_have_no_lines);
  return suite;
}

GST_CHECK_MAIN (edge_caption)
