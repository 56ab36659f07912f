/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test_session_memory.c: how much memory networks take while they are loaded, and after. */
#include "allocation_count.h"

#include <glib/gstdio.h>
#include <gst/check/gstcheck.h>
#include <nncore/nncore.h>

#define MEGABYTE ((gsize)1 << 20)

static const gint64 *const silero_shapes[] = { (const gint64[]){ 1, 512 }, (const gint64[]){ 2, 1, 128 }, NULL };

/* shapes: of inputs whose free dimensions cannot be 1, or NULL. */
static const struct {
  const char *path;
  const gint64 *const *shapes;
} models[] = {
  { MODELS_DIR "/fashion-cnn/fashion-cnn.onnx", NULL },
  { SHARED_DIR "/models/coco-ssd/coco_ssd_mobilenet_v1_1.0_quant_2018_06_29.tflite", NULL },
  { SHARED_DIR "/models/coral/keras_lstm_mnist_ptq.tflite", NULL },
  { SHARED_DIR "/models/coral/mobilenet_v1_0.25_128_quant.tflite", NULL },
  { SHARED_DIR "/models/coral/mobilenet_v1_0.25_224_1_metadata_1.tflite", NULL },
  { SHARED_DIR "/models/coral/mobilenet_v1_0.25_224_quant.tflite", NULL },
  { SHARED_DIR "/models/coral/mobilenet_v2_1.0_224_quant.tflite", NULL },
  { SHARED_DIR "/models/coral/tf2_mobilenet_v2_1.0_224_ptq.tflite", NULL },
  { SHARED_DIR "/models/dtln/model_1.onnx", NULL },
  { SHARED_DIR "/models/dtln/model_1.tflite", NULL },
  { SHARED_DIR "/models/dtln/model_quant_1.tflite", NULL },
  { SHARED_DIR "/models/mediapipe/face_detection_short_range.onnx", NULL },
  { SHARED_DIR "/models/mediapipe/face_detection_short_range.tflite", NULL },
  { SHARED_DIR "/models/mlperf-tiny/ad01_fp32.tflite", NULL },
  { SHARED_DIR "/models/mlperf-tiny/ad01_int8.tflite", NULL },
  { SHARED_DIR "/models/mlperf-tiny/kws_ref_model.tflite", NULL },
  { SHARED_DIR "/models/mlperf-tiny/kws_ref_model_float32.tflite", NULL },
  { SHARED_DIR "/models/mlperf-tiny/pretrainedResnet.tflite", NULL },
  { SHARED_DIR "/models/mlperf-tiny/pretrainedResnet_quant.tflite", NULL },
  { SHARED_DIR "/models/mlperf-tiny/str_ww_ref_model.tflite", NULL },
  { SHARED_DIR "/models/mlperf-tiny/vww_96_float.tflite", NULL },
  { SHARED_DIR "/models/mlperf-tiny/vww_96_int8.tflite", NULL },
  { SHARED_DIR "/models/mnist/mnist.onnx", NULL },
  { SHARED_DIR "/models/nnstreamer/mobilenet_v2_quant.onnx", NULL },
  { SHARED_DIR "/models/silero-vad/silero_vad_16k_op15.onnx", silero_shapes },
  { SHARED_DIR "/models/ultraface/version-RFB-320.onnx", NULL },
  { SHARED_DIR "/models/yolox/yolox_nano.onnx", NULL },
};

/* What stands between a file and a session. */
typedef struct {
  NncModel *model;
  NncSession *session;
  gsize file, peak, kept, own; /* bytes: the file's; on the heap at most, and after; of a session, without weights */
} Loaded;

/* What one more session takes: weights are packed already. */
static gsize
measure_session (NncModel *model, const NncSessionOptions *options)
{
  gsize before = allocation_live_bytes (), own;
  NncSession *session = nnc_session_new (model, options, NULL);

  own = allocation_live_bytes () - before;
  nnc_session_unref (session);
  return own;
}

static gboolean
load (int i, Loaded *loaded)
{
  const char *path = models[i].path;
  const NncSessionOptions options = { .input_shapes = models[i].shapes };
  g_autoptr (GError) error = NULL;
  GStatBuf file;
  gsize before;

  if (g_stat (path, &file) != 0) {
    g_print ("SKIP: %s is not there\n", path);
    return FALSE;
  }
  before = allocation_live_bytes ();
  allocation_begin_peak ();
  loaded->model = nnc_model_new_from_file (path, &error);
  loaded->session = loaded->model ? nnc_session_new (loaded->model, &options, &error) : NULL;
  loaded->peak = allocation_peak_bytes () - before;
  loaded->kept = allocation_live_bytes () - before;
  loaded->file = (gsize)file.st_size;
  fail_unless (loaded->session != NULL, "%s", error ? error->message : "");
  loaded->own = measure_session (loaded->model, &options);
  return TRUE;
}

static void
unload (Loaded *loaded)
{
  nnc_session_unref (loaded->session);
  nnc_model_unref (loaded->model);
}

/* The file itself is not on the heap; the largest constant is no larger. */
GST_START_TEST (loading_needs_its_weights_and_little_more)
{
  Loaded loaded;
  gsize right;

  if (!allocations_are_counted () || !load (__i__, &loaded))
    return;
  right = nnc_model_get_weights_size (loaded.model) + loaded.own + MEGABYTE;
  fail_unless (loaded.peak <= right, "%s: %" G_GSIZE_FORMAT " bytes at most, %" G_GSIZE_FORMAT " are right",
               models[__i__].path, loaded.peak, right);
  unload (&loaded);
}
GST_END_TEST

GST_START_TEST (weights_are_kept_once)
{
  Loaded loaded;
  gsize right;

  if (!allocations_are_counted () || !load (__i__, &loaded))
    return;
  right = nnc_model_get_weights_size (loaded.model) + loaded.own + MEGABYTE;
  fail_unless (loaded.kept <= right, "%s: %" G_GSIZE_FORMAT " bytes are kept, %" G_GSIZE_FORMAT " are right",
               models[__i__].path, loaded.kept, right);
  unload (&loaded);
}
GST_END_TEST

/* Not even folded ones are a session's own: what it has besides its arena is its plan, and scratch memory. */
GST_START_TEST (a_second_session_has_no_weights)
{
  Loaded loaded;
  gsize right;

  if (!allocations_are_counted () || !load (__i__, &loaded))
    return;
  right
      = nnc_session_get_arena_size (loaded.session) + MAX (nnc_model_get_weights_size (loaded.model) / 2, MEGABYTE / 2);
  fail_unless (loaded.own <= right, "%s: %" G_GSIZE_FORMAT " bytes a session, %" G_GSIZE_FORMAT " are right",
               models[__i__].path, loaded.own, right);
  unload (&loaded);
}
GST_END_TEST

GST_START_TEST (the_arena_is_no_larger_than_what_lives_at_once_and_a_fifth)
{
  Loaded loaded;
  gsize arena, alive;

  if (!load (__i__, &loaded))
    return;
  arena = nnc_session_get_arena_size (loaded.session);
  alive = nnc_session_get_live_peak (loaded.session);
  fail_unless (arena <= alive + alive / 5, "%s: %" G_GSIZE_FORMAT " bytes, of which %" G_GSIZE_FORMAT " live at once",
               models[__i__].path, arena, alive);
  unload (&loaded);
}
GST_END_TEST

static Suite *
session_memory_suite (void)
{
  Suite *suite = suite_create ("session_memory");
  TCase *tcase = tcase_create ("session_memory");

  suite_add_tcase (suite, tcase);
  tcase_set_timeout (tcase, 60);
  tcase_add_loop_test (tcase, loading_needs_its_weights_and_little_more, 0, G_N_ELEMENTS (models));
  tcase_add_loop_test (tcase, weights_are_kept_once, 0, G_N_ELEMENTS (models));
  tcase_add_loop_test (tcase, a_second_session_has_no_weights, 0, G_N_ELEMENTS (models));
  tcase_add_loop_test (tcase, the_arena_is_no_larger_than_what_lives_at_once_and_a_fifth, 0, G_N_ELEMENTS (models));
  return suite;
}

GST_CHECK_MAIN (session_memory)
