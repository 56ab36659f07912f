/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test_trim_outputs.c: rows and columns that a pooling leaves unread are not computed. */
#include "onnx_writer.h"
#include "pass_effect.h"

#include <gst/check/gstcheck.h>

/* x [1,height,width,1] as t [1,1,height,width], and weights: first [2,1,3,3], second [2,2,3,3]. */
static OnnxWriter *
begin (gint64 height, gint64 width)
{
  OnnxWriter *writer = onnx_writer_new (15);
  float weights[2 * 2 * 3 * 3];

  pass_effect_fill (weights, G_N_ELEMENTS (weights), 1);
  onnx_writer_input (writer, "x", NNC_F32, DIMS (1, height, width, 1));
  onnx_writer_initializer (writer, "first", NNC_F32, DIMS (2, 1, 3, 3), weights);
  onnx_writer_initializer (writer, "second", NNC_F32, DIMS (2, 2, 3, 3), weights);
  onnx_writer_node (writer, "transpose", "Transpose", "x", "t");
  onnx_writer_ints (writer, "perm", DIMS (0, 3, 1, 2));
  return writer;
}

static void
write_pool (OnnxWriter *writer, const char *op, const char *input, const char *output)
{
  onnx_writer_node (writer, output, op, input, output);
  onnx_writer_ints (writer, "kernel_shape", DIMS (2, 2));
  onnx_writer_ints (writer, "strides", DIMS (2, 2));
}

/* MACs of the network as it is, and how many of them the pass saves. */
static void
check_work (OnnxWriter *writer, gint64 channels, gint64 height, gint64 width, guint64 all, guint64 saved)
{
  g_autofree char *steps = NULL;
  guint64 macs, macs_without;

  onnx_writer_output (writer, "y", NNC_F32, DIMS (1, channels, height, width));
  steps = pass_effect_work (onnx_writer_finish (writer), "trim_outputs", &macs, &macs_without);
  fail_unless_equals_uint64 (macs_without, all);
  fail_unless_equals_uint64 (macs_without - macs, saved);
}

/* A row of a convolution is 9 products for each of 2 channels and each pixel. */
GST_START_TEST (a_pooling_that_rounds_down_spares_a_row_and_a_column)
{
  OnnxWriter *writer = begin (9, 11);

  onnx_writer_node (writer, "conv", "Conv", "t,first", "a");
  write_pool (writer, "MaxPool", "a", "y");
  check_work (writer, 2, 3, 4, 7 * 9 * 18, (7 * 9 - 6 * 8) * 18);
}
GST_END_TEST

GST_START_TEST (what_is_spared_spares_more_before_it)
{
  OnnxWriter *writer = begin (17, 17); /* 15, pooled 7, 5, pooled 2: 4 are read, of 6, of 12 */

  onnx_writer_node (writer, "conv1", "Conv", "t,first", "a");
  write_pool (writer, "MaxPool", "a", "b");
  onnx_writer_node (writer, "conv2", "Conv", "b,second", "c");
  write_pool (writer, "AveragePool", "c", "y");
  check_work (writer, 2, 2, 2, 15 * 15 * 18 + 5 * 5 * 36, (15 * 15 - 12 * 12) * 18 + (5 * 5 - 4 * 4) * 36);
}
GST_END_TEST

GST_START_TEST (padding_before_the_image_counts)
{
  OnnxWriter *writer = begin (10, 10);

  onnx_writer_node (writer, "conv", "Conv", "t,first", "a"); /* 8 */
  onnx_writer_node (writer, "pool", "MaxPool", "a", "y"); /* -1, 2, 5: 7 are read */
  onnx_writer_ints (writer, "kernel_shape", DIMS (2, 2));
  onnx_writer_ints (writer, "strides", DIMS (3, 3));
  onnx_writer_ints (writer, "pads", DIMS (1, 1, 0, 0));
  check_work (writer, 2, 3, 3, 8 * 8 * 18, (8 * 8 - 7 * 7) * 18);
}
GST_END_TEST

GST_START_TEST (a_convolution_by_strides_spares_too)
{
  OnnxWriter *writer = begin (10, 9);

  onnx_writer_node (writer, "conv1", "Conv", "t,first", "a"); /* 8 x 7 */
  onnx_writer_node (writer, "conv2", "Conv", "a,second", "y"); /* rows 0, 2, 4: 7 are read */
  onnx_writer_ints (writer, "strides", DIMS (2, 2));
  check_work (writer, 2, 3, 3, 8 * 7 * 18 + 3 * 3 * 36, 7 * 18);
}
GST_END_TEST

GST_START_TEST (a_second_reader_wants_all)
{
  OnnxWriter *writer = begin (9, 9);

  onnx_writer_node (writer, "conv", "Conv", "t,first", "a");
  onnx_writer_node (writer, "exp", "Exp", "a", "second_output");
  onnx_writer_output (writer, "second_output", NNC_F32, DIMS (1, 2, 7, 7));
  write_pool (writer, "MaxPool", "a", "y");
  check_work (writer, 2, 3, 3, 7 * 7 * 18, 0);
}
GST_END_TEST

GST_START_TEST (an_output_of_the_network_is_computed_whole)
{
  OnnxWriter *writer = begin (9, 9);

  onnx_writer_node (writer, "conv", "Conv", "t,first", "a");
  onnx_writer_output (writer, "a", NNC_F32, DIMS (1, 2, 7, 7));
  write_pool (writer, "MaxPool", "a", "y");
  check_work (writer, 2, 3, 3, 7 * 7 * 18, 0);
}
GST_END_TEST

GST_START_TEST (a_pooling_that_rounds_up_reads_all)
{
  OnnxWriter *writer = begin (9, 9);

  onnx_writer_node (writer, "conv", "Conv", "t,first", "a");
  write_pool (writer, "MaxPool", "a", "y");
  onnx_writer_int (writer, "ceil_mode", 1);
  check_work (writer, 2, 4, 4, 7 * 7 * 18, 0);
}
GST_END_TEST

/* Its padding would be another for 5 rows than for 6, so only its own outputs are fewer. */
GST_START_TEST (padding_by_the_images_size_ends_the_chain)
{
  OnnxWriter *writer = begin (8, 8);

  onnx_writer_node (writer, "conv1", "Conv", "t,first", "a"); /* 6 */
  onnx_writer_node (writer, "conv2", "Conv", "a,second", "b"); /* 3 */
  onnx_writer_string (writer, "auto_pad", "SAME_UPPER");
  onnx_writer_ints (writer, "strides", DIMS (2, 2));
  write_pool (writer, "MaxPool", "b", "y"); /* 1, reads 2 */
  check_work (writer, 2, 1, 1, 6 * 6 * 18 + 3 * 3 * 36, (3 * 3 - 2 * 2) * 36);
}
GST_END_TEST

static Suite *
trim_outputs_suite (void)
{
  Suite *suite = suite_create ("trim_outputs");
  TCase *tcase = tcase_create ("trim_outputs");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, a_pooling_that_rounds_down_spares_a_row_and_a_column);
  tcase_add_test (tcase, what_is_spared_spares_more_before_it);
  tcase_add_test (tcase, padding_before_the_image_counts);
  tcase_add_test (tcase, a_convolution_by_strides_spares_too);
  tcase_add_test (tcase, a_second_reader_wants_all);
  tcase_add_test (tcase, an_output_of_the_network_is_computed_whole);
  tcase_add_test (tcase, a_pooling_that_rounds_up_reads_all);
  tcase_add_test (tcase, padding_by_the_images_size_ends_the_chain);
  return suite;
}

GST_CHECK_MAIN (trim_outputs)
