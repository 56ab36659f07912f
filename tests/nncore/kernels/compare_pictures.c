/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* compare_pictures.c: kernels of pictures against their references. Sums are integers, and so are the same in every
 * bit. */
#include <gst/check/gstcheck.h>

#include "compare_kernels.h"

static const gsize sizes[]
    = { 0, 1, 2, 3, 7, 8, 15, 16, 17, 31, 32, 33, 63, 64, 65, 66, 127, 129, 255, 256, 257, 1030 };

/* Random bytes of which many are 255: what the sums must have room for. */
static Arena
bytes_new (gsize n, gsize shift, guint32 seed)
{
  Arena a = arena_new (n / 4 + 1, shift);
  for (gsize i = 0; i < a.bytes; i++) {
    guint32 value = arena_random (&seed);
    ((guint8 *)a.data)[i] = value & 0x300 ? (guint8)value : 255;
  }
  return a;
}

static void
compare_sum_rows_at (const NncKernel *kernel, const NncRowSum *sum, gsize n, gint ways)
{
  Arena y[4], expected[4];
  gint16 *to[4], *to_expected[4];
  for (gint k = 0; k < 4; k++) {
    y[k] = arena_new (n / 2 + 1, 2 + 2 * (gsize)k), expected[k] = arena_new (n / 2 + 1, 2 + 2 * (gsize)k);
    to[k] = (gint16 *)y[k].data, to_expected[k] = (gint16 *)expected[k].data;
  }
  nnc_kernel_reference (kernel->slot)->sum_rows (to_expected, ways, sum, n);
  kernel->sum_rows (to, ways, sum, n);
  for (gint k = 0; k < 4; k++) {
    fail_unless (memcmp (y[k].data, expected[k].data, y[k].bytes) == 0,
                 "%s: %zu elements of %zu rows, weights %d, %d and %d >> %d, %d ways: row %d", kernel->name, n,
                 sum->rows, sum->inner_weight, sum->first_weight, sum->last_weight, sum->fraction, ways, k);
    fail_unless (arena_guards_whole (&y[k]), "%s writes outside n=%zu, %d ways", kernel->name, n, ways);
    arena_free (&y[k]), arena_free (&expected[k]);
  }
}

/* Weights as large as the sum has room for. */
void
compare_sum_rows (const NncKernel *kernel)
{
  static const struct {
    gsize rows;
    guint16 inner, first, last;
    gint fraction;
  } kinds[]
      = { { 1, 256, 0, 0, 8 },    { 0, 256, 30000, 35500, 8 }, { 0, 256, 65535, 0, 8 },  { 1, 128, 16000, 16700, 8 },
          { 2, 64, 16000, 0, 8 }, { 5, 32, 0, 8000, 8 },       { 4, 32, 8000, 8100, 8 }, { 30, 8, 1700, 2000, 8 },
          { 63, 4, 300, 700, 8 }, { 255, 1, 200, 50, 8 },      { 1, 64, 0, 0, 0 },       { 0, 64, 64, 0, 0 },
          { 0, 61, 13, 48, 0 },   { 3, 64, 1, 63, 0 },         { 4, 28, 0, 23, 0 },      { 4, 28, 27, 20, 0 },
          { 64, 3, 2, 1, 0 },     { 255, 1, 1, 1, 0 } };
  for (gsize s = 0; s < G_N_ELEMENTS (sizes); s++)
    for (gsize k = 0; k < G_N_ELEMENTS (kinds); k++) {
      gsize n = sizes[s], stride = n + 3;
      Arena x = bytes_new (stride * (kinds[k].rows + 2), k % 4, (guint32)k);
      const guint8 *bytes = (const guint8 *)x.data;
      NncRowSum sum = { bytes + stride,
                        (ptrdiff_t)stride,
                        kinds[k].rows,
                        kinds[k].first ? bytes : NULL,
                        kinds[k].last ? bytes + (kinds[k].rows + 1) * stride : NULL,
                        kinds[k].inner,
                        kinds[k].first,
                        kinds[k].last,
                        kinds[k].fraction };
      for (gint ways = 1; ways <= 4; ways++)
        compare_sum_rows_at (kernel, &sum, n, ways);
      if (kinds[k].rows) { /* and upside down */
        sum.inner += (kinds[k].rows - 1) * stride;
        sum.stride = -sum.stride;
        compare_sum_rows_at (kernel, &sum, n, 1);
      }
      arena_free (&x);
    }
}

/* Sums at the very ends of 32 bits: all black, all white, and anything between. apart: only every so many
 * elements count. */
static void
compare_sum_columns_at (const NncKernel *kernel, gsize n, gsize taps, gsize apart, gint kind)
{
  Arena weights = arena_new (n * taps / 2 + 1, 2), first = arena_new (n, 0), y = arena_new (n, 4),
        expected = arena_new (n, 0);
  memset (weights.data, 0, weights.bytes);
  for (gsize i = 0; i < n; i++) {
    ((gint32 *)first.data)[i] = (gint32)(3 * i - i / 2);
    for (gsize k = i % 3 * apart, left = 65536; k < taps && left; k += apart) {
      gsize weight = MIN (left, taps == 8 ? 16000 + i % 7 : 7000 + i);
      ((gint16 *)weights.data)[i * taps + k] = (gint16)weight;
      left -= weight;
    }
  }
  const NncColumns columns = { n, (const gint32 *)first.data, (const gint16 *)weights.data, taps };
  Arena x = bytes_new (2 * (3 * n + nnc_columns_read (&columns)), 2, (guint32)kind);
  for (gsize i = 0; kind > 0 && i < 3 * n + nnc_columns_read (&columns); i++)
    ((gint16 *)x.data)[i] = kind == 1 ? -32768 : 32512;
  if (kernel->sum_columns->accepts (&columns)) {
    gpointer packed = g_aligned_alloc (1, kernel->sum_columns->packed_size (&columns) + 64, 64);
    kernel->sum_columns->pack (&columns, packed);
    nnc_kernel_reference (kernel->slot)
        ->sum_columns->run (expected.data, (const gint16 *)x.data, &columns, NULL, 1e-6f, 3);
    kernel->sum_columns->run (y.data, (const gint16 *)x.data, &columns, packed, 1e-6f, 3);
    fail_unless (memcmp (y.data, expected.data, y.bytes) == 0, "%s: n=%zu taps=%zu, every %zu, kind %d", kernel->name,
                 n, taps, apart, kind);
    fail_unless (arena_guards_whole (&y), "%s writes outside n=%zu", kernel->name, n);
    g_aligned_free (packed);
  }
  arena_free (&x), arena_free (&weights), arena_free (&first), arena_free (&y), arena_free (&expected);
}

void
compare_sum_columns (const NncKernel *kernel)
{
  static const gsize taps[] = { 8, 16, 32, 48, 272 };
  for (gsize s = 0; s < G_N_ELEMENTS (sizes); s++)
    for (gsize t = 0; t < G_N_ELEMENTS (taps); t++)
      for (gsize apart = 1; apart <= 3; apart++)
        for (gint kind = 0; kind < 3; kind++)
          compare_sum_columns_at (kernel, sizes[s], taps[t], apart, kind);
}

static void
compare_mix_at (const NncKernel *kernel, gsize n, int step, const NncMix *mix)
{
  gsize size = 3 * n;
  Arena x = arena_new_random (size, 4, (guint32)n, 200), y = arena_new (size, 4), expected = arena_new (size, 0);
  const float *const from[3] = { x.data, x.data + n, x.data + 2 * n };
  gsize apart = step == 3 ? 1 : n;
  float *const to[3] = { y.data, y.data + apart, y.data + 2 * apart };
  float *const to_expected[3] = { expected.data, expected.data + apart, expected.data + 2 * apart };
  nnc_kernel_reference (kernel->slot)->mix (to_expected, step, from, mix, n);
  kernel->mix (to, step, from, mix, n);
  compare_sums (kernel, "mix", expected.data, y.data, mix->channels == 3 ? size : n, 200);
  fail_unless (arena_guards_whole (&y), "%s writes outside n=%zu", kernel->name, n);
  arena_free (&x), arena_free (&y), arena_free (&expected);
}

void
compare_mix (const NncKernel *kernel)
{
  NncMix mix = { 3,
                 { { 1.164f, 0, 1.793f }, { 1.164f, -.213f, -.533f }, { 1.164f, 2.112f, 0 } },
                 { -248.1f, 76.9f, -289 },
                 { 0, 0, -1 },
                 { 255, 255, 1 } };
  for (gsize s = 0; s < G_N_ELEMENTS (sizes); s++) {
    compare_mix_at (kernel, sizes[s], 3, &mix);
    compare_mix_at (kernel, sizes[s], 1, &mix);
    mix.channels = 1;
    compare_mix_at (kernel, sizes[s], 1, &mix);
    mix.channels = 3;
  }
}
