/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test_merge_equals.c: the same from the same is computed once, and nothing else is. */
#include "onnx_writer.h"
#include "pass_effect.h"

#include <gst/check/gstcheck.h>

/* x, z [2,3], and constants: one and another 0.25, a half. */
static OnnxWriter *
begin (void)
{
  OnnxWriter *writer = onnx_writer_new (15);
  float quarter = 0.25f, half = 0.5f;

  onnx_writer_input (writer, "x", NNC_F32, DIMS (2, 3));
  onnx_writer_input (writer, "z", NNC_F32, DIMS (2, 3));
  onnx_writer_initializer (writer, "one", NNC_F32, DIMS (1), &quarter);
  onnx_writer_initializer (writer, "another", NNC_F32, DIMS (1), &quarter);
  onnx_writer_initializer (writer, "half", NNC_F32, DIMS (1), &half);
  return writer;
}

static void
check_steps (OnnxWriter *writer, const char *wanted)
{
  g_autofree char *steps = NULL;

  onnx_writer_output (writer, "y", NNC_F32, DIMS (2, 3));
  steps = pass_effect_steps (onnx_writer_finish (writer), "merge_equals");
  fail_unless_equals_string (steps, wanted);
}

GST_START_TEST (equal_nodes_and_what_follows_from_them_are_one)
{
  OnnxWriter *writer = begin ();

  onnx_writer_node (writer, "a", "Exp", "x", "a");
  onnx_writer_node (writer, "b", "Exp", "x", "b");
  onnx_writer_node (writer, "c", "LeakyRelu", "a", "c");
  onnx_writer_float (writer, "alpha", 0.3f);
  onnx_writer_node (writer, "d", "LeakyRelu", "b", "d");
  onnx_writer_float (writer, "alpha", 0.3f);
  onnx_writer_node (writer, "e", "Mul", "c,d", "y");
  check_steps (writer, "Exp LeakyRelu Mul");
}
GST_END_TEST

GST_START_TEST (equal_constants_are_one)
{
  OnnxWriter *writer = begin ();

  onnx_writer_node (writer, "a", "Mul", "x,one", "a");
  onnx_writer_node (writer, "b", "Mul", "x,another", "b");
  onnx_writer_node (writer, "c", "Mul", "a,b", "y");
  check_steps (writer, "Mul Mul");
}
GST_END_TEST

GST_START_TEST (other_constants_are_two)
{
  OnnxWriter *writer = begin ();

  onnx_writer_node (writer, "a", "Mul", "x,one", "a");
  onnx_writer_node (writer, "b", "Mul", "x,half", "b");
  onnx_writer_node (writer, "c", "Mul", "a,b", "y");
  check_steps (writer, "Mul Mul Mul");
}
GST_END_TEST

GST_START_TEST (other_attributes_are_two)
{
  OnnxWriter *writer = begin ();

  onnx_writer_node (writer, "a", "LeakyRelu", "x", "a");
  onnx_writer_float (writer, "alpha", 0.3f);
  onnx_writer_node (writer, "b", "LeakyRelu", "x", "b");
  onnx_writer_float (writer, "alpha", 0.4f);
  onnx_writer_node (writer, "c", "Mul", "a,b", "y");
  check_steps (writer, "LeakyRelu LeakyRelu Mul");
}
GST_END_TEST

GST_START_TEST (other_inputs_and_another_order_are_two)
{
  OnnxWriter *writer = begin ();

  onnx_writer_node (writer, "a", "Sub", "x,z", "a");
  onnx_writer_node (writer, "b", "Sub", "z,x", "b");
  onnx_writer_node (writer, "c", "Exp", "a", "c");
  onnx_writer_node (writer, "d", "Exp", "b", "d");
  onnx_writer_node (writer, "e", "Mul", "c,d", "y");
  check_steps (writer, "Sub Sub Exp Exp Mul");
}
GST_END_TEST

/* Each keeps its name and its memory. */
GST_START_TEST (equal_outputs_of_the_network_stay_two)
{
  OnnxWriter *writer = begin ();

  onnx_writer_node (writer, "a", "Exp", "x", "y");
  onnx_writer_node (writer, "b", "Exp", "x", "second");
  onnx_writer_output (writer, "second", NNC_F32, DIMS (2, 3));
  check_steps (writer, "Exp Exp");
}
GST_END_TEST

GST_START_TEST (an_output_of_the_network_gives_its_name_to_what_it_equals)
{
  OnnxWriter *writer = begin ();

  onnx_writer_node (writer, "a", "Exp", "x", "a");
  onnx_writer_node (writer, "b", "Exp", "x", "y");
  onnx_writer_node (writer, "c", "Tanh", "a", "second");
  onnx_writer_output (writer, "second", NNC_F32, DIMS (2, 3));
  check_steps (writer, "Exp Tanh");
}
GST_END_TEST

GST_START_TEST (a_value_of_many_convolutions_is_transposed_once)
{
  OnnxWriter *writer = onnx_writer_new (15);
  float weights[3 * 3 * 2 * 2], others[3 * 3];

  pass_effect_fill (weights, G_N_ELEMENTS (weights), 1);
  pass_effect_fill (others, G_N_ELEMENTS (others), 2);
  onnx_writer_input (writer, "x", NNC_F32, DIMS (1, 3, 5, 5));
  onnx_writer_initializer (writer, "weights", NNC_F32, DIMS (3, 3, 2, 2), weights);
  onnx_writer_initializer (writer, "others", NNC_F32, DIMS (3, 3, 1, 1), others);
  onnx_writer_node (writer, "a", "Conv", "x,weights", "a");
  onnx_writer_node (writer, "b", "Conv", "x,others", "b");
  onnx_writer_ints (writer, "strides", DIMS (2, 2));
  onnx_writer_node (writer, "c", "GlobalAveragePool", "a", "c");
  onnx_writer_node (writer, "d", "Add", "b,c", "y");
  onnx_writer_output (writer, "y", NNC_F32, DIMS (1, 3, 3, 3));
  {
    g_autofree char *steps = pass_effect_steps (onnx_writer_finish (writer), "merge_equals");
    fail_unless_equals_string (steps, "Transpose Conv Conv GlobalAveragePool Add Transpose");
  }
}
GST_END_TEST

static Suite *
merge_equals_suite (void)
{
  Suite *suite = suite_create ("merge_equals");
  TCase *tcase = tcase_create ("merge_equals");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, equal_nodes_and_what_follows_from_them_are_one);
  tcase_add_test (tcase, equal_constants_are_one);
  tcase_add_test (tcase, other_constants_are_two);
  tcase_add_test (tcase, other_attributes_are_two);
  tcase_add_test (tcase, other_inputs_and_another_order_are_two);
  tcase_add_test (tcase, equal_outputs_of_the_network_stay_two);
  tcase_add_test (tcase, an_output_of_the_network_gives_its_name_to_what_it_equals);
  tcase_add_test (tcase, a_value_of_many_convolutions_is_transposed_once);
  return suite;
}

GST_CHECK_MAIN (merge_equals)
