/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test_edge_eval_sheet.c: frames are drawn where they belong, and not more of them than there is room for. */
#include "edge-eval-sheet.h"

#include <cairo.h>
#include <glib/gstdio.h>
#include <gst/check/gstcheck.h>
#include <string.h>

#define GREY_2X2 "video/x-raw, format=(string)GRAY8, width=(int)2, height=(int)2, framerate=(fraction)25/1"

static void
add (EvalSheet *sheet, const char *caps_text, gboolean is_right, guint truth)
{
  g_autoptr (GstCaps) caps = gst_caps_from_string (caps_text);
  g_autoptr (GstBuffer) frame = gst_buffer_new_allocate (NULL, 16, NULL);
  const EvalAnswer answer
      = { .is_right = is_right, .truth = truth, .truth_name = "<cat>", .name = "dog & cow", .probability = 0.5 };

  gst_buffer_memset (frame, 0, 0, 16);
  eval_sheet_add (sheet, caps, frame, &answer);
}

/* The size of what is written, and how many of its pixels are black. */
static guint
count_black (EvalSheet *sheet, gint *height)
{
  g_autofree char *folder = g_dir_make_tmp ("sheet-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "sheet.png", NULL);
  cairo_surface_t *surface;
  guint n = 0;

  fail_unless (eval_sheet_write_png (sheet, path, NULL));
  surface = cairo_image_surface_create_from_png (path);
  *height = cairo_image_surface_get_height (surface);
  for (gint y = 0; y < *height; y++)
    for (gint x = 0; x < cairo_image_surface_get_width (surface); x++)
      n += (((const guint32 *)(void *)(cairo_image_surface_get_data (surface)
                                       + (gsize)y * (gsize)cairo_image_surface_get_stride (surface)))[x]
            & 0xffffff)
           == 0;
  cairo_surface_destroy (surface);
  fail_unless (g_remove (path) == 0 && g_rmdir (folder) == 0);
  return n;
}

GST_START_TEST (each_kind_and_class_has_room_for_three)
{
  g_autoptr (EvalSheet) few = eval_sheet_new ();
  g_autoptr (EvalSheet) many = eval_sheet_new ();
  gint few_height, many_height;
  guint few_black, many_black;

  for (guint i = 0; i < 4; i++)
    add (few, GREY_2X2, TRUE, 1);
  for (guint i = 0; i < 200; i++)
    add (many, GREY_2X2, i % 2, i / 2 % 50);
  few_black = count_black (few, &few_height);
  many_black = count_black (many, &many_height);
  fail_unless (few_black / (96 * 96) == 3, "%u black pixels", few_black);
  fail_unless (many_black / (96 * 96) == 60, "%u black pixels", many_black);
  fail_unless_equals_int (many_height - few_height, 5 * 146);
}
GST_END_TEST

GST_START_TEST (wide_frames_keep_their_shape)
{
  g_autoptr (EvalSheet) sheet = eval_sheet_new ();
  gint height;
  guint black;

  add (sheet, "video/x-raw, format=(string)GRAY8, width=(int)4, height=(int)2, framerate=(fraction)0/1", FALSE, 0);
  black = count_black (sheet, &height);
  fail_unless (black / (96 * 48) == 1, "%u black pixels", black);
}
GST_END_TEST

GST_START_TEST (what_cannot_be_drawn_is_an_error_with_the_path)
{
  g_autoptr (EvalSheet) sheet = eval_sheet_new ();
  g_autoptr (GError) encoded = NULL;
  g_autoptr (GError) nowhere = NULL;

  add (sheet, "image/png", TRUE, 0);
  fail_if (eval_sheet_write_png (sheet, "/nonexistent/s.png", &encoded));
  fail_unless (strstr (encoded->message, "/nonexistent/s.png: no frame") != NULL, "%s", encoded->message);
  add (sheet, GREY_2X2, TRUE, 0);
  fail_if (eval_sheet_write_png (sheet, "/nonexistent/s.png", &nowhere));
  fail_unless (strstr (nowhere->message, "/nonexistent/s.png") != NULL, "%s", nowhere->message);
}
GST_END_TEST

static Suite *
edge_eval_sheet_suite (void)
{
  Suite *suite = suite_create ("edge_eval_sheet");
  TCase *tests = tcase_create ("general");

  suite_add_tcase (suite, tests);
  tcase_add_test (tests, each_kind_and_class_has_room_for_three);
  tcase_add_test (tests, wide_frames_keep_their_shape);
  tcase_add_test (tests, what_cannot_be_drawn_is_an_error_with_the_path);
  return suite;
}

GST_CHECK_MAIN (edge_eval_sheet)
