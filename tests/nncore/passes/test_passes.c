/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test_passes.c: a pass changes how a network is computed, and not what comes out. */
#include "onnx_writer.h"
#include "pass.h"

#include <gst/check/gstcheck.h>
#include <math.h>
#include <nncore/nncore.h>

static void
fill (float *numbers, gsize n, guint32 seed)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (seed);

  for (gsize i = 0; i < n; i++)
    numbers[i] = (float)g_rand_double_range (random, 0.1, 1) * (seed % 2 ? 1 : -1) * (i % 3 ? 1 : -1);
}

/* x [1,3,8,8] -> Conv -> BatchNormalization -> Clip -> Conv -> Add (channel bias) -> Relu -> MaxPool: NCHW all along.
 */
static GBytes *
write_network (void)
{
  OnnxWriter *writer = onnx_writer_new (15);
  float first[4 * 3 * 3 * 3], second[5 * 4], norm[4][4], bias[5], bounds[2] = { 0, 6 };

  fill (first, G_N_ELEMENTS (first), 1);
  fill (second, G_N_ELEMENTS (second), 2);
  fill (bias, G_N_ELEMENTS (bias), 3);
  for (guint i = 0; i < 4; i++)
    fill (norm[i], 4, 4 + i);
  for (guint i = 0; i < 4; i++)
    norm[3][i] = fabsf (norm[3][i]);
  onnx_writer_input (writer, "x", NNC_F32, DIMS (1, 3, 8, 8));
  onnx_writer_initializer (writer, "first", NNC_F32, DIMS (4, 3, 3, 3), first);
  onnx_writer_initializer (writer, "second", NNC_F32, DIMS (5, 4, 1, 1), second);
  onnx_writer_initializer (writer, "scale", NNC_F32, DIMS (4), norm[0]);
  onnx_writer_initializer (writer, "shift", NNC_F32, DIMS (4), norm[1]);
  onnx_writer_initializer (writer, "mean", NNC_F32, DIMS (4), norm[2]);
  onnx_writer_initializer (writer, "variance", NNC_F32, DIMS (4), norm[3]);
  onnx_writer_initializer (writer, "bias", NNC_F32, DIMS (1, 5, 1, 1), bias);
  onnx_writer_initializer (writer, "low", NNC_F32, 0, NULL, &bounds[0]);
  onnx_writer_initializer (writer, "high", NNC_F32, 0, NULL, &bounds[1]);
  onnx_writer_node (writer, "conv1", "Conv", "x,first", "a");
  onnx_writer_ints (writer, "pads", DIMS (1, 1, 1, 1));
  onnx_writer_node (writer, "norm", "BatchNormalization", "a,scale,shift,mean,variance", "b");
  onnx_writer_node (writer, "clip", "Clip", "b,low,high", "c");
  onnx_writer_node (writer, "conv2", "Conv", "c,second", "d");
  onnx_writer_node (writer, "add", "Add", "d,bias", "e");
  onnx_writer_node (writer, "relu", "Relu", "e", "f");
  onnx_writer_node (writer, "pool", "MaxPool", "f", "y");
  onnx_writer_ints (writer, "kernel_shape", DIMS (2, 2));
  onnx_writer_ints (writer, "strides", DIMS (2, 2));
  onnx_writer_output (writer, "y", NNC_F32, DIMS (1, 5, 4, 4));
  return onnx_writer_finish (writer);
}

static void
run (const char *const *disabled, float y[80], guint *n_steps)
{
  g_autoptr (GBytes) bytes = write_network ();
  g_autoptr (NncModel) model = nnc_model_new_from_bytes (bytes, "network", NULL);
  NncSessionOptions options = { .disabled_passes = disabled };
  g_autoptr (GError) error = NULL;
  g_autoptr (NncSession) session = nnc_session_new (model, &options, &error);

  fail_unless (session != NULL, "%s", error ? error->message : "");
  fill (nnc_tensor_get_data (nnc_session_get_input (session, 0)), 3 * 8 * 8, 11);
  fail_unless (nnc_session_run (session, &error), "%s", error ? error->message : "");
  fail_unless_equals_string (nnc_tensor_get_name (nnc_session_get_output (session, 0)), "y");
  fail_unless_equals_uint64 (nnc_tensor_get_n_elements (nnc_session_get_output (session, 0)), 80);
  memcpy (y, nnc_tensor_get_data (nnc_session_get_output (session, 0)), 80 * sizeof *y);
  *n_steps = nnc_session_get_n_steps (session);
}

static void
compare_without (const char *pass, const float expected[80], guint fewest)
{
  const char *disabled[] = { pass, NULL };
  float y[80], largest = 0;
  guint steps;

  for (guint i = 0; i < 80; i++)
    largest = MAX (largest, expected[i]);
  fail_unless (largest > 0.1f);
  run (disabled, y, &steps);
  fail_unless (steps >= fewest, "%s makes the plan longer", pass);
  for (guint i = 0; i < 80; i++)
    fail_unless (fabsf (y[i] - expected[i]) <= 1e-5f * largest, "%s: [%u] %g %g", pass, i, (double)y[i],
                 (double)expected[i]);
}

GST_START_TEST (outputs_are_the_same_with_each_pass_off)
{
  float expected[80];
  guint n, fewest;
  const NncPass *passes = nnc_passes (&n);

  run (NULL, expected, &fewest);
  for (guint p = 0; p < n; p++)
    compare_without (passes[p].name, expected, fewest);
}
GST_END_TEST

/* Seven nodes, and a Transpose before and after each of the three that want channels last. */
GST_START_TEST (all_passes_off_leave_every_node)
{
  float expected[80], y[80];
  const char *disabled[] = { "all", NULL };
  guint steps;

  run (NULL, expected, &steps);
  compare_without ("all", expected, steps);
  run (disabled, y, &steps);
  fail_unless_equals_int (steps, 13);
}
GST_END_TEST

/* Two convolutions, a pooling, and a Transpose at either end. */
GST_START_TEST (an_nchw_network_of_seven_nodes_is_five_steps)
{
  float y[80];
  guint steps;

  run (NULL, y, &steps);
  fail_unless_equals_int (steps, 5);
}
GST_END_TEST

static Suite *
passes_suite (void)
{
  Suite *suite = suite_create ("passes");
  TCase *tcase = tcase_create ("passes");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, outputs_are_the_same_with_each_pass_off);
  tcase_add_test (tcase, all_passes_off_leave_every_node);
  tcase_add_test (tcase, an_nchw_network_of_seven_nodes_is_five_steps);
  return suite;
}

GST_CHECK_MAIN (passes)
