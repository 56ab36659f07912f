/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test_places.c: values that need no memory of their own have none. */
#include "onnx_writer.h"

#include <gst/check/gstcheck.h>
#include <nncore/nncore.h>

enum { N = 1024, SIZE = N * sizeof (float) };

static OnnxWriter *
begin (void)
{
  OnnxWriter *writer = onnx_writer_new (15);

  onnx_writer_input (writer, "x", NNC_F32, DIMS (1, N));
  onnx_writer_node (writer, "exp", "Exp", "x", "a");
  return writer;
}

/* Values of SIZE bytes that live at once. */
static gsize
count_alive (OnnxWriter *writer)
{
  g_autoptr (GBytes) network = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (NncModel) model = NULL;
  g_autoptr (NncSession) session = NULL;

  onnx_writer_output (writer, "y", NNC_F32, DIMS (1, N));
  network = onnx_writer_finish (writer);
  model = nnc_model_new_from_bytes (network, "network", &error);
  fail_unless (model != NULL, "%s", error ? error->message : "");
  session = nnc_session_new (model, NULL, &error);
  fail_unless (session != NULL, "%s", error ? error->message : "");
  fail_unless_equals_uint64 (nnc_session_get_arena_size (session), nnc_session_get_live_peak (session));
  return nnc_session_get_live_peak (session) / SIZE;
}

/* The input stays until the next run. */
GST_START_TEST (elementwise_operators_write_over_what_they_read)
{
  OnnxWriter *writer = begin ();

  onnx_writer_node (writer, "tanh", "Tanh", "a", "b");
  onnx_writer_node (writer, "relu", "Relu", "b", "c");
  onnx_writer_node (writer, "neg", "Neg", "c", "y");
  fail_unless_equals_uint64 (count_alive (writer), 2);
}
GST_END_TEST

GST_START_TEST (what_is_read_later_is_not_written_over)
{
  OnnxWriter *writer = begin ();

  onnx_writer_node (writer, "tanh", "Tanh", "a", "b");
  onnx_writer_node (writer, "sub", "Sub", "b,a", "y");
  fail_unless_equals_uint64 (count_alive (writer), 3);
}
GST_END_TEST

static Suite *
places_suite (void)
{
  Suite *suite = suite_create ("places");
  TCase *tcase = tcase_create ("places");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, elementwise_operators_write_over_what_they_read);
  tcase_add_test (tcase, what_is_read_later_is_not_written_over);
  return suite;
}

GST_CHECK_MAIN (places)
