/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test_concat_in_place.c: what a Concat puts side by side is computed there. */
#include "onnx_writer.h"
#include "pass_effect.h"

#include <gst/check/gstcheck.h>
#include <nncore/nncore.h>
#include <string.h>

enum { BATCH = 2, HEIGHT = 7, WIDTH = 9, CHANNELS = 5 };

static void
write_convolution (OnnxWriter *writer, const char *name, const char *input, gint64 in, gint64 out, gint64 kernel,
                   const char *output)
{
  gsize n = (gsize)(out * in * kernel * kernel);
  g_autofree float *weights = g_new (float, n);
  g_autofree char *inputs = g_strdup_printf ("%s,%s", input, name);

  pass_effect_fill (weights, n, (guint32)(out + kernel));
  onnx_writer_initializer (writer, name, NNC_F32, DIMS (out, in, kernel, kernel), weights);
  onnx_writer_node (writer, name, "Conv", inputs, output);
  onnx_writer_ints (writer, "pads", DIMS (kernel / 2, kernel / 2, kernel / 2, kernel / 2));
}

/* x [2,5,7,9] -> a: 3 channels, b: 20 channels. */
static OnnxWriter *
begin (void)
{
  OnnxWriter *writer = onnx_writer_new (15);

  onnx_writer_input (writer, "x", NNC_F32, DIMS (BATCH, CHANNELS, HEIGHT, WIDTH));
  write_convolution (writer, "w", "x", CHANNELS, 3, 1, "a");
  write_convolution (writer, "v", "x", CHANNELS, 20, 3, "b");
  return writer;
}

static void
end (OnnxWriter *writer, const char *parts, gint64 axis, gint64 channels)
{
  onnx_writer_node (writer, "concat", "Concat", parts, "whole");
  onnx_writer_int (writer, "axis", axis);
  onnx_writer_node (writer, "relu", "Relu", "whole", "y");
  onnx_writer_output (writer, "y", NNC_F32,
                      DIMS (BATCH, axis == 1 ? channels : 3, axis == 2 ? channels : HEIGHT, WIDTH));
}

static NncSession *
run (NncModel *model, const char *disabled)
{
  const char *const passes[] = { disabled, NULL };
  const NncSessionOptions options = { .disabled_passes = passes };
  g_autoptr (GError) error = NULL;
  NncSession *session = nnc_session_new (model, &options, &error);
  NncTensor *x;

  fail_unless (session != NULL, "%s", error ? error->message : "");
  x = nnc_session_get_input (session, 0);
  pass_effect_fill (nnc_tensor_get_data (x), nnc_tensor_get_n_elements (x), 3);
  for (guint i = 0; i < 2; i++) /* what the first left does no harm */
    fail_unless (nnc_session_run (session, &error), "%s", error ? error->message : "");
  return session;
}

static const char *
find_kernel (NncSession *session, const char *op)
{
  for (guint i = 0; i < nnc_session_get_n_steps (session); i++) {
    NncStepInfo step;

    nnc_session_get_step (session, i, &step);
    if (strcmp (step.op, op) == 0)
      return step.kernel;
  }
  return "absent";
}

/* Takes over the network. Whether nothing is left to copy; that it gives the same to the bit is checked. */
static gboolean
is_in_place (OnnxWriter *writer)
{
  g_autoptr (GBytes) network = onnx_writer_finish (writer);
  g_autoptr (GError) error = NULL;
  g_autoptr (NncModel) model = nnc_model_new_from_bytes (network, "network", &error);
  g_autoptr (NncSession) with = NULL, without = NULL;
  const NncTensor *a, *b;

  fail_unless (model != NULL, "%s", error ? error->message : "");
  with = run (model, NULL);
  without = run (model, "concat_in_place");
  a = nnc_session_get_output (with, 0);
  b = nnc_session_get_output (without, 0);
  fail_unless_equals_uint64 (nnc_tensor_get_size (a), nnc_tensor_get_size (b));
  fail_unless (
      memcmp (nnc_tensor_get_data ((NncTensor *)a), nnc_tensor_get_data ((NncTensor *)b), nnc_tensor_get_size (a))
      == 0);
  fail_unless_equals_string (find_kernel (without, "Concat"), "");
  return strcmp (find_kernel (with, "Concat"), "in place") == 0;
}

GST_START_TEST (convolutions_write_side_by_side)
{
  OnnxWriter *writer = begin ();

  end (writer, "a,b", 1, 23);
  fail_unless (is_in_place (writer));
}
GST_END_TEST

GST_START_TEST (so_do_elementwise_operators_of_many_channels)
{
  OnnxWriter *writer = begin ();

  write_convolution (writer, "u", "x", CHANNELS, 33, 1, "c");
  onnx_writer_node (writer, "tanh", "Tanh", "c", "d");
  write_convolution (writer, "t", "x", CHANNELS, 40, 1, "e");
  onnx_writer_node (writer, "elu", "Elu", "e", "f");
  end (writer, "a,d,f", 1, 76);
  fail_unless (is_in_place (writer));
}
GST_END_TEST

GST_START_TEST (elementwise_operators_of_few_channels_are_copied)
{
  OnnxWriter *writer = begin ();

  onnx_writer_node (writer, "tanh", "Tanh", "b", "c");
  end (writer, "a,c", 1, 23);
  fail_if (is_in_place (writer));
}
GST_END_TEST

GST_START_TEST (what_cannot_is_copied_beside_what_can)
{
  OnnxWriter *writer = begin ();

  onnx_writer_node (writer, "pool", "MaxPool", "b", "c");
  onnx_writer_ints (writer, "kernel_shape", DIMS (1, 1));
  end (writer, "a,c", 1, 23);
  fail_if (is_in_place (writer));
}
GST_END_TEST

GST_START_TEST (what_others_read_or_is_there_twice_is_copied)
{
  OnnxWriter *writer = begin ();

  onnx_writer_node (writer, "exp", "Exp", "b", "e");
  onnx_writer_node (writer, "sum", "ReduceMax", "e", "f");
  onnx_writer_node (writer, "product", "Mul", "a,f", "c");
  end (writer, "a,b,a,c", 1, 29);
  fail_if (is_in_place (writer));
}
GST_END_TEST

GST_START_TEST (rows_below_each_other_are_copied)
{
  OnnxWriter *writer = begin ();

  onnx_writer_node (writer, "exp", "Exp", "a", "c");
  end (writer, "c,a", 2, 2 * HEIGHT);
  fail_if (is_in_place (writer));
}
GST_END_TEST

static Suite *
concat_in_place_suite (void)
{
  Suite *suite = suite_create ("concat_in_place");
  TCase *tcase = tcase_create ("concat_in_place");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, convolutions_write_side_by_side);
  tcase_add_test (tcase, so_do_elementwise_operators_of_many_channels);
  tcase_add_test (tcase, elementwise_operators_of_few_channels_are_copied);
  tcase_add_test (tcase, what_cannot_is_copied_beside_what_can);
  tcase_add_test (tcase, what_others_read_or_is_there_twice_is_copied);
  tcase_add_test (tcase, rows_below_each_other_are_copied);
  return suite;
}

GST_CHECK_MAIN (concat_in_place)
