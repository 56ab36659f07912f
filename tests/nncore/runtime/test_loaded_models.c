/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test_loaded_models.c: a file that several callers open is one model. */
#include "onnx_writer.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <gst/check/gstcheck.h>
#include <nncore/nncore.h>
#include <sys/stat.h>

static char *folder, *path, *link_path;

/* y = relu (x), x [1, columns]; its size does not depend on columns, 1 to 9. */
static void
write_file (gint64 columns)
{
  OnnxWriter *writer = onnx_writer_new (15);
  g_autoptr (GBytes) bytes = NULL;

  onnx_writer_input (writer, "x", NNC_F32, DIMS (1, columns));
  onnx_writer_node (writer, "relu", "Relu", "x", "y");
  onnx_writer_output (writer, "y", NNC_F32, DIMS (1, columns));
  bytes = onnx_writer_finish (writer);
  fail_unless (g_file_set_contents (path, g_bytes_get_data (bytes, NULL), (gssize)g_bytes_get_size (bytes), NULL));
}

static void
setup (void)
{
  folder = g_dir_make_tmp ("nncore-XXXXXX", NULL);
  path = g_build_filename (folder, "model.onnx", NULL);
  link_path = g_build_filename (folder, "link.onnx", NULL);
  write_file (2);
}

static void
teardown (void)
{
  g_remove (link_path);
  g_remove (path);
  g_rmdir (folder);
  g_free (link_path);
  g_free (path);
  g_free (folder);
}

static NncModel *
open_model (const char *from)
{
  g_autoptr (GError) error = NULL;
  NncModel *model = nnc_model_new_from_file (from, &error);

  fail_unless (model != NULL, "%s", error ? error->message : "");
  return model;
}

static gint64
columns_of (NncModel *model)
{
  guint rank;

  return nnc_model_get_input_shape (model, 0, &rank)[1];
}

GST_START_TEST (a_file_opened_twice_is_one_model)
{
  g_autoptr (NncModel) model = open_model (path);
  g_autoptr (NncModel) again = open_model (path);

  fail_unless (again == model);
}
GST_END_TEST

/* Other numbers behind the same identity: who still gets the old ones was not freed. */
static void
change_unseen (gint64 columns)
{
  g_autofree char *contents = NULL;
  gsize size;
  struct stat before;
  int file;

  g_stat (path, &before);
  file = g_open (path, O_RDWR | O_CLOEXEC);
  g_file_get_contents (path, &contents, &size, NULL);
  for (gsize i = 2; i < size; i++)
    if (contents[i] == 2 && contents[i - 1] == 8 && contents[i - 2] == 2) /* Dimension { dim_value: 2 } */
      contents[i] = (char)columns;
  fail_unless (write (file, contents, size) == (gssize)size);
  futimens (file, (struct timespec[]){ before.st_atim, before.st_mtim });
  close (file);
}

GST_START_TEST (the_last_unref_frees_it)
{
  NncModel *model = open_model (path), *again = open_model (path);

  change_unseen (3);
  nnc_model_unref (model);
  model = open_model (path);
  fail_unless (model == again);
  fail_unless_equals_int64 (columns_of (model), 2);
  nnc_model_unref (model);
  nnc_model_unref (again);
  model = open_model (path);
  fail_unless_equals_int64 (columns_of (model), 3);
  nnc_model_unref (model);
}
GST_END_TEST

GST_START_TEST (a_session_keeps_its_model_shared)
{
  NncModel *model = open_model (path);
  g_autoptr (NncSession) session = nnc_session_new (model, NULL, NULL);
  g_autoptr (NncModel) again = NULL;

  nnc_model_unref (model);
  again = open_model (path);
  fail_unless (again == nnc_session_get_model (session));
}
GST_END_TEST

GST_START_TEST (a_changed_file_is_a_new_model)
{
  g_autoptr (NncModel) model = open_model (path);
  g_autoptr (NncModel) changed = NULL;
  g_autoptr (NncModel) again = NULL;

  write_file (4);
  changed = open_model (path);
  again = open_model (path);
  fail_unless (changed != model && again == changed);
  fail_unless_equals_int64 (columns_of (model), 2);
  fail_unless_equals_int64 (columns_of (changed), 4);
}
GST_END_TEST

GST_START_TEST (a_newer_time_alone_is_a_new_model)
{
  g_autoptr (NncModel) model = open_model (path);
  g_autoptr (NncModel) touched = NULL;
  struct stat file;

  g_stat (path, &file);
  file.st_mtim.tv_nsec ^= 1;
  utimensat (AT_FDCWD, path, (struct timespec[]){ file.st_atim, file.st_mtim }, 0);
  touched = open_model (path);
  fail_unless (touched != model);
}
GST_END_TEST

GST_START_TEST (links_lead_to_the_same_model_by_its_first_name)
{
  g_autoptr (NncModel) model = open_model (path);
  g_autoptr (NncModel) linked = NULL;
  g_autoptr (NncModel) hard = NULL;

  fail_unless (symlink (path, link_path) == 0);
  linked = open_model (link_path);
  fail_unless (linked == model);
  fail_unless_equals_string (nnc_model_get_name (linked), path);
  g_remove (link_path);
  fail_unless (link (path, link_path) == 0);
  hard = open_model (link_path);
  fail_unless (hard == model);
}
GST_END_TEST

GST_START_TEST (a_file_whose_first_path_is_gone_is_read_by_the_last)
{
  g_autoptr (NncModel) linked = NULL;
  g_autoptr (NncModel) model = NULL;
  g_autoptr (NncSession) session = NULL;
  g_autoptr (GError) error = NULL;

  fail_unless (symlink (path, link_path) == 0);
  linked = open_model (link_path);
  g_remove (link_path);
  model = open_model (path);
  fail_unless (model == linked);
  session = nnc_session_new (model, NULL, &error); /* reads the file again */
  fail_unless (session != NULL, "%s", error ? error->message : "");
}
GST_END_TEST

GST_START_TEST (a_file_that_is_no_model_stays_an_error)
{
  g_autoptr (GError) error = NULL;

  fail_unless (g_file_set_contents (path, "", 0, NULL));
  for (guint i = 0; i < 2; i++) {
    fail_unless (nnc_model_new_from_file (path, &error) == NULL);
    fail_unless (g_error_matches (error, NNC_ERROR, NNC_ERROR_FORMAT), "%s", error->message);
    fail_unless (g_str_has_prefix (error->message, path), "%s", error->message);
    g_clear_error (&error);
  }
}
GST_END_TEST

#define N_THREADS 8

static gpointer
open_at_once (gpointer started)
{
  g_atomic_int_inc ((gint *)started);
  while (g_atomic_int_get ((gint *)started) < N_THREADS)
    g_thread_yield ();
  return open_model (path);
}

GST_START_TEST (eight_threads_at_once_get_one_model)
{
  for (guint round = 0; round < 50; round++) {
    GThread *threads[N_THREADS];
    NncModel *models[N_THREADS];
    gint started = 0;

    for (guint i = 0; i < N_THREADS; i++)
      threads[i] = g_thread_new ("open", open_at_once, &started);
    for (guint i = 0; i < N_THREADS; i++)
      models[i] = g_thread_join (threads[i]);
    for (guint i = 0; i < N_THREADS; i++) {
      fail_unless (models[i] == models[0]);
      nnc_model_unref (models[i]);
    }
  }
}
GST_END_TEST

static gpointer
open_and_close (gpointer unused)
{
  for (guint i = 0; i < 200; i++) {
    g_autoptr (NncModel) model = open_model (path);
    fail_unless_equals_int64 (columns_of (model), 2);
  }
  return unused;
}

GST_START_TEST (a_model_being_freed_is_not_found)
{
  GThread *threads[N_THREADS];

  for (guint i = 0; i < N_THREADS; i++)
    threads[i] = g_thread_new ("open", open_and_close, NULL);
  for (guint i = 0; i < N_THREADS; i++)
    g_thread_join (threads[i]);
}
GST_END_TEST

static Suite *
loaded_models_suite (void)
{
  Suite *suite = suite_create ("loaded_models");
  TCase *tcase = tcase_create ("loaded_models");

  suite_add_tcase (suite, tcase);
  tcase_add_checked_fixture (tcase, setup, teardown);
  tcase_add_test (tcase, a_file_opened_twice_is_one_model);
  tcase_add_test (tcase, the_last_unref_frees_it);
  tcase_add_test (tcase, a_session_keeps_its_model_shared);
  tcase_add_test (tcase, a_changed_file_is_a_new_model);
  tcase_add_test (tcase, a_newer_time_alone_is_a_new_model);
  tcase_add_test (tcase, links_lead_to_the_same_model_by_its_first_name);
  tcase_add_test (tcase, a_file_whose_first_path_is_gone_is_read_by_the_last);
  tcase_add_test (tcase, a_file_that_is_no_model_stays_an_error);
  tcase_add_test (tcase, eight_threads_at_once_get_one_model);
  tcase_add_test (tcase, a_model_being_freed_is_not_found);
  return suite;
}

GST_CHECK_MAIN (loaded_models)
