/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test_edge_eval_png.c: the picture's pixels say what the matrix says. */
#include "edge-eval-png.h"

#include <cairo.h>
#include <glib/gstdio.h>
#include <gst/check/gstcheck.h>
#include <string.h>

/* A pixel near a cell's corner, away from its number. */
static guint32
cell_colour (cairo_surface_t *surface, guint truth, guint predicted)
{
  guint x = 150 + predicted * 56 + 4, y = 150 + truth * 56 + 4;
  const guint8 *row = cairo_image_surface_get_data (surface) + (gsize)y * cairo_image_surface_get_stride (surface);

  return ((const guint32 *)(const void *)row)[x] & 0xffffff;
}

GST_START_TEST (cells_are_coloured_by_their_part_of_the_row)
{
  g_autofree gchar *folder = g_dir_make_tmp ("png-XXXXXX", NULL);
  g_autofree gchar *path = g_build_filename (folder, "matrix.png", NULL);
  g_autoptr (EvalConfusion) confusion = eval_confusion_new (2, NULL);
  const gchar *const names[] = { "<b>&", NULL };
  cairo_surface_t *surface;

  fail_unless (eval_confusion_add (confusion, 0, 0) && eval_confusion_add (confusion, 1, 0));
  fail_unless (eval_confusion_write_png (confusion, names, path, NULL));
  surface = cairo_image_surface_create_from_png (path);
  fail_unless_equals_int (cairo_image_surface_get_width (surface), 150 + 2 * 56 + 16);
  fail_unless_equals_int (cell_colour (surface, 0, 0), cell_colour (surface, 1, 0));
  fail_if (cell_colour (surface, 0, 0) == 0xffffff);
  fail_unless_equals_int (cell_colour (surface, 0, 1), 0xffffff);
  cairo_surface_destroy (surface);
  fail_unless (g_remove (path) == 0 && g_rmdir (folder) == 0);
}
GST_END_TEST

GST_START_TEST (answers_that_are_no_class_have_a_column_of_their_own)
{
  g_autofree gchar *folder = g_dir_make_tmp ("png-XXXXXX", NULL);
  g_autofree gchar *path = g_build_filename (folder, "matrix.png", NULL);
  g_autoptr (EvalConfusion) confusion = eval_confusion_new (2, NULL);
  cairo_surface_t *surface;

  fail_unless (eval_confusion_add (confusion, 0, 0) && eval_confusion_add (confusion, 1, EVAL_OTHER_CLASS));
  fail_unless (eval_confusion_write_png (confusion, NULL, path, NULL));
  surface = cairo_image_surface_create_from_png (path);
  fail_unless_equals_int (cairo_image_surface_get_width (surface), 150 + 3 * 56 + 16);
  fail_unless_equals_int (cell_colour (surface, 0, 0), cell_colour (surface, 1, 2));
  fail_unless_equals_int (cell_colour (surface, 0, 2), 0xffffff);
  cairo_surface_destroy (surface);
  fail_unless (g_remove (path) == 0 && g_rmdir (folder) == 0);
}
GST_END_TEST

GST_START_TEST (what_cannot_be_written_is_an_error_with_the_path)
{
  g_autoptr (EvalConfusion) small = eval_confusion_new (2, NULL);
  g_autoptr (EvalConfusion) large = eval_confusion_new (EVAL_PNG_MAX_CLASSES + 1, NULL);
  g_autoptr (GError) nowhere = NULL;
  g_autoptr (GError) too_large = NULL;

  fail_if (eval_confusion_write_png (small, NULL, "/nonexistent/m.png", &nowhere));
  fail_unless (strstr (nowhere->message, "/nonexistent/m.png") != NULL);
  fail_if (eval_confusion_write_png (large, NULL, "/nonexistent/m.png", &too_large));
  fail_unless (strstr (too_large->message, "101 classes, up to 100") != NULL);
}
GST_END_TEST

static Suite *
edge_eval_png_suite (void)
{
  Suite *suite = suite_create ("edge_eval_png");
  TCase *tests = tcase_create ("general");

  suite_add_tcase (suite, tests);
  tcase_add_test (tests, cells_are_coloured_by_their_part_of_the_row);
  tcase_add_test (tests, answers_that_are_no_class_have_a_column_of_their_own);
  tcase_add_test (tests, what_cannot_be_written_is_an_error_with_the_path);
  return suite;
}

GST_CHECK_MAIN (edge_eval_png)
