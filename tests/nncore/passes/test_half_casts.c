/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test_half_casts.c: a network of f16 is computed in f32 between its ends, and rounds where its file says so. */
#include "onnx_writer.h"

#include <gst/check/gstcheck.h>
#include <nncore/nncore.h>
#include <string.h>

#define HALF_ONE 0x3c00
#define HALF_TWO 0x4000

static NncSession *
session_of (OnnxWriter *writer)
{
  g_autoptr (GBytes) bytes = onnx_writer_finish (writer);
  g_autoptr (GError) error = NULL;
  g_autoptr (NncModel) model = nnc_model_new_from_bytes (bytes, "network", &error);
  NncSession *session = model ? nnc_session_new (model, NULL, &error) : NULL;

  fail_unless (session != NULL, "%s", error ? error->message : "");
  return session;
}

static void
run (NncSession *session, gconstpointer x, gsize size)
{
  g_autoptr (GError) error = NULL;

  fail_unless_equals_uint64 (nnc_tensor_get_size (nnc_session_get_input (session, 0)), size);
  memcpy (nnc_tensor_get_data (nnc_session_get_input (session, 0)), x, size);
  fail_unless (nnc_session_run (session, &error), "%s", error ? error->message : "");
}

static char *
list_steps (NncSession *session)
{
  GString *names = g_string_new (NULL);

  for (guint i = 0; i < nnc_session_get_n_steps (session); i++) {
    NncStepInfo step;

    nnc_session_get_step (session, i, &step);
    g_string_append_printf (names, "%s%s", i ? " " : "", step.op);
  }
  return g_string_free (names, FALSE);
}

/* x [1,1,1,3] -> Conv by 2 -> Relu -> Concat with itself -> Conv that sums both -> y */
static NncSession *
half_network (void)
{
  OnnxWriter *writer = onnx_writer_new (15);
  static const guint16 two[] = { HALF_TWO }, ones[] = { HALF_ONE, HALF_ONE };

  onnx_writer_input (writer, "x", NNC_F16, DIMS (1, 1, 1, 3));
  onnx_writer_initializer (writer, "w", NNC_F16, DIMS (1, 1, 1, 1), two);
  onnx_writer_initializer (writer, "v", NNC_F16, DIMS (1, 2, 1, 1), ones);
  onnx_writer_node (writer, "conv1", "Conv", "x,w", "a");
  onnx_writer_node (writer, "relu", "Relu", "a", "b");
  onnx_writer_node (writer, "concat", "Concat", "b,b", "c");
  onnx_writer_int (writer, "axis", 1);
  onnx_writer_node (writer, "conv2", "Conv", "c,v", "y");
  onnx_writer_output (writer, "y", NNC_F16, DIMS (1, 1, 1, 3));
  return session_of (writer);
}

GST_START_TEST (a_network_of_f16_has_f16_at_its_ends)
{
  static const guint16 x[] = { HALF_ONE, 0xbc00, HALF_TWO }, right[] = { 0x4400, 0, 0x4800 };
  g_autoptr (NncSession) session = half_network ();
  const NncTensor *y = nnc_session_get_output (session, 0);

  run (session, x, sizeof x);
  fail_unless_equals_int (nnc_tensor_get_data_type (y), NNC_F16);
  fail_unless_equals_string (nnc_tensor_get_name (y), "y");
  fail_unless (memcmp (nnc_tensor_get_data ((NncTensor *)y), right, sizeof right) == 0);
}
GST_END_TEST

GST_START_TEST (what_is_fused_in_f32_is_fused_in_f16)
{
  g_autoptr (NncSession) session = half_network ();
  g_autofree char *steps = list_steps (session);

  fail_if (strstr (steps, "Relu"), "%s", steps);
}
GST_END_TEST

GST_START_TEST (no_numbers_are_rounded_between_ops_that_compute_f32)
{
  OnnxWriter *writer = onnx_writer_new (15);
  static const guint16 x[] = { 0x3c01 }; /* 1 + 2^-10, whose square has more digits than f16 */
  g_autoptr (NncSession) session = NULL;
  g_autofree char *steps = NULL;
  const guint16 *y;

  onnx_writer_input (writer, "x", NNC_F16, DIMS (1));
  onnx_writer_node (writer, "square", "Mul", "x,x", "a");
  onnx_writer_node (writer, "again", "Mul", "a,a", "y");
  onnx_writer_output (writer, "y", NNC_F16, DIMS (1));
  session = session_of (writer);
  steps = list_steps (session);
  fail_unless (g_str_has_suffix (steps, "Mul Mul Cast"), "%s", steps);
  run (session, x, sizeof x);
  y = nnc_tensor_get_data ((NncTensor *)nnc_session_get_output (session, 0));
  fail_unless_equals_int (*y, 0x3c04);
}
GST_END_TEST

GST_START_TEST (a_cast_that_the_file_asks_for_rounds)
{
  OnnxWriter *writer = onnx_writer_new (15);
  static const float x[] = { 1.0001f };
  g_autoptr (NncSession) session = NULL;

  onnx_writer_input (writer, "x", NNC_F32, DIMS (1));
  onnx_writer_node (writer, "down", "Cast", "x", "a");
  onnx_writer_int (writer, "to", onnx_type_number (NNC_F16));
  onnx_writer_node (writer, "up", "Cast", "a", "y");
  onnx_writer_int (writer, "to", onnx_type_number (NNC_F32));
  onnx_writer_output (writer, "y", NNC_F32, DIMS (1));
  session = session_of (writer);
  run (session, x, sizeof x);
  fail_unless (*(const float *)nnc_tensor_get_data ((NncTensor *)nnc_session_get_output (session, 0)) == 1);
}
GST_END_TEST

GST_START_TEST (constants_of_f16_are_parameters)
{
  g_autoptr (NncSession) session = half_network ();

  fail_unless_equals_uint64 (nnc_session_get_n_parameters (session), 3);
}
GST_END_TEST

/* Shapes often go by way of CastLike where an exporter wrote out a function. */
GST_START_TEST (a_constant_cast_like_an_input_is_a_constant)
{
  OnnxWriter *writer = onnx_writer_new (15);
  static const float shape[] = { 3, 1 };
  static const gint64 x[] = { 1, 2, 3 };
  g_autoptr (NncSession) session = NULL;
  guint rank;

  onnx_writer_input (writer, "x", NNC_I64, DIMS (3));
  onnx_writer_initializer (writer, "shape", NNC_F32, DIMS (2), shape);
  onnx_writer_node (writer, "like", "CastLike", "shape,x", "s");
  onnx_writer_node (writer, "reshape", "Reshape", "x,s", "y");
  onnx_writer_output (writer, "y", NNC_I64, DIMS (3, 1));
  session = session_of (writer);
  fail_unless_equals_int64 (nnc_tensor_get_shape (nnc_session_get_output (session, 0), &rank)[0], 3);
  fail_unless_equals_int (rank, 2);
  run (session, x, sizeof x);
}
GST_END_TEST

static Suite *
half_casts_suite (void)
{
  Suite *suite = suite_create ("half casts");
  TCase *tcase = tcase_create ("half casts");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, a_network_of_f16_has_f16_at_its_ends);
  tcase_add_test (tcase, what_is_fused_in_f32_is_fused_in_f16);
  tcase_add_test (tcase, no_numbers_are_rounded_between_ops_that_compute_f32);
  tcase_add_test (tcase, a_cast_that_the_file_asks_for_rounds);
  tcase_add_test (tcase, constants_of_f16_are_parameters);
  tcase_add_test (tcase, a_constant_cast_like_an_input_is_a_constant);
  return suite;
}

GST_CHECK_MAIN (half_casts)
