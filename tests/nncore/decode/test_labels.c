/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test_labels.c: files of class names as people write them. */
#include <glib/gstdio.h>
#include <gst/check/gstcheck.h>
#include <nncore/nncore.h>

/* names: those expected, with commas between. */
static void
check_text (const char *text, const char *names)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (NncLabels) labels = nnc_labels_new_from_text (text, -1, &error);
  g_auto (GStrv) expected = g_strsplit (names, ",", -1);

  fail_unless (labels != NULL, "%s", error ? error->message : "");
  fail_unless_equals_int (nnc_labels_get_n (labels), g_strv_length (expected));
  for (guint i = 0; expected[i]; i++)
    fail_unless_equals_string (nnc_labels_get (labels, i), expected[i]);
  fail_unless (nnc_labels_get (labels, nnc_labels_get_n (labels)) == NULL);
}

GST_START_TEST (line_ends_and_marks_are_no_part_of_a_name)
{
  check_text ("cat\ndog", "cat,dog");
  check_text ("cat\ndog\n", "cat,dog");
  check_text ("cat\r\ndog\r\n", "cat,dog");
  check_text ("\xef\xbb\xbf" "cat\ndog\n\n", "cat,dog");
  check_text ("cat\r\ndog\r\n\r\n", "cat,dog");
}
GST_END_TEST

GST_START_TEST (a_blank_line_in_between_keeps_its_index)
{
  check_text ("cat\n\ndog\n", "cat,,dog");
  check_text ("\ncat\n", ",cat");
}
GST_END_TEST

GST_START_TEST (what_is_not_utf8_becomes_it)
{
  g_autoptr (NncLabels) labels = nnc_labels_new_from_text ("caf\xe9\n", -1, NULL);

  fail_unless (g_utf8_validate (nnc_labels_get (labels, 0), -1, NULL));
}
GST_END_TEST

GST_START_TEST (no_label_and_a_nul_are_errors)
{
  static const struct {
    const char *text;
    gssize length;
  } wrong[] = { { "", 0 }, { "\n\n", 2 }, { "\xef\xbb\xbf", 3 }, { "a\0b", 3 } };

  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++) {
    g_autoptr (GError) error = NULL;

    fail_unless (nnc_labels_new_from_text (wrong[i].text, wrong[i].length, &error) == NULL);
    fail_unless (g_error_matches (error, NNC_ERROR, NNC_ERROR_FORMAT));
  }
}
GST_END_TEST

GST_START_TEST (a_file_is_read_and_one_that_is_none_is_named)
{
  g_autofree char *folder = g_dir_make_tmp ("labels-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "labels.txt", NULL);
  const char *const wrong[] = { folder, "/nonexistent/labels.txt" };
  g_autoptr (NncLabels) labels = NULL;

  fail_unless (g_file_set_contents (path, "cat\ndog\n", -1, NULL));
  labels = nnc_labels_new_from_file (path, NULL);
  fail_unless_equals_string (nnc_labels_get (labels, 1), "dog");
  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++) {
    g_autoptr (GError) error = NULL;

    fail_unless (nnc_labels_new_from_file (wrong[i], &error) == NULL);
    fail_unless (g_error_matches (error, NNC_ERROR, NNC_ERROR_NOT_FOUND));
    fail_unless (g_str_has_prefix (error->message, wrong[i]));
  }
  g_unlink (path);
  g_rmdir (folder);
}
GST_END_TEST

static Suite *
labels_suite (void)
{
  Suite *suite = suite_create ("labels");
  TCase *tcase = tcase_create ("labels");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, line_ends_and_marks_are_no_part_of_a_name);
  tcase_add_test (tcase, a_blank_line_in_between_keeps_its_index);
  tcase_add_test (tcase, what_is_not_utf8_becomes_it);
  tcase_add_test (tcase, no_label_and_a_nul_are_errors);
  tcase_add_test (tcase, a_file_is_read_and_one_that_is_none_is_named);
  return suite;
}

GST_CHECK_MAIN (labels)
