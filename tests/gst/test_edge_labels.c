/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test_edge_labels.c: what the property "labels" can be. */
#include "gstedgelabels.h"

#include <glib/gstdio.h>
#include <gst/check/gstcheck.h>
#include <unistd.h>

static void
check_labels (const char *property, const char *name0, const char *name1)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (NncLabels) labels = gst_edge_labels_new (property, 2, &error);

  fail_unless (labels != NULL, "%s", error ? error->message : "");
  fail_unless_equals_string (nnc_labels_get (labels, 0), name0);
  fail_unless_equals_string (nnc_labels_get (labels, 1), name1);
}

static void
check_refused (const char *property, const char *why)
{
  g_autoptr (GError) error = NULL;

  fail_unless (gst_edge_labels_new (property, 2, &error) == NULL);
  fail_unless (strstr (error->message, why) != NULL, "'%s' is not in '%s'", why, error->message);
}

GST_START_TEST (labels_can_be_the_text_itself)
{
  check_labels ("cat,dog", "cat", "dog");
  check_labels ("cat\ndog\n", "cat", "dog");
  check_labels ("cat, tabby\ndog", "cat, tabby", "dog");
}
GST_END_TEST

GST_START_TEST (labels_can_be_a_file)
{
  g_autofree char *path = NULL;
  gint descriptor = g_file_open_tmp ("labels-XXXXXX", &path, NULL);

  close (descriptor);
  g_file_set_contents (path,
                       "\xef\xbb\xbf"
                       "cat, tabby\r\ndog\r\n\r\n",
                       -1, NULL);
  check_labels (path, "cat, tabby", "dog");
  g_remove (path);
  check_refused (path, path);
}
GST_END_TEST

GST_START_TEST (classes_without_labels_have_their_number)
{
  check_labels (NULL, "0", "1");
  check_labels ("", "0", "1");
}
GST_END_TEST

GST_START_TEST (another_number_of_labels_is_an_error_with_both_numbers)
{
  check_refused ("cat,dog,bird", "there are 3 labels, and the network has 2 classes");
}
GST_END_TEST

static Suite *
edge_labels_suite (void)
{
  Suite *suite = suite_create ("edge_labels");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, labels_can_be_the_text_itself);
  tcase_add_test (tcase, labels_can_be_a_file);
  tcase_add_test (tcase, classes_without_labels_have_their_number);
  tcase_add_test (tcase, another_number_of_labels_is_an_error_with_both_numbers);
  return suite;
}

GST_CHECK_MAIN (edge_labels)
