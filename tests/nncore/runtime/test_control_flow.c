/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test_control_flow.c: networks with other networks inside. */
#include "written_model.h"

#include <gst/check/gstcheck.h>

/* y = op (inputs), where inputs are values of the graph around. */
static GByteArray *
branch (const char *op, const char *inputs)
{
  OnnxWriter *writer = onnx_writer_new (0);

  onnx_writer_node (writer, op, op, inputs, "y");
  onnx_writer_untyped_output (writer, "y");
  return onnx_writer_finish_graph (writer);
}

/* z = (if c: a + b, else: otherwise) * b; a, b [2] */
static OnnxWriter *
if_model (GByteArray *otherwise)
{
  OnnxWriter *writer = onnx_writer_new (15);

  onnx_writer_input (writer, "a", NNC_F32, DIMS (2));
  onnx_writer_input (writer, "b", NNC_F32, DIMS (2));
  onnx_writer_node (writer, "choice", "If", "c", "y");
  onnx_writer_graph (writer, "then_branch", branch ("Add", "a,b"));
  onnx_writer_graph (writer, "else_branch", otherwise);
  onnx_writer_node (writer, "product", "Mul", "y,b", "z");
  onnx_writer_output (writer, "z", NNC_F32, DIMS (-1));
  return writer;
}

GST_START_TEST (a_branch_is_taken_by_its_condition)
{
  OnnxWriter *writer = if_model (branch ("Sub", "b,a"));
  g_autoptr (NncSession) session = NULL;

  onnx_writer_input (writer, "c", NNC_BOOL, 0, NULL);
  session = written_session (writer, NULL);
  fail_unless_equals_int64 (nnc_tensor_get_shape (nnc_session_get_output (session, 0), NULL)[0], 2);
  set_input (session, 0, (const float[]){ 1, 2 });
  set_input (session, 1, (const float[]){ 10, 20 });
  set_input (session, 2, (const guint8[]){ 1 });
  run (session);
  check_output (session, 0, DIMS (2), (const float[]){ 110, 440 });
  set_input (session, 2, (const guint8[]){ 0 });
  run (session);
  check_output (session, 0, DIMS (2), (const float[]){ 90, 360 });
}
GST_END_TEST

GST_START_TEST (branches_may_differ_in_shape)
{
  OnnxWriter *inner = onnx_writer_new (0), *writer;
  g_autoptr (NncSession) session = NULL;

  /* else: the sum of both in one row, which Mul then broadcasts */
  onnx_writer_node (inner, "sum", "Add", "a,b", "s");
  onnx_writer_node (inner, "row", "Unsqueeze", "s,axes", "y");
  onnx_writer_untyped_output (inner, "y");
  writer = if_model (onnx_writer_finish_graph (inner));
  onnx_writer_initializer (writer, "axes", NNC_I64, DIMS (1), (const gint64[]){ 0 });
  onnx_writer_input (writer, "c", NNC_BOOL, DIMS (1));
  session = written_session (writer, NULL);
  set_input (session, 0, (const float[]){ 1, 2 });
  set_input (session, 1, (const float[]){ 10, 20 });
  for (guint i = 0; i < 4; i++) {
    set_input (session, 2, (const guint8[]){ i % 2 == 0 });
    run (session);
    if (i % 2 == 0)
      check_output (session, 0, DIMS (2), (const float[]){ 110, 440 });
    else
      check_output (session, 0, DIMS (1, 2), (const float[]){ 110, 440 });
  }
}
GST_END_TEST

static guint
count_steps (NncSession *session, const char *op)
{
  guint n = 0;

  for (guint i = 0; i < nnc_session_get_n_steps (session); i++) {
    NncStepInfo info;

    nnc_session_get_step (session, i, &info);
    n += strcmp (info.op, op) == 0;
  }
  return n;
}

/* The branch that is not taken could not run. */
GST_START_TEST (a_known_condition_leaves_no_if)
{
  OnnxWriter *writer = if_model (branch ("MatMul", "a,c"));
  static const char *const disabled[] = { "inline_branches", NULL };
  const NncSessionOptions options = { .disabled_passes = disabled };
  g_autoptr (NncModel) model = NULL;

  onnx_writer_initializer (writer, "c", NNC_BOOL, 0, NULL, (const guint8[]){ 1 });
  model = written_model (writer);
  for (guint i = 0; i < 2; i++) {
    g_autoptr (NncSession) session = nnc_session_new (model, i ? &options : NULL, NULL);

    fail_unless_equals_int (count_steps (session, "If"), i);
    set_input (session, 0, (const float[]){ 1, 2 });
    set_input (session, 1, (const float[]){ 10, 20 });
    run (session);
    check_output (session, 0, DIMS (2), (const float[]){ 110, 440 });
  }
}
GST_END_TEST

static Suite *
control_flow_suite (void)
{
  Suite *suite = suite_create ("control flow");
  TCase *tcase = tcase_create ("if");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, a_branch_is_taken_by_its_condition);
  tcase_add_test (tcase, branches_may_differ_in_shape);
  tcase_add_test (tcase, a_known_condition_leaves_no_if);
  return suite;
}

GST_CHECK_MAIN (control_flow)
