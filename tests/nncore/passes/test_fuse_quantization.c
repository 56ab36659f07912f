/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test_fuse_quantization.c: operators on reals between DequantizeLinears and a QuantizeLinear become ones on integers.
 */
#include "onnx_writer.h"
#include "pass_effect.h"

#include <gst/check/gstcheck.h>
#include <nncore/nncore.h>
#include <string.h>

#define SIZE 4
#define WEIGHTS (SIZE * SIZE * 9)

/* x -> q, u8 by s and z; r is q in reals. Constants: s, t, u: scales. */
static OnnxWriter *
begin_with (const float scales[3], guint rank, const gint64 *shape)
{
  OnnxWriter *writer = onnx_writer_new (13);
  const guint8 zero = 120;

  onnx_writer_input (writer, "x", NNC_F32, rank, shape);
  onnx_writer_initializer (writer, "s", NNC_F32, 0, NULL, &scales[0]);
  onnx_writer_initializer (writer, "t", NNC_F32, 0, NULL, &scales[1]);
  onnx_writer_initializer (writer, "u", NNC_F32, 0, NULL, &scales[2]);
  onnx_writer_initializer (writer, "z", NNC_U8, 0, NULL, &zero);
  onnx_writer_node (writer, "begin", "QuantizeLinear", "x,s,z", "q");
  onnx_writer_node (writer, "reals", "DequantizeLinear", "q,s,z", "r");
  return writer;
}

static const float usual_scales[] = { 0.011f, 0.037f, 0.021f };

/* The same of x [1,4,6,6]. */
static OnnxWriter *
begin (void)
{
  return begin_with (usual_scales, DIMS (1, SIZE, 6, 6));
}

/* w: i8 [4,4,3,3], each channel by a scale of its own; b: reals [4]. */
static void
add_weights (OnnxWriter *writer, gint8 last_zero)
{
  gint8 weights[WEIGHTS];
  const gint8 zeros[SIZE] = { 0, 0, 0, last_zero };
  const float scales[SIZE] = { 0.0051f, 0.0043f, 0.0062f, 0.0039f };
  float bias[SIZE];

  for (guint i = 0; i < WEIGHTS; i++)
    weights[i] = (gint8)(i * 37 % 251 - 125);
  pass_effect_fill (bias, SIZE, 1);
  onnx_writer_initializer (writer, "stored", NNC_I8, DIMS (SIZE, SIZE, 3, 3), weights);
  onnx_writer_initializer (writer, "scales", NNC_F32, DIMS (SIZE), scales);
  onnx_writer_initializer (writer, "zeros", NNC_I8, DIMS (SIZE), zeros);
  onnx_writer_initializer (writer, "b", NNC_F32, DIMS (SIZE), bias);
  onnx_writer_node (writer, "weights", "DequantizeLinear", "stored,scales,zeros", "w");
  onnx_writer_int (writer, "axis", 0);
}

/* `real` -> QuantizeLinear by t and z -> y in reals. */
static GBytes *
end (OnnxWriter *writer, const char *real, guint rank, const gint64 *shape)
{
  g_autofree char *inputs = g_strconcat (real, ",t,z", NULL);

  onnx_writer_node (writer, "end", "QuantizeLinear", inputs, "e");
  onnx_writer_node (writer, "result", "DequantizeLinear", "e,t,z", "y");
  onnx_writer_output (writer, "y", NNC_F32, rank, shape);
  return onnx_writer_finish (writer);
}

static void
check_steps (GBytes *network, const char *wanted)
{
  g_autofree char *steps = pass_effect_steps (network, "fuse_quantization");

  fail_unless_equals_string (steps, wanted);
}

GST_START_TEST (conv_and_relu_are_one_step_on_integers)
{
  OnnxWriter *writer = begin ();

  add_weights (writer, 0);
  onnx_writer_node (writer, "conv", "Conv", "r,w,b", "c");
  onnx_writer_node (writer, "relu", "Relu", "c", "a");
  check_steps (end (writer, "a", DIMS (1, SIZE, 4, 4)),
               "QuantizeLinear Transpose QLinearConv DequantizeLinear Transpose");
}
GST_END_TEST

GST_START_TEST (pools_and_views_move_integers)
{
  OnnxWriter *writer = begin ();

  add_weights (writer, 0);
  onnx_writer_node (writer, "conv", "Conv", "r,w", "c");
  onnx_writer_node (writer, "pool", "MaxPool", "c", "p");
  onnx_writer_ints (writer, "kernel_shape", DIMS (2, 2));
  onnx_writer_node (writer, "flatten", "Flatten", "p", "f");
  check_steps (end (writer, "f", DIMS (1, SIZE * 9)),
               "QuantizeLinear Transpose QLinearConv MaxPool Transpose DequantizeLinear");
}
GST_END_TEST

GST_START_TEST (elementwise_operators_of_one_value_are_a_table)
{
  OnnxWriter *writer = begin ();

  onnx_writer_node (writer, "tanh", "Tanh", "r", "a");
  onnx_writer_node (writer, "add", "Add", "u,a", "b");
  check_steps (end (writer, "b", DIMS (1, SIZE, 6, 6)), "QuantizeLinear Table DequantizeLinear");
}
GST_END_TEST

GST_START_TEST (a_sum_of_two_is_one_step)
{
  OnnxWriter *writer = begin ();

  onnx_writer_node (writer, "again", "QuantizeLinear", "x,u,z", "p");
  onnx_writer_node (writer, "others", "DequantizeLinear", "p,u,z", "v");
  onnx_writer_node (writer, "add", "Add", "r,v", "a");
  check_steps (end (writer, "a", DIMS (1, SIZE, 6, 6)), "QuantizeLinear QuantizeLinear QLinearAdd DequantizeLinear");
}
GST_END_TEST

GST_START_TEST (weights_of_several_zero_points_stay_reals)
{
  OnnxWriter *writer = begin ();

  add_weights (writer, 3);
  onnx_writer_node (writer, "conv", "Conv", "r,w,b", "c");
  check_steps (end (writer, "c", DIMS (1, SIZE, 4, 4)),
               "QuantizeLinear DequantizeLinear Transpose Conv QuantizeLinear DequantizeLinear Transpose");
}
GST_END_TEST

GST_START_TEST (a_sum_that_others_read_in_reals_stays_real)
{
  OnnxWriter *writer = begin ();

  add_weights (writer, 0);
  onnx_writer_node (writer, "conv", "Conv", "r,w,b", "c");
  onnx_writer_output (writer, "c", NNC_F32, DIMS (1, SIZE, 4, 4));
  check_steps (end (writer, "c", DIMS (1, SIZE, 4, 4)),
               "QuantizeLinear DequantizeLinear Transpose Conv Transpose QuantizeLinear DequantizeLinear Transpose");
}
GST_END_TEST

/* Scales 0.3, 0.5 and 0.3: sums are halves of a step, and 0.3 is no number of reals. */
GST_START_TEST (a_factor_that_makes_ties_stays_real)
{
  OnnxWriter *writer = onnx_writer_new (13);
  const float x = 0.3f, weights = 0.5f, y = 0.3f;
  const guint8 zero = 100;
  const gint8 numbers[] = { 1, 3, -5, 7 }, none = 0;

  onnx_writer_input (writer, "x", NNC_F32, DIMS (3, 2));
  onnx_writer_initializer (writer, "s", NNC_F32, 0, NULL, &x);
  onnx_writer_initializer (writer, "v", NNC_F32, 0, NULL, &weights);
  onnx_writer_initializer (writer, "t", NNC_F32, 0, NULL, &y);
  onnx_writer_initializer (writer, "z", NNC_U8, 0, NULL, &zero);
  onnx_writer_initializer (writer, "o", NNC_I8, 0, NULL, &none);
  onnx_writer_initializer (writer, "stored", NNC_I8, DIMS (2, 2), numbers);
  onnx_writer_node (writer, "begin", "QuantizeLinear", "x,s,z", "q");
  onnx_writer_node (writer, "reals", "DequantizeLinear", "q,s,z", "r");
  onnx_writer_node (writer, "weights", "DequantizeLinear", "stored,v,o", "w");
  onnx_writer_node (writer, "product", "MatMul", "r,w", "p");
  check_steps (end (writer, "p", DIMS (3, 2)),
               "QuantizeLinear DequantizeLinear MatMul QuantizeLinear DequantizeLinear");
}
GST_END_TEST

/* w: i8 [2,n], by one scale. */
static void
add_matrix (OnnxWriter *writer, float scale, gint64 n)
{
  const gint8 numbers[] = { 10, 30, -50, 70, 90, -110 }, none = 0;

  onnx_writer_initializer (writer, "scale", NNC_F32, 0, NULL, &scale);
  onnx_writer_initializer (writer, "none", NNC_I8, 0, NULL, &none);
  onnx_writer_initializer (writer, "stored", NNC_I8, DIMS (2, n), numbers);
  onnx_writer_node (writer, "weights", "DequantizeLinear", "stored,scale,none", "w");
}

GST_START_TEST (a_bias_that_is_one_number_is_added)
{
  const float bias = 0.31f;

  for (gint64 n = 1; n <= 3; n += 2) {
    OnnxWriter *writer = begin_with (usual_scales, DIMS (5, 2));

    add_matrix (writer, 0.013f, n);
    onnx_writer_initializer (writer, "b", NNC_F32, 0, NULL, &bias);
    onnx_writer_node (writer, "product", "Gemm", "r,w,b", "p");
    check_steps (end (writer, "p", DIMS (5, n)),
                 n == 1 ? "QuantizeLinear QLinearMatMul DequantizeLinear"
                        : "QuantizeLinear DequantizeLinear Gemm QuantizeLinear DequantizeLinear");
  }
}
GST_END_TEST

GST_START_TEST (what_a_constant_gives_another_rank_is_no_table)
{
  OnnxWriter *writer = begin_with (usual_scales, 0, NULL);
  const float addend = 0.5f;

  onnx_writer_initializer (writer, "b", NNC_F32, DIMS (1), &addend);
  onnx_writer_node (writer, "add", "Add", "r,b", "a");
  check_steps (end (writer, "a", DIMS (1)), "QuantizeLinear DequantizeLinear Add QuantizeLinear DequantizeLinear");
}
GST_END_TEST

/* 127 steps of 2^127 are infinite, and so is what is stored of them: it is not what was stored before. */
GST_START_TEST (scales_whose_steps_reals_cannot_hold_stay_reals)
{
  const float scales[] = { 0.003f, 0x1p127f, 0.021f };
  OnnxWriter *writer = begin_with (scales, DIMS (2, 3));

  onnx_writer_node (writer, "large", "DequantizeLinear", "q,t,z", "l");
  onnx_writer_node (writer, "end", "QuantizeLinear", "l,t,z", "e");
  onnx_writer_node (writer, "result", "DequantizeLinear", "e,u,z", "y");
  onnx_writer_output (writer, "y", NNC_F32, DIMS (2, 3));
  check_steps (onnx_writer_finish (writer), "QuantizeLinear DequantizeLinear QuantizeLinear DequantizeLinear");
}
GST_END_TEST

GST_START_TEST (scales_whose_product_is_infinite_stay_reals)
{
  const float scales[] = { 0x1p100f, 0x1p100f, 0.021f };
  OnnxWriter *writer = begin_with (scales, DIMS (5, 2));

  add_matrix (writer, 0x1p100f, 3);
  onnx_writer_node (writer, "product", "MatMul", "r,w", "p");
  onnx_writer_node (writer, "end", "QuantizeLinear", "p,t,z", "e");
  onnx_writer_node (writer, "result", "DequantizeLinear", "e,u", "y");
  onnx_writer_output (writer, "y", NNC_F32, DIMS (5, 3));
  check_steps (onnx_writer_finish (writer), "QuantizeLinear DequantizeLinear MatMul QuantizeLinear DequantizeLinear");
}
GST_END_TEST

/* A QuantizeLinear that moves past one of them at a time, with all shapes inferred anew, would take a minute. */
GST_START_TEST (a_long_chain_of_views_is_made_ready_soon)
{
  OnnxWriter *writer = begin_with (usual_scales, DIMS (2, 3));
  gint64 begun = g_get_monotonic_time ();

  onnx_writer_node (writer, "real", "Softmax", "r", "v0");
  for (guint i = 0; i < 3000; i++) {
    g_autofree char *input = g_strdup_printf ("v%u", i), *output = g_strdup_printf ("v%u", i + 1);

    onnx_writer_node (writer, output, "Identity", input, output);
  }
  g_free (pass_effect_steps (end (writer, "v3000", DIMS (2, 3)), "fuse_quantization"));
  fail_unless (g_get_monotonic_time () - begun < 20 * G_USEC_PER_SEC);
}
GST_END_TEST

GST_START_TEST (exact_sessions_compute_reals)
{
  OnnxWriter *writer = begin ();
  const NncSessionOptions options = { .exact = TRUE };
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (NncModel) model = NULL;
  g_autoptr (NncSession) session = NULL;
  gboolean convolves = FALSE;

  add_weights (writer, 0);
  onnx_writer_node (writer, "conv", "Conv", "r,w,b", "c");
  bytes = end (writer, "c", DIMS (1, SIZE, 4, 4));
  model = nnc_model_new_from_bytes (bytes, "network", &error);
  fail_unless (model != NULL, "%s", error ? error->message : "");
  session = nnc_session_new (model, &options, &error);
  fail_unless (session != NULL, "%s", error ? error->message : "");
  for (guint i = 0; i < nnc_session_get_n_steps (session); i++) {
    NncStepInfo step;

    nnc_session_get_step (session, i, &step);
    fail_if (g_str_has_prefix (step.op, "QLinear"), "step %u is a %s", i, step.op);
    convolves |= strcmp (step.op, "Conv") == 0;
  }
  fail_unless (convolves);
}
GST_END_TEST

static Suite *
fuse_quantization_suite (void)
{
  Suite *suite = suite_create ("fuse_quantization");
  TCase *tcase = tcase_create ("fuse_quantization");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, conv_and_relu_are_one_step_on_integers);
  tcase_add_test (tcase, pools_and_views_move_integers);
  tcase_add_test (tcase, elementwise_operators_of_one_value_are_a_table);
  tcase_add_test (tcase, a_sum_of_two_is_one_step);
  tcase_add_test (tcase, weights_of_several_zero_points_stay_reals);
  tcase_add_test (tcase, a_sum_that_others_read_in_reals_stays_real);
  tcase_add_test (tcase, a_factor_that_makes_ties_stays_real);
  tcase_add_test (tcase, a_bias_that_is_one_number_is_added);
  tcase_add_test (tcase, what_a_constant_gives_another_rank_is_no_table);
  tcase_add_test (tcase, scales_whose_steps_reals_cannot_hold_stay_reals);
  tcase_add_test (tcase, scales_whose_product_is_infinite_stay_reals);
  tcase_add_test (tcase, a_long_chain_of_views_is_made_ready_soon);
  tcase_add_test (tcase, exact_sessions_compute_reals);
  return suite;
}

GST_CHECK_MAIN (fuse_quantization)
