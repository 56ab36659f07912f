/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test_tflite_hostile.c: TFLite files that are cut, mutated or made to do
 * harm. Each is either read and run, or refused by an error that names the file. */
#include "hostile.h"
#include "tflite_writer.h"

#include <gst/check/gstcheck.h>
#include <nncore/nncore.h>
#include <string.h>

enum { ADD = 0, CONV_2D = 3, FULLY_CONNECTED = 9, MAX_POOL_2D = 17, RESHAPE = 22, SOFTMAX = 25, PAD = 34, WHILE = 119 };
enum { CONV_OPTIONS = 1, POOL_OPTIONS = 5, SOFTMAX_OPTIONS = 9, WHILE_OPTIONS = 93 };

static void
set_window (FbTable *options, gint64 stride)
{
  fb_set_int (options, 0, 1, 0);
  fb_set_int (options, 1, 4, stride);
  fb_set_int (options, 2, 4, stride);
}

/* A convolution, a pooling and a dense layer: [1,8,8,1] -> [1,4]. */
static TfliteWriter *
small_network (void)
{
  static const float weights[4 * 9] = { 0.5f, -0.25f, 1, 0, 0.125f }, dense[4 * 64] = { 1, 2, 3 };
  static const gint32 flat[] = { -1, 64 };
  TfliteWriter *writer = tflite_writer_new ();
  guint x = tflite_writer_input (writer, "x", NNC_F32, DIMS (1, 8, 8, 1));
  guint w = tflite_writer_constant (writer, "w", NNC_F32, DIMS (4, 3, 3, 1), weights);
  guint b = tflite_writer_constant (writer, "b", NNC_F32, DIMS (4), weights);
  guint d = tflite_writer_constant (writer, "d", NNC_F32, DIMS (4, 64), dense);
  guint f = tflite_writer_constant (writer, "flat", NNC_I32, DIMS (2), flat);
  guint c = tflite_writer_tensor (writer, "conv", NNC_F32, DIMS (1, 8, 8, 4));
  guint p = tflite_writer_tensor (writer, "pool", NNC_F32, DIMS (1, 4, 4, 4));
  guint r = tflite_writer_tensor (writer, "reshape", NNC_F32, DIMS (1, 64));
  guint m = tflite_writer_tensor (writer, "dense", NNC_F32, DIMS (1, 4));
  guint y = tflite_writer_tensor (writer, "y", NNC_F32, DIMS (1, 4));
  FbTable *options;

  tflite_writer_node (writer, CONV_2D, DIMS (x, w, b), DIMS (c));
  options = tflite_writer_options (writer, CONV_OPTIONS);
  set_window (options, 1);
  fb_set_int (options, 3, 1, 1);
  tflite_writer_node (writer, MAX_POOL_2D, DIMS (c), DIMS (p));
  options = tflite_writer_options (writer, POOL_OPTIONS);
  set_window (options, 2);
  fb_set_int (options, 3, 4, 2);
  fb_set_int (options, 4, 4, 2);
  tflite_writer_node (writer, RESHAPE, DIMS (p, f), DIMS (r));
  tflite_writer_node (writer, FULLY_CONNECTED, DIMS (r, d, b), DIMS (m));
  tflite_writer_node (writer, SOFTMAX, DIMS (m), DIMS (y));
  fb_set_float (tflite_writer_options (writer, SOFTMAX_OPTIONS), 0, 1);
  tflite_writer_output (writer, y);
  return writer;
}

GST_START_TEST (the_small_network_runs)
{
  g_autoptr (GBytes) bytes = tflite_writer_finish (small_network ());

  fail_unless (hostile_survive (bytes));
}
GST_END_TEST

GST_START_TEST (a_graph_that_lies_in_itself_is_refused)
{
  TfliteWriter *writer = tflite_writer_new ();
  guint x = tflite_writer_input (writer, "x", NNC_F32, DIMS (1));
  guint y = tflite_writer_tensor (writer, "y", NNC_F32, DIMS (1));
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (NncModel) model = NULL;

  tflite_writer_node (writer, WHILE, DIMS (x), DIMS (y));
  tflite_writer_options (writer, WHILE_OPTIONS); /* its condition and body are graph 0 */
  tflite_writer_output (writer, y);
  bytes = tflite_writer_finish (writer);
  model = nnc_model_new_from_bytes (bytes, "self", &error);
  fail_unless (model == NULL);
  fail_unless (strstr (error->message, "graph 0 lies in itself"), "%s", error->message);
}
GST_END_TEST

/* But for the zero that ends the last text, which nobody reads. */
GST_START_TEST (a_file_cut_at_every_byte_is_refused)
{
  g_autoptr (GBytes) bytes = tflite_writer_finish (small_network ());
  gsize size;
  gconstpointer data = g_bytes_get_data (bytes, &size);

  for (gsize i = 0; i < size - 1; i++)
    fail_if (hostile_survive_copy (data, i), "ran with %" G_GSIZE_FORMAT " of %" G_GSIZE_FORMAT " bytes", i, size);
}
GST_END_TEST

GST_START_TEST (four_thousand_mutations_are_survived)
{
  g_autoptr (GBytes) bytes = tflite_writer_finish (small_network ());
  gsize size;
  gconstpointer data = g_bytes_get_data (bytes, &size);

  hostile_survive_mutations (data, size, 4000);
}
GST_END_TEST

/* Offsets, sizes and counts that are extreme: each word of the file in turn. */
GST_START_TEST (every_word_at_its_extremes_is_survived)
{
  static const guint32 extremes[] = { 0, 1, 0x7fffffff, 0x80000000, 0xffffffff };
  g_autoptr (GBytes) bytes = tflite_writer_finish (small_network ());
  gsize size;
  gconstpointer data = g_bytes_get_data (bytes, &size);
  g_autofree guint8 *copy = g_memdup2 (data, size);

  for (gsize i = 0; i + 4 <= size; i += 3) {
    for (guint j = 0; j < G_N_ELEMENTS (extremes); j++) {
      memcpy (copy + i, &extremes[j], 4);
      hostile_survive_copy (copy, size);
    }
    memcpy (copy + i, (const guint8 *)data + i, 4);
  }
}
GST_END_TEST

/* 2^31 - 1 in each of eight dimensions. */
GST_START_TEST (a_shape_that_overflows_is_refused)
{
  TfliteWriter *writer = tflite_writer_new ();
  const gint64 most = G_MAXINT32;

  tflite_writer_output (
      writer, tflite_writer_input (writer, "x", NNC_F32, DIMS (most, most, most, most, most, most, most, most)));
  hostile_fail_unless_refused (tflite_writer_finish (writer), NULL);
}
GST_END_TEST

GST_START_TEST (padding_beyond_the_memory_limit_is_refused)
{
  static const gint32 pads[] = { 0, 1 << 20, 0, 1 << 20 };
  TfliteWriter *writer = tflite_writer_new ();
  guint x = tflite_writer_input (writer, "x", NNC_F32, DIMS (2, 2));
  guint p = tflite_writer_constant (writer, "p", NNC_I32, DIMS (2, 2), pads);
  guint y = tflite_writer_tensor (writer, "y", NNC_F32, DIMS (2, 2));

  tflite_writer_node (writer, PAD, DIMS (x, p), DIMS (y));
  tflite_writer_output (writer, y);
  hostile_fail_unless_refused (tflite_writer_finish (writer), NULL);
}
GST_END_TEST

GST_START_TEST (types_that_do_not_fit_name_the_node)
{
  TfliteWriter *writer = tflite_writer_new ();
  guint x = tflite_writer_input (writer, "x", NNC_F32, DIMS (2));
  guint i = tflite_writer_input (writer, "i", NNC_I32, DIMS (2));
  guint y = tflite_writer_tensor (writer, "the sum", NNC_F32, DIMS (2));

  tflite_writer_node (writer, ADD, DIMS (x, i), DIMS (y));
  tflite_writer_output (writer, y);
  hostile_fail_unless_refused (tflite_writer_finish (writer), "node 'the sum' (Add)", "f32", "i32", NULL);
}
GST_END_TEST

static Suite *
tflite_hostile_suite (void)
{
  Suite *suite = suite_create ("tflite_hostile");
  TCase *tests = tcase_create ("general");

  suite_add_tcase (suite, tests);
  tcase_set_timeout (tests, 300);
  tcase_add_test (tests, the_small_network_runs);
  tcase_add_test (tests, a_graph_that_lies_in_itself_is_refused);
  tcase_add_test (tests, a_file_cut_at_every_byte_is_refused);
  tcase_add_test (tests, four_thousand_mutations_are_survived);
  tcase_add_test (tests, every_word_at_its_extremes_is_survived);
  tcase_add_test (tests, a_shape_that_overflows_is_refused);
  tcase_add_test (tests, padding_beyond_the_memory_limit_is_refused);
  tcase_add_test (tests, types_that_do_not_fit_name_the_node);
  return suite;
}

GST_CHECK_MAIN (tflite_hostile)
