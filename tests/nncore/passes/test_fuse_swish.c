/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test_fuse_swish.c: x times Sigmoid (x) is one step. */
#include "onnx_writer.h"
#include "pass_effect.h"

#include <gst/check/gstcheck.h>

/* Sigmoid of x, and Mul of `factors`. */
static OnnxWriter *
begin (const char *factors)
{
  OnnxWriter *writer = onnx_writer_new (15);

  onnx_writer_input (writer, "x", NNC_F32, DIMS (3, 7));
  onnx_writer_node (writer, "exp", "Exp", "x", "a");
  onnx_writer_node (writer, "sigmoid", "Sigmoid", "a", "b");
  onnx_writer_node (writer, "mul", "Mul", factors, "y");
  onnx_writer_output (writer, "y", NNC_F32, DIMS (3, 7));
  return writer;
}

static void
check_steps (OnnxWriter *writer, const char *expected)
{
  g_autofree char *steps = pass_effect_steps (onnx_writer_finish (writer), "fuse_swish");

  fail_unless_equals_string (steps, expected);
}

GST_START_TEST (a_product_with_its_sigmoid_is_one_step)
{
  check_steps (begin ("a,b"), "Exp Swish");
  check_steps (begin ("b,a"), "Exp Swish");
}
GST_END_TEST

GST_START_TEST (a_product_with_something_else_is_left)
{
  check_steps (begin ("x,b"), "Exp Sigmoid Mul");
  check_steps (begin ("b,b"), "Exp Sigmoid Mul");
}
GST_END_TEST

GST_START_TEST (a_sigmoid_that_others_read_is_left)
{
  OnnxWriter *writer = begin ("a,b");

  onnx_writer_output (writer, "b", NNC_F32, DIMS (3, 7));
  check_steps (writer, "Exp Sigmoid Mul");
}
GST_END_TEST

static Suite *
fuse_swish_suite (void)
{
  Suite *suite = suite_create ("fuse_swish");
  TCase *tcase = tcase_create ("fuse_swish");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, a_product_with_its_sigmoid_is_one_step);
  tcase_add_test (tcase, a_product_with_something_else_is_left);
  tcase_add_test (tcase, a_sigmoid_that_others_read_is_left);
  return suite;
}

GST_CHECK_MAIN (fuse_swish)
