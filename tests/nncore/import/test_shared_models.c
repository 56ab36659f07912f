/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test_shared_models.c: pretrained networks of others, whole, cut and mutated.
 * Skipped where the folder with them is missing. */
#include "imported.h"

#include <gst/check/gstcheck.h>
#include <string.h>

static char *
model_path (const char *name)
{
  const char *shared = g_getenv ("NNC_SHARED");

  return g_build_filename (shared ? shared : SHARED_DIR, "models", name, NULL);
}

/* NULL, with a line that says so, where the file is not there. */
static GBytes *
read_model (const char *name)
{
  g_autofree char *path = model_path (name);
  char *data;
  gsize size;

  if (g_file_get_contents (path, &data, &size, NULL))
    return g_bytes_new_take (data, size);
  g_print ("SKIP: %s is not there\n", path);
  return NULL;
}

GST_START_TEST (models_of_known_operators_are_read)
{
  static const char *const names[]
      = { "mnist/mnist.onnx", "ultraface/version-RFB-320.onnx", "mediapipe/face_detection_short_range.onnx" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    GBytes *bytes = read_model (names[i]);
    g_autoptr (Imported) imported = bytes ? import_bytes (bytes) : NULL;

    fail_unless (imported == NULL || imported->graph, "%s: %s", names[i],
                 imported && imported->error ? imported->error->message : "");
  }
}
GST_END_TEST

/* Nothing but an operator may stand in their way. */
GST_START_TEST (models_of_other_operators_say_which)
{
  static const char *const names[] = { "nnstreamer/mobilenet_v2_quant.onnx", "silero-vad/silero_vad_16k_op15.onnx",
                                       "dtln/model_1.onnx", "yolox/yolox_nano.onnx" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    GBytes *bytes = read_model (names[i]);
    g_autoptr (Imported) imported = bytes ? import_bytes (bytes) : NULL;

    fail_unless (imported == NULL || imported->graph || strstr (imported->error->message, "not supported: node '"),
                 "%s: %s", names[i], imported && imported->error ? imported->error->message : "");
  }
}
GST_END_TEST

GST_START_TEST (models_cut_at_every_64th_byte_are_refused)
{
  static const char *const names[] = { "mnist/mnist.onnx", "ultraface/version-RFB-320.onnx" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    g_autoptr (GBytes) bytes = read_model (names[i]);

    for (gsize size = 0; bytes && size < g_bytes_get_size (bytes); size += 64) {
      g_autoptr (Imported) imported = import_bytes (g_bytes_new_from_bytes (bytes, 0, size));

      fail_unless (imported->graph == NULL, "%s was read from %" G_GSIZE_FORMAT " bytes", names[i], size);
    }
  }
}
GST_END_TEST

GST_START_TEST (five_hundred_mutations_are_survived)
{
  g_autoptr (GBytes) bytes = read_model ("mnist/mnist.onnx");
  gsize size = 0;
  const guint8 *data = bytes ? g_bytes_get_data (bytes, &size) : NULL;

  for (guint seed = 0; size > 0 && seed < 500; seed++) {
    g_autoptr (GRand) random = g_rand_new_with_seed (seed);
    guint8 *copy = g_memdup2 (data, size);

    for (guint i = 0; i < 16; i++)
      copy[g_rand_int_range (random, 0, (gint32)size)] = (guint8)g_rand_int (random);
    imported_free (import_bytes (g_bytes_new_take (copy, size)));
  }
}
GST_END_TEST

static Suite *
shared_models_suite (void)
{
  Suite *suite = suite_create ("shared_models");
  TCase *tests = tcase_create ("general");

  suite_add_tcase (suite, tests);
  tcase_set_timeout (tests, 300);
  tcase_add_test (tests, models_of_known_operators_are_read);
  tcase_add_test (tests, models_of_other_operators_say_which);
  tcase_add_test (tests, models_cut_at_every_64th_byte_are_refused);
  tcase_add_test (tests, five_hundred_mutations_are_survived);
  return suite;
}

GST_CHECK_MAIN (shared_models)
