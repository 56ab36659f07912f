/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test_edge_input.c: how a network's input shape is read as a picture's. */
#include "color_model.h"
#include "gstedgeinput.h"
#include "onnx_writer.h"

#include <gst/check/gstcheck.h>

/* A network that gives back its input, of any shape and type. */
static NncModel *
make_model (NncDataType type, guint rank, const gint64 *shape)
{
  OnnxWriter *writer = onnx_writer_new (13);
  g_autoptr (GBytes) bytes = NULL;

  onnx_writer_input (writer, "x", type, rank, shape);
  onnx_writer_node (writer, "same", "Identity", "x", "y");
  onnx_writer_output (writer, "y", type, rank, shape);
  bytes = onnx_writer_finish (writer);
  return nnc_model_new_from_bytes (bytes, "model", NULL);
}

static void
check_spec (guint rank, const gint64 *shape, NncTensorLayout layout, gint width, gint height, NncColorOrder order)
{
  g_autoptr (NncModel) model = make_model (NNC_F32, rank, shape);
  g_autoptr (GError) error = NULL;
  g_autoptr (NncSession) session
      = gst_edge_input_new_session (model, &(NncSessionOptions){ .threads = 1 }, 20, 10, &error);
  NncTensorSpec spec;

  fail_unless (session != NULL, "%s", error ? error->message : "");
  fail_unless (gst_edge_input_describe (session, NNC_ORDER_BGR, &spec, NULL));
  fail_unless_equals_int (spec.layout, layout);
  fail_unless_equals_int (spec.width, width);
  fail_unless_equals_int (spec.height, height);
  fail_unless_equals_int (spec.order, order);
  fail_unless_equals_int (spec.type, NNC_F32);
}

static void
check_refused (NncDataType type, guint rank, const gint64 *shape, const char *why)
{
  g_autoptr (NncModel) model = make_model (type, rank, shape);
  g_autoptr (GError) error = NULL;
  g_autoptr (NncSession) session
      = gst_edge_input_new_session (model, &(NncSessionOptions){ .threads = 1 }, 20, 10, &error);
  NncTensorSpec spec;

  fail_unless (session == NULL || !gst_edge_input_describe (session, NNC_ORDER_RGB, &spec, &error));
  fail_unless (strstr (error->message, why) != NULL, "'%s' is not in '%s'", why, error->message);
}

GST_START_TEST (channels_say_where_they_are)
{
  check_spec (DIMS (1, 5, 7, 3), NNC_LAYOUT_NHWC, 7, 5, NNC_ORDER_BGR);
  check_spec (DIMS (1, 3, 5, 7), NNC_LAYOUT_NCHW, 7, 5, NNC_ORDER_BGR);
  check_spec (DIMS (1, 5, 7, 1), NNC_LAYOUT_NHWC, 7, 5, NNC_ORDER_GRAY);
  check_spec (DIMS (5, 7, 3), NNC_LAYOUT_NHWC, 7, 5, NNC_ORDER_BGR);
  check_spec (DIMS (1, 1, 3, 3), NNC_LAYOUT_NCHW, 3, 3, NNC_ORDER_GRAY);
}
GST_END_TEST

GST_START_TEST (free_dimensions_are_the_frame_s)
{
  check_spec (DIMS (-1, 5, 7, 3), NNC_LAYOUT_NHWC, 7, 5, NNC_ORDER_BGR);
  check_spec (DIMS (-1, 3, -1, -1), NNC_LAYOUT_NCHW, 20, 10, NNC_ORDER_BGR);
  check_spec (DIMS (1, -1, 7, 3), NNC_LAYOUT_NHWC, 7, 10, NNC_ORDER_BGR);
}
GST_END_TEST

GST_START_TEST (what_is_no_picture_is_refused)
{
  check_refused (NNC_F32, DIMS (1, 10), "[1,10]");
  check_refused (NNC_F32, DIMS (1, 5, 7, 2), "[1,5,7,2]");
  check_refused (NNC_F32, DIMS (8, 5, 7, 3), "[8,5,7,3]");
  check_refused (NNC_F32, DIMS (-1, -1, -1, -1), "[?,?,?,?]");
  check_refused (NNC_I64, DIMS (1, 5, 7, 3), "input 'x' is i64");
}
GST_END_TEST

GST_START_TEST (only_a_model_that_leaves_a_size_free_is_not_sized)
{
  g_autoptr (NncModel) fixed = make_model (NNC_F32, DIMS (-1, 5, 7, 3));
  g_autoptr (NncModel) open = make_model (NNC_F32, DIMS (1, 3, -1, 7));

  fail_unless (gst_edge_input_is_sized (fixed));
  fail_if (gst_edge_input_is_sized (open));
}
GST_END_TEST

static Suite *
edge_input_suite (void)
{
  Suite *suite = suite_create ("edge_input");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, channels_say_where_they_are);
  tcase_add_test (tcase, free_dimensions_are_the_frame_s);
  tcase_add_test (tcase, what_is_no_picture_is_refused);
  tcase_add_test (tcase, only_a_model_that_leaves_a_size_free_is_not_sized);
  return suite;
}

GST_CHECK_MAIN (edge_input)
