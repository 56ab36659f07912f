/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test_fold_pads.c: zeros around an image become padding, where padding means the same. */
#include "onnx_writer.h"
#include "pass_effect.h"

#include <gst/check/gstcheck.h>

/* x [1,6,6,3] as t [1,3,6,6], r = Relu (t), weights [4,3,3,3], and a Pad of t or r by `pads` (all axes, begins before
 * ends) with `value`: p. */
static OnnxWriter *
begin_pad_of (const char *inputs, const gint64 pads[8], float value)
{
  OnnxWriter *writer = onnx_writer_new (15);
  float weights[4 * 3 * 3 * 3];

  pass_effect_fill (weights, G_N_ELEMENTS (weights), 1);
  onnx_writer_input (writer, "x", NNC_F32, DIMS (1, 6, 6, 3));
  onnx_writer_initializer (writer, "weights", NNC_F32, DIMS (4, 3, 3, 3), weights);
  onnx_writer_initializer (writer, "pads", NNC_I64, DIMS (8), pads);
  onnx_writer_initializer (writer, "value", NNC_F32, 0, NULL, &value);
  onnx_writer_node (writer, "transpose", "Transpose", "x", "t");
  onnx_writer_ints (writer, "perm", DIMS (0, 3, 1, 2));
  onnx_writer_node (writer, "relu", "Relu", "t", "r");
  onnx_writer_node (writer, "pad", "Pad", inputs, "p");
  return writer;
}

static const gint64 below_and_right[] = { 0, 0, 0, 0, 0, 0, 1, 1 };
static const gint64 all_around[] = { 0, 0, 1, 2, 0, 0, 2, 1 };

static OnnxWriter *
begin_pad (const gint64 pads[8], float value)
{
  return begin_pad_of ("t,pads,value", pads, value);
}

static void
check_steps (OnnxWriter *writer, gint64 channels, gint64 height, gint64 width, const char *wanted)
{
  g_autofree char *steps = NULL;

  onnx_writer_output (writer, "y", NNC_F32, DIMS (1, channels, height, width));
  steps = pass_effect_steps (onnx_writer_finish (writer), "fold_pads");
  fail_unless_equals_string (steps, wanted);
}

static void
write_pool (OnnxWriter *writer, const char *op)
{
  onnx_writer_node (writer, "pool", op, "p", "y");
  onnx_writer_ints (writer, "kernel_shape", DIMS (3, 3));
}

GST_START_TEST (zeros_on_two_sides_become_padding_of_a_convolution_with_strides)
{
  OnnxWriter *writer = begin_pad (below_and_right, 0);

  onnx_writer_node (writer, "conv", "Conv", "p,weights", "y");
  onnx_writer_ints (writer, "strides", DIMS (2, 2));
  check_steps (writer, 4, 3, 3, "Conv Transpose");
}
GST_END_TEST

GST_START_TEST (zeros_are_added_to_padding_that_a_convolution_has)
{
  OnnxWriter *writer = begin_pad (all_around, 0);

  onnx_writer_node (writer, "conv", "Conv", "p,weights", "y");
  onnx_writer_ints (writer, "pads", DIMS (1, 0, 2, 3));
  check_steps (writer, 4, 10, 10, "Conv Transpose");
}
GST_END_TEST

GST_START_TEST (auto_pad_valid_becomes_numbers)
{
  OnnxWriter *writer = begin_pad (all_around, 0);

  onnx_writer_node (writer, "conv", "Conv", "p,weights", "y");
  onnx_writer_string (writer, "auto_pad", "VALID");
  check_steps (writer, 4, 7, 7, "Conv Transpose");
}
GST_END_TEST

GST_START_TEST (auto_pad_same_keeps_its_pad)
{
  OnnxWriter *writer = begin_pad (all_around, 0);

  onnx_writer_node (writer, "conv", "Conv", "p,weights", "y");
  onnx_writer_string (writer, "auto_pad", "SAME_UPPER");
  check_steps (writer, 4, 9, 9, "Pad Conv Transpose");
}
GST_END_TEST

GST_START_TEST (other_numbers_than_zero_stay)
{
  OnnxWriter *writer = begin_pad (all_around, 0.5f);

  onnx_writer_node (writer, "conv", "Conv", "p,weights", "y");
  check_steps (writer, 4, 7, 7, "Pad Conv Transpose");
}
GST_END_TEST

GST_START_TEST (mirrored_borders_stay)
{
  OnnxWriter *writer = begin_pad (all_around, 0);

  onnx_writer_string (writer, "mode", "reflect");
  onnx_writer_node (writer, "conv", "Conv", "p,weights", "y");
  check_steps (writer, 4, 7, 7, "Pad Conv Transpose");
}
GST_END_TEST

GST_START_TEST (a_pad_that_cuts_off_stays)
{
  OnnxWriter *writer = begin_pad ((const gint64[]){ 0, 0, -1, 0, 0, 0, 1, 1 }, 0);

  onnx_writer_node (writer, "conv", "Conv", "p,weights", "y");
  check_steps (writer, 4, 4, 5, "Pad Conv Transpose");
}
GST_END_TEST

GST_START_TEST (zero_channels_stay)
{
  OnnxWriter *writer = begin_pad ((const gint64[]){ 0, 0, 0, 0, 0, 1, 0, 0 }, 0);

  write_pool (writer, "AveragePool");
  check_steps (writer, 4, 4, 4, "Pad AveragePool Transpose");
}
GST_END_TEST

GST_START_TEST (zeros_count_in_averages)
{
  OnnxWriter *writer = begin_pad (all_around, 0);

  write_pool (writer, "AveragePool");
  onnx_writer_int (writer, "count_include_pad", 1);
  onnx_writer_ints (writer, "pads", DIMS (1, 1, 1, 1));
  check_steps (writer, 3, 9, 9, "AveragePool Transpose");
}
GST_END_TEST

GST_START_TEST (an_average_without_padding_of_its_own_counts_the_zeros)
{
  OnnxWriter *writer = begin_pad (all_around, 0);

  write_pool (writer, "AveragePool");
  check_steps (writer, 3, 7, 7, "AveragePool Transpose");
}
GST_END_TEST

GST_START_TEST (an_average_that_does_not_count_its_padding_keeps_the_zeros)
{
  OnnxWriter *writer = begin_pad (all_around, 0);

  write_pool (writer, "AveragePool");
  onnx_writer_ints (writer, "pads", DIMS (1, 1, 1, 1));
  check_steps (writer, 3, 9, 9, "Pad AveragePool Transpose");
}
GST_END_TEST

GST_START_TEST (a_pooling_that_rounds_up_keeps_the_zeros)
{
  OnnxWriter *writer = begin_pad (all_around, 0);

  write_pool (writer, "AveragePool");
  onnx_writer_int (writer, "ceil_mode", 1);
  onnx_writer_ints (writer, "strides", DIMS (2, 2));
  check_steps (writer, 3, 4, 4, "Pad AveragePool Transpose");
}
GST_END_TEST

GST_START_TEST (a_maximum_of_what_is_never_negative_needs_no_zeros)
{
  OnnxWriter *writer = begin_pad_of ("r,pads,value", all_around, 0);

  write_pool (writer, "MaxPool");
  check_steps (writer, 3, 7, 7, "Relu MaxPool Transpose");
}
GST_END_TEST

GST_START_TEST (a_maximum_of_negative_numbers_keeps_the_zeros)
{
  OnnxWriter *writer = begin_pad (all_around, 0);

  write_pool (writer, "MaxPool");
  check_steps (writer, 3, 7, 7, "Pad MaxPool Transpose");
}
GST_END_TEST

GST_START_TEST (a_maximum_of_zeros_alone_keeps_them)
{
  OnnxWriter *writer = begin_pad_of ("r,pads,value", (const gint64[]){ 0, 0, 3, 0, 0, 0, 0, 0 }, 0);

  write_pool (writer, "MaxPool");
  check_steps (writer, 3, 7, 4, "Relu Pad MaxPool Transpose");
}
GST_END_TEST

GST_START_TEST (each_reader_of_a_pad_takes_it_or_leaves_it)
{
  OnnxWriter *writer = begin_pad (all_around, 0);

  onnx_writer_node (writer, "conv", "Conv", "p,weights", "c");
  onnx_writer_node (writer, "pool", "MaxPool", "p", "m");
  onnx_writer_ints (writer, "kernel_shape", DIMS (3, 3));
  onnx_writer_node (writer, "concat", "Concat", "c,m", "y");
  onnx_writer_int (writer, "axis", 1);
  check_steps (writer, 7, 7, 7, "Pad Conv MaxPool Concat Transpose");
}
GST_END_TEST

static Suite *
fold_pads_suite (void)
{
  Suite *suite = suite_create ("fold_pads");
  TCase *tcase = tcase_create ("fold_pads");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, zeros_on_two_sides_become_padding_of_a_convolution_with_strides);
  tcase_add_test (tcase, zeros_are_added_to_padding_that_a_convolution_has);
  tcase_add_test (tcase, auto_pad_valid_becomes_numbers);
  tcase_add_test (tcase, auto_pad_same_keeps_its_pad);
  tcase_add_test (tcase, other_numbers_than_zero_stay);
  tcase_add_test (tcase, mirrored_borders_stay);
  tcase_add_test (tcase, a_pad_that_cuts_off_stays);
  tcase_add_test (tcase, zero_channels_stay);
  tcase_add_test (tcase, zeros_count_in_averages);
  tcase_add_test (tcase, an_average_without_padding_of_its_own_counts_the_zeros);
  tcase_add_test (tcase, an_average_that_does_not_count_its_padding_keeps_the_zeros);
  tcase_add_test (tcase, a_pooling_that_rounds_up_keeps_the_zeros);
  tcase_add_test (tcase, a_maximum_of_what_is_never_negative_needs_no_zeros);
  tcase_add_test (tcase, a_maximum_of_negative_numbers_keeps_the_zeros);
  tcase_add_test (tcase, a_maximum_of_zeros_alone_keeps_them);
  tcase_add_test (tcase, each_reader_of_a_pad_takes_it_or_leaves_it);
  return suite;
}

GST_CHECK_MAIN (fold_pads)
