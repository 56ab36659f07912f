/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test_onnx_external_data.c: numbers that lie in a data file beside the model, and nowhere else. */
#include "onnx_writer.h"
#include "protobuf_writer.h"

#include <glib/gstdio.h>
#include <gst/check/gstcheck.h>
#include <nncore/nncore.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const float numbers[6] = { 1, 2, 3, 4, 5, 6 };

static char *folder, *path;

static void
setup (void)
{
  folder = g_dir_make_tmp ("nncore-XXXXXX", NULL);
  path = g_build_filename (folder, "models", "model.onnx", NULL);
  g_autofree char *models = g_path_get_dirname (path);
  fail_unless (g_mkdir (models, 0700) == 0);
}

static void
remove_all (const char *place)
{
  GDir *dir = g_file_test (place, G_FILE_TEST_IS_SYMLINK) ? NULL : g_dir_open (place, 0, NULL);
  const char *name;

  while (dir && (name = g_dir_read_name (dir))) {
    g_autofree char *inner = g_build_filename (place, name, NULL);
    remove_all (inner);
  }
  g_clear_pointer (&dir, g_dir_close);
  g_remove (place);
}

static void
teardown (void)
{
  remove_all (folder);
  g_free (path);
  g_free (folder);
}

/* A place beside the model. */
static char *
beside (const char *name)
{
  return g_build_filename (folder, "models", name, NULL);
}

static void
write_numbers (const char *name, gsize offset)
{
  g_autofree char *place = beside (name);
  g_autofree char *bytes = g_malloc0 (offset + sizeof numbers);

  memcpy (bytes + offset, numbers, sizeof numbers);
  fail_unless (g_file_set_contents (place, bytes, (gssize)(offset + sizeof numbers), NULL));
}

static void
put_entry (GByteArray *tensor, const char *key, const char *value)
{
  GByteArray *entry = g_byte_array_new ();

  if (value == NULL) {
    g_byte_array_unref (entry);
    return;
  }
  protobuf_put_string (entry, 1, key);
  protobuf_put_string (entry, 2, value);
  protobuf_take_message (tensor, 13, entry);
}

/* An f32 TensorProto that says of its numbers what is not NULL. */
static GByteArray *
external_tensor (const char *name, guint rank, const gint64 *shape, const char *location, const char *offset,
                 const char *length)
{
  GByteArray *tensor = g_byte_array_new ();

  for (guint i = 0; i < rank; i++)
    protobuf_put_varint (tensor, 1, (guint64)shape[i]);
  protobuf_put_varint (tensor, 2, 1);
  protobuf_put_string (tensor, 8, name);
  put_entry (tensor, "location", location);
  put_entry (tensor, "offset", offset);
  put_entry (tensor, "length", length);
  put_entry (tensor, "checksum", "is not looked at");
  protobuf_put_varint (tensor, 14, 1);
  return tensor;
}

/* y = x + w, whose w [2,3] lies elsewhere. */
static OnnxWriter *
sum (const char *location, const char *offset, const char *length)
{
  OnnxWriter *writer = onnx_writer_new (15);

  onnx_writer_input (writer, "x", NNC_F32, DIMS (2, 3));
  onnx_writer_output (writer, "y", NNC_F32, DIMS (2, 3));
  onnx_writer_node (writer, "sum", "Add", "x,w", "y");
  onnx_writer_take_initializer (writer, external_tensor ("w", DIMS (2, 3), location, offset, length));
  return writer;
}

/* Ends the writer's model, and reads it from its file. */
static NncModel *
open_writer (OnnxWriter *writer, GError **error)
{
  g_autoptr (GBytes) bytes = onnx_writer_finish (writer);

  fail_unless (g_file_set_contents (path, g_bytes_get_data (bytes, NULL), (gssize)g_bytes_get_size (bytes), NULL));
  return nnc_model_new_from_file (path, error);
}

static NncModel *
open_sum (const char *location, const char *offset, const char *length, GError **error)
{
  return open_writer (sum (location, offset, length), error);
}

static void
fail_unless_sum_runs (const char *location, const char *offset, const char *length)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (NncModel) model = open_sum (location, offset, length, &error);
  g_autoptr (NncSession) session = model ? nnc_session_new (model, NULL, &error) : NULL;

  fail_unless (session != NULL, "%s", error ? error->message : "");
  memset (nnc_tensor_get_data (nnc_session_get_input (session, 0)), 0, sizeof numbers);
  fail_unless (nnc_session_run (session, &error));
  fail_unless (memcmp (nnc_tensor_get_data (nnc_session_get_output (session, 0)), numbers, sizeof numbers) == 0);
}

/* With the model's path, the tensor, its location and these texts (NULL-terminated) in the message. */
static void G_GNUC_NULL_TERMINATED
fail_unless_sum_refused (gint code, const char *location, const char *offset, const char *length, ...)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (NncModel) model = open_sum (location, offset, length, &error);
  const char *text;
  va_list texts;

  fail_unless (model == NULL);
  fail_unless (g_error_matches (error, NNC_ERROR, code), "code %d: %s", error->code, error->message);
  fail_unless (g_str_has_prefix (error->message, path), "%s", error->message);
  fail_unless (strstr (error->message, "initializer 'w'") && strstr (error->message, location ? location : ""), "%s",
               error->message);
  va_start (texts, length);
  while ((text = va_arg (texts, const char *)))
    fail_unless (strstr (error->message, text) != NULL, "no '%s' in: %s", text, error->message);
  va_end (texts);
}

/* --- what is read ------------------------------------------------------------------ */

GST_START_TEST (numbers_beside_the_model_are_read)
{
  write_numbers ("model.onnx.data", 100);
  fail_unless_sum_runs ("model.onnx.data", "100", "24");
  fail_unless_sum_runs ("./model.onnx.data", "100", NULL);
}
GST_END_TEST

GST_START_TEST (without_offset_they_begin_the_file)
{
  write_numbers ("weights", 0);
  fail_unless_sum_runs ("weights", NULL, NULL);
}
GST_END_TEST

GST_START_TEST (a_folder_below_is_walked)
{
  g_autofree char *below = beside ("below");

  fail_unless (g_mkdir (below, 0700) == 0);
  write_numbers ("below/weights", 4);
  fail_unless_sum_runs ("below/weights", "4", "24");
}
GST_END_TEST

GST_START_TEST (numbers_of_a_constant_node_are_read)
{
  OnnxWriter *writer = onnx_writer_new (15);
  GByteArray *tensor = external_tensor ("", DIMS (6), "weights", NULL, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (NncModel) model = NULL;

  write_numbers ("weights", 0);
  onnx_writer_input (writer, "x", NNC_F32, DIMS (6));
  onnx_writer_node (writer, "constant", "Constant", "", "w");
  onnx_writer_take_tensor (writer, "value", tensor);
  onnx_writer_node (writer, "sum", "Add", "x,w", "y");
  onnx_writer_output (writer, "y", NNC_F32, DIMS (6));
  model = open_writer (writer, &error);
  fail_unless (model != NULL, "%s", error ? error->message : "");
}
GST_END_TEST

/* --- where they may not lie ---------------------------------------------------------- */

GST_START_TEST (a_file_outside_the_folder_is_refused)
{
  g_autofree char *outside = g_build_filename (folder, "weights", NULL);
  g_autofree char *below = beside ("below");

  write_numbers ("../weights", 0);
  fail_unless (g_mkdir (below, 0700) == 0);
  write_numbers ("inside", 0);
  fail_unless_sum_refused (NNC_ERROR_FORMAT, "../weights", "0", "24", "not lie in the folder", NULL);
  fail_unless_sum_refused (NNC_ERROR_FORMAT, "below/../../weights", "0", "24", "not lie in the folder", NULL);
  fail_unless_sum_refused (NNC_ERROR_FORMAT, "below/../inside", "0", "24", "not lie in the folder", NULL);
  fail_unless_sum_refused (NNC_ERROR_FORMAT, outside, "0", "24", "not lie in the folder", NULL);
  fail_unless_sum_refused (NNC_ERROR_FORMAT, "", "0", "24", "not lie in the folder", NULL);
}
GST_END_TEST

GST_START_TEST (a_symbolic_link_is_not_followed)
{
  g_autofree char *link = beside ("link"), *folder_link = beside ("up");

  write_numbers ("../weights", 0);
  fail_unless (symlink ("../weights", link) == 0 && symlink ("..", folder_link) == 0);
  fail_unless_sum_refused (NNC_ERROR_NOT_FOUND, "link", "0", "24", "symbolic link", NULL);
  fail_unless_sum_refused (NNC_ERROR_NOT_FOUND, "up/weights", "0", "24", "symbolic link", NULL);
}
GST_END_TEST

GST_START_TEST (what_is_no_regular_file_is_refused)
{
  g_autofree char *pipe = beside ("pipe"), *below = beside ("below");

  fail_unless (mkfifo (pipe, 0600) == 0 && g_mkdir (below, 0700) == 0);
  fail_unless_sum_refused (NNC_ERROR_NOT_FOUND, "pipe", "0", "24", "not a regular file", NULL);
  fail_unless_sum_refused (NNC_ERROR_NOT_FOUND, "below", "0", "24", "not a regular file", NULL);
}
GST_END_TEST

GST_START_TEST (a_missing_file_is_named)
{
  write_numbers ("file", 0);
  fail_unless_sum_refused (NNC_ERROR_NOT_FOUND, "none", "0", "24", "models/none: cannot be opened", NULL);
  fail_unless_sum_refused (NNC_ERROR_NOT_FOUND, "file/none", "0", "24", "cannot be opened", NULL);
}
GST_END_TEST

GST_START_TEST (bytes_have_no_folder)
{
  g_autoptr (GBytes) bytes = onnx_writer_finish (sum ("weights", "0", "24"));
  g_autoptr (GError) error = NULL;

  write_numbers ("weights", 0);
  fail_unless (nnc_model_new_from_bytes (bytes, path, &error) == NULL);
  fail_unless (g_error_matches (error, NNC_ERROR, NNC_ERROR_NOT_FOUND));
  fail_unless (strstr (error->message, "initializer 'w'") && strstr (error->message, "'weights'")
                   && strstr (error->message, "no folder"),
               "%s", error->message);
}
GST_END_TEST

GST_START_TEST (a_location_must_be_told)
{
  fail_unless_sum_refused (NNC_ERROR_FORMAT, NULL, "0", "24", "location is not told", NULL);
}
GST_END_TEST

/* --- which part of the file ------------------------------------------------------------ */

GST_START_TEST (a_file_that_is_too_short_is_refused)
{
  write_numbers ("weights", 0);
  fail_unless_sum_refused (NNC_ERROR_FORMAT, "weights", "1", "24", "24 bytes of numbers at 1", "of 24 bytes", NULL);
  fail_unless_sum_refused (NNC_ERROR_FORMAT, "weights", "24", NULL, "24 bytes of numbers at 24", "of 24 bytes", NULL);
}
GST_END_TEST

GST_START_TEST (an_offset_outside_the_file_is_refused)
{
  static const char *const offsets[]
      = { "-1", "25",  "9223372036854775807", "18446744073709551592", "99999999999999999999", "0x0", " 0", "1.0",
          "",   "many" };

  write_numbers ("weights", 0);
  for (guint i = 0; i < G_N_ELEMENTS (offsets); i++) {
    g_autofree char *text = g_strdup_printf ("offset '%s'", offsets[i]);
    fail_unless_sum_refused (NNC_ERROR_FORMAT, "weights", offsets[i], "24", text, "file of 24 bytes", NULL);
  }
}
GST_END_TEST

GST_START_TEST (a_length_that_is_not_the_tensors_is_refused)
{
  static const char *const lengths[] = { "-24", "23", "25", "0", "18446744073709551640", "99999999999999999999", "" };

  write_numbers ("weights", 100);
  for (guint i = 0; i < G_N_ELEMENTS (lengths); i++) {
    g_autofree char *text = g_strdup_printf ("length '%s'", lengths[i]);
    fail_unless_sum_refused (NNC_ERROR_FORMAT, "weights", "0", lengths[i], text, "24 bytes", NULL);
  }
}
GST_END_TEST

/* --- its model is shared, and its bytes are read again -------------------------------------- */

GST_START_TEST (a_model_is_shared_while_its_data_file_is_the_same)
{
  g_autoptr (NncModel) model = NULL;
  g_autoptr (NncModel) again = NULL;
  g_autoptr (NncModel) changed = NULL;

  write_numbers ("weights", 0);
  model = open_sum ("weights", "0", "24", NULL);
  again = nnc_model_new_from_file (path, NULL);
  fail_unless (model && again == model);
  write_numbers ("weights", 8);
  changed = nnc_model_new_from_file (path, NULL);
  fail_unless (changed && changed != model);
}
GST_END_TEST

/* By a link in another folder the same model file has another file beside it. */
GST_START_TEST (a_link_elsewhere_has_its_own_data_file)
{
  g_autofree char *linked = g_build_filename (folder, "model.onnx", NULL);
  g_autofree char *own = g_build_filename (folder, "weights", NULL), *first_weights = beside ("weights");
  g_autoptr (NncModel) model = NULL;
  g_autoptr (NncModel) other = NULL;
  g_autoptr (NncModel) same = NULL;
  g_autoptr (GError) error = NULL;

  write_numbers ("weights", 0);
  model = open_sum ("weights", "0", "24", NULL);
  fail_unless (model && symlink (path, linked) == 0);
  fail_unless (nnc_model_new_from_file (linked, &error) == NULL);
  fail_unless (g_error_matches (error, NNC_ERROR, NNC_ERROR_NOT_FOUND), "%s", error->message);
  write_numbers ("../weights", 0);
  other = nnc_model_new_from_file (linked, NULL);
  fail_unless (other && other != model);
  g_remove (own);
  fail_unless (link (first_weights, own) == 0);
  same = nnc_model_new_from_file (linked, NULL);
  fail_unless (same == model);
}
GST_END_TEST

GST_START_TEST (a_data_file_that_was_changed_is_not_read_again)
{
  g_autoptr (NncModel) model = NULL;
  g_autoptr (NncSession) session = NULL;
  g_autoptr (GError) error = NULL;

  write_numbers ("weights", 0);
  model = open_sum ("weights", "0", "24", NULL);
  session = nnc_session_new (model, NULL, NULL);
  fail_unless (session != NULL);
  write_numbers ("weights", 8);
  g_clear_pointer (&session, nnc_session_unref);
  session = nnc_session_new (model, NULL, &error);
  fail_unless (session == NULL);
  fail_unless (g_error_matches (error, NNC_ERROR, NNC_ERROR_READ), "%s", error->message);
  fail_unless (strstr (error->message, "models/weights: was changed") != NULL, "%s", error->message);
}
GST_END_TEST

GST_START_TEST (weights_at_the_same_place_of_two_files_are_told_apart)
{
  OnnxWriter *writer = onnx_writer_new (15);
  g_autofree char *ones = beside ("ones"), *twos = beside ("twos");
  g_autoptr (GError) error = NULL;
  g_autoptr (NncModel) model = NULL;
  g_autoptr (NncSession) session = NULL;

  fail_unless (g_file_set_contents (ones, (const char *)&numbers[0], 4, NULL));
  fail_unless (g_file_set_contents (twos, (const char *)&numbers[1], 4, NULL));
  onnx_writer_input (writer, "x", NNC_F32, DIMS (1, 1, 1, 1));
  onnx_writer_output (writer, "y", NNC_F32, DIMS (1, 1, 1, 1));
  onnx_writer_output (writer, "z", NNC_F32, DIMS (1, 1, 1, 1));
  onnx_writer_node (writer, "a", "Conv", "x,v", "y");
  onnx_writer_node (writer, "b", "Conv", "x,w", "z");
  onnx_writer_take_initializer (writer, external_tensor ("v", DIMS (1, 1, 1, 1), "ones", NULL, NULL));
  onnx_writer_take_initializer (writer, external_tensor ("w", DIMS (1, 1, 1, 1), "twos", NULL, NULL));
  model = open_writer (writer, &error);
  session = model ? nnc_session_new (model, NULL, &error) : NULL;
  fail_unless (session != NULL, "%s", error ? error->message : "");
  *(float *)nnc_tensor_get_data (nnc_session_get_input (session, 0)) = 3;
  fail_unless (nnc_session_run (session, NULL));
  fail_unless_equals_float (*(const float *)nnc_tensor_get_data (nnc_session_get_output (session, 0)), 3);
  fail_unless_equals_float (*(const float *)nnc_tensor_get_data (nnc_session_get_output (session, 1)), 6);
}
GST_END_TEST

static Suite *
onnx_external_data_suite (void)
{
  Suite *suite = suite_create ("onnx_external_data");
  TCase *tests = tcase_create ("general");

  suite_add_tcase (suite, tests);
  tcase_add_checked_fixture (tests, setup, teardown);
  tcase_add_test (tests, numbers_beside_the_model_are_read);
  tcase_add_test (tests, without_offset_they_begin_the_file);
  tcase_add_test (tests, a_folder_below_is_walked);
  tcase_add_test (tests, numbers_of_a_constant_node_are_read);
  tcase_add_test (tests, a_file_outside_the_folder_is_refused);
  tcase_add_test (tests, a_symbolic_link_is_not_followed);
  tcase_add_test (tests, what_is_no_regular_file_is_refused);
  tcase_add_test (tests, a_missing_file_is_named);
  tcase_add_test (tests, bytes_have_no_folder);
  tcase_add_test (tests, a_location_must_be_told);
  tcase_add_test (tests, a_file_that_is_too_short_is_refused);
  tcase_add_test (tests, an_offset_outside_the_file_is_refused);
  tcase_add_test (tests, a_length_that_is_not_the_tensors_is_refused);
  tcase_add_test (tests, a_model_is_shared_while_its_data_file_is_the_same);
  tcase_add_test (tests, a_link_elsewhere_has_its_own_data_file);
  tcase_add_test (tests, a_data_file_that_was_changed_is_not_read_again);
  tcase_add_test (tests, weights_at_the_same_place_of_two_files_are_told_apart);
  return suite;
}

GST_CHECK_MAIN (onnx_external_data)
