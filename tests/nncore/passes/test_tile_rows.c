/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test_tile_rows.c: convolutions that are run by rows give, to the bit, what they give one after the other. */
#include "onnx_writer.h"
#include "pass_effect.h"
#include "tflite_writer.h"

#include <gst/check/gstcheck.h>
#include <nncore/nncore.h>
#include <string.h>

/* --- a network with and without the pass --------------------------------------------- */

static NncSession *
run (NncModel *model, guint threads, gboolean tiled)
{
  const char *const disabled[] = { "tile_rows", NULL };
  const NncSessionOptions options = { .threads = threads, .disabled_passes = tiled ? NULL : disabled };
  g_autoptr (GError) error = NULL;
  NncSession *session = nnc_session_new (model, &options, &error);
  NncTensor *x;
  gsize size;

  fail_unless (session != NULL, "%s", error ? error->message : "");
  x = nnc_session_get_input (session, 0);
  size = nnc_tensor_get_size (x);
  if (nnc_tensor_get_data_type (x) == NNC_F32)
    pass_effect_fill (nnc_tensor_get_data (x), size / sizeof (float), 7);
  else
    for (gsize i = 0; i < size; i++)
      ((guint8 *)nnc_tensor_get_data (x))[i] = (guint8)(i * 37 + i / 251);
  fail_unless (nnc_session_run (session, &error), "%s", error ? error->message : "");
  return session;
}

static void
fail_unless_same (NncSession *a, NncSession *b)
{
  for (guint i = 0; i < nnc_session_get_n_outputs (a); i++) {
    const NncTensor *x = nnc_session_get_output (a, i), *y = nnc_session_get_output (b, i);
    const guint8 *bytes = nnc_tensor_get_data ((NncTensor *)x);
    gsize size = nnc_tensor_get_size (x);
    guint different = 0;

    fail_unless_equals_uint64 (nnc_tensor_get_size (y), size);
    fail_unless (memcmp (bytes, nnc_tensor_get_data ((NncTensor *)y), size) == 0, "output %u is another", i);
    for (gsize j = 1; j < size; j++)
      different += bytes[j] != bytes[0];
    fail_unless (different > size / 4, "output %u tells nothing", i);
  }
}

/* Takes over the network. How many steps the pass saves. */
static guint
count_saved_steps (GBytes *network, guint threads)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (NncModel) model = nnc_model_new_from_bytes (network, "network", &error);
  g_autoptr (NncSession) tiled = NULL, whole = NULL;

  fail_unless (model != NULL, "%s", error ? error->message : "");
  g_bytes_unref (network);
  tiled = run (model, threads, TRUE);
  whole = run (model, 1, FALSE);
  fail_unless_same (tiled, whole);
  fail_unless_equals_uint64 (nnc_session_get_macs (tiled), nnc_session_get_macs (whole));
  return nnc_session_get_n_steps (whole) - nnc_session_get_n_steps (tiled);
}

/* --- networks of floats ---------------------------------------------------------------- */

static void
write_weights (OnnxWriter *writer, const char *name, gint64 out, gint64 in, gint64 kernel)
{
  gsize n = (gsize)(out * in * kernel * kernel);
  g_autofree float *weights = g_new (float, n);

  pass_effect_fill (weights, n, (guint32)(out + in + kernel));
  onnx_writer_initializer (writer, name, NNC_F32, DIMS (out, in, kernel, kernel), weights);
}

typedef struct {
  gint64 batch, height, width, kernel, stride, dilation, pads[4]; /* top, left, bottom, right */
} Case;

static gint64
count_windows (const Case *c, gint64 size, gint64 pads)
{
  return (size + pads - (c->kernel - 1) * c->dilation - 1) / c->stride + 1;
}

/* The second of three convolutions reads `c->kernel` rows; `depthwise` FALSE: all channels of them. */
static void
write_second (OnnxWriter *writer, const Case *c, gboolean depthwise)
{
  write_weights (writer, "second", 64, depthwise ? 1 : 64, c->kernel);
  onnx_writer_node (writer, "second", "Conv", "b,second", "c");
  onnx_writer_int (writer, "group", depthwise ? 64 : 1);
  onnx_writer_ints (writer, "strides", DIMS (c->stride, c->stride));
  onnx_writer_ints (writer, "dilations", DIMS (c->dilation, c->dilation));
  onnx_writer_ints (writer, "pads", 4, c->pads);
}

/* x -> pointwise to 64 -> Clip -> b -> second -> c -> pointwise to `out` -> y */
static OnnxWriter *
begin_block (const Case *c, gboolean depthwise, gint64 out)
{
  OnnxWriter *writer = onnx_writer_new (15);
  const float bounds[2] = { 0, 6 };

  onnx_writer_input (writer, "x", NNC_F32, DIMS (c->batch, 8, c->height, c->width));
  write_weights (writer, "expand", 64, 8, 1);
  write_weights (writer, "project", out, 64, 1);
  onnx_writer_initializer (writer, "low", NNC_F32, 0, NULL, &bounds[0]);
  onnx_writer_initializer (writer, "high", NNC_F32, 0, NULL, &bounds[1]);
  onnx_writer_node (writer, "first", "Conv", "x,expand", "a");
  onnx_writer_node (writer, "clip", "Clip", "a,low,high", "b");
  write_second (writer, c, depthwise);
  onnx_writer_node (writer, "third", "Conv", "c,project", "y");
  onnx_writer_output (writer, "y", NNC_F32,
                      DIMS (c->batch, out, count_windows (c, c->height, c->pads[0] + c->pads[2]),
                            count_windows (c, c->width, c->pads[1] + c->pads[3])));
  return writer;
}

static GBytes *
write_block (const Case *c)
{
  return onnx_writer_finish (begin_block (c, TRUE, 8));
}

static const Case cases[] = {
  { 1, 48, 48, 3, 1, 1, { 1, 1, 1, 1 } },  { 1, 41, 47, 3, 1, 1, { 1, 1, 1, 1 } },
  { 1, 48, 48, 3, 1, 1, { 0, 0, 0, 0 } },  { 1, 48, 48, 3, 1, 1, { 0, 1, 2, 0 } },
  { 1, 48, 48, 3, 1, 1, { 3, 0, 4, 0 } },  { 1, 48, 48, 5, 1, 1, { 2, 2, 2, 2 } },
  { 1, 48, 48, 3, 1, 4, { 4, 4, 4, 4 } },  { 1, 96, 96, 3, 2, 1, { 0, 0, 1, 1 } },
  { 1, 95, 97, 3, 2, 1, { 1, 1, 1, 1 } },  { 1, 96, 96, 2, 3, 1, { 0, 0, 0, 0 } },
  { 3, 40, 48, 3, 1, 1, { 1, 1, 1, 1 } },  { 2, 60, 33, 5, 2, 2, { 4, 3, 2, 1 } },
  { 1, 20, 120, 3, 1, 1, { 1, 1, 1, 1 } }, { 1, 1200, 1, 3, 1, 1, { 1, 1, 1, 1 } },
};

/* Where the depthwise one gives little, the last is alone. */
GST_START_TEST (a_block_gives_the_same_to_the_bit)
{
  const Case *c = &cases[__i__];

  fail_unless (count_saved_steps (write_block (c), 1) >= 1);
}
GST_END_TEST

GST_START_TEST (pointwise_depthwise_and_pointwise_are_one_step)
{
  fail_unless_equals_int (count_saved_steps (write_block (&cases[0]), 1), 2);
}
GST_END_TEST

GST_START_TEST (any_number_of_threads_gives_the_same_to_the_bit)
{
  static const Case large = { 1, 112, 112, 3, 1, 1, { 1, 1, 1, 1 } }, images = { 3, 64, 64, 3, 1, 1, { 1, 1, 1, 1 } };

  for (guint threads = 2; threads <= 5; threads++) {
    fail_unless_equals_int (count_saved_steps (write_block (&large), threads), 2);
    fail_unless_equals_int (count_saved_steps (write_block (&images), threads), 2);
  }
}
GST_END_TEST

GST_START_TEST (a_dense_convolution_by_strides_may_begin)
{
  OnnxWriter *writer = onnx_writer_new (15);

  onnx_writer_input (writer, "x", NNC_F32, DIMS (1, 3, 96, 96));
  write_weights (writer, "first", 64, 3, 3);
  onnx_writer_node (writer, "first", "Conv", "x,first", "b");
  onnx_writer_ints (writer, "strides", DIMS (2, 2));
  onnx_writer_ints (writer, "pads", DIMS (0, 0, 1, 1));
  write_second (writer, &cases[0], TRUE);
  onnx_writer_node (writer, "relu", "Relu", "c", "y");
  onnx_writer_output (writer, "y", NNC_F32, DIMS (1, 64, 48, 48));
  fail_unless_equals_int (count_saved_steps (onnx_writer_finish (writer), 1), 1);
}
GST_END_TEST

/* --- what is not run by rows --------------------------------------------------------------- */

GST_START_TEST (what_the_cache_holds_is_left_alone)
{
  static const Case small = { 1, 16, 16, 3, 1, 1, { 1, 1, 1, 1 } };

  fail_unless_equals_int (count_saved_steps (write_block (&small), 1), 0);
}
GST_END_TEST

GST_START_TEST (a_dense_window_is_left_alone)
{
  fail_unless_equals_int (count_saved_steps (onnx_writer_finish (begin_block (&cases[0], FALSE, 8)), 1), 0);
}
GST_END_TEST

GST_START_TEST (many_weights_end_it)
{
  fail_unless_equals_int (count_saved_steps (onnx_writer_finish (begin_block (&cases[0], TRUE, 1000)), 1), 1);
}
GST_END_TEST

/* A row of 64 channels has 350 KB. */
GST_START_TEST (a_row_too_large_for_the_cache_is_left_alone)
{
  static const Case wide = { 1, 3, 1400, 3, 1, 1, { 1, 1, 1, 1 } };

  fail_unless_equals_int (count_saved_steps (write_block (&wide), 1), 0);
}
GST_END_TEST

GST_START_TEST (a_second_reader_wants_the_whole)
{
  OnnxWriter *writer = begin_block (&cases[0], TRUE, 8);

  onnx_writer_node (writer, "exp", "Exp", "b", "second_output");
  onnx_writer_output (writer, "second_output", NNC_F32, DIMS (1, 64, 48, 48));
  fail_unless_equals_int (count_saved_steps (onnx_writer_finish (writer), 1), 1);
}
GST_END_TEST

GST_START_TEST (an_output_of_the_network_is_whole)
{
  OnnxWriter *writer = begin_block (&cases[0], TRUE, 8);

  onnx_writer_output (writer, "c", NNC_F32, DIMS (1, 64, 48, 48));
  fail_unless_equals_int (count_saved_steps (onnx_writer_finish (writer), 1), 1);
}
GST_END_TEST

/* --- the whole between has no memory --------------------------------------------------------- */

GST_START_TEST (what_is_between_is_not_in_the_arena)
{
  g_autoptr (GBytes) network = write_block (&cases[0]);
  g_autoptr (NncModel) model = nnc_model_new_from_bytes (network, "network", NULL);
  g_autoptr (NncSession) tiled = run (model, 1, TRUE), whole = run (model, 1, FALSE);
  const gsize pixels = 48 * 48 * sizeof (float);

  /* The first and the last image, each in both layouts; two of those between. */
  fail_unless (nnc_session_get_live_peak (tiled) <= 4 * 8 * pixels);
  fail_unless (nnc_session_get_live_peak (whole) >= 2 * 64 * pixels);
}
GST_END_TEST

static gboolean
count_tensor (const NncTensor *tensor, gpointer user_data, GError **error)
{
  fail_unless (nnc_tensor_get_data ((NncTensor *)tensor) != NULL);
  ++*(guint *)user_data;
  return TRUE;
}

GST_START_TEST (a_trace_shows_what_there_is)
{
  g_autoptr (GBytes) network = write_block (&cases[0]);
  g_autoptr (NncModel) model = nnc_model_new_from_bytes (network, "network", NULL);
  g_autoptr (NncSession) session = run (model, 1, TRUE);
  guint n = 0;

  fail_unless (nnc_session_run_traced (session, count_tensor, &n, NULL));
  fail_unless_equals_int (n, nnc_session_get_n_steps (session));
}
GST_END_TEST

/* --- a network of bytes ------------------------------------------------------------------------ */

enum { CONV_2D = 3, DEPTHWISE_CONV_2D = 4, CONV_OPTIONS = 1, DEPTHWISE_OPTIONS = 2 };

/* x [1,height,width,in] -> out channels by kernel x kernel weights, padded as SAME. Returns y. */
static guint
write_stored (TfliteWriter *writer, guint x, const gint64 size[2], gint64 in, gint64 out, gint64 kernel, gint64 stride)
{
  gboolean depthwise = kernel > 1;
  gsize n = (gsize)(kernel * kernel * out * (depthwise ? 1 : in));
  g_autofree gint8 *weights = g_new (gint8, n);
  g_autofree float *scales = g_new (float, out);
  g_autofree gint64 *zeros = g_new0 (gint64, out);
  const float scale = 0.05f;
  const gint64 zero_point = -7;
  FbTable *options;
  guint w, y;

  for (gsize i = 0; i < n; i++)
    weights[i] = (gint8)((i * 89 + i / 13) % 255 - 127);
  for (gint64 i = 0; i < out; i++)
    scales[i] = 0.002f + 0.0001f * (float)(i % 7);
  if (depthwise)
    w = tflite_writer_constant (writer, "w", NNC_I8, DIMS (1, kernel, kernel, out), weights);
  else
    w = tflite_writer_constant (writer, "w", NNC_I8, DIMS (out, 1, 1, in), weights);
  tflite_writer_quantize (writer, (guint)out, scales, zeros, depthwise ? 3 : 0);
  y = tflite_writer_tensor (writer, "y", NNC_I8, DIMS (1, size[0], size[1], out));
  tflite_writer_quantize (writer, 1, &scale, &zero_point, 0);
  tflite_writer_node (writer, depthwise ? DEPTHWISE_CONV_2D : CONV_2D, DIMS (x, w), DIMS (y));
  options = tflite_writer_options (writer, depthwise ? DEPTHWISE_OPTIONS : CONV_OPTIONS);
  fb_set_int (options, 1, 4, stride);
  fb_set_int (options, 2, 4, stride);
  if (depthwise)
    fb_set_int (options, 3, 4, 1);
  return y;
}

/* 90 x 95 pixels by 8, 48, 48 and 16 channels. */
static GBytes *
write_stored_block (gint64 stride)
{
  const gint64 size[] = { 90, 95 }, fewer[] = { (90 + stride - 1) / stride, (95 + stride - 1) / stride };
  TfliteWriter *writer = tflite_writer_new ();
  const float scale = 0.03f;
  const gint64 zero_point = 5;
  guint x = tflite_writer_input (writer, "x", NNC_I8, DIMS (1, size[0], size[1], 8));

  tflite_writer_quantize (writer, 1, &scale, &zero_point, 0);
  x = write_stored (writer, x, size, 8, 48, 1, 1);
  x = write_stored (writer, x, fewer, 48, 48, 3, stride);
  x = write_stored (writer, x, fewer, 48, 16, 1, 1);
  tflite_writer_output (writer, x);
  return tflite_writer_finish (writer);
}

GST_START_TEST (bytes_give_the_same)
{
  fail_unless_equals_int (count_saved_steps (write_stored_block (1), 1), 2);
  fail_unless_equals_int (count_saved_steps (write_stored_block (1), 3), 2);
  fail_unless_equals_int (count_saved_steps (write_stored_block (2), 1), 1);
}
GST_END_TEST

/* x -> 40 convolutions of one number each -> y: a file may have any number of them. */
GST_START_TEST (a_chain_has_at_most_sixteen_steps)
{
  enum { LAYERS = 40, MOST = 16 };
  OnnxWriter *writer = onnx_writer_new (15);
  const float one = 1;
  guint saved;

  onnx_writer_input (writer, "x", NNC_F32, DIMS (1, 1, 300, 300));
  onnx_writer_initializer (writer, "w", NNC_F32, DIMS (1, 1, 1, 1), &one);
  for (guint i = 0; i < LAYERS; i++) {
    g_autofree char *inputs = i ? g_strdup_printf ("y%u,w", i - 1) : g_strdup ("x,w");
    g_autofree char *output = i + 1 < LAYERS ? g_strdup_printf ("y%u", i) : g_strdup ("y");

    onnx_writer_node (writer, output, "Conv", inputs, output);
  }
  onnx_writer_output (writer, "y", NNC_F32, DIMS (1, 1, 300, 300));
  saved = count_saved_steps (onnx_writer_finish (writer), 2);
  fail_unless (saved > 0 && saved <= LAYERS - (LAYERS + MOST - 1) / MOST, "%u steps", saved);
}
GST_END_TEST

static Suite *
tile_rows_suite (void)
{
  Suite *suite = suite_create ("tile_rows");
  TCase *tcase = tcase_create ("tile_rows");

  tcase_add_test (tcase, a_chain_has_at_most_sixteen_steps);
  suite_add_tcase (suite, tcase);
  tcase_set_timeout (tcase, 60);
  tcase_add_loop_test (tcase, a_block_gives_the_same_to_the_bit, 0, G_N_ELEMENTS (cases));
  tcase_add_test (tcase, pointwise_depthwise_and_pointwise_are_one_step);
  tcase_add_test (tcase, any_number_of_threads_gives_the_same_to_the_bit);
  tcase_add_test (tcase, a_dense_convolution_by_strides_may_begin);
  tcase_add_test (tcase, what_the_cache_holds_is_left_alone);
  tcase_add_test (tcase, a_dense_window_is_left_alone);
  tcase_add_test (tcase, many_weights_end_it);
  tcase_add_test (tcase, a_row_too_large_for_the_cache_is_left_alone);
  tcase_add_test (tcase, a_second_reader_wants_the_whole);
  tcase_add_test (tcase, an_output_of_the_network_is_whole);
  tcase_add_test (tcase, what_is_between_is_not_in_the_arena);
  tcase_add_test (tcase, a_trace_shows_what_there_is);
  tcase_add_test (tcase, bytes_give_the_same);
  return suite;
}

GST_CHECK_MAIN (tile_rows)
