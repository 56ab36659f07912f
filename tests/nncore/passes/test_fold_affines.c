/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test_fold_affines.c: scales and shifts of channels become a Conv's or MatMul's own. */
#include "onnx_writer.h"
#include "pass_effect.h"

#include <gst/check/gstcheck.h>

#define CHANNELS 4

static void
write_vector (OnnxWriter *writer, const char *name, guint rank, const gint64 *shape, guint32 seed)
{
  float numbers[CHANNELS * CHANNELS * 9];

  pass_effect_fill (numbers, G_N_ELEMENTS (numbers), seed);
  onnx_writer_initializer (writer, name, NNC_F32, rank, shape, numbers);
}

/* x [1,4,5,5] -> Conv -> a, and constants of channels: v, w [4,1,1], s (one number), zeros [4,1,1]. */
static OnnxWriter *
begin_convolution (const char *inputs)
{
  OnnxWriter *writer = onnx_writer_new (15);
  float zeros[CHANNELS] = { 0 }, three = 3;

  onnx_writer_input (writer, "x", NNC_F32, DIMS (1, CHANNELS, 5, 5));
  write_vector (writer, "weights", DIMS (CHANNELS, CHANNELS, 3, 3), 1);
  write_vector (writer, "bias", DIMS (CHANNELS), 2);
  write_vector (writer, "v", DIMS (CHANNELS, 1, 1), 3);
  write_vector (writer, "w", DIMS (1, CHANNELS, 1, 1), 4);
  onnx_writer_initializer (writer, "s", NNC_F32, 0, NULL, &three);
  onnx_writer_initializer (writer, "zeros", NNC_F32, DIMS (CHANNELS, 1, 1), zeros);
  onnx_writer_node (writer, "conv", "Conv", inputs, "a");
  return writer;
}

static void
check_steps (OnnxWriter *writer, guint rank, const gint64 *shape, const char *wanted)
{
  g_autofree char *steps = NULL;

  onnx_writer_output (writer, "y", NNC_F32, rank, shape);
  steps = pass_effect_steps (onnx_writer_finish (writer), "fold_affines");
  fail_unless_equals_string (steps, wanted);
}

GST_START_TEST (mul_and_add_and_clip_after_conv_are_one_step)
{
  OnnxWriter *writer = begin_convolution ("x,weights");

  onnx_writer_node (writer, "mul", "Mul", "a,v", "b");
  onnx_writer_node (writer, "add", "Add", "w,b", "c");
  onnx_writer_node (writer, "relu", "Relu", "c", "y");
  check_steps (writer, DIMS (1, CHANNELS, 3, 3), "Transpose Conv Transpose");
}
GST_END_TEST

GST_START_TEST (every_affine_form_follows_a_bias_in_one_step)
{
  OnnxWriter *writer = begin_convolution ("x,weights,bias");

  onnx_writer_node (writer, "div", "Div", "a,v", "b");
  onnx_writer_node (writer, "sub", "Sub", "b,w", "c");
  onnx_writer_node (writer, "from", "Sub", "v,c", "d");
  onnx_writer_node (writer, "by", "Mul", "s,d", "e");
  onnx_writer_node (writer, "plus", "Add", "e,s", "y");
  check_steps (writer, DIMS (1, CHANNELS, 3, 3), "Transpose Conv Transpose");
}
GST_END_TEST

GST_START_TEST (weights_of_two_convolutions_are_scaled_for_one)
{
  OnnxWriter *writer = begin_convolution ("x,weights");

  onnx_writer_node (writer, "mul", "Mul", "a,v", "b");
  onnx_writer_node (writer, "tanh", "Tanh", "x", "c");
  onnx_writer_node (writer, "other", "Conv", "c,weights", "d");
  onnx_writer_node (writer, "sum", "Add", "b,d", "y");
  check_steps (writer, DIMS (1, CHANNELS, 3, 3), "Transpose Conv Tanh Transpose Conv Add Transpose");
}
GST_END_TEST

GST_START_TEST (a_dense_layer_takes_bias_and_batch_normalization)
{
  OnnxWriter *writer = onnx_writer_new (15);
  float variance[CHANNELS] = { 0.5f, 1, 2, 3 };

  onnx_writer_input (writer, "x", NNC_F32, DIMS (2, CHANNELS));
  write_vector (writer, "weights", DIMS (CHANNELS, CHANNELS), 1);
  write_vector (writer, "bias", DIMS (CHANNELS), 2);
  write_vector (writer, "scale", DIMS (CHANNELS), 3);
  write_vector (writer, "mean", DIMS (CHANNELS), 4);
  onnx_writer_initializer (writer, "variance", NNC_F32, DIMS (CHANNELS), variance);
  onnx_writer_node (writer, "dense", "MatMul", "x,weights", "a");
  onnx_writer_node (writer, "add", "Add", "a,bias", "b");
  onnx_writer_node (writer, "norm", "BatchNormalization", "b,scale,bias,mean,variance", "y");
  check_steps (writer, DIMS (2, CHANNELS), "MatMul");
}
GST_END_TEST

GST_START_TEST (a_division_by_zero_is_not_folded)
{
  OnnxWriter *writer = begin_convolution ("x,weights");

  onnx_writer_node (writer, "div", "Div", "a,zeros", "b");
  onnx_writer_node (writer, "max", "Clip", "b,,s", "y");
  check_steps (writer, DIMS (1, CHANNELS, 3, 3), "Transpose Conv Div Clip Transpose");
}
GST_END_TEST

GST_START_TEST (a_constant_of_each_pixel_is_not_folded)
{
  OnnxWriter *writer = begin_convolution ("x,weights");

  write_vector (writer, "pixels", DIMS (1, 1, 3, 3), 5);
  onnx_writer_node (writer, "mul", "Mul", "a,pixels", "y");
  check_steps (writer, DIMS (1, CHANNELS, 3, 3), "Transpose Conv Mul Transpose");
}
GST_END_TEST

GST_START_TEST (a_constant_that_makes_the_output_larger_is_not_folded)
{
  OnnxWriter *writer = begin_convolution ("x,weights");

  write_vector (writer, "batch", DIMS (2, CHANNELS, 1, 1), 5);
  onnx_writer_node (writer, "mul", "Mul", "a,batch", "y");
  check_steps (writer, DIMS (2, CHANNELS, 3, 3), "Transpose Conv Mul Transpose");
}
GST_END_TEST

GST_START_TEST (a_constant_of_more_dimensions_is_not_folded)
{
  OnnxWriter *writer = onnx_writer_new (15);

  onnx_writer_input (writer, "x", NNC_F32, DIMS (2, CHANNELS));
  write_vector (writer, "weights", DIMS (CHANNELS, CHANNELS), 1);
  write_vector (writer, "v", DIMS (1, 1, CHANNELS), 2);
  onnx_writer_node (writer, "dense", "MatMul", "x,weights", "a");
  onnx_writer_node (writer, "mul", "Mul", "a,v", "y");
  check_steps (writer, DIMS (1, 2, CHANNELS), "MatMul Mul");
}
GST_END_TEST

GST_START_TEST (a_reciprocal_is_not_folded)
{
  OnnxWriter *writer = begin_convolution ("x,weights");

  onnx_writer_node (writer, "div", "Div", "v,a", "y");
  check_steps (writer, DIMS (1, CHANNELS, 3, 3), "Transpose Conv Div Transpose");
}
GST_END_TEST

GST_START_TEST (a_value_that_is_read_twice_is_not_scaled)
{
  OnnxWriter *writer = begin_convolution ("x,weights");

  onnx_writer_node (writer, "mul", "Mul", "a,v", "b");
  onnx_writer_node (writer, "sum", "Sub", "b,a", "y");
  check_steps (writer, DIMS (1, CHANNELS, 3, 3), "Transpose Conv Mul Sub Transpose");
}
GST_END_TEST

GST_START_TEST (what_follows_a_clamp_is_not_folded)
{
  OnnxWriter *writer = begin_convolution ("x,weights");

  onnx_writer_node (writer, "relu", "Relu", "a", "b");
  onnx_writer_node (writer, "mul", "Mul", "b,v", "y");
  check_steps (writer, DIMS (1, CHANNELS, 3, 3), "Transpose Conv Mul Transpose");
}
GST_END_TEST

static Suite *
fold_affines_suite (void)
{
  Suite *suite = suite_create ("fold_affines");
  TCase *tcase = tcase_create ("fold_affines");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, mul_and_add_and_clip_after_conv_are_one_step);
  tcase_add_test (tcase, every_affine_form_follows_a_bias_in_one_step);
  tcase_add_test (tcase, weights_of_two_convolutions_are_scaled_for_one);
  tcase_add_test (tcase, a_dense_layer_takes_bias_and_batch_normalization);
  tcase_add_test (tcase, a_division_by_zero_is_not_folded);
  tcase_add_test (tcase, a_constant_of_each_pixel_is_not_folded);
  tcase_add_test (tcase, a_constant_that_makes_the_output_larger_is_not_folded);
  tcase_add_test (tcase, a_constant_of_more_dimensions_is_not_folded);
  tcase_add_test (tcase, a_reciprocal_is_not_folded);
  tcase_add_test (tcase, a_value_that_is_read_twice_is_not_scaled);
  tcase_add_test (tcase, what_follows_a_clamp_is_not_folded);
  return suite;
}

GST_CHECK_MAIN (fold_affines)
