/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test_op_sizes.c: convolutions and products large enough to be cut into parts, with weights that lie in the file in
 * another order, against sums in double precision. */
#include "execute.h"
#include "op_case.h"
#include "planner.h"
#include "product_step.h"

#include <gst/check/gstcheck.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define PARTS 3

static NncConstant *
random_constant (guint rank, const gint64 *shape, guint seed)
{
  NncTensorDesc desc;
  float *data;

  fail_unless (nnc_desc_set (&desc, NNC_F32, rank, shape, NULL));
  data = g_new (float, nnc_desc_n_elements (&desc));
  for (gsize i = 0; i < nnc_desc_n_elements (&desc); i++) {
    seed = seed * 1664525 + 1013904223;
    data[i] = (float)(seed >> 8) / (float)(1 << 23) - 1;
  }
  return nnc_constant_new_take (data, &desc);
}

static double
at (const NncConstant *constant, gint64 a, gint64 b, gint64 c, gint64 d)
{
  const gint64 *strides = constant->strides;

  return (double)*(const float *)((const guint8 *)constant->data + a * strides[0] + b * strides[1] + c * strides[2]
                                  + d * strides[3]);
}

static void
tensor_of (NncConstant *constant, NncTensor *tensor)
{
  *tensor = (NncTensor){ .desc = constant->desc, .data = (gpointer)nnc_constant_get_data (constant) };
  memcpy (tensor->strides, constant->strides, sizeof tensor->strides);
}

/* The node with input 0 known late, in PARTS parts; its scratch ends where it was asked to end. */
static float *
run_cut (const NncNode *node, NncConstant *const *constants, NncTensorDesc *desc, guint n_packings)
{
  g_autoptr (NncPackStore) store = nnc_pack_store_new (0);
  NncTensor tensors[4], output = { 0 }, *inputs[4], *outputs[1] = { &output };
  NncPlanner planner = { .store = store, .constants = constants };
  NncRunContext context = { 0 };
  gconstpointer x = nnc_constant_get_data (constants[0]);
  gsize packed = 0;
  gpointer scratch;

  for (guint i = 0; i < node->n_inputs; i++) {
    tensor_of (constants[i], &tensors[i]);
    inputs[i] = &tensors[i];
  }
  tensors[0].data = NULL;
  fail_unless (nnc_node_infer (node, (const NncTensor *const *)inputs, desc, NULL));
  output.desc = *desc;
  nnc_desc_contiguous_strides (desc, output.strides);
  output.data = g_malloc (nnc_desc_size (desc));
  for (guint i = 0; i < n_packings; i++) {
    NncPreparation prepare = { .planner = &planner,
                               .node = node,
                               .n_inputs = node->n_inputs,
                               .n_outputs = 1,
                               .inputs = (const NncTensor *const *)inputs,
                               .outputs = (const NncTensor *const *)outputs,
                               .threads = PARTS };

    tensors[0].data = NULL;
    fail_unless (node->op->prepare (&prepare, NULL));
    fail_unless (i == 0 || nnc_pack_store_get_size (store) == packed, "the weights were packed twice");
    packed = nnc_pack_store_get_size (store);
    context.scratch_size = (prepare.scratch + 63) / 64 * 64;
    fail_unless (posix_memalign (&scratch, 64, PARTS * context.scratch_size + 64) == 0);
    context.scratch = scratch;
    tensors[0].data = (gpointer)x;
    NncStep step = {
      .run = prepare.run,
      .params = prepare.params,
      .inputs = inputs,
      .outputs = outputs,
      .n_inputs = node->n_inputs,
      .n_outputs = 1,
      .node = node,
    };
    fail_unless (prepare.run (&step, &context, NULL));
    free (scratch);
    g_clear_pointer (&planner.params, g_free);
  }
  return output.data;
}

static NncNode *
make_node (NncGraph *graph, const char *op, NncConstant *const *constants, guint n)
{
  NncValue *inputs[4], *output = nnc_graph_add_value (graph, "y");

  for (guint i = 0; i < n; i++)
    inputs[i] = nnc_graph_add_constant (graph, "input", constants[i]);
  return nnc_graph_add_node (graph, nnc_op_find (op), "node", inputs, n, &output, 1);
}

static void
check_element (float found, double wanted, gsize i)
{
  fail_unless (fabs ((double)found - wanted) <= 1e-4 * MAX (fabs (wanted), 1),
               "element %" G_GSIZE_FORMAT " is %g instead of %g", i, (double)found, wanted);
}

/* x: [1,H,W,I], weights: [O,kh,kw,I/group], same padding of 1 */
static double
convolve (NncConstant *const *constants, gint64 group, gint64 oy, gint64 ox, gint64 o)
{
  const gint64 *x = constants[0]->desc.shape, *weights = constants[1]->desc.shape;
  gint64 first = o / (weights[0] / group) * weights[3];
  double sum = 0;

  for (gint64 ky = 0; ky < weights[1]; ky++)
    for (gint64 kx = 0; kx < weights[2]; kx++)
      for (gint64 i = 0; i < weights[3]; i++) {
        gint64 iy = oy - 1 + ky, ix = ox - 1 + kx;

        if (iy >= 0 && iy < x[1] && ix >= 0 && ix < x[2])
          sum += at (constants[0], 0, iy, ix, first + i) * at (constants[1], o, ky, kx, i);
      }
  return sum * at (constants[3], o, 0, 0, 0) + at (constants[2], o, 0, 0, 0);
}

static void
check_convolution (gint64 height, gint64 width, gint64 channels, gint64 outs, gint64 group)
{
  g_autoptr (NncGraph) graph = nnc_graph_new ();
  const gint64 x[] = { 1, height, width, channels }, in_file[] = { outs, channels / group, 3, 3 };
  g_autoptr (NncConstant) weights = random_constant (4, in_file, 1);
  NncTensorDesc last = { NNC_F32, 4, { outs, 3, 3, channels / group } }, desc;
  const gint64 strides[] = { weights->strides[0], weights->strides[2], weights->strides[3], weights->strides[1] };
  NncConstant *constants[4] = { random_constant (4, x, 2), nnc_constant_new_view (weights, &last, strides),
                                random_constant (1, &outs, 3), random_constant (1, &outs, 4) };
  NncNode *node = make_node (graph, "Conv", constants, 4);
  g_autofree float *y = NULL;
  gsize i = 0;

  nnc_node_set_ints (node, "pads", (const gint64[]){ 1, 1, 1, 1 }, 4);
  nnc_node_set_int (node, "group", group);
  y = run_cut (node, constants, &desc, 2);
  for (gint64 oy = 0; oy < height; oy++)
    for (gint64 ox = 0; ox < width; ox++)
      for (gint64 o = 0; o < outs; o++, i++)
        check_element (y[i], convolve (constants, group, oy, ox, o), i);
  for (guint j = 0; j < 4; j++)
    nnc_constant_unref (constants[j]);
}

GST_START_TEST (convolutions_in_parts_are_right)
{
  check_convolution (37, 41, 64, 48, 1);
  check_convolution (29, 31, 40, 40, 4);
  check_convolution (130, 99, 67, 67, 67);
}
GST_END_TEST

typedef enum { ANY, HALVES, HALVES_BUT_ONE } Numbers;

/* Halves from -1 to 1; the last number is nearer to none than to 3e-2. */
static void
make_halves (NncConstant *b, Numbers numbers)
{
  gsize n = nnc_desc_n_elements (&b->desc);
  float *data = (float *)nnc_constant_get_data (b);

  for (gsize i = 0; numbers != ANY && i < n; i++)
    data[i] = roundf (data[i] * 1024) / 1024;
  if (numbers == HALVES_BUT_ONE)
    data[n - 1] = 100.03f;
}

static void
check_product (gint64 m, gint64 n, gint64 k, Numbers numbers)
{
  g_autoptr (NncGraph) graph = nnc_graph_new ();
  const gint64 a_shape[] = { m, k }, in_file[] = { n, k };
  g_autoptr (NncConstant) b = random_constant (2, in_file, 1);
  NncTensorDesc transposed = { NNC_F32, 2, { k, n } }, desc;
  const NncProduct product = { .m = (gsize)m, .n = (gsize)n, .k = (gsize)k };
  const NncMatrix matrix = { .data = nnc_constant_get_data (b), .k = 1, .n = (ptrdiff_t)k };
  const gint64 strides[] = { b->strides[1], b->strides[0] };
  NncConstant *constants[3] = { random_constant (2, a_shape, 2), nnc_constant_new_view (b, &transposed, strides),
                                random_constant (1, &n, 3) };
  NncNode *node = make_node (graph, "MatMul", constants, 3);
  g_autofree float *y = NULL;

  make_halves (b, numbers);
  fail_unless_equals_int (nnc_product_is_of_halves (&product, &matrix), numbers == HALVES && m == 1);
  y = run_cut (node, constants, &desc, 2);
  for (gint64 i = 0; i < m * n; i++) {
    double sum = at (constants[2], i % n, 0, 0, 0);

    for (gint64 j = 0; j < k; j++)
      sum += at (constants[0], i / n, j, 0, 0) * at (constants[1], j, i % n, 0, 0);
    check_element (y[i], sum, (gsize)i);
  }
  for (guint j = 0; j < 3; j++)
    nnc_constant_unref (constants[j]);
}

GST_START_TEST (products_in_parts_are_right)
{
  check_product (67, 129, 801, ANY);
  check_product (1, 1000, 37, ANY);
}
GST_END_TEST

GST_START_TEST (a_row_times_many_halves_is_right)
{
  check_product (1, 301, 601, HALVES);
  check_product (1, 301, 601, HALVES_BUT_ONE);
  check_product (2, 301, 601, HALVES);
}
GST_END_TEST

/* Alpha is packed with the weights: another alpha must not find them. */
GST_START_TEST (packed_weights_differ_by_alpha)
{
  static const OpCase once = { "Gemm", "alpha=1.0f", NULL, { "f32[1,1] 3", "f32[1,1] 5" } };
  static const OpCase twice = { "Gemm", "alpha=2.0f", NULL, { "f32[1,1] 3", "f32[1,1] 5" } };
  g_autoptr (NncPackStore) store = nnc_pack_store_new (0);
  const OpCase *const cases[] = { &once, &twice };

  for (guint i = 0; i < 2; i++) {
    g_autoptr (NncGraph) graph = nnc_graph_new ();
    NncNode *node = node_from_case (graph, cases[i]);
    NncConstant *constants[2] = { node->inputs[0]->constant, node->inputs[1]->constant };
    NncTensor tensors[2], *inputs[2] = { &tensors[0], &tensors[1] };
    float result = 0;
    NncTensor output = { .desc = { NNC_F32, 2, { 1, 1 } }, .strides = { 4, 4 }, .data = &result };
    NncTensor *outputs[1] = { &output };
    NncPlanner planner = { .store = store, .constants = constants };
    NncPreparation prepare = { .planner = &planner,
                               .node = node,
                               .n_inputs = 2,
                               .n_outputs = 1,
                               .inputs = (const NncTensor *const *)inputs,
                               .outputs = (const NncTensor *const *)outputs,
                               .threads = 1 };
    guint8 scratch[4096] __attribute__ ((aligned (64)));
    NncRunContext context = { .scratch = scratch, .scratch_size = sizeof scratch };

    tensor_of (constants[0], &tensors[0]);
    tensor_of (constants[1], &tensors[1]);
    fail_unless (node->op->prepare (&prepare, NULL));
    fail_unless (prepare.scratch <= sizeof scratch);
    NncStep step = {
      .run = prepare.run,
      .params = prepare.params,
      .inputs = inputs,
      .outputs = outputs,
      .n_inputs = 2,
      .n_outputs = 1,
      .node = node,
    };
    fail_unless (prepare.run (&step, &context, NULL));
    fail_unless (result > 14.9f * (float)(i + 1) && result < 15.1f * (float)(i + 1), "%g", (double)result);
    g_free (planner.params);
  }
}
GST_END_TEST

static Suite *
op_sizes_suite (void)
{
  Suite *suite = suite_create ("op sizes");
  TCase *tcase = tcase_create ("sizes");

  tcase_set_timeout (tcase, 120);
  tcase_add_test (tcase, convolutions_in_parts_are_right);
  tcase_add_test (tcase, products_in_parts_are_right);
  tcase_add_test (tcase, a_row_times_many_halves_is_right);
  tcase_add_test (tcase, packed_weights_differ_by_alpha);
  suite_add_tcase (suite, tcase);
  return suite;
}

GST_CHECK_MAIN (op_sizes)
