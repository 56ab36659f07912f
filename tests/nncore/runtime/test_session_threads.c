/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test_session_threads.c: what several threads in a session change: nothing, and they cost nothing between runs. */
#include "denormals.h"
#include "onnx_writer.h"
#include "thread_pool.h"

#include <gst/check/gstcheck.h>
#include <nncore/nncore.h>
#include <time.h>

#define WEIGHTS (1024 * 2048)

static float *
make_weights (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (5);
  float *weights = g_new (float, WEIGHTS);

  for (guint i = 0; i < WEIGHTS; i++)
    weights[i] = (float)g_rand_double_range (random, -1, 1);
  return weights;
}

#define SHARED_OUT_FROM 20000000 /* multiply-accumulates a run */

/* --- nodes, each large enough to be shared out ------------------------------------------ */

static void
write_convolution (OnnxWriter *writer, const float *weights, gint64 ins, gint64 outs, gint64 size, gint64 group)
{
  onnx_writer_input (writer, "x", NNC_F32, DIMS (1, ins, 61, 67));
  onnx_writer_initializer (writer, "w", NNC_F32, DIMS (outs, ins / group, size, size), weights);
  onnx_writer_node (writer, "convolution", "Conv", "x,w", "y");
  onnx_writer_int (writer, "group", group);
  onnx_writer_output (writer, "y", NNC_F32, DIMS (1, outs, 62 - size, 68 - size));
}

static void
write_3x3 (OnnxWriter *writer, const float *weights)
{
  write_convolution (writer, weights, 16, 64, 3, 1);
}

static void
write_1x1 (OnnxWriter *writer, const float *weights)
{
  write_convolution (writer, weights, 48, 128, 1, 1);
}

static void
write_5x5 (OnnxWriter *writer, const float *weights)
{
  write_convolution (writer, weights, 3, 104, 5, 1);
}

static void
write_depthwise (OnnxWriter *writer, const float *weights)
{
  write_convolution (writer, weights, 768, 768, 3, 768);
}

/* As many rows as threads at most: some have one of them. */
static void
write_product (OnnxWriter *writer, const float *weights)
{
  onnx_writer_input (writer, "x", NNC_F32, DIMS (11, 1024));
  onnx_writer_initializer (writer, "w", NNC_F32, DIMS (1024, 2048), weights);
  onnx_writer_node (writer, "product", "MatMul", "x,w", "y");
  onnx_writer_output (writer, "y", NNC_F32, DIMS (11, 2048));
}

static void
write_pool (OnnxWriter *writer, const char *op)
{
  onnx_writer_input (writer, "x", NNC_F32, DIMS (1, 768, 61, 67));
  onnx_writer_node (writer, "pool", op, "x", "y");
  onnx_writer_ints (writer, "kernel_shape", DIMS (3, 3));
  onnx_writer_output (writer, "y", NNC_F32, DIMS (1, 768, 59, 65));
}

static void
write_average_pool (OnnxWriter *writer, const float *weights)
{
  write_pool (writer, "AveragePool");
}

static void
write_max_pool (OnnxWriter *writer, const float *weights)
{
  write_pool (writer, "MaxPool");
}

static void
write_lstm (OnnxWriter *writer, const float *weights)
{
  onnx_writer_input (writer, "x", NNC_F32, DIMS (33, 2, 256));
  onnx_writer_initializer (writer, "w", NNC_F32, DIMS (1, 1024, 256), weights);
  onnx_writer_initializer (writer, "r", NNC_F32, DIMS (1, 1024, 256), weights + 1024 * 256);
  onnx_writer_node (writer, "lstm", "LSTM", "x,w,r", "y");
  onnx_writer_int (writer, "hidden_size", 256);
  onnx_writer_output (writer, "y", NNC_F32, DIMS (33, 1, 2, 256));
}

static void
write_quantized (OnnxWriter *writer, gint64 ins, gint64 outs, gint64 group)
{
  static const float scales[3] = { 1.f / 255, 0.01f, 0.05f };
  const guint8 zero = 0;
  gint64 n = outs * (ins / group) * 9;
  g_autofree gint8 *weights = g_new (gint8, (gsize)n);

  for (gint64 i = 0; i < n; i++)
    weights[i] = (gint8)(i * 37 % 251 - 125);
  onnx_writer_input (writer, "x", NNC_F32, DIMS (1, ins, 61, 67));
  onnx_writer_initializer (writer, "x_scale", NNC_F32, 0, NULL, &scales[0]);
  onnx_writer_initializer (writer, "w_scale", NNC_F32, 0, NULL, &scales[1]);
  onnx_writer_initializer (writer, "y_scale", NNC_F32, 0, NULL, &scales[2]);
  onnx_writer_initializer (writer, "zero", NNC_U8, 0, NULL, &zero);
  onnx_writer_initializer (writer, "w_zero", NNC_I8, 0, NULL, &zero);
  onnx_writer_initializer (writer, "w", NNC_I8, DIMS (outs, ins / group, 3, 3), weights);
  onnx_writer_node (writer, "quantize", "QuantizeLinear", "x,x_scale,zero", "q");
  onnx_writer_node (writer, "convolution", "QLinearConv", "q,x_scale,zero,w,w_scale,w_zero,y_scale,zero", "y");
  onnx_writer_int (writer, "group", group);
  onnx_writer_output (writer, "y", NNC_U8, DIMS (1, outs, 59, 65));
}

static void
write_quantized_3x3 (OnnxWriter *writer, const float *weights)
{
  write_quantized (writer, 16, 64, 1);
}

static void
write_quantized_depthwise (OnnxWriter *writer, const float *weights)
{
  write_quantized (writer, 768, 768, 768);
}

static void (*const cases[]) (OnnxWriter *writer, const float *weights) = {
  write_3x3,          write_1x1,      write_5x5,  write_depthwise,     write_product,
  write_average_pool, write_max_pool, write_lstm, write_quantized_3x3, write_quantized_depthwise,
};

static NncModel *
make_model (guint which)
{
  OnnxWriter *writer = onnx_writer_new (15);
  g_autofree float *weights = make_weights ();
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) error = NULL;
  NncModel *model;

  cases[which](writer, weights);
  bytes = onnx_writer_finish (writer);
  model = nnc_model_new_from_bytes (bytes, "large", &error);
  fail_unless (model != NULL, "%s", error ? error->message : "");
  return model;
}

/* --- runs ---------------------------------------------------------------------------- */

static NncSession *
run_threads (NncModel *model, guint threads, guint runs)
{
  NncSessionOptions options = { .threads = threads };
  NncSession *session = nnc_session_new (model, &options, NULL);
  NncTensor *input = nnc_session_get_input (session, 0);

  for (gsize i = 0; i < nnc_tensor_get_n_elements (input); i++)
    ((float *)nnc_tensor_get_data (input))[i] = (float)(i * 7 % 101) / 101;
  for (guint i = 0; i < runs; i++)
    fail_unless (nnc_session_run (session, NULL));
  return session;
}

GST_START_TEST (any_number_of_threads_gives_the_same_bits)
{
  g_autoptr (NncModel) model = make_model ((guint)__i__);
  g_autoptr (NncSession) alone = run_threads (model, 1, 1);
  const NncTensor *expected = nnc_session_get_output (alone, 0);
  gsize size = nnc_tensor_get_size (expected);

  fail_unless (nnc_session_get_work (alone) >= SHARED_OUT_FROM, "%" G_GUINT64_FORMAT, nnc_session_get_work (alone));
  for (guint threads = 2; threads <= 11; threads += 3) {
    g_autoptr (NncSession) session = run_threads (model, threads, 3);
    const NncTensor *output = nnc_session_get_output (session, 0);

    fail_unless_equals_uint64 (nnc_tensor_get_size (output), size);
    fail_unless (memcmp (nnc_tensor_get_data (output), nnc_tensor_get_data (expected), size) == 0, "%u threads",
                 threads);
  }
}
GST_END_TEST

#define N_PARTS 3

typedef struct {
  float small;
  guint begun; /* atomic */
  float products[N_PARTS];
} Fading;

/* Waits for the other parts, so that each has a thread of its own. */
static void
multiply_small (gpointer user_data, guint part)
{
  Fading *fading = user_data;

  __atomic_add_fetch (&fading->begun, 1, __ATOMIC_SEQ_CST);
  while (__atomic_load_n (&fading->begun, __ATOMIC_SEQ_CST) < N_PARTS)
    g_thread_yield ();
  fading->products[part] = fading->small * fading->small;
}

GST_START_TEST (all_threads_flush_denormals_during_a_run)
{
  Fading fading = { .small = 1e-20f };
  NncThreadPool *pool = nnc_thread_pool_new (N_PARTS, NULL);
  guint64 mode = nnc_denormals_flush ();

  nnc_thread_pool_run (pool, N_PARTS, multiply_small, &fading);
  nnc_denormals_restore (mode);
  nnc_thread_pool_free (pool);
  for (guint i = 0; i < N_PARTS; i++)
    fail_unless (fading.products[i] == 0, "part %u: %g", i, (double)fading.products[i]);
}
GST_END_TEST

GST_START_TEST (a_run_flushes_denormals_and_gives_its_callers_mode_back)
{
  OnnxWriter *writer = onnx_writer_new (15);
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (NncModel) model = NULL;
  g_autoptr (NncSession) session = NULL;
  volatile float small = 1e-20f;

  onnx_writer_input (writer, "x", NNC_F32, DIMS (3));
  onnx_writer_node (writer, "square", "Mul", "x,x", "y");
  onnx_writer_output (writer, "y", NNC_F32, DIMS (3));
  bytes = onnx_writer_finish (writer);
  model = nnc_model_new_from_bytes (bytes, "square", NULL);
  session = nnc_session_new (model, NULL, NULL);
  for (guint i = 0; i < 3; i++)
    ((float *)nnc_tensor_get_data (nnc_session_get_input (session, 0)))[i] = small;
  fail_unless (nnc_session_run (session, NULL));
  for (guint i = 0; i < 3; i++)
    fail_unless (((const float *)nnc_tensor_get_data (nnc_session_get_output (session, 0)))[i] == 0);
  fail_unless (small * small != 0);
}
GST_END_TEST

/* What all threads of this process have used, in seconds. */
static double
processor_time (void)
{
  struct timespec used;

  clock_gettime (CLOCK_PROCESS_CPUTIME_ID, &used);
  return (double)used.tv_sec + (double)used.tv_nsec / 1e9;
}

GST_START_TEST (threads_cost_nothing_between_runs)
{
  g_autoptr (NncModel) model = make_model (0);
  g_autoptr (NncSession) session = run_threads (model, 5, 1);
  double before = processor_time ();

  g_usleep (G_USEC_PER_SEC);
  fail_unless (processor_time () - before < 0.005, "%g s of 1 s", processor_time () - before);
  fail_unless (nnc_session_run (session, NULL));
}
GST_END_TEST

GST_START_TEST (more_threads_than_parts_finish_each_run)
{
  g_autoptr (NncModel) model = make_model (0);
  g_autoptr (NncSession) session = run_threads (model, 64, 200);

  fail_unless (nnc_session_run (session, NULL));
}
GST_END_TEST

static Suite *
session_threads_suite (void)
{
  Suite *suite = suite_create ("session_threads");
  TCase *tcase = tcase_create ("session_threads");

  suite_add_tcase (suite, tcase);
  tcase_set_timeout (tcase, 120);
  tcase_add_loop_test (tcase, any_number_of_threads_gives_the_same_bits, 0, G_N_ELEMENTS (cases));
  tcase_add_test (tcase, all_threads_flush_denormals_during_a_run);
  tcase_add_test (tcase, a_run_flushes_denormals_and_gives_its_callers_mode_back);
  tcase_add_test (tcase, threads_cost_nothing_between_runs);
  tcase_add_test (tcase, more_threads_than_parts_finish_each_run);
  return suite;
}

GST_CHECK_MAIN (session_threads)
