/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test_edge_eval_labels.c: true classes from each kind of source, and what is refused. */
#include "edge-eval-labels.h"

#include "edge-eval-metrics.h"

#include <fcntl.h>
#include <gio/gio.h>
#include <glib-unix.h>
#include <glib/gstdio.h>
#include <gst/check/gstcheck.h>
#include <string.h>
#include <unistd.h>

#define TWO_LABELS "\0\0\x08\1\0\0\0\2\7\3"

static const gchar *const animals[] = { "cat", "dog", NULL };
static gchar *folder;

static void
make_folder (void)
{
  folder = g_dir_make_tmp ("labels-XXXXXX", NULL);
  fail_unless (folder != NULL);
}

static void
remove_folder (void)
{
  const gchar *argv[] = { "rm", "-r", folder, NULL };

  fail_unless (g_spawn_sync (NULL, (gchar **)argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL, NULL));
  g_clear_pointer (&folder, g_free);
}

static gchar *
write_file (const gchar *name, const gchar *content, gsize size)
{
  gchar *path = g_build_filename (folder, name, NULL);
  g_autofree gchar *parent = g_path_get_dirname (path);

  fail_unless_equals_int (g_mkdir_with_parents (parent, 0700), 0);
  fail_unless (g_file_set_contents (path, content, (gssize)size, NULL));
  return path;
}

static EvalTruth *
load_content (const gchar *content, gsize size, const gchar *const *names, GError **error)
{
  g_autofree gchar *path = write_file ("truth", content, size);
  EvalTruth *truth = eval_truth_load (path, names, error);

  if (truth == NULL)
    fail_unless (g_str_has_prefix ((*error)->message, path), "%s", (*error)->message);
  return truth;
}

static void
assert_is_7_and_3 (const gchar *content, gsize size)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (EvalTruth) truth = load_content (content, size, NULL, &error);

  fail_unless (truth != NULL, "%s", error ? error->message : "");
  fail_unless_equals_uint64 (truth->n_frames, 2);
  fail_unless (truth->classes[0] == 7 && truth->classes[1] == 3);
}

static void
assert_refused (const gchar *content, gsize size, const gchar *part)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (EvalTruth) truth = load_content (content, size, animals, &error);

  fail_unless (truth == NULL);
  fail_unless (strstr (error->message, part) != NULL, "%s", error->message);
}

GST_START_TEST (idx_is_read)
{
  assert_is_7_and_3 (TWO_LABELS, 10);
}
GST_END_TEST

GST_START_TEST (gzip_is_unpacked)
{
  g_autoptr (GZlibCompressor) gzip = g_zlib_compressor_new (G_ZLIB_COMPRESSOR_FORMAT_GZIP, -1);
  gchar packed[200];
  gsize n_read, n_written;

  fail_unless_equals_int (g_converter_convert (G_CONVERTER (gzip), TWO_LABELS, 10, packed, sizeof packed,
                                               G_CONVERTER_INPUT_AT_END, &n_read, &n_written, NULL),
                          G_CONVERTER_FINISHED);
  assert_is_7_and_3 (packed, n_written);
  assert_refused (packed, n_written / 2, "truth: ");
}
GST_END_TEST

GST_START_TEST (pipe_is_read)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (EvalTruth) truth = NULL;
  g_autofree gchar *path = NULL;
  gint ends[2];

  fail_unless (g_unix_open_pipe (ends, FD_CLOEXEC, NULL));
  fail_unless_equals_int (write (ends[1], TWO_LABELS, 10), 10);
  close (ends[1]);
  path = g_strdup_printf ("/dev/fd/%d", ends[0]);
  truth = eval_truth_load (path, NULL, &error);
  close (ends[0]);
  fail_unless (truth != NULL && truth->n_frames == 2, "%s", error ? error->message : "");
}
GST_END_TEST

GST_START_TEST (text_accepts_byte_order_mark_crlf_and_blank_end)
{
  assert_is_7_and_3 ("7\n3", 3);
  assert_is_7_and_3 ("\xef\xbb\xbf"
                     "7\r\n3\r\n\r\n",
                     11);
}
GST_END_TEST

GST_START_TEST (text_may_name_classes)
{
  g_autoptr (EvalTruth) truth = load_content ("dog\ncat\n", 8, animals, NULL);

  fail_unless (truth != NULL && truth->n_frames == 2);
  fail_unless (truth->classes[0] == 1 && truth->classes[1] == 0);
}
GST_END_TEST

GST_START_TEST (folder_a_class_counts_its_files)
{
  g_free (write_file ("b/1.png", "", 0));
  g_free (write_file ("a/1.png", "", 0));
  g_free (write_file ("a/2.png", "", 0));
  g_free (write_file ("a/.hidden", "", 0));
  g_autoptr (EvalTruth) truth = eval_truth_load (folder, NULL, NULL);

  fail_unless (truth != NULL && truth->n_frames == 3);
  fail_unless (truth->classes[0] == 0 && truth->classes[1] == 0 && truth->classes[2] == 1);
  fail_unless_equals_string (truth->names[1], "b");
  fail_unless (truth->names[2] == NULL);
}
GST_END_TEST

GST_START_TEST (folders_are_found_by_name_and_other_classes_by_number)
{
  gchar *folders[] = { "cat", "dog", NULL };
  const EvalTruth named = { .names = folders }, numbered = { 0 };

  fail_unless_equals_int (eval_truth_find_class (&named, 700, "dog"), 1);
  fail_unless (eval_truth_find_class (&named, 1, "cow") == EVAL_OTHER_CLASS);
  fail_unless (eval_truth_find_class (&named, 1, NULL) == EVAL_OTHER_CLASS);
  fail_unless_equals_int (eval_truth_find_class (&numbered, 7, "dog"), 7);
}
GST_END_TEST

GST_START_TEST (sizes_that_disagree_are_refused_with_both_numbers)
{
  assert_refused ("\0\0\x08\1\0\0\0\3\7\3", 10, "3 labels announced, 2 are there");
  assert_refused ("\0\0\x08\1\xff\xff\xff\xff\7\3", 10, "4294967295 labels announced, 2 are there");
  assert_refused ("\0\0\x08\1\0\0", 6, "not an IDX file of labels");
  assert_refused ("\0\0\x08\3\0\0\0\2\7\3", 10, "not an IDX file of labels");
}
GST_END_TEST

GST_START_TEST (line_that_is_no_class_is_named)
{
  assert_refused ("cat\ncow\n", 8, "line 2: \"cow\"");
  assert_refused ("1\n-1\n", 5, "line 2: \"-1\"");
  assert_refused ("1\n\n1\n", 5, "line 2: \"\"");
}
GST_END_TEST

GST_START_TEST (nothing_to_read_is_an_error)
{
  g_autoptr (GError) missing = NULL;
  g_autoptr (GError) empty = NULL;

  fail_unless (eval_truth_load (folder, NULL, &empty) == NULL && empty != NULL);
  assert_refused ("", 0, "truth: ");
  fail_unless (eval_truth_load ("/nonexistent/labels", NULL, &missing) == NULL);
  fail_unless (strstr (missing->message, "/nonexistent/labels") != NULL);
}
GST_END_TEST

static Suite *
edge_eval_labels_suite (void)
{
  Suite *suite = suite_create ("edge_eval_labels");
  TCase *tests = tcase_create ("general");

  suite_add_tcase (suite, tests);
  tcase_add_checked_fixture (tests, make_folder, remove_folder);
  tcase_add_test (tests, idx_is_read);
  tcase_add_test (tests, gzip_is_unpacked);
  tcase_add_test (tests, pipe_is_read);
  tcase_add_test (tests, text_accepts_byte_order_mark_crlf_and_blank_end);
  tcase_add_test (tests, text_may_name_classes);
  tcase_add_test (tests, folder_a_class_counts_its_files);
  tcase_add_test (tests, folders_are_found_by_name_and_other_classes_by_number);
  tcase_add_test (tests, sizes_that_disagree_are_refused_with_both_numbers);
  tcase_add_test (tests, line_that_is_no_class_is_named);
  tcase_add_test (tests, nothing_to_read_is_an_error);
  return suite;
}

GST_CHECK_MAIN (edge_eval_labels)
