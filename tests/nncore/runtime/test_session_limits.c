/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test_session_limits.c: what a small file cannot make of a session: endless work, or endless memory. */
#include "onnx_writer.h"

#include <gst/check/gstcheck.h>
#include <nncore/nncore.h>

static const NncSessionOptions limited = { .memory_limit = (gsize)256 << 20 };

static NncModel *
finish (OnnxWriter *writer)
{
  g_autoptr (GBytes) bytes = onnx_writer_finish (writer);
  g_autoptr (GError) error = NULL;
  NncModel *model = nnc_model_new_from_bytes (bytes, "limits", &error);

  fail_unless (model != NULL, "%s", error ? error->message : "");
  return model;
}

/* 4000 x 4000 windows of 4000 x 4000 around one number: 10^14 steps, of which none is taken before a run. */
GST_START_TEST (making_a_session_computes_little)
{
  OnnxWriter *writer = onnx_writer_new (15);
  g_autoptr (NncModel) model = NULL;
  g_autoptr (NncSession) session = NULL;
  g_autoptr (GError) error = NULL;
  const float one = 1;

  onnx_writer_initializer (writer, "x", NNC_F32, DIMS (1, 1, 1, 1), &one);
  onnx_writer_node (writer, "pool", "AveragePool", "x", "y");
  onnx_writer_ints (writer, "kernel_shape", DIMS (4000, 4000));
  onnx_writer_ints (writer, "pads", DIMS (3999, 3999, 3999, 3999));
  onnx_writer_output (writer, "y", NNC_F32, DIMS (1, 1, 4000, 4000));
  model = finish (writer);
  session = nnc_session_new (model, &limited, &error);
  fail_unless (session != NULL, "%s", error ? error->message : "");
  fail_unless (nnc_session_get_work (session) > G_GUINT64_CONSTANT (100000000000000));
}
GST_END_TEST

/* 20 outputs of 60 MB from one number each. */
GST_START_TEST (constants_that_are_computed_count_against_the_memory_limit)
{
  OnnxWriter *writer = onnx_writer_new (15);
  g_autoptr (NncModel) model = NULL;
  g_autoptr (NncSession) session = NULL;
  g_autoptr (GError) error = NULL;
  const float one = 1;
  const gint64 pads[] = { 0, 15 << 20 };

  onnx_writer_initializer (writer, "x", NNC_F32, DIMS (1), &one);
  onnx_writer_initializer (writer, "pads", NNC_I64, DIMS (2), pads);
  for (guint i = 0; i < 20; i++) {
    g_autofree char *output = g_strdup_printf ("y%u", i);
    g_autofree char *inputs = g_strconcat ("x,pads,", output + 1, NULL);
    const float value = (float)i;

    onnx_writer_initializer (writer, output + 1, NNC_F32, 0, NULL, &value);
    onnx_writer_node (writer, output, "Pad", inputs, output);
    onnx_writer_output (writer, output, NNC_F32, DIMS (1 + (15 << 20)));
  }
  model = finish (writer);
  session = nnc_session_new (model, &limited, &error);
  fail_unless (session == NULL);
  fail_unless (g_error_matches (error, NNC_ERROR, NNC_ERROR_MEMORY), "%s", error->message);
}
GST_END_TEST

static Suite *
session_limits_suite (void)
{
  Suite *suite = suite_create ("session_limits");
  TCase *tcase = tcase_create ("session_limits");

  suite_add_tcase (suite, tcase);
  tcase_set_timeout (tcase, 20);
  tcase_add_test (tcase, making_a_session_computes_little);
  tcase_add_test (tcase, constants_that_are_computed_count_against_the_memory_limit);
  return suite;
}

GST_CHECK_MAIN (session_limits)
