/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test_session.c: what a session promises to who uses it. */
#include "kernel.h"
#include "onnx_writer.h"

#include <gst/check/gstcheck.h>
#include <nncore/nncore.h>

/* y = relu (x * w), x [batch, 2], w [2, 2]; the batch is free. */
static NncModel *
make_model (void)
{
  OnnxWriter *writer = onnx_writer_new (15);
  const float weights[] = { 1, 2, 3, -4 };
  g_autoptr (GBytes) bytes = NULL;

  onnx_writer_input (writer, "x", NNC_F32, DIMS (-1, 2));
  onnx_writer_initializer (writer, "w", NNC_F32, DIMS (2, 2), weights);
  onnx_writer_node (writer, "product", "MatMul", "x,w", "p");
  onnx_writer_node (writer, "relu", "Relu", "p", "y");
  onnx_writer_output (writer, "y", NNC_F32, DIMS (-1, 2));
  bytes = onnx_writer_finish (writer);
  return nnc_model_new_from_bytes (bytes, "model", NULL);
}

static void
check_run (NncSession *session, float x0, float x1, float y0, float y1)
{
  float *x = nnc_tensor_get_data (nnc_session_get_input (session, 0));
  const float *y = nnc_tensor_get_data (nnc_session_get_output (session, 0));

  x[0] = x0;
  x[1] = x1;
  fail_unless (nnc_session_run (session, NULL));
  fail_unless_equals_float (y[0], y0);
  fail_unless_equals_float (y[1], y1);
}

GST_START_TEST (a_free_dimension_is_told_from_a_fixed_one)
{
  g_autoptr (NncModel) model = make_model ();
  guint rank = 0;
  const gint64 *shape = nnc_model_get_input_shape (model, 0, &rank);

  fail_unless_equals_int (nnc_model_get_n_inputs (model), 1);
  fail_unless_equals_int (rank, 2);
  fail_unless_equals_int64 (shape[0], -1);
  fail_unless_equals_int64 (shape[1], 2);
  fail_unless (nnc_model_get_input_shape (model, 1, &rank) == NULL);
}
GST_END_TEST

GST_START_TEST (a_session_begins_with_the_shapes_it_is_given)
{
  g_autoptr (NncModel) model = make_model ();
  const gint64 three[] = { 3, 2 }, wrong[] = { 3, 4 };
  const gint64 *shapes[] = { three };
  const NncSessionOptions options = { .input_shapes = shapes };
  g_autoptr (NncSession) session = nnc_session_new (model, &options, NULL);
  g_autoptr (GError) error = NULL;

  fail_unless_equals_int64 (nnc_tensor_get_shape (nnc_session_get_output (session, 0), NULL)[0], 3);
  shapes[0] = wrong;
  fail_unless (nnc_session_new (model, &options, &error) == NULL);
  fail_unless (g_error_matches (error, NNC_ERROR, NNC_ERROR_SHAPE));
  fail_unless (strstr (error->message, "2 in dimension 1, not 4") != NULL, "%s", error->message);
}
GST_END_TEST

GST_START_TEST (a_run_computes_and_the_next_one_too)
{
  g_autoptr (NncModel) model = make_model ();
  g_autoptr (NncSession) session = nnc_session_new (model, NULL, NULL);

  check_run (session, 1, 1, 4, 0);
  check_run (session, 2, 0, 2, 4);
}
GST_END_TEST

/* y = x * w, x [1, 2], w [2, 16], all 1.01: 1.0078125 in bf16. */
static NncModel *
make_wide_model (void)
{
  OnnxWriter *writer = onnx_writer_new (15);
  float weights[32];
  g_autoptr (GBytes) bytes = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (weights); i++)
    weights[i] = 1.01f;
  onnx_writer_input (writer, "x", NNC_F32, DIMS (1, 2));
  onnx_writer_initializer (writer, "w", NNC_F32, DIMS (2, 16), weights);
  onnx_writer_node (writer, "product", "MatMul", "x,w", "y");
  onnx_writer_output (writer, "y", NNC_F32, DIMS (1, 16));
  bytes = onnx_writer_finish (writer);
  return nnc_model_new_from_bytes (bytes, "model", NULL);
}

/* Sessions of one model share what they pack, but not across precisions. */
GST_START_TEST (products_are_rounded_where_a_session_asks_for_bf16_and_the_cpu_has_it)
{
  g_autoptr (NncModel) model = make_wide_model ();
  const NncSessionOptions options = { .precision = NNC_PRECISION_BF16 };
  g_autoptr (NncSession) bf16 = nnc_session_new (model, &options, NULL), f32 = nnc_session_new (model, NULL, NULL);
  gboolean has_bf16 = nnc_cpu_has (NNC_CPU_BF16);
  float rounded = has_bf16 ? 2 * 1.0078125f * 1.0078125f : 2 * 1.01f * 1.01f;
  NncStepInfo step;

  check_run (bf16, 1.01f, 1.01f, rounded, rounded);
  check_run (f32, 1.01f, 1.01f, 2 * 1.01f * 1.01f, 2 * 1.01f * 1.01f);
  nnc_session_get_step (bf16, 0, &step);
  fail_unless ((strstr (step.kernel, "bf16") != NULL) == has_bf16, "%s", step.kernel);
  nnc_session_get_step (f32, 0, &step);
  fail_unless (strstr (step.kernel, "f32") != NULL, "%s", step.kernel);
}
GST_END_TEST

GST_START_TEST (a_timed_run_computes_and_times_every_step)
{
  g_autoptr (NncModel) model = make_model ();
  g_autoptr (NncSession) session = nnc_session_new (model, NULL, NULL);
  guint n = nnc_session_get_n_steps (session);
  g_autofree double *microseconds = g_new (double, n + 1);
  NncStepInfo step;

  for (guint i = 0; i <= n; i++)
    microseconds[i] = -1;
  check_run (session, 0, 0, 0, 0);
  ((float *)nnc_tensor_get_data (nnc_session_get_input (session, 0)))[0] = 3;
  fail_unless (nnc_session_run_timed (session, microseconds, NULL));
  fail_unless_equals_float (((const float *)nnc_tensor_get_data (nnc_session_get_output (session, 0)))[0], 3);
  for (guint i = 0; i < n; i++)
    fail_unless (microseconds[i] >= 0 && microseconds[i] < 60e6, "step %u took %g us", i, microseconds[i]);
  fail_unless_equals_float (microseconds[n], -1);
  nnc_session_get_step (session, 0, &step);
  fail_unless_equals_uint64 (step.bytes, (2 + 4 + 2) * sizeof (float));
}
GST_END_TEST

GST_START_TEST (free_dimensions_are_one_until_reshaped)
{
  g_autoptr (NncModel) model = make_model ();
  g_autoptr (NncSession) session = nnc_session_new (model, NULL, NULL);
  const gint64 eight[] = { 8, 2 }, wrong[] = { 8, 3 };
  g_autoptr (GError) error = NULL;

  fail_unless_equals_int (nnc_tensor_get_shape (nnc_session_get_input (session, 0), NULL)[0], 1);
  fail_unless (nnc_session_reshape (session, 0, eight, 2, NULL));
  fail_unless_equals_int (nnc_tensor_get_shape (nnc_session_get_output (session, 0), NULL)[0], 8);
  check_run (session, 1, 1, 4, 0);
  fail_if (nnc_session_reshape (session, 0, wrong, 2, &error));
  fail_unless_equals_int (error->code, NNC_ERROR_SHAPE);
  check_run (session, 2, 0, 2, 4); /* as it was */
}
GST_END_TEST

GST_START_TEST (a_cancelled_run_says_so_and_the_next_one_runs)
{
  g_autoptr (NncModel) model = make_model ();
  g_autoptr (NncSession) session = nnc_session_new (model, NULL, NULL);
  g_autoptr (GError) error = NULL;

  nnc_session_cancel (session);
  fail_if (nnc_session_run (session, &error));
  fail_unless (g_error_matches (error, NNC_ERROR, NNC_ERROR_CANCELLED));
  check_run (session, 1, 1, 4, 0);
}
GST_END_TEST

GST_START_TEST (a_memory_limit_refuses_what_is_larger)
{
  g_autoptr (NncModel) model = make_model ();
  NncSessionOptions options = { .memory_limit = 8 };
  g_autoptr (GError) error = NULL;

  fail_unless (nnc_session_new (model, &options, &error) == NULL);
  fail_unless (g_error_matches (error, NNC_ERROR, NNC_ERROR_MEMORY));
  fail_unless (strstr (error->message, "model") != NULL);
}
GST_END_TEST

/* y = tanh (tanh (reshape (x) * w) * w), x [2, 2], w [4, 4] of halves: what is computed later wants memory, too. */
static NncModel *
make_model_with_view (void)
{
  OnnxWriter *writer = onnx_writer_new (15);
  const gint64 shape[] = { 1, 4 };
  float weights[16];
  g_autoptr (GBytes) bytes = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (weights); i++)
    weights[i] = 0.5f;
  onnx_writer_input (writer, "x", NNC_F32, DIMS (2, 2));
  onnx_writer_initializer (writer, "shape", NNC_I64, DIMS (2), shape);
  onnx_writer_initializer (writer, "w", NNC_F32, DIMS (4, 4), weights);
  onnx_writer_node (writer, "view", "Reshape", "x,shape", "f");
  onnx_writer_node (writer, "first", "MatMul", "f,w", "a");
  onnx_writer_node (writer, "tanh", "Tanh", "a", "b");
  onnx_writer_node (writer, "second", "MatMul", "b,w", "c");
  onnx_writer_node (writer, "tanh_again", "Tanh", "c", "y");
  onnx_writer_output (writer, "y", NNC_F32, DIMS (1, 4));
  bytes = onnx_writer_finish (writer);
  return nnc_model_new_from_bytes (bytes, "view", NULL);
}

GST_START_TEST (an_input_that_is_read_through_a_view_keeps_its_numbers)
{
  g_autoptr (NncModel) model = make_model_with_view ();
  g_autoptr (NncSession) session = nnc_session_new (model, NULL, NULL);
  float *x = nnc_tensor_get_data (nnc_session_get_input (session, 0));

  for (guint i = 0; i < 4; i++)
    x[i] = (float)i;
  for (guint run = 0; run < 2; run++) {
    fail_unless (nnc_session_run (session, NULL));
    for (guint i = 0; i < 4; i++)
      fail_unless_equals_float (x[i], (float)i);
  }
}
GST_END_TEST

GST_START_TEST (a_bound_input_is_read_where_it_lies)
{
  g_autoptr (NncModel) model = make_model ();
  g_autoptr (NncSession) session = nnc_session_new (model, NULL, NULL);
  float memory[2] __attribute__ ((aligned (64))) = { 1, 0 };
  g_autoptr (GError) error = NULL;

  fail_if (nnc_session_bind_input (session, 0, memory, 4, &error));
  fail_unless (g_error_matches (error, NNC_ERROR, NNC_ERROR_ARGUMENT));
  fail_unless (nnc_session_bind_input (session, 0, memory, sizeof memory, NULL));
  fail_unless (nnc_session_run (session, NULL));
  fail_unless_equals_float (((float *)nnc_tensor_get_data (nnc_session_get_output (session, 0)))[1], 2);
}
GST_END_TEST

static gpointer
run_many (gpointer data)
{
  g_autoptr (NncSession) session = nnc_session_new (data, NULL, NULL);

  for (guint i = 0; i < 1000; i++)
    check_run (session, (float)i, 0, (float)i, 2 * (float)i);
  return NULL;
}

GST_START_TEST (sessions_of_one_model_run_at_once)
{
  g_autoptr (NncModel) model = make_model ();
  GThread *threads[4];

  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("session", run_many, model);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
}
GST_END_TEST

GST_START_TEST (a_file_that_is_none_is_named)
{
  static const char *const paths[] = { "/nonexistent/model.onnx", "/", "/dev/null" };

  for (guint i = 0; i < G_N_ELEMENTS (paths); i++) {
    g_autoptr (GError) error = NULL;

    fail_unless (nnc_model_new_from_file (paths[i], &error) == NULL);
    fail_unless (g_error_matches (error, NNC_ERROR, NNC_ERROR_NOT_FOUND), "%s", error->message);
    fail_unless (g_str_has_prefix (error->message, paths[i]), "%s", error->message);
  }
}
GST_END_TEST

static Suite *
session_suite (void)
{
  Suite *suite = suite_create ("session");
  TCase *tcase = tcase_create ("session");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, a_free_dimension_is_told_from_a_fixed_one);
  tcase_add_test (tcase, a_session_begins_with_the_shapes_it_is_given);
  tcase_add_test (tcase, a_run_computes_and_the_next_one_too);
  tcase_add_test (tcase, products_are_rounded_where_a_session_asks_for_bf16_and_the_cpu_has_it);
  tcase_add_test (tcase, a_timed_run_computes_and_times_every_step);
  tcase_add_test (tcase, free_dimensions_are_one_until_reshaped);
  tcase_add_test (tcase, a_cancelled_run_says_so_and_the_next_one_runs);
  tcase_add_test (tcase, a_memory_limit_refuses_what_is_larger);
  tcase_add_test (tcase, an_input_that_is_read_through_a_view_keeps_its_numbers);
  tcase_add_test (tcase, a_bound_input_is_read_where_it_lies);
  tcase_add_test (tcase, sessions_of_one_model_run_at_once);
  tcase_add_test (tcase, a_file_that_is_none_is_named);
  return suite;
}

GST_CHECK_MAIN (session)
