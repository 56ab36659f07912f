/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test_onnx_hostile.c: files that are cut, mutated or made to do harm. Each
 * is either read and run, or refused by an error that names the file. */
#include "hostile.h"
#include "onnx_writer.h"
#include "protobuf_writer.h"

#include <glib/gstdio.h>
#include <gst/check/gstcheck.h>
#include <nncore/nncore.h>
#include <string.h>

/* --- small networks ------------------------------------------------------------ */

/* A convolution, a pooling and a dense layer: [1,8,8,1] -> [1,4], as the exporters of Keras write it. */
static OnnxWriter *
small_network (void)
{
  static const float weights[4 * 9] = { 0.5f, -0.25f, 1, 0, 0.125f }, dense[64 * 4] = { 1, 2, 3 };
  static const gint64 image[] = { -1, 1, 8, 8 }, flat[] = { -1, 64 };
  OnnxWriter *writer = onnx_writer_new (12);

  onnx_writer_input (writer, "x", NNC_F32, DIMS (1, 8, 8, 1));
  onnx_writer_output (writer, "y", NNC_F32, DIMS (1, 4));
  onnx_writer_initializer (writer, "w", NNC_F32, DIMS (4, 1, 3, 3), weights);
  onnx_writer_initializer (writer, "b", NNC_F32, DIMS (4), weights);
  onnx_writer_initializer (writer, "d", NNC_F32, DIMS (64, 4), dense);
  onnx_writer_initializer (writer, "image", NNC_I64, DIMS (4), image);
  onnx_writer_node (writer, "shape", "Constant", "", "flat");
  onnx_writer_tensor (writer, "value", NNC_I64, DIMS (2), flat);
  onnx_writer_node (writer, "nchw", "Reshape", "x,image", "i");
  onnx_writer_node (writer, "conv", "Conv", "i,w,b", "c");
  onnx_writer_ints (writer, "pads", DIMS (1, 1, 1, 1));
  onnx_writer_ints (writer, "strides", DIMS (1, 1));
  onnx_writer_node (writer, "relu", "Relu", "c", "r");
  onnx_writer_node (writer, "pool", "MaxPool", "r", "p");
  onnx_writer_ints (writer, "kernel_shape", DIMS (2, 2));
  onnx_writer_ints (writer, "strides", DIMS (2, 2));
  onnx_writer_node (writer, "flatten", "Reshape", "p,flat", "f");
  onnx_writer_node (writer, "dense", "MatMul", "f,d", "m");
  onnx_writer_node (writer, "bias", "Add", "m,b", "s");
  onnx_writer_node (writer, "softmax", "Softmax", "s", "y");
  return writer;
}

/* y = op (x), x: f32 [2,3]. */
static OnnxWriter *
one_node (const char *op)
{
  OnnxWriter *writer = onnx_writer_new (15);

  onnx_writer_input (writer, "x", NNC_F32, DIMS (2, 3));
  onnx_writer_untyped_output (writer, "y");
  onnx_writer_node (writer, "node", op, "x", "y");
  return writer;
}

GST_START_TEST (the_small_network_runs)
{
  g_autoptr (GBytes) bytes = onnx_writer_finish (small_network ());

  fail_unless (hostile_survive (bytes));
}
GST_END_TEST

/* --- cut --------------------------------------------------------------------------- */

GST_START_TEST (a_file_cut_at_every_byte_is_refused)
{
  g_autoptr (GBytes) bytes = onnx_writer_finish (small_network ());
  gsize size;
  gconstpointer data = g_bytes_get_data (bytes, &size);

  for (gsize i = 0; i < size; i++)
    fail_if (hostile_survive_copy (data, i), "ran with %" G_GSIZE_FORMAT " of %" G_GSIZE_FORMAT " bytes", i, size);
}
GST_END_TEST

/* The lengths around it say the truth, so reading gets as far as the cut. */
GST_START_TEST (a_graph_cut_at_every_byte_is_survived)
{
  g_autoptr (GByteArray) graph = onnx_writer_finish_graph (small_network ());

  for (guint i = 0; i < graph->len; i++) {
    g_autoptr (GByteArray) model = g_byte_array_new ();
    GByteArray *opset = g_byte_array_new ();

    protobuf_put_varint (opset, 2, 12);
    protobuf_take_message (model, 8, opset);
    protobuf_put_bytes (model, 7, graph->data, i);
    hostile_survive_copy (model->data, model->len);
  }
}
GST_END_TEST

/* --- mutated ------------------------------------------------------------------------- */

GST_START_TEST (two_thousand_mutations_are_survived)
{
  g_autoptr (GBytes) bytes = onnx_writer_finish (small_network ());
  gsize size;
  gconstpointer data = g_bytes_get_data (bytes, &size);

  hostile_survive_mutations (data, size, 2000);
}
GST_END_TEST

/* --- made to do harm -------------------------------------------------------------------- */

/* Messages inside each other, from the inside out, without copying: every number of `fields` in turn. */
static GByteArray *
nested (const guint8 *fields, guint n_fields, guint depth)
{
  gsize size = (gsize)depth * 6, start = size;
  g_autofree guint8 *buffer = g_malloc (size);

  for (guint i = depth; i-- > 0;) {
    g_autoptr (GByteArray) prefix = g_byte_array_new ();

    protobuf_put_tag (prefix, fields[i % n_fields], 2);
    protobuf_put_raw_varint (prefix, size - start);
    start -= prefix->len;
    memcpy (buffer + start, prefix->data, prefix->len);
  }
  return g_byte_array_append (g_byte_array_new (), buffer + start, (guint)(size - start));
}

GST_START_TEST (messages_nested_20000_deep_are_refused)
{
  static const guint8 subgraphs[] = { 1, 5, 6 }; /* node, attribute, g */
  OnnxWriter *writer = one_node ("Identity");
  g_autoptr (GByteArray) model = g_byte_array_new ();
  GByteArray *opset = g_byte_array_new ();

  protobuf_put_varint (opset, 2, 15);
  protobuf_take_message (model, 8, opset);
  protobuf_take_message (model, 7, nested (subgraphs, 3, 20000));
  hostile_fail_unless_refused (g_bytes_new (model->data, model->len), "nested", NULL);
  onnx_writer_graph (writer, "no_such_attribute", nested (subgraphs, 3, 20000));
  hostile_fail_unless_refused (onnx_writer_finish (writer), "node 'node' (Identity, opset 15)", "no_such_attribute", NULL);
}
GST_END_TEST

GST_START_TEST (an_operator_that_does_not_exist_is_named)
{
  hostile_fail_unless_refused (onnx_writer_finish (one_node ("NoSuchOperator")), "node 'node' (NoSuchOperator", NULL);
}
GST_END_TEST

GST_START_TEST (types_that_do_not_fit_are_refused)
{
  static const gint64 integers[3] = { 1, 2, 3 };
  OnnxWriter *writer = onnx_writer_new (15);

  onnx_writer_input (writer, "x", NNC_F32, DIMS (2, 3));
  onnx_writer_initializer (writer, "w", NNC_I64, DIMS (3), integers);
  onnx_writer_node (writer, "sum", "Add", "x,w", "y");
  onnx_writer_untyped_output (writer, "y");
  hostile_fail_unless_refused (onnx_writer_finish (writer), "node 'sum' (Add)", "f32", "i64", NULL);
}
GST_END_TEST

GST_START_TEST (shapes_that_do_not_fit_are_refused)
{
  static const float weights[4];
  OnnxWriter *writer = onnx_writer_new (15);

  onnx_writer_input (writer, "x", NNC_F32, DIMS (2, 3));
  onnx_writer_initializer (writer, "w", NNC_F32, DIMS (4), weights);
  onnx_writer_node (writer, "sum", "Add", "x,w", "y");
  onnx_writer_untyped_output (writer, "y");
  hostile_fail_unless_refused (onnx_writer_finish (writer), "node 'sum' (Add)", "3", "4", NULL);
}
GST_END_TEST

GST_START_TEST (a_cycle_is_refused)
{
  OnnxWriter *writer = onnx_writer_new (15);

  onnx_writer_input (writer, "x", NNC_F32, DIMS (2));
  onnx_writer_node (writer, "a", "Add", "x,c", "b");
  onnx_writer_node (writer, "b", "Identity", "b", "c");
  onnx_writer_untyped_output (writer, "c");
  hostile_fail_unless_refused (onnx_writer_finish (writer), "node 'a' (Add)", "cycle", NULL);
}
GST_END_TEST

GST_START_TEST (shapes_that_overflow_are_refused)
{
  OnnxWriter *input = onnx_writer_new (15), *padded = onnx_writer_new (15), *multiplied = onnx_writer_new (15);
  static const gint64 pads[] = { G_MAXINT64 / 2, G_MAXINT64 / 2 }, axes[] = { 1 };

  onnx_writer_input (input, "x", NNC_F32, DIMS (G_MAXINT64, G_MAXINT64));
  hostile_fail_unless_refused (onnx_writer_finish (input), "'x'", NULL);

  onnx_writer_input (padded, "x", NNC_F32, DIMS (3));
  onnx_writer_initializer (padded, "pads", NNC_I64, DIMS (2), pads);
  onnx_writer_node (padded, "node", "Pad", "x,pads", "y");
  onnx_writer_untyped_output (padded, "y");
  hostile_fail_unless_refused (onnx_writer_finish (padded), "node 'node' (Pad)", NULL);

  onnx_writer_input (multiplied, "x", NNC_F32, DIMS (1 << 24));
  onnx_writer_initializer (multiplied, "axes", NNC_I64, DIMS (1), axes);
  onnx_writer_node (multiplied, "column", "Unsqueeze", "x,axes", "c");
  onnx_writer_node (multiplied, "node", "Add", "c,x", "y");
  onnx_writer_untyped_output (multiplied, "y");
  hostile_fail_unless_refused (onnx_writer_finish (multiplied), NULL);
}
GST_END_TEST

/* Every layer wants the square of the memory of the one before. */
GST_START_TEST (memory_beyond_the_limit_is_refused)
{
  OnnxWriter *writer = onnx_writer_new (15);
  static const gint64 pads[] = { 0, 0, 1 << 14, 1 << 14 };

  onnx_writer_input (writer, "x", NNC_F32, DIMS (2, 3));
  onnx_writer_initializer (writer, "pads", NNC_I64, DIMS (4), pads);
  onnx_writer_node (writer, "node", "Pad", "x,pads", "y");
  onnx_writer_untyped_output (writer, "y");
  hostile_fail_unless_refused (onnx_writer_finish (writer), NULL);
}
GST_END_TEST

/* --- files -------------------------------------------------------------------------------- */

static void
fail_unless_file_refused (const char *path, gint code)
{
  g_autoptr (GError) error = NULL;

  fail_unless (nnc_model_new_from_file (path, &error) == NULL);
  fail_unless (g_error_matches (error, NNC_ERROR, code), "%s", error->message);
  fail_unless (strstr (error->message, path) != NULL, "%s", error->message);
}

GST_START_TEST (files_that_are_no_models_are_refused_by_name)
{
  g_autofree char *directory = g_dir_make_tmp ("nncore-XXXXXX", NULL);
  g_autofree char *missing = g_build_filename (directory, "missing.onnx", NULL);
  g_autofree char *empty = g_build_filename (directory, "empty.onnx", NULL);
  g_autofree char *text = g_build_filename (directory, "text.onnx", NULL);

  fail_unless (g_file_set_contents (empty, "", 0, NULL) && g_file_set_contents (text, "A text, no model.\n", -1, NULL));
  fail_unless_file_refused (missing, NNC_ERROR_NOT_FOUND);
  fail_unless_file_refused (directory, NNC_ERROR_NOT_FOUND);
  fail_unless_file_refused (empty, NNC_ERROR_FORMAT);
  fail_unless_file_refused (text, NNC_ERROR_FORMAT);
  g_unlink (empty);
  g_unlink (text);
  g_rmdir (directory);
}
GST_END_TEST

static Suite *
onnx_hostile_suite (void)
{
  Suite *suite = suite_create ("onnx_hostile");
  TCase *tests = tcase_create ("general");

  suite_add_tcase (suite, tests);
  tcase_set_timeout (tests, 300);
  tcase_add_test (tests, the_small_network_runs);
  tcase_add_test (tests, a_file_cut_at_every_byte_is_refused);
  tcase_add_test (tests, a_graph_cut_at_every_byte_is_survived);
  tcase_add_test (tests, two_thousand_mutations_are_survived);
  tcase_add_test (tests, messages_nested_20000_deep_are_refused);
  tcase_add_test (tests, an_operator_that_does_not_exist_is_named);
  tcase_add_test (tests, types_that_do_not_fit_are_refused);
  tcase_add_test (tests, shapes_that_do_not_fit_are_refused);
  tcase_add_test (tests, a_cycle_is_refused);
  tcase_add_test (tests, shapes_that_overflow_are_refused);
  tcase_add_test (tests, memory_beyond_the_limit_is_refused);
  tcase_add_test (tests, files_that_are_no_models_are_refused_by_name);
  return suite;
}

GST_CHECK_MAIN (onnx_hostile)
