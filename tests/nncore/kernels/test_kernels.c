/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test_kernels.c: every kernel of the list that this CPU has, and NNC_CPU lets, against its reference. */
#include <gst/check/gstcheck.h>
#include <math.h>

#include "bf16.h"
#include "compare_kernels.h"
#include "kernel_list.h"
#include "self_check.h"

static void (*const compare_signature[]) (const NncKernel *kernel) = {
  [NNC_SIGNATURE_UNARY_F32] = compare_unary,
  [NNC_SIGNATURE_BINARY_F32] = compare_binary,
  [NNC_SIGNATURE_ROWS_F32] = compare_rows,
  [NNC_SIGNATURE_REDUCE_F32] = compare_reduce,
  [NNC_SIGNATURE_NORMALIZE_U8] = compare_normalize,
  [NNC_SIGNATURE_CONVOLUTION] = compare_convolution,
  [NNC_SIGNATURE_POOL_F32] = compare_pool,
  [NNC_SIGNATURE_MATRIX_PRODUCT] = compare_product,
  [NNC_SIGNATURE_COPY_STRIDED] = compare_copy,
  [NNC_SIGNATURE_SUM_ROWS_U8] = compare_sum_rows,
  [NNC_SIGNATURE_MIX_F32] = compare_mix,
  [NNC_SIGNATURE_SUM_COLUMNS_S16] = compare_sum_columns,
  [NNC_SIGNATURE_QUANTIZED_CONVOLUTION] = compare_quantized,
  [NNC_SIGNATURE_STORED_BINARY] = compare_stored_binary,
  [NNC_SIGNATURE_STORED_POOL] = compare_stored_pool,
  [NNC_SIGNATURE_LIMITS_F32] = compare_limits,
  [NNC_SIGNATURE_QUANTIZE_F32] = compare_quantize,
  [NNC_SIGNATURE_STORED_LSTM] = compare_stored_lstm,
  [NNC_SIGNATURE_LSTM_F32] = compare_lstm,
};

GST_START_TEST (kernel_computes_what_its_reference_computes)
{
  gsize n;
  const NncKernel *kernel = &nnc_kernels (&n)[__i__];
  if (nnc_cpu_has (kernel->cpu))
    compare_signature[kernel->signature](kernel);
}
GST_END_TEST

GST_START_TEST (orc_kernel_agrees_when_first_picked)
{
  gsize n;
  const NncKernel *kernel = &nnc_kernels (&n)[__i__];
  if (kernel->cpu == NNC_CPU_ORC)
    fail_unless (nnc_kernel_agrees (kernel, nnc_kernel_reference (kernel->slot)), "%s differs", kernel->name);
}
GST_END_TEST

GST_START_TEST (every_slot_ends_with_its_reference)
{
  gsize n;
  const NncKernel *kernels = nnc_kernels (&n);
  for (guint slot = 0; slot < NNC_N_SLOTS; slot++) {
    const NncKernel *last = NULL;
    for (gsize i = 0; i < n; i++)
      if (kernels[i].slot == slot)
        last = &kernels[i];
    fail_unless (last && last->cpu == NNC_CPU_C);
    fail_unless (last == nnc_kernel_reference (slot));
  }
}
GST_END_TEST

GST_START_TEST (best_kernel_comes_first_in_its_slot)
{
  gsize n;
  const NncKernel *kernels = nnc_kernels (&n);
  for (gsize i = 0; i < n; i++)
    for (gsize behind = i + 1; behind < n; behind++)
      if (kernels[i].slot == kernels[behind].slot)
        fail_unless (kernels[i].cpu >= kernels[behind].cpu, "%s is behind %s", kernels[behind].name, kernels[i].name);
}
GST_END_TEST

/* An NNC_CPU that names no instruction set masks nothing. */
GST_START_TEST (environment_masks_all_above_the_named)
{
  const char *name = g_getenv ("NNC_CPU");
  guint best = 0;
  while (best < NNC_N_CPUS && g_strcmp0 (name, nnc_cpu_to_string (best)) != 0)
    best++;
  fail_unless (nnc_cpu_has (NNC_CPU_C));
  fail_unless (best == NNC_CPU_C || nnc_cpu_has (NNC_CPU_ORC));
  for (guint cpu = best + 1; cpu < NNC_N_CPUS; cpu++)
    fail_if (nnc_cpu_has (cpu));
}
GST_END_TEST

GST_START_TEST (find_gives_what_the_cpu_has)
{
  for (guint slot = 0; slot < NNC_N_SLOTS; slot++) {
    const NncKernel *kernel = nnc_kernel_find (slot);
    fail_unless (kernel && kernel->slot == slot && nnc_cpu_has (kernel->cpu));
    fail_unless (nnc_kernel_find (slot) == kernel);
  }
}
GST_END_TEST

/* Its distance from 1 / (1 + e^-x), in units of the last place that a float of that size has. */
static double
sigmoid_error (float x, float y)
{
  double right = 1 / (1 + exp (-(double)x));
  float nearest = (float)right;

  return fabs ((double)y - right) / ((double)nextafterf (nearest, 2) - (double)nearest);
}

GST_START_TEST (sigmoid_is_within_two_units_in_the_last_place)
{
  gsize n_kernels;
  const NncKernel *kernel = &nnc_kernels (&n_kernels)[__i__];

  if (kernel->slot != NNC_SLOT_sigmoid_f32 || !nnc_cpu_has (kernel->cpu))
    return;
  for (gint sign = -1; sign <= 1; sign += 2) {
    for (guint bits = 0x3a800000; bits < 0x42a00000; bits += 16 * 67) { /* from 0.001 to 80 */
      float x[16], y[16];

      for (guint i = 0; i < 16; i++) {
        guint32 b = bits + i;

        memcpy (&x[i], &b, sizeof b);
        x[i] *= (float)sign;
      }
      kernel->unary (y, x, 16, NULL);
      for (guint i = 0; i < 16; i++)
        if (sigmoid_error (x[i], y[i]) > 2)
          fail ("%s (%.9g) is off by %g", kernel->name, (double)x[i], sigmoid_error (x[i], y[i]));
    }
  }
}
GST_END_TEST

/* What lies half way between two numbers of bf16, a little beside it, the largest, and what has no number. */
static const struct {
  guint32 from, to; /* bits */
} roundings[] = {
  { 0x3f800000, 0x3f800000 }, { 0x3f808000, 0x3f800000 }, { 0x3f818000, 0x3f820000 }, { 0x3f808001, 0x3f810000 },
  { 0x3f817fff, 0x3f810000 }, { 0xbf818000, 0xbf820000 }, { 0x7f7f7fff, 0x7f7f0000 }, { 0x7f7f8000, 0x7f800000 },
  { 0xff800000, 0xff800000 }, { 0x00800000, 0x00800000 }, { 0x80000000, 0x80000000 },
};

static float
float_of (guint32 bits)
{
  float v;
  memcpy (&v, &bits, sizeof v);
  return v;
}

GST_START_TEST (bf16_is_the_nearest_or_even_number)
{
  for (gsize i = 0; i < G_N_ELEMENTS (roundings); i++) {
    float v = nnc_bf16_round (float_of (roundings[i].from)), wanted = float_of (roundings[i].to);
    fail_unless (memcmp (&v, &wanted, sizeof v) == 0, "%08x", roundings[i].from);
  }
  fail_unless (isnan (nnc_bf16_round (NAN)) && isnan (nnc_bf16_round (float_of (0x7f800001))));
}
GST_END_TEST

/* Each number alone in its row, times 1. */
GST_START_TEST (kernels_of_bf16_round_to_the_nearest_or_even_number)
{
  enum { N = G_N_ELEMENTS (roundings) };
  gsize n_kernels;
  const NncKernel *kernel = &nnc_kernels (&n_kernels)[__i__];
  const NncProduct product = { N, N, N, N, N, -INFINITY, INFINITY, FALSE };
  float a[N * N] = { 0 }, b[N * N] = { 0 }, y[N * N];
  const NncMatrix matrix = { b, N, 1, NULL, NULL };
  gpointer packed;

  if (kernel->slot != NNC_SLOT_matrix_product_bf16 || !nnc_cpu_has (kernel->cpu))
    return;
  for (gsize i = 0; i < N; i++) {
    a[i * N + i] = float_of (roundings[i].from);
    b[i * N + i] = 1;
  }
  fail_unless (kernel->product->accepts (&product));
  packed = g_aligned_alloc (1, kernel->product->packed_size (&product), 64);
  kernel->product->pack (&product, &matrix, packed);
  kernel->product->run (&product, a, packed, y, 0, N);
  g_aligned_free (packed);
  for (gsize i = 0; i < N; i++)
    fail_unless (y[i * N + i] == float_of (roundings[i].to), "%s: %08x becomes %.9g", kernel->name, roundings[i].from,
                 (double)y[i * N + i]);
}
GST_END_TEST

static void
wrong_relu (float *y, const float *x, size_t n, const float *p)
{
  for (gsize i = 0; i < n; i++)
    y[i] = i == 77 ? x[i] + 1 : x[i] < 0 ? 0 : x[i];
}

GST_START_TEST (wrong_orc_kernel_is_passed_over)
{
  const NncKernel *reference = nnc_kernel_reference (NNC_SLOT_relu_f32);
  const NncKernel kernels[]
      = { { NNC_SLOT_relu_f32, NNC_SIGNATURE_UNARY_F32, NNC_CPU_ORC, "wrong", { .unary = wrong_relu } },
          { NNC_SLOT_relu_f32, NNC_SIGNATURE_UNARY_F32, NNC_CPU_ORC, "right", { .unary = reference->unary } } };
  atomic_uchar verdicts[2] = { 0 };
  const NncKernelList list = { kernels, 2, verdicts };
  const NncKernel *right = nnc_cpu_has (NNC_CPU_ORC) ? &kernels[1] : reference;
  for (guint i = 0; i < 2; i++)
    fail_unless (nnc_kernel_list_find (&list, NNC_SLOT_relu_f32, NULL) == right);
  fail_if (nnc_kernel_agrees (&kernels[0], reference));
}
GST_END_TEST

static Suite *
kernels_suite (void)
{
  gsize n;
  Suite *suite = suite_create ("kernels");
  TCase *tests = tcase_create ("kernels");
  nnc_kernels (&n);
  suite_add_tcase (suite, tests);
  tcase_set_timeout (tests, 60);
  tcase_add_test (tests, every_slot_ends_with_its_reference);
  tcase_add_test (tests, best_kernel_comes_first_in_its_slot);
  tcase_add_test (tests, environment_masks_all_above_the_named);
  tcase_add_test (tests, find_gives_what_the_cpu_has);
  tcase_add_test (tests, wrong_orc_kernel_is_passed_over);
  tcase_add_test (tests, bf16_is_the_nearest_or_even_number);
  tcase_add_loop_test (tests, kernels_of_bf16_round_to_the_nearest_or_even_number, 0, (int)n);
  tcase_add_loop_test (tests, orc_kernel_agrees_when_first_picked, 0, (int)n);
  tcase_add_loop_test (tests, sigmoid_is_within_two_units_in_the_last_place, 0, (int)n);
  tcase_add_loop_test (tests, kernel_computes_what_its_reference_computes, 0, (int)n);
  return suite;
}

GST_CHECK_MAIN (kernels)
