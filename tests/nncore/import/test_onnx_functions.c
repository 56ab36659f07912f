/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test_onnx_functions.c: operators that a file defines by others. */
#include "imported.h"

#include <gst/check/gstcheck.h>

/* custom::Steep (x, low) = Clip (LeakyRelu (x, slope), low). */
static OnnxWriter *
steep (void)
{
  OnnxWriter *function = onnx_writer_new_function ("custom", "Steep", "x,low", "y", 15);

  onnx_writer_node (function, "leaky", "LeakyRelu", "x", "between");
  onnx_writer_reference (function, "alpha", "slope");
  onnx_writer_node (function, "clip", "Clip", "between,low", "y");
  return function;
}

/* outputs = op (inputs), in a model with that function. Attributes may follow. */
static OnnxWriter *
caller (OnnxWriter *function, const char *op, const char *inputs, const char *outputs)
{
  OnnxWriter *writer = onnx_writer_new (15);

  onnx_writer_opset (writer, "custom", 1);
  onnx_writer_function (writer, function);
  onnx_writer_input (writer, "x", NNC_F32, DIMS (3));
  onnx_writer_untyped_output (writer, "y");
  onnx_writer_node (writer, "node", op, inputs, outputs);
  return writer;
}

GST_START_TEST (node_of_a_function_becomes_its_nodes)
{
  OnnxWriter *writer = caller (steep (), "custom::Steep", "x,x", "y");
  g_autoptr (Imported) imported = NULL;
  const NncNode *leaky, *clip;

  onnx_writer_float (writer, "slope", 0.5f);
  imported = import_writer (writer);
  fail_unless_equals_int (imported->graph->nodes->len, 2);
  leaky = imported_node (imported, "LeakyRelu", 0);
  clip = imported_node (imported, "Clip", 0);
  fail_unless (nnc_node_get_float (leaky, "alpha", 0) == 0.5f);
  fail_unless (leaky->inputs[0] == imported->graph->inputs->pdata[0]);
  fail_unless (clip->inputs[0] == leaky->outputs[0]);
  fail_unless (clip->inputs[1] == imported->graph->inputs->pdata[0]);
  fail_unless (clip->outputs[0] == imported->graph->outputs->pdata[0]);
}
GST_END_TEST

GST_START_TEST (what_a_call_leaves_out_is_absent_in_the_function)
{
  g_autoptr (Imported) imported = import_writer (caller (steep (), "custom::Steep", "x", "y"));

  fail_if (nnc_node_get_attribute (imported_node (imported, "LeakyRelu", 0), "alpha"));
  fail_unless_equals_int (imported_node (imported, "Clip", 0)->n_inputs, 1);
}
GST_END_TEST

GST_START_TEST (functions_call_functions)
{
  OnnxWriter *outer = onnx_writer_new_function ("custom", "Twice", "u", "v", 15), *writer;
  g_autoptr (Imported) imported = NULL;

  onnx_writer_opset (outer, "custom", 1);
  onnx_writer_node (outer, "first", "custom::Steep", "u", "between");
  onnx_writer_reference (outer, "slope", "s");
  onnx_writer_node (outer, "second", "custom::Steep", "between", "v");
  writer = caller (outer, "custom::Twice", "x", "y");
  onnx_writer_float (writer, "s", 0.25f);
  onnx_writer_function (writer, steep ());
  imported = import_writer (writer);
  fail_unless_equals_int (imported->graph->nodes->len, 4);
  fail_unless (nnc_node_get_float (imported_node (imported, "LeakyRelu", 0), "alpha", 0) == 0.25f);
}
GST_END_TEST

GST_START_TEST (an_input_may_be_an_output)
{
  OnnxWriter *function = onnx_writer_new_function ("custom", "Same", "u", "u", 15);
  g_autoptr (Imported) imported = import_writer (caller (function, "custom::Same", "x", "y"));

  fail_unless_equals_int (imported->graph->nodes->len, 1);
  fail_unless (imported_node (imported, "Identity", 0)->outputs[0] == imported->graph->outputs->pdata[0]);
}
GST_END_TEST

GST_START_TEST (wrong_functions_are_refused)
{
  OnnxWriter *endless = onnx_writer_new_function ("custom", "Endless", "u", "v", 15), *twice, *writer;

  onnx_writer_opset (endless, "custom", 1);
  onnx_writer_node (endless, "again", "custom::Endless", "u", "v");
  fail_unless_refused (caller (endless, "custom::Endless", "x", "y"), NNC_ERROR_UNSUPPORTED, "node 'node' (Endless)",
                       "17 deep", NULL);
  fail_unless_refused (caller (steep (), "custom::Steep", "x,x,x", "y"), NNC_ERROR_FORMAT, "it has 3 inputs", "2",
                       NULL);
  fail_unless_refused (caller (steep (), "custom::Steep", "nothing", "y"), NNC_ERROR_FORMAT, "'nothing' is not there",
                       NULL);
  fail_unless_refused (caller (onnx_writer_new_function ("custom", "Empty", "u", "v", 15), "custom::Empty", "x", "y"),
                       NNC_ERROR_FORMAT, "does not compute its output 0", NULL);
  twice = onnx_writer_new_function ("custom", "Double", "u", "v", 15);
  onnx_writer_node (twice, "a", "Relu", "u", "v");
  onnx_writer_node (twice, "b", "Relu", "u", "v");
  fail_unless_refused (caller (twice, "custom::Double", "x", "y"), NNC_ERROR_FORMAT, "value 'v'", "defined twice",
                       NULL);
  writer = caller (steep (), "custom::Steep", "x", "y");
  onnx_writer_function (writer, steep ());
  fail_unless_refused (writer, NNC_ERROR_FORMAT, "two functions have the same name", NULL);
}
GST_END_TEST

GST_START_TEST (a_reference_without_a_function_is_refused)
{
  OnnxWriter *writer = caller (steep (), "LeakyRelu", "x", "y");

  onnx_writer_reference (writer, "alpha", "slope");
  fail_unless_refused (writer, NNC_ERROR_UNSUPPORTED, "attribute 'alpha'", "attribute of a function", NULL);
}
GST_END_TEST

static Suite *
onnx_functions_suite (void)
{
  Suite *suite = suite_create ("onnx_functions");
  TCase *tests = tcase_create ("general");

  suite_add_tcase (suite, tests);
  tcase_add_test (tests, node_of_a_function_becomes_its_nodes);
  tcase_add_test (tests, what_a_call_leaves_out_is_absent_in_the_function);
  tcase_add_test (tests, functions_call_functions);
  tcase_add_test (tests, an_input_may_be_an_output);
  tcase_add_test (tests, wrong_functions_are_refused);
  tcase_add_test (tests, a_reference_without_a_function_is_refused);
  return suite;
}

GST_CHECK_MAIN (onnx_functions)
