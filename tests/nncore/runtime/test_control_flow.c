/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test_control_flow.c: networks with other networks inside. */
#include "allocation_count.h"
#include "written_model.h"

#include <gst/check/gstcheck.h>

/* y = op (inputs), where inputs are values of the graph around. */
static GByteArray *
branch (const char *op, const char *inputs)
{
  OnnxWriter *writer = onnx_writer_new (0);

  onnx_writer_node (writer, op, op, inputs, "y");
  onnx_writer_untyped_output (writer, "y");
  return onnx_writer_finish_graph (writer);
}

/* z = (if c: a + b, else: otherwise) * b; a, b [2] */
static OnnxWriter *
if_model (GByteArray *otherwise)
{
  OnnxWriter *writer = onnx_writer_new (15);

  onnx_writer_input (writer, "a", NNC_F32, DIMS (2));
  onnx_writer_input (writer, "b", NNC_F32, DIMS (2));
  onnx_writer_node (writer, "choice", "If", "c", "y");
  onnx_writer_graph (writer, "then_branch", branch ("Add", "a,b"));
  onnx_writer_graph (writer, "else_branch", otherwise);
  onnx_writer_node (writer, "product", "Mul", "y,b", "z");
  onnx_writer_output (writer, "z", NNC_F32, DIMS (-1));
  return writer;
}

GST_START_TEST (a_branch_is_taken_by_its_condition)
{
  OnnxWriter *writer = if_model (branch ("Sub", "b,a"));
  g_autoptr (NncSession) session = NULL;

  onnx_writer_input (writer, "c", NNC_BOOL, 0, NULL);
  session = written_session (writer, NULL);
  fail_unless_equals_int64 (nnc_tensor_get_shape (nnc_session_get_output (session, 0), NULL)[0], 2);
  set_input (session, 0, (const float[]){ 1, 2 });
  set_input (session, 1, (const float[]){ 10, 20 });
  set_input (session, 2, (const guint8[]){ 1 });
  run (session);
  check_output (session, 0, DIMS (2), (const float[]){ 110, 440 });
  set_input (session, 2, (const guint8[]){ 0 });
  run (session);
  check_output (session, 0, DIMS (2), (const float[]){ 90, 360 });
}
GST_END_TEST

GST_START_TEST (branches_may_differ_in_shape)
{
  OnnxWriter *inner = onnx_writer_new (0), *writer;
  g_autoptr (NncSession) session = NULL;

  /* else: the sum of both in one row, which Mul then broadcasts */
  onnx_writer_node (inner, "sum", "Add", "a,b", "s");
  onnx_writer_node (inner, "row", "Unsqueeze", "s,axes", "y");
  onnx_writer_untyped_output (inner, "y");
  writer = if_model (onnx_writer_finish_graph (inner));
  onnx_writer_initializer (writer, "axes", NNC_I64, DIMS (1), (const gint64[]){ 0 });
  onnx_writer_input (writer, "c", NNC_BOOL, DIMS (1));
  session = written_session (writer, NULL);
  set_input (session, 0, (const float[]){ 1, 2 });
  set_input (session, 1, (const float[]){ 10, 20 });
  for (guint i = 0; i < 4; i++) {
    set_input (session, 2, (const guint8[]){ i % 2 == 0 });
    run (session);
    if (i % 2 == 0)
      check_output (session, 0, DIMS (2), (const float[]){ 110, 440 });
    else
      check_output (session, 0, DIMS (1, 2), (const float[]){ 110, 440 });
  }
}
GST_END_TEST

static guint
count_steps (NncSession *session, const char *op)
{
  guint n = 0;

  for (guint i = 0; i < nnc_session_get_n_steps (session); i++) {
    NncStepInfo info;

    nnc_session_get_step (session, i, &info);
    n += strcmp (info.op, op) == 0;
  }
  return n;
}

/* The branch that is not taken could not run. */
GST_START_TEST (a_known_condition_leaves_no_if)
{
  OnnxWriter *writer = if_model (branch ("MatMul", "a,c"));
  static const char *const disabled[] = { "inline_branches", NULL };
  const NncSessionOptions options = { .disabled_passes = disabled };
  g_autoptr (NncModel) model = NULL;

  onnx_writer_initializer (writer, "c", NNC_BOOL, 0, NULL, (const guint8[]){ 1 });
  model = written_model (writer);
  for (guint i = 0; i < 2; i++) {
    g_autoptr (NncSession) session = nnc_session_new (model, i ? &options : NULL, NULL);

    fail_unless_equals_int (count_steps (session, "If"), i);
    set_input (session, 0, (const float[]){ 1, 2 });
    set_input (session, 1, (const float[]){ 10, 20 });
    run (session);
    check_output (session, 0, DIMS (2), (const float[]){ 110, 440 });
  }
}
GST_END_TEST

/* --- Loop ------------------------------------------------------------------------- */

/* The body of a Loop: i, c (a bool) and x go in; the nodes are still to be written. */
static OnnxWriter *
loop_body (guint rank, const gint64 *shape)
{
  OnnxWriter *writer = onnx_writer_new (0);

  onnx_writer_input (writer, "i", NNC_I64, 0, NULL);
  onnx_writer_input (writer, "c", NNC_BOOL, 0, NULL);
  onnx_writer_input (writer, "x", NNC_F32, rank, shape);
  return writer;
}

static GByteArray *
end_body (OnnxWriter *writer, const char *outputs)
{
  g_auto (GStrv) names = g_strsplit (outputs, ",", -1);

  for (guint i = 0; names[i]; i++)
    onnx_writer_untyped_output (writer, names[i]);
  return onnx_writer_finish_graph (writer);
}

/* A model whose node y,z = Loop (count, yes, x) has this body; x [2], step [2] is an input, too. */
static OnnxWriter *
loop_model (const gint64 *count, GByteArray *body)
{
  OnnxWriter *writer = onnx_writer_new (15);

  onnx_writer_input (writer, "x0", NNC_F32, DIMS (2));
  onnx_writer_input (writer, "step", NNC_F32, DIMS (2));
  if (count)
    onnx_writer_initializer (writer, "count", NNC_I64, 0, NULL, count);
  else
    onnx_writer_input (writer, "count", NNC_I64, 0, NULL);
  onnx_writer_initializer (writer, "yes", NNC_BOOL, 0, NULL, (const guint8[]){ 1 });
  onnx_writer_node (writer, "loop", "Loop", "count,yes,x0", "y,z");
  onnx_writer_graph (writer, "body", body);
  onnx_writer_output (writer, "y", NNC_F32, DIMS (-1));
  onnx_writer_output (writer, "z", NNC_F32, DIMS (-1, 2));
  return writer;
}

/* x = x + step, which comes from around; x is stacked. */
static GByteArray *
adding_body (void)
{
  OnnxWriter *writer = loop_body (DIMS (2));

  onnx_writer_node (writer, "add", "Add", "x,step", "next");
  onnx_writer_node (writer, "slice", "Identity", "next", "slice");
  return end_body (writer, "c,next,slice");
}

GST_START_TEST (a_loop_of_known_length_has_known_shapes)
{
  g_autoptr (NncSession) session = written_session (loop_model ((const gint64[]){ 3 }, adding_body ()), NULL);

  fail_unless_equals_int64 (nnc_tensor_get_shape (nnc_session_get_output (session, 1), NULL)[0], 3);
  for (guint i = 0; i < 3; i++) {
    set_input (session, 0, (const float[]){ (float)i, 2 });
    set_input (session, 1, (const float[]){ 10, 20 });
    run (session);
    check_output (session, 0, DIMS (2), (const float[]){ 30 + (float)i, 62 });
    check_output (session, 1, DIMS (3, 2), (const float[]){ 10 + (float)i, 22, 20 + (float)i, 42, 30 + (float)i, 62 });
  }
}
GST_END_TEST

/* y,z = Loop (20, yes, 0, x0): counts up to what `limit` says, which is a constant or an input; x is stacked. */
static OnnxWriter *
counting_model (const gint32 *limit)
{
  OnnxWriter *body = onnx_writer_new (0), *writer = onnx_writer_new (15);

  onnx_writer_input (body, "i", NNC_I64, 0, NULL);
  onnx_writer_input (body, "c", NNC_BOOL, 0, NULL);
  onnx_writer_input (body, "k", NNC_I32, 0, NULL);
  onnx_writer_input (body, "x", NNC_F32, DIMS (2));
  onnx_writer_node (body, "count", "Add", "k,one", "k_next");
  onnx_writer_node (body, "below", "Less", "k_next,limit", "below");
  onnx_writer_node (body, "and", "And", "below,c", "again");
  onnx_writer_node (body, "add", "Add", "x,step", "next");
  onnx_writer_node (body, "slice", "Identity", "next", "slice");
  onnx_writer_input (writer, "x0", NNC_F32, DIMS (2));
  onnx_writer_input (writer, "step", NNC_F32, DIMS (2));
  if (limit)
    onnx_writer_initializer (writer, "limit", NNC_I32, 0, NULL, limit);
  else
    onnx_writer_input (writer, "limit", NNC_I32, 0, NULL);
  onnx_writer_initializer (writer, "count", NNC_I64, 0, NULL, (const gint64[]){ 20 });
  onnx_writer_initializer (writer, "yes", NNC_BOOL, 0, NULL, (const guint8[]){ 1 });
  onnx_writer_initializer (writer, "zero", NNC_I32, 0, NULL, (const gint32[]){ 0 });
  onnx_writer_initializer (writer, "one", NNC_I32, 0, NULL, (const gint32[]){ 1 });
  onnx_writer_node (writer, "loop", "Loop", "count,yes,zero,x0", "k_last,y,z");
  onnx_writer_graph (writer, "body", end_body (body, "again,k_next,next,slice"));
  onnx_writer_output (writer, "y", NNC_F32, DIMS (2));
  onnx_writer_output (writer, "z", NNC_F32, DIMS (-1, 2));
  onnx_writer_output (writer, "k_last", NNC_I32, 0, NULL);
  return writer;
}

static gboolean
waits_for_data (NncSession *session)
{
  for (guint i = 0; i < nnc_session_get_n_steps (session); i++) {
    NncStepInfo info;

    nnc_session_get_step (session, i, &info);
    if (info.waits_for_data)
      return TRUE;
  }
  return FALSE;
}

static void
check_counting (NncSession *session, gint32 iterations)
{
  const NncTensor *stacked = nnc_session_get_output (session, 1);
  const float n = (float)iterations;

  set_input (session, 0, (const float[]){ 1, 2 });
  set_input (session, 1, (const float[]){ 10, 20 });
  run (session);
  check_output (session, 0, DIMS (2), (const float[]){ 1 + 10 * n, 2 + 20 * n });
  fail_unless_equals_int64 (nnc_tensor_get_shape (stacked, NULL)[0], iterations);
  for (gint32 i = 0; i < iterations; i++)
    fail_unless_equals_float (((const float *)nnc_tensor_get_data (stacked))[2 * i], 11 + 10 * (float)i);
  fail_unless_equals_int (*(const gint32 *)nnc_tensor_get_data (nnc_session_get_output (session, 2)), iterations);
}

/* The condition of a loop is tested after its first iteration; its count ends it, too. */
GST_START_TEST (a_condition_that_follows_from_constants_gives_a_known_length)
{
  static const char *const disabled[] = { "count_loops", NULL };
  const NncSessionOptions options = { .disabled_passes = disabled };
  static const gint32 limits[] = { 0, 1, 5, 20, 100 }, expected[] = { 1, 1, 5, 20, 20 };

  for (guint i = 0; i < G_N_ELEMENTS (limits); i++)
    for (guint off = 0; off < 2; off++) {
      g_autoptr (NncSession) session = written_session (counting_model (&limits[i]), off ? &options : NULL);

      fail_unless_equals_int (waits_for_data (session), off);
      check_counting (session, expected[i]);
    }
}
GST_END_TEST

GST_START_TEST (a_condition_that_depends_on_data_is_tested_as_it_goes)
{
  g_autoptr (NncSession) session = written_session (counting_model (NULL), NULL);

  fail_unless (waits_for_data (session));
  for (gint32 limit = 1; limit < 25; limit++) {
    set_input (session, 2, &limit);
    check_counting (session, MIN (limit, 20));
  }
}
GST_END_TEST

GST_START_TEST (a_loop_goes_as_often_as_an_input_says)
{
  const NncSessionOptions options = { .threads = 2 };
  g_autoptr (NncSession) session = written_session (loop_model (NULL, adding_body ()), &options);

  set_input (session, 0, (const float[]){ 1, 2 });
  set_input (session, 1, (const float[]){ 10, 20 });
  for (gint64 count = -1; count < 40; count++) {
    const NncTensor *stacked;

    set_input (session, 2, &count);
    run (session);
    check_output (session, 0, DIMS (2),
                  (const float[]){ 1 + 10 * (float)MAX (count, 0), 2 + 20 * (float)MAX (count, 0) });
    stacked = nnc_session_get_output (session, 1);
    fail_unless_equals_int64 (nnc_tensor_get_shape (stacked, NULL)[0], MAX (count, 0));
    fail_unless_equals_int64 (nnc_tensor_get_shape (stacked, NULL)[1], 2);
    for (gint64 i = 0; i < count; i++)
      fail_unless_equals_float (((const float *)nnc_tensor_get_data (stacked))[2 * i], 11 + 10 * (float)i);
  }
}
GST_END_TEST

/* Two copies of the state, and the slices, have their places in advance. */
GST_START_TEST (a_loop_of_known_length_allocates_nothing)
{
  g_autoptr (NncSession) session = written_session (loop_model ((const gint64[]){ 1000 }, adding_body ()), NULL);
  gboolean done;
  gsize count;

  if (!allocations_are_counted ())
    return;
  count = allocation_count ();
  done = nnc_session_run (session, NULL);
  count = allocation_count () - count; /* check itself allocates */
  fail_unless (done);
  fail_unless_equals_uint64 (count, 0);
}
GST_END_TEST

/* x = [x, x]: the state grows. */
GST_START_TEST (a_state_may_change_its_shape)
{
  OnnxWriter *body = loop_body (DIMS (-1));
  g_autoptr (NncSession) session = NULL;
  gint64 count;

  onnx_writer_node (body, "double", "Concat", "x,x", "next");
  onnx_writer_int (body, "axis", 0);
  onnx_writer_node (body, "slice", "Identity", "step", "slice");
  session = written_session (loop_model (NULL, end_body (body, "c,next,slice")), NULL);
  set_input (session, 0, (const float[]){ 1, 2 });
  for (count = 0; count < 8; count++) {
    const NncTensor *output = nnc_session_get_output (session, 0);
    gint64 n = 2 << count;

    set_input (session, 2, &count);
    run (session);
    fail_unless_equals_int64 (nnc_tensor_get_shape (output, NULL)[0], n);
    for (gint64 i = 0; i < n; i++)
      fail_unless_equals_float (((const float *)nnc_tensor_get_data (output))[i], (float)(1 + i % 2));
  }
}
GST_END_TEST

/* A first loop makes w, which grows; a second one carries it along, and adds its sum to x. */
GST_START_TEST (a_state_of_unknown_shape_may_stay_as_it_is)
{
  OnnxWriter *growing = loop_body (DIMS (-1)), *body = onnx_writer_new (0), *writer = onnx_writer_new (15);
  g_autoptr (NncSession) session = NULL;

  onnx_writer_node (growing, "double", "Concat", "x,x", "next");
  onnx_writer_int (growing, "axis", 0);
  onnx_writer_input (body, "i", NNC_I64, 0, NULL);
  onnx_writer_input (body, "c", NNC_BOOL, 0, NULL);
  onnx_writer_input (body, "w", NNC_F32, DIMS (-1));
  onnx_writer_input (body, "s", NNC_F32, DIMS (1));
  onnx_writer_node (body, "sum", "ReduceSum", "w", "sum");
  onnx_writer_node (body, "add", "Add", "s,sum", "next");
  onnx_writer_input (writer, "x0", NNC_F32, DIMS (2));
  onnx_writer_input (writer, "count", NNC_I64, 0, NULL);
  onnx_writer_initializer (writer, "three", NNC_I64, 0, NULL, (const gint64[]){ 3 });
  onnx_writer_initializer (writer, "zero", NNC_F32, DIMS (1), (const float[]){ 0 });
  onnx_writer_node (writer, "grow", "Loop", "count,,x0", "w0");
  onnx_writer_graph (writer, "body", end_body (growing, "c,next"));
  onnx_writer_node (writer, "loop", "Loop", "three,,w0,zero", "w1,y");
  onnx_writer_graph (writer, "body", end_body (body, "c,w,next"));
  onnx_writer_output (writer, "w1", NNC_F32, DIMS (-1));
  onnx_writer_output (writer, "y", NNC_F32, DIMS (1));
  session = written_session (writer, NULL);
  set_input (session, 0, (const float[]){ 1, 2 });
  for (gint64 count = 0; count < 4; count++) {
    set_input (session, 1, &count);
    run (session);
    fail_unless_equals_int64 (nnc_tensor_get_shape (nnc_session_get_output (session, 0), NULL)[0], 2 << count);
    fail_unless_equals_float (*(const float *)nnc_tensor_get_data (nnc_session_get_output (session, 1)),
                              (float)(9 << count));
  }
}
GST_END_TEST

GST_START_TEST (a_memory_limit_holds_inside_of_a_loop)
{
  OnnxWriter *body = loop_body (DIMS (-1));
  const NncSessionOptions options = { .memory_limit = 100000 };
  g_autoptr (NncSession) session = NULL;
  gint64 count = 30;

  onnx_writer_node (body, "double", "Concat", "x,x", "next");
  onnx_writer_int (body, "axis", 0);
  onnx_writer_node (body, "slice", "Identity", "step", "slice");
  session = written_session (loop_model (NULL, end_body (body, "c,next,slice")), &options);
  set_input (session, 2, &count);
  fail_unless_run_fails (session, NNC_ERROR_MEMORY, "'loop'", "limit is 100000", NULL);
  count = 4;
  set_input (session, 2, &count);
  run (session);
  fail_unless_equals_int64 (nnc_tensor_get_shape (nnc_session_get_output (session, 0), NULL)[0], 32);
}
GST_END_TEST

/* Goes on while what comes in as a condition is true. */
static GByteArray *
endless_body (void)
{
  OnnxWriter *body = loop_body (DIMS (2));

  onnx_writer_node (body, "same", "Add", "x,step", "next");
  onnx_writer_node (body, "go_on", "Identity", "c", "again");
  onnx_writer_node (body, "slice", "Identity", "next", "slice");
  return end_body (body, "again,next,slice");
}

GST_START_TEST (a_loop_that_does_not_end_is_stopped)
{
  const NncSessionOptions options = { .max_iterations = 1000 };
  g_autoptr (NncSession) session = written_session (loop_model (NULL, endless_body ()), &options);
  gint64 count = G_MAXINT64;

  set_input (session, 2, &count);
  fail_unless_run_fails (session, NNC_ERROR_LIMIT, "'loop' (Loop)", "max_iterations", NULL);
  count = 1000;
  set_input (session, 2, &count);
  run (session);
  fail_unless_equals_int64 (nnc_tensor_get_shape (nnc_session_get_output (session, 1), NULL)[0], 1000);
  count = 1001;
  set_input (session, 2, &count);
  fail_unless_run_fails (session, NNC_ERROR_LIMIT, NULL);
}
GST_END_TEST

static gpointer
cancel_soon (gpointer session)
{
  g_usleep (20000);
  nnc_session_cancel (session);
  return NULL;
}

GST_START_TEST (a_run_is_cancelled_inside_of_a_loop)
{
  const NncSessionOptions options = { .max_iterations = G_MAXUINT64 };
  OnnxWriter *writer = onnx_writer_new (15);
  g_autoptr (NncSession) session = NULL;
  const gint64 count = G_MAXINT64;
  GThread *thread;

  onnx_writer_input (writer, "x0", NNC_F32, DIMS (2));
  onnx_writer_input (writer, "count", NNC_I64, 0, NULL);
  onnx_writer_initializer (writer, "yes", NNC_BOOL, 0, NULL, (const guint8[]){ 1 });
  onnx_writer_node (writer, "loop", "Loop", "count,yes,x0", "y");
  onnx_writer_graph (writer, "body", end_body (loop_body (DIMS (2)), "c,x"));
  onnx_writer_output (writer, "y", NNC_F32, DIMS (2));
  session = written_session (writer, &options);
  set_input (session, 1, &count);
  thread = g_thread_new ("cancel", cancel_soon, session);
  fail_unless_run_fails (session, NNC_ERROR_CANCELLED, NULL);
  g_thread_join (thread);
}
GST_END_TEST

/* Loop (3) { Loop (2) { x = if (flag) x + step else x * step }, flag from the outermost graph } */
GST_START_TEST (loops_and_branches_lie_in_each_other)
{
  OnnxWriter *inner = loop_body (DIMS (2)), *outer = loop_body (DIMS (2)), *writer;
  g_autoptr (NncSession) session = NULL;

  onnx_writer_node (inner, "choice", "If", "flag", "next");
  onnx_writer_graph (inner, "then_branch", branch ("Add", "x,step"));
  onnx_writer_graph (inner, "else_branch", branch ("Mul", "x,step"));
  onnx_writer_node (outer, "inner", "Loop", "two,,x", "next");
  onnx_writer_graph (outer, "body", end_body (inner, "c,next"));
  onnx_writer_node (outer, "slice", "Identity", "next", "slice");
  onnx_writer_initializer (outer, "two", NNC_I64, 0, NULL, (const gint64[]){ 2 });
  writer = loop_model ((const gint64[]){ 3 }, end_body (outer, "c,next,slice"));
  onnx_writer_input (writer, "flag", NNC_BOOL, 0, NULL);
  session = written_session (writer, NULL);
  set_input (session, 0, (const float[]){ 1, 2 });
  set_input (session, 1, (const float[]){ 2, 3 });
  set_input (session, 2, (const guint8[]){ 1 });
  run (session);
  check_output (session, 0, DIMS (2), (const float[]){ 13, 20 });
  check_output (session, 1, DIMS (3, 2), (const float[]){ 5, 8, 9, 14, 13, 20 });
  set_input (session, 2, (const guint8[]){ 0 });
  run (session);
  check_output (session, 0, DIMS (2), (const float[]){ 64, 1458 });
}
GST_END_TEST

/* Two states that change places: each is a view of the other's former self. */
GST_START_TEST (states_may_change_places)
{
  OnnxWriter *body = loop_body (DIMS (2)), *writer = onnx_writer_new (15);
  g_autoptr (NncSession) session = NULL;

  onnx_writer_input (body, "w", NNC_F32, DIMS (2));
  onnx_writer_input (writer, "a", NNC_F32, DIMS (2));
  onnx_writer_input (writer, "b", NNC_F32, DIMS (2));
  onnx_writer_input (writer, "count", NNC_I64, 0, NULL);
  onnx_writer_node (writer, "loop", "Loop", "count,,a,b", "y,z");
  onnx_writer_graph (writer, "body", end_body (body, "c,w,x"));
  onnx_writer_output (writer, "y", NNC_F32, DIMS (2));
  onnx_writer_output (writer, "z", NNC_F32, DIMS (2));
  session = written_session (writer, NULL);
  set_input (session, 0, (const float[]){ 1, 2 });
  set_input (session, 1, (const float[]){ 3, 4 });
  for (gint64 count = 0; count < 5; count++) {
    set_input (session, 2, &count);
    run (session);
    check_output (session, (guint)count % 2, DIMS (2), (const float[]){ 1, 2 });
    check_output (session, 1 - (guint)count % 2, DIMS (2), (const float[]){ 3, 4 });
  }
}
GST_END_TEST

GST_START_TEST (a_body_whose_outputs_do_not_fit_is_refused)
{
  g_autoptr (NncModel) model = written_model (loop_model ((const gint64[]){ 3 }, end_body (loop_body (DIMS (2)), "c")));
  g_autoptr (GError) error = NULL;

  fail_unless (nnc_session_new (model, NULL, &error) == NULL);
  fail_unless (g_error_matches (error, NNC_ERROR, NNC_ERROR_SHAPE));
  fail_unless (strstr (error->message, "'loop' (Loop)") != NULL, "%s", error->message);
}
GST_END_TEST

/* x = If (yes) { x = If (yes) … } */
GST_START_TEST (subgraphs_deeper_than_the_limit_are_refused)
{
  for (guint depth = 8; depth <= 9; depth++) {
    GByteArray *inside = branch ("Relu", "x");
    OnnxWriter *writer = onnx_writer_new (15);
    g_autoptr (NncModel) model = NULL;
    g_autoptr (NncSession) session = NULL;
    g_autoptr (GError) error = NULL;

    for (guint i = 0; i + 1 < depth; i++) {
      OnnxWriter *around = onnx_writer_new (0);
      onnx_writer_node (around, "if", "If", "yes", "y");
      onnx_writer_graph (around, "then_branch", inside);
      onnx_writer_graph (around, "else_branch", branch ("Identity", "x"));
      onnx_writer_untyped_output (around, "y");
      inside = onnx_writer_finish_graph (around);
    }
    onnx_writer_input (writer, "x", NNC_F32, DIMS (2));
    onnx_writer_input (writer, "yes", NNC_BOOL, 0, NULL);
    onnx_writer_node (writer, "if", "If", "yes", "y");
    onnx_writer_graph (writer, "then_branch", inside);
    onnx_writer_graph (writer, "else_branch", branch ("Identity", "x"));
    onnx_writer_output (writer, "y", NNC_F32, DIMS (2));
    model = written_model (writer);
    session = nnc_session_new (model, NULL, &error);
    fail_unless ((session != NULL) == (depth == 8), "%s", error ? error->message : "");
    fail_unless (session || g_error_matches (error, NNC_ERROR, NNC_ERROR_LIMIT));
  }
}
GST_END_TEST

/* --- Scan ------------------------------------------------------------------------- */

/* sum, y = Scan (s, x): s = s + slice, which is also stacked; x [2,3], s [2] or [3] */
static NncSession *
scan_session (gint64 n_state, gint64 input_axis, gint64 input_direction, gint64 output_axis, gint64 output_direction)
{
  OnnxWriter *body = onnx_writer_new (0), *writer = onnx_writer_new (15);

  onnx_writer_input (body, "s", NNC_F32, 1, &n_state);
  onnx_writer_input (body, "slice", NNC_F32, 1, &n_state);
  onnx_writer_node (body, "add", "Add", "s,slice", "next");
  onnx_writer_node (body, "out", "Identity", "next", "stacked");
  onnx_writer_input (writer, "s0", NNC_F32, 1, &n_state);
  onnx_writer_input (writer, "x", NNC_F32, DIMS (2, 3));
  onnx_writer_node (writer, "scan", "Scan", "s0,x", "sum,y");
  onnx_writer_graph (writer, "body", end_body (body, "next,stacked"));
  onnx_writer_int (writer, "num_scan_inputs", 1);
  onnx_writer_ints (writer, "scan_input_axes", 1, &input_axis);
  onnx_writer_ints (writer, "scan_input_directions", 1, &input_direction);
  onnx_writer_ints (writer, "scan_output_axes", 1, &output_axis);
  onnx_writer_ints (writer, "scan_output_directions", 1, &output_direction);
  onnx_writer_output (writer, "sum", NNC_F32, 1, &n_state);
  onnx_writer_output (writer, "y", NNC_F32, DIMS (-1, -1));
  return written_session (writer, NULL);
}

GST_START_TEST (a_scan_goes_along_any_axis_in_any_direction)
{
  const float x[] = { 1, 2, 3, 4, 5, 6 }, zeros[] = { 0, 0, 0 };
  g_autoptr (NncSession) rows = scan_session (3, 0, 0, 0, 0), backwards = scan_session (3, -2, 1, 0, 0),
                         columns = scan_session (2, 1, 0, 1, 0), both = scan_session (2, -1, 1, -1, 1);

  set_input (rows, 0, zeros);
  set_input (rows, 1, x);
  run (rows);
  check_output (rows, 0, DIMS (3), (const float[]){ 5, 7, 9 });
  check_output (rows, 1, DIMS (2, 3), (const float[]){ 1, 2, 3, 5, 7, 9 });
  set_input (backwards, 0, zeros);
  set_input (backwards, 1, x);
  run (backwards);
  check_output (backwards, 1, DIMS (2, 3), (const float[]){ 4, 5, 6, 5, 7, 9 });
  set_input (columns, 0, zeros);
  set_input (columns, 1, x);
  run (columns);
  check_output (columns, 0, DIMS (2), (const float[]){ 6, 15 });
  check_output (columns, 1, DIMS (2, 3), (const float[]){ 1, 3, 6, 4, 9, 15 });
  set_input (both, 0, zeros);
  set_input (both, 1, x);
  run (both);
  check_output (both, 1, DIMS (2, 3), (const float[]){ 6, 5, 3, 15, 11, 6 });
}
GST_END_TEST

static Suite *
control_flow_suite (void)
{
  Suite *suite = suite_create ("control flow");
  TCase *tcase = tcase_create ("control flow");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, a_branch_is_taken_by_its_condition);
  tcase_add_test (tcase, branches_may_differ_in_shape);
  tcase_add_test (tcase, a_known_condition_leaves_no_if);
  tcase_add_test (tcase, a_loop_of_known_length_has_known_shapes);
  tcase_add_test (tcase, a_condition_that_follows_from_constants_gives_a_known_length);
  tcase_add_test (tcase, a_condition_that_depends_on_data_is_tested_as_it_goes);
  tcase_add_test (tcase, a_loop_goes_as_often_as_an_input_says);
  tcase_add_test (tcase, a_loop_of_known_length_allocates_nothing);
  tcase_add_test (tcase, a_state_may_change_its_shape);
  tcase_add_test (tcase, a_state_of_unknown_shape_may_stay_as_it_is);
  tcase_add_test (tcase, a_memory_limit_holds_inside_of_a_loop);
  tcase_add_test (tcase, a_loop_that_does_not_end_is_stopped);
  tcase_add_test (tcase, a_run_is_cancelled_inside_of_a_loop);
  tcase_add_test (tcase, loops_and_branches_lie_in_each_other);
  tcase_add_test (tcase, states_may_change_places);
  tcase_add_test (tcase, a_body_whose_outputs_do_not_fit_is_refused);
  tcase_add_test (tcase, subgraphs_deeper_than_the_limit_are_refused);
  tcase_add_test (tcase, a_scan_goes_along_any_axis_in_any_direction);
  return suite;
}

GST_CHECK_MAIN (control_flow)
