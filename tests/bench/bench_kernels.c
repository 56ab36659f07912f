/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* bench_kernels.c: the time of every kernel of the list, on shapes of real
 * networks: name, shape, nanoseconds a call (the least of many), and what that
 * is in GMAC/s or GB/s. NNC_CPU masks; an argument is a part of the names wanted. */
#include <glib.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "kernel.h"

#define MILLISECONDS 60

/* Memory enough for the largest shape. */
#define N (4u << 20)
static float *x, *y, *w;
static void *packed, *scratch;

typedef void (*Call) (const NncKernel *kernel, gconstpointer shape);

static double
now (void)
{
  struct timespec t;
  clock_gettime (CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

/* The least of many: what the machine does when nothing disturbs it. */
static double
measure (const NncKernel *kernel, Call call, gconstpointer shape)
{
  double begin = now (), best = INFINITY;
  call (kernel, shape);
  do {
    double start = now ();
    call (kernel, shape);
    best = fmin (best, now () - start);
  } while (now () - begin < MILLISECONDS * 1e6);
  return best;
}

static void
report (const NncKernel *kernel, const char *shape, double ns, double work, const char *unit)
{
  printf ("%-28s %-34s %12.0f ns %8.2f %s\n", kernel->name, shape, ns, work / ns, unit);
}

static const gsize lengths[] = { 1024, 200704 };

static void
call_unary (const NncKernel *kernel, gconstpointer shape)
{
  const float p[2] = { .1f, .9f };
  kernel->unary (y, x, *(const gsize *)shape, p);
}

static void
call_binary (const NncKernel *kernel, gconstpointer shape)
{
  gsize n = *(const gsize *)shape;
  const NncBroadcast broadcast = { 1, n, (ptrdiff_t)n, (ptrdiff_t)n, 1, 1 };
  kernel->binary (y, x, w, &broadcast);
}

static void
call_rows (const NncKernel *kernel, gconstpointer shape)
{
  const gsize *rows = shape;
  kernel->rows (y, x, rows[0], rows[1]);
}

static void
bench_rows (const NncKernel *kernel)
{
  static const gsize shapes[][2] = { { 8, 128 }, { 1568, 128 }, { 4420, 2 } };
  for (gsize i = 0; i < G_N_ELEMENTS (shapes); i++) {
    g_autofree char *shape = g_strdup_printf ("[%zu,%zu]", shapes[i][0], shapes[i][1]);
    report (kernel, shape, measure (kernel, call_rows, shapes[i]), 8. * (double)(shapes[i][0] * shapes[i][1]), "GB/s");
  }
}

static void
call_reduce (const NncKernel *kernel, gconstpointer shape)
{
  kernel->reduce (y, x, 1, *(const gsize *)shape / 64, 64);
}

static void
call_normalize (const NncKernel *kernel, gconstpointer shape)
{
  const float scale[4] = { .1f, .2f, .3f, .4f }, offset[4] = { 1, 2, 3, 4 };
  kernel->normalize (y, (const guint8 *)x, *(const gsize *)shape / 3, 3, scale, offset);
}

static void
call_copy (const NncKernel *kernel, gconstpointer shape)
{
  const gsize n[2] = { 64, *(const gsize *)shape / 64 };
  const ptrdiff_t to[2] = { 4 * (ptrdiff_t)n[1], 4 }, from[2] = { 4, 256 };
  kernel->copy (y, x, 4, 2, n, to, from);
}

static void
bench_lengths (const NncKernel *kernel, Call call, double bytes)
{
  for (gsize i = 0; i < G_N_ELEMENTS (lengths); i++) {
    g_autofree char *shape = g_strdup_printf ("%zu", lengths[i]);
    report (kernel, shape, measure (kernel, call, &lengths[i]), bytes * (double)lengths[i], "GB/s");
  }
}

/* Square images and kernels, padded to the same size. */
typedef struct {
  gsize size, ins, outs, groups, kernel, stride;
} Square;

static const Square convolutions[] = {
  { 224, 3, 32, 1, 3, 2 },   { 112, 32, 64, 1, 1, 1 },    { 56, 128, 128, 1, 1, 1 },   { 28, 256, 256, 1, 1, 1 },
  { 14, 512, 512, 1, 1, 1 }, { 7, 1024, 1024, 1, 1, 1 },  { 28, 64, 64, 1, 3, 1 },     { 26, 1, 32, 1, 3, 1 },
  { 112, 32, 32, 32, 3, 1 }, { 28, 256, 256, 256, 3, 1 }, { 14, 512, 512, 512, 3, 1 }, { 14, 512, 512, 512, 3, 2 },
  { 112, 8, 8, 8, 3, 1 },    { 112, 64, 64, 64, 3, 2 },   { 52, 64, 64, 64, 5, 1 },    { 96, 3, 8, 1, 3, 2 },
  { 128, 3, 24, 1, 5, 2 },   { 28, 1, 8, 1, 5, 1 },       { 48, 8, 16, 1, 1, 1 },      { 56, 144, 24, 1, 1, 1 },
  { 104, 16, 32, 1, 1, 1 },  { 30, 64, 8, 1, 3, 1 },
};
static const Square pools[] = { { 112, 64, 64, 64, 2, 2 }, { 28, 256, 256, 256, 3, 1 } };

static NncWindow
window_new (const Square *s)
{
  gsize out = (s->size + s->stride - 1) / s->stride;
  NncWindow window = { .batch = 1,
                       .in_height = s->size,
                       .in_width = s->size,
                       .in_channels = s->ins,
                       .out_height = out,
                       .out_width = out,
                       .out_channels = s->outs,
                       .kernel_height = s->kernel,
                       .kernel_width = s->kernel,
                       .stride_y = s->stride,
                       .stride_x = s->stride,
                       .dilation_y = 1,
                       .dilation_x = 1,
                       .pad_top = (s->kernel - 1) / 2,
                       .pad_left = (s->kernel - 1) / 2,
                       .groups = s->groups,
                       .minimum = 0,
                       .maximum = INFINITY };
  window.in_pixel = (ptrdiff_t)s->ins;
  window.in_row = window.in_pixel * (ptrdiff_t)s->size;
  window.in_image = window.in_row * (ptrdiff_t)s->size;
  window.out_pixel = (ptrdiff_t)s->outs;
  window.out_row = window.out_pixel * (ptrdiff_t)out;
  window.out_image = window.out_row * (ptrdiff_t)out;
  return window;
}

static double
window_macs (const NncWindow *v)
{
  return (double)(v->out_height * v->out_width * v->out_channels * v->kernel_height * v->kernel_width)
         * (double)(v->in_channels / v->groups);
}

static void
call_convolution (const NncKernel *kernel, gconstpointer shape)
{
  const NncWindow *v = shape;
  kernel->convolution->run (v, x, packed, y, scratch, 0, v->out_height);
}

static void
call_pool (const NncKernel *kernel, gconstpointer shape)
{
  const NncWindow *v = shape;
  kernel->pool (v, FALSE, x, y, 0, v->out_height);
}

static char *
square_to_string (const Square *s)
{
  return g_strdup_printf ("%zux%zux%zu -> %zu, %zux%zu/%zu g%zu", s->size, s->size, s->ins, s->outs, s->kernel,
                          s->kernel, s->stride, s->groups);
}

static void
bench_convolution (const NncKernel *kernel)
{
  for (gsize i = 0; i < G_N_ELEMENTS (convolutions); i++) {
    const Square *s = &convolutions[i];
    NncWindow v = window_new (s);
    ptrdiff_t area = (ptrdiff_t)(s->kernel * s->kernel);
    const NncFilter filter = { w, area * (ptrdiff_t)(s->ins / s->groups), area, (ptrdiff_t)s->kernel, 1, NULL, NULL };
    if (!kernel->convolution->accepts (&v))
      continue;
    packed = g_aligned_alloc (1, kernel->convolution->packed_size (&v) + 64, 64);
    scratch = g_aligned_alloc (1, kernel->convolution->scratch_size (&v) + 64, 64);
    kernel->convolution->pack (&v, &filter, packed);
    g_autofree char *shape = square_to_string (s);
    report (kernel, shape, measure (kernel, call_convolution, &v), window_macs (&v), "GMAC/s");
    g_aligned_free (packed);
    g_aligned_free (scratch);
  }
}

static void
bench_pool (const NncKernel *kernel)
{
  for (gsize i = 0; i < G_N_ELEMENTS (pools); i++) {
    NncWindow v = window_new (&pools[i]);
    g_autofree char *shape = square_to_string (&pools[i]);
    report (kernel, shape, measure (kernel, call_pool, &v), 4. * (double)(v.in_image + v.out_image), "GB/s");
  }
}

static void
call_stored_pool (const NncKernel *kernel, gconstpointer shape)
{
  const NncStoredWindow *f = shape;
  kernel->stored_pool (f, x, y, 0, f->window.out_height);
}

static void
bench_stored_pool (const NncKernel *kernel)
{
  for (gsize i = 0; i < G_N_ELEMENTS (pools); i++) {
    const NncStoredWindow f = { window_new (&pools[i]), NNC_STORED_I8, -128, 127 };
    g_autofree char *shape = square_to_string (&pools[i]);
    report (kernel, shape, measure (kernel, call_stored_pool, &f), (double)(f.window.in_image + f.window.out_image),
            "GB/s");
  }
}

static void
call_product (const NncKernel *kernel, gconstpointer shape)
{
  const NncProduct *p = shape;
  kernel->product->run (p, x, packed, y, 0, p->m);
}

static void
bench_product (const NncKernel *kernel)
{
  static const gsize sizes[][3] = { { 1, 128, 1152 }, { 1, 1000, 1024 }, { 128, 128, 128 }, { 256, 512, 256 } };
  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++) {
    const gsize *s = sizes[i];
    NncProduct p = { s[0], s[1], s[2], (ptrdiff_t)s[2], (ptrdiff_t)s[1], -INFINITY, INFINITY, TRUE };
    const NncMatrix b = { w, (ptrdiff_t)s[1], 1, NULL, NULL };
    if (!kernel->product->accepts (&p))
      continue;
    packed = g_aligned_alloc (1, kernel->product->packed_size (&p) + 64, 64);
    kernel->product->pack (&p, &b, packed);
    g_autofree char *shape = g_strdup_printf ("[%zu,%zu] * [%zu,%zu]", s[0], s[2], s[2], s[1]);
    report (kernel, shape, measure (kernel, call_product, &p), (double)(s[0] * s[1] * s[2]), "GMAC/s");
    g_aligned_free (packed);
  }
}

/* A row of 1080p luma, from the rows under one of 224; its columns; and the pixels that come of it. */
#define PICTURE_WIDTH 1920
#define TENSOR_WIDTH 224

static void
call_sum_rows (const NncKernel *kernel, gconstpointer shape)
{
  const guint8 *bytes = (const guint8 *)x;
  const NncRowSum sum = { bytes + PICTURE_WIDTH, PICTURE_WIDTH, 4, bytes, bytes + 5 * PICTURE_WIDTH, 28, 13, 15, 0 };
  gint16 *const to[4]
      = { (gint16 *)y, (gint16 *)y + PICTURE_WIDTH, (gint16 *)y + 2 * PICTURE_WIDTH, (gint16 *)y + 3 * PICTURE_WIDTH };
  kernel->sum_rows (to, *(const gint *)shape, &sum, PICTURE_WIDTH);
}

static void
bench_sum_rows (const NncKernel *kernel)
{
  static const char *const names[]
      = { "6 rows of 1920", "6 rows of 1920 to two", "6 rows of 1920 to three", "6 rows of 1920 to four" };
  for (gint ways = 1; ways <= 4; ways++)
    report (kernel, names[ways - 1], measure (kernel, call_sum_rows, &ways), 6. * PICTURE_WIDTH, "GB/s");
}

static void
call_sum_columns (const NncKernel *kernel, gconstpointer shape)
{
  kernel->sum_columns->run (y, (const gint16 *)x, shape, packed, 1, 0);
}

/* As many neighbours as a sample of luma has when 1080p becomes 224 pixels, or of chroma. */
static void
bench_sum_columns (const NncKernel *kernel)
{
  gint32 first[TENSOR_WIDTH];
  for (gsize taps = 8; taps <= 16; taps *= 2) {
    gsize used = taps == 8 ? 6 : 10;
    g_autofree gint16 *weights = g_new0 (gint16, TENSOR_WIDTH * taps);
    const NncColumns columns = { TENSOR_WIDTH, first, weights, taps };
    for (gsize i = 0; i < TENSOR_WIDTH; i++) {
      first[i] = (gint32)(i * PICTURE_WIDTH * taps / 16 / TENSOR_WIDTH);
      for (gsize k = 0; k < used; k++)
        weights[i * taps + k] = (gint16)(65536 / used);
    }
    if (!kernel->sum_columns->accepts (&columns))
      continue;
    packed = g_aligned_alloc (1, kernel->sum_columns->packed_size (&columns) + 64, 64);
    kernel->sum_columns->pack (&columns, packed);
    report (kernel, taps == 8 ? "224 of 6" : "224 of 10", measure (kernel, call_sum_columns, &columns),
            (double)(used * TENSOR_WIDTH), "GMAC/s");
    g_aligned_free (packed);
  }
}

static void
call_mix (const NncKernel *kernel, gconstpointer shape)
{
  static const NncMix mix = { .channels = 3, .maximum = { 255, 255, 255 } };
  gint step = *(const gint *)shape;
  gsize apart = step == 3 ? 1 : TENSOR_WIDTH;
  float *const to[3] = { y, y + apart, y + 2 * apart };
  const float *const from[3] = { x, x + TENSOR_WIDTH, x + 2 * TENSOR_WIDTH };
  kernel->mix (to, step, from, &mix, TENSOR_WIDTH);
}

static void
bench_mix (const NncKernel *kernel)
{
  const gint side_by_side = 3, planes = 1;
  report (kernel, "224 pixels", measure (kernel, call_mix, &side_by_side), 24. * TENSOR_WIDTH, "GB/s");
  report (kernel, "224 pixels in planes", measure (kernel, call_mix, &planes), 24. * TENSOR_WIDTH, "GB/s");
}

static void
call_quantized (const NncKernel *kernel, gconstpointer shape)
{
  const NncQuantizedWindow *v = shape;
  kernel->quantized->run (v, x, packed, y, scratch, 0, v->window.out_height);
}

static void
bench_quantized (const NncKernel *kernel)
{
  for (gsize i = 0; i < G_N_ELEMENTS (convolutions); i++) {
    const Square *s = &convolutions[i];
    NncQuantizedWindow v = { .window = window_new (s), .stored = NNC_STORED_I8, .minimum = -128, .maximum = 127 };
    ptrdiff_t ins = (ptrdiff_t)(s->ins / s->groups), kernel_x = (ptrdiff_t)s->kernel;
    g_autofree NncFixedPoint *factors = g_new0 (NncFixedPoint, s->outs);
    const NncQuantizedFilter filter = {
      .data = w, .out = ins * kernel_x * kernel_x, .in = 1, .row = ins * kernel_x, .column = ins, .factors = factors
    };
    g_autofree char *shape = square_to_string (s);
    if (!kernel->quantized->accepts (&v))
      continue;
    packed = g_aligned_alloc (1, kernel->quantized->packed_size (&v) + 64, 64);
    scratch = g_aligned_alloc (1, kernel->quantized->scratch_size (&v) + 64, 64);
    kernel->quantized->pack (&v, &filter, packed);
    report (kernel, shape, measure (kernel, call_quantized, &v), window_macs (&v.window), "GMAC/s");
    g_aligned_free (packed);
    g_aligned_free (scratch);
  }
}

static void
call_stored_binary (const NncKernel *kernel, gconstpointer shape)
{
  const NncFixedPoint half = { 1 << 30, 0 };
  const NncStoredArithmetic sum
      = { NNC_STORED_ADD, NNC_STORED_I8, 20, half, half, { 1 << 30, -19 }, 0, 0, 0, -128, 127 };
  const NncBroadcast row = { 1, *(const gsize *)shape, 0, 0, 1, 1 };
  kernel->stored_binary (&sum, y, x, w, &row);
}

static void
call_limits (const NncKernel *kernel, gconstpointer shape)
{
  kernel->limits (y, x, *(const gsize *)shape);
}

static void
call_quantize (const NncKernel *kernel, gconstpointer shape)
{
  const NncByteScale scale = { 100, 3, -128, 127 };
  kernel->quantize ((guint8 *)y, x, *(const gsize *)shape, &scale);
}

static void
call_stored_lstm (const NncKernel *kernel, gconstpointer shape)
{
  kernel->stored_lstm->step (shape, (const gint8 *)x, packed, (gint8 *)y, (gint16 *)y + 512, scratch);
}

static void
bench_stored_lstm (const NncKernel *kernel)
{
  static const gsize sizes[][2] = { { 28, 20 }, { 64, 64 }, { 128, 128 } };
  const NncFixedPoint factor = { 1 << 30, -3 };
  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++) {
    NncStoredLstm l = { .input = sizes[i][0],
                        .hidden = sizes[i][1],
                        .hidden_factor = { 1 << 30, -21 },
                        .cell_bits = 4,
                        .cell_minimum = G_MININT16,
                        .cell_maximum = G_MAXINT16 };
    NncStoredLstmWeights weights = { .input_zero_point = 0 };
    for (guint g = 0; g < NNC_LSTM_GATES; g++) {
      l.of_input[g] = l.of_state[g] = factor;
      weights.input[g] = weights.state[g] = (const gint8 *)w;
    }
    packed = g_aligned_alloc (1, kernel->stored_lstm->packed_size (&l) + 64, 64);
    scratch = g_aligned_alloc (1, kernel->stored_lstm->scratch_size (&l) + 64, 64);
    kernel->stored_lstm->pack (&l, &weights, packed);
    g_autofree char *shape = g_strdup_printf ("a step of %zu from %zu", l.hidden, l.input);
    report (kernel, shape, measure (kernel, call_stored_lstm, &l), 4. * (double)(l.hidden * (l.hidden + l.input)),
            "GMAC/s");
    g_aligned_free (packed);
    g_aligned_free (scratch);
  }
}

static void
call_lstm (const NncKernel *kernel, gconstpointer shape)
{
  kernel->lstm->run (shape, packed, scratch);
}

static void
bench_lstm (const NncKernel *kernel)
{
  static const gsize sizes[] = { 20, 64, 128 };
  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++) {
    const ptrdiff_t n = (ptrdiff_t)sizes[i];
    const NncMatrix weights = { w, 4 * n, 1, NULL, NULL };
    const NncLstmSteps s = { .hidden = sizes[i],
                             .steps = 100,
                             .gates = x,
                             .gates_step = 4 * n,
                             .y = y,
                             .y_step = n,
                             .h = y + 100 * n,
                             .c = y + 101 * n };
    g_autofree char *shape = g_strdup_printf ("100 steps of %zu", s.hidden);
    packed = g_aligned_alloc (1, kernel->lstm->packed_size (s.hidden) + 64, 64);
    scratch = g_aligned_alloc (1, kernel->lstm->scratch_size (s.hidden) + 64, 64);
    kernel->lstm->pack (s.hidden, &weights, packed);
    report (kernel, shape, measure (kernel, call_lstm, &s), 400. * (double)(s.hidden * s.hidden), "GMAC/s");
    g_aligned_free (packed);
    g_aligned_free (scratch);
  }
}

static void
bench (const NncKernel *kernel)
{
  switch (kernel->signature) {
  case NNC_SIGNATURE_UNARY_F32:
    bench_lengths (kernel, call_unary, 8);
    break;
  case NNC_SIGNATURE_BINARY_F32:
    bench_lengths (kernel, call_binary, 12);
    break;
  case NNC_SIGNATURE_STORED_BINARY:
    bench_lengths (kernel, call_stored_binary, 3);
    break;
  case NNC_SIGNATURE_LSTM_F32:
    bench_lstm (kernel);
    break;
  case NNC_SIGNATURE_STORED_LSTM:
    bench_stored_lstm (kernel);
    break;
  case NNC_SIGNATURE_LIMITS_F32:
    bench_lengths (kernel, call_limits, 4);
    break;
  case NNC_SIGNATURE_QUANTIZE_F32:
    bench_lengths (kernel, call_quantize, 5);
    break;
  case NNC_SIGNATURE_ROWS_F32:
    bench_rows (kernel);
    break;
  case NNC_SIGNATURE_REDUCE_F32:
    bench_lengths (kernel, call_reduce, 4);
    break;
  case NNC_SIGNATURE_NORMALIZE_U8:
    bench_lengths (kernel, call_normalize, 5);
    break;
  case NNC_SIGNATURE_COPY_STRIDED:
    bench_lengths (kernel, call_copy, 8);
    break;
  case NNC_SIGNATURE_SUM_ROWS_U8:
    bench_sum_rows (kernel);
    break;
  case NNC_SIGNATURE_SUM_COLUMNS_S16:
    bench_sum_columns (kernel);
    break;
  case NNC_SIGNATURE_MIX_F32:
    bench_mix (kernel);
    break;
  case NNC_SIGNATURE_CONVOLUTION:
    bench_convolution (kernel);
    break;
  case NNC_SIGNATURE_POOL_F32:
    bench_pool (kernel);
    break;
  case NNC_SIGNATURE_STORED_POOL:
    bench_stored_pool (kernel);
    break;
  case NNC_SIGNATURE_MATRIX_PRODUCT:
    bench_product (kernel);
    break;
  case NNC_SIGNATURE_QUANTIZED_CONVOLUTION:
    bench_quantized (kernel);
    break;
  }
}

int
main (int argc, char **argv)
{
  gsize n;
  const NncKernel *kernels = nnc_kernels (&n);
  float **const memory[] = { &x, &y, &w };
  for (guint i = 0; i < G_N_ELEMENTS (memory); i++) /* aligned as a session's arena is */
    *memory[i] = g_aligned_alloc (N, sizeof (float), 64);
  for (guint i = 0; i < N; i++)
    x[i] = w[i] = (float)(i % 251) / 251 - .5f;
  for (gsize i = 0; i < n; i++)
    if (nnc_cpu_has (kernels[i].cpu) && (argc < 2 || strstr (kernels[i].name, argv[1])))
      bench (&kernels[i]);
  g_aligned_free (x), g_aligned_free (y), g_aligned_free (w);
  return 0;
}
