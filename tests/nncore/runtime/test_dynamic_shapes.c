/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test_dynamic_shapes.c: networks of which some shapes depend on data. */
#include "allocation_count.h"
#include "written_model.h"

#include <gst/check/gstcheck.h>

/* s = relu (x); y = the elements of s that are not 0, by NonZero, Transpose, Squeeze, Gather; z = y * 2; x [6] */
static NncModel *
make_model (void)
{
  OnnxWriter *writer = onnx_writer_new (15);
  const float two[] = { 2 };
  const gint64 zero[] = { 0 };

  onnx_writer_input (writer, "x", NNC_F32, DIMS (6));
  onnx_writer_initializer (writer, "two", NNC_F32, DIMS (1), two);
  onnx_writer_initializer (writer, "axes", NNC_I64, DIMS (1), zero);
  onnx_writer_node (writer, "relu", "Relu", "x", "s");
  onnx_writer_node (writer, "which", "NonZero", "s", "found");
  onnx_writer_node (writer, "flat", "Squeeze", "found,axes", "indices");
  onnx_writer_node (writer, "pick", "Gather", "s,indices", "y");
  onnx_writer_node (writer, "double", "Mul", "y,two", "z");
  onnx_writer_output (writer, "z", NNC_F32, DIMS (-1));
  onnx_writer_output (writer, "s", NNC_F32, DIMS (6));
  return written_model (writer);
}

GST_START_TEST (an_output_has_the_shape_of_the_last_run)
{
  g_autoptr (NncModel) model = make_model ();
  g_autoptr (NncSession) session = nnc_session_new (model, NULL, NULL);
  const NncTensor *output = nnc_session_get_output (session, 0);

  fail_unless_equals_int (nnc_tensor_get_data_type (output), NNC_F32);
  fail_unless_equals_uint64 (nnc_tensor_get_n_elements (output), 0);
  set_input (session, 0, (const float[]){ -1, 2, 0, 3, -4, 5 });
  run (session);
  check_output (session, 0, DIMS (3), (const float[]){ 4, 6, 10 });
  check_output (session, 1, DIMS (6), (const float[]){ 0, 2, 0, 3, 0, 5 });
  set_input (session, 0, (const float[]){ 1, 2, 3, 4, 5, 6 });
  run (session);
  check_output (session, 0, DIMS (6), (const float[]){ 2, 4, 6, 8, 10, 12 });
}
GST_END_TEST

GST_START_TEST (nothing_found_is_an_empty_output)
{
  g_autoptr (NncModel) model = make_model ();
  g_autoptr (NncSession) session = nnc_session_new (model, NULL, NULL);

  set_input (session, 0, (const float[]){ -1, -2, 0, -3, -4, 0 });
  run (session);
  check_output (session, 0, DIMS (0), NULL);
}
GST_END_TEST

GST_START_TEST (threads_and_disabled_passes_change_nothing)
{
  static const char *const disabled[] = { "inline_branches", "merge_equals", "remove_identities", NULL };
  g_autoptr (NncModel) model = make_model ();
  const NncSessionOptions options = { .threads = 3, .disabled_passes = disabled };
  g_autoptr (NncSession) session = nnc_session_new (model, &options, NULL);

  for (guint i = 0; i < 100; i++) {
    set_input (session, 0, (const float[]){ -1, 2, 0, 3, -4, (float)(i + 1) });
    run (session);
    check_output (session, 0, DIMS (3), (const float[]){ 4, 6, 2 * (float)(i + 1) });
  }
}
GST_END_TEST

GST_START_TEST (runs_of_all_sizes_leave_nothing_behind)
{
  g_autoptr (NncModel) model = make_model ();
  g_autoptr (NncSession) session = nnc_session_new (model, NULL, NULL);
  gsize live = 0;

  if (!allocations_are_counted ())
    return;
  for (guint i = 0; i < 128; i++) {
    set_input (session, 0, (const float[]){ i & 1 ? 1 : 0, i & 2 ? 1 : 0, i & 4 ? 1 : 0, i & 8 ? 1 : 0, 0, 0 });
    run (session);
    if (i == 63)
      live = allocation_live_bytes ();
  }
  fail_unless_equals_uint64 (allocation_live_bytes (), live);
}
GST_END_TEST

/* y = NonZero (x), x [1000] */
GST_START_TEST (a_memory_limit_holds_for_what_depends_on_data)
{
  OnnxWriter *writer = onnx_writer_new (15);
  g_autoptr (NncModel) model = NULL;
  g_autoptr (NncSession) session = NULL;
  const NncSessionOptions options = { .memory_limit = 6000 };

  onnx_writer_input (writer, "x", NNC_F32, DIMS (1000));
  onnx_writer_node (writer, "which", "NonZero", "x", "y");
  onnx_writer_output (writer, "y", NNC_I64, DIMS (1, -1));
  model = written_model (writer);
  session = nnc_session_new (model, &options, NULL);
  run (session);
  fail_unless_equals_uint64 (nnc_tensor_get_n_elements (nnc_session_get_output (session, 0)), 0);
  for (guint i = 0; i < 1000; i++)
    ((float *)nnc_tensor_get_data (nnc_session_get_input (session, 0)))[i] = 1;
  fail_unless_run_fails (session, NNC_ERROR_MEMORY, "8000 bytes", "'which'", NULL);
  ((float *)nnc_tensor_get_data (nnc_session_get_input (session, 0)))[7] = 0;
  for (guint i = 100; i < 1000; i++)
    ((float *)nnc_tensor_get_data (nnc_session_get_input (session, 0)))[i] = 0;
  run (session);
  fail_unless_equals_uint64 (nnc_tensor_get_n_elements (nnc_session_get_output (session, 0)), 99);
}
GST_END_TEST

/* A convolution whose weights are needed again for each number of images: y = conv (the images that are asked for). */
GST_START_TEST (weights_are_there_when_a_shape_is_new)
{
  OnnxWriter *writer = onnx_writer_new (15);
  const float weights[] = { 1, 2, 3, 4 };
  const gint64 zero[] = { 0 };
  g_autoptr (NncModel) model = NULL;
  g_autoptr (NncSession) session = NULL;

  onnx_writer_input (writer, "x", NNC_F32, DIMS (3, 2, 1, 2));
  onnx_writer_input (writer, "mask", NNC_F32, DIMS (3));
  onnx_writer_initializer (writer, "w", NNC_F32, DIMS (2, 2, 1, 1), weights);
  onnx_writer_initializer (writer, "axes", NNC_I64, DIMS (1), zero);
  onnx_writer_node (writer, "which", "NonZero", "mask", "found");
  onnx_writer_node (writer, "flat", "Squeeze", "found,axes", "indices");
  onnx_writer_node (writer, "pick", "Gather", "x,indices", "images");
  onnx_writer_node (writer, "convolution", "Conv", "images,w", "y");
  onnx_writer_output (writer, "y", NNC_F32, DIMS (-1, 2, 1, 2));
  model = written_model (writer);
  session = nnc_session_new (model, NULL, NULL);
  set_input (session, 0, (const float[]){ 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 });
  for (guint mask = 0; mask < 8; mask++) {
    const NncTensor *output;
    guint at = 0;

    set_input (session, 1, (const float[]){ (float)(mask & 1), (float)(mask & 2), (float)(mask & 4) });
    run (session);
    output = nnc_session_get_output (session, 0);
    for (guint image = 0; image < 3; image++) {
      const float *y = (const float *)nnc_tensor_get_data (output) + 4 * at, a = (float)(4 * image + 1);

      if (!(mask >> image & 1))
        continue;
      fail_unless_equals_float (y[0], a + 2 * (a + 2));
      fail_unless_equals_float (y[3], 3 * (a + 1) + 4 * (a + 3));
      at++;
    }
    fail_unless_equals_int64 (nnc_tensor_get_shape (output, NULL)[0], at);
  }
}
GST_END_TEST

static Suite *
dynamic_shapes_suite (void)
{
  Suite *suite = suite_create ("dynamic shapes");
  TCase *tcase = tcase_create ("dynamic shapes");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, an_output_has_the_shape_of_the_last_run);
  tcase_add_test (tcase, nothing_found_is_an_empty_output);
  tcase_add_test (tcase, threads_and_disabled_passes_change_nothing);
  tcase_add_test (tcase, runs_of_all_sizes_leave_nothing_behind);
  tcase_add_test (tcase, a_memory_limit_holds_for_what_depends_on_data);
  tcase_add_test (tcase, weights_are_there_when_a_shape_is_new);
  return suite;
}

GST_CHECK_MAIN (dynamic_shapes)
