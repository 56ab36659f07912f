/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* compare_elementwise.c: kernels of rows of numbers against their references. */
#include <gst/check/gstcheck.h>
#include <math.h>
#include <string.h>

#include "compare_kernels.h"

static gboolean
same (float a, float b, float tolerance)
{
  if (isnan (a) || isinf (a))
    return isnan (a) ? isnan (b) : a == b;
  return fabsf (a - b) <= tolerance * (1 + fabsf (a));
}

static void
compare (const NncKernel *kernel, const char *what, const float *expected, const float *actual, gsize n,
         float tolerance)
{
  for (gsize i = 0; i < n; i++)
    fail_unless (same (expected[i], actual[i], tolerance), "%s, %s: [%zu] is %.9g, the reference %.9g", kernel->name,
                 what, i, (double)actual[i], (double)expected[i]);
}

void
compare_floats (const NncKernel *kernel, const char *what, const float *expected, const float *actual, gsize n)
{
  compare (kernel, what, expected, actual, n, 1e-6f);
}

void
compare_sums (const NncKernel *kernel, const char *what, const float *expected, const float *actual, gsize n,
              gsize terms)
{
  compare (kernel, what, expected, actual, n, 2e-6f * (float)(terms + 8));
}

static const gsize sizes[] = { 0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33, 63, 64, 65, 127, 129, 1001 };

/* Alignment as bad as floats can have: shift, in place or not. */
static void
compare_unary_at (const NncKernel *kernel, gsize n, gsize shift, gboolean in_place, gboolean special)
{
  const float p[2] = { special ? -.25f : .3f, special ? 2.5f : .4f },
              odd[] = { NAN, INFINITY, -INFINITY, 0, 88, -88, 200, -200 };
  Arena x = arena_new_random (n, shift, (guint32)n, 6), y = arena_new (n, shift ? 8 : 0), expected = arena_new (n, 0);
  for (gsize i = 0; special && i < MIN (n, G_N_ELEMENTS (odd)); i++)
    x.data[i] = odd[i];
  nnc_kernel_reference (kernel->slot)->unary (expected.data, x.data, n, p);
  kernel->unary (in_place ? x.data : y.data, x.data, n, p);
  compare_floats (kernel, in_place ? "in place" : "apart", expected.data, in_place ? x.data : y.data, n);
  fail_unless (arena_guards_whole (&x) && arena_guards_whole (&y), "%s writes outside n=%zu", kernel->name, n);
  arena_free (&x), arena_free (&y), arena_free (&expected);
}

void
compare_unary (const NncKernel *kernel)
{
  for (gsize s = 0; s < G_N_ELEMENTS (sizes); s++)
    for (guint variant = 0; variant < 8; variant++)
      compare_unary_at (kernel, sizes[s], variant & 1 ? 4 : 0, (variant & 2) != 0, (variant & 4) != 0);
}

static void
compare_binary_at (const NncKernel *kernel, const NncBroadcast *shape, gsize shift, gboolean in_place)
{
  gsize n = shape->rows * shape->columns, large = n + shape->columns + 8;
  Arena a = arena_new_random (large, shift, 1, 3), b = arena_new_random (large, 2 * shift, 2, 3);
  Arena y = arena_new (n, 4), expected = arena_new (n, 0);
  float *to = in_place ? a.data : y.data;
  b.data[0] = -.5f;
  nnc_kernel_reference (kernel->slot)->binary (expected.data, a.data, b.data, shape);
  kernel->binary (to, a.data, b.data, shape);
  compare_floats (kernel, in_place ? "in place" : "apart", expected.data, to, n);
  fail_unless (arena_guards_whole (&a) && arena_guards_whole (&b) && arena_guards_whole (&y), "%s writes outside",
               kernel->name);
  arena_free (&a), arena_free (&b), arena_free (&y), arena_free (&expected);
}

void
compare_binary (const NncKernel *kernel)
{
  for (gsize s = 0; s < G_N_ELEMENTS (sizes); s++) {
    ptrdiff_t n = (ptrdiff_t)sizes[s];
    NncBroadcast shapes[] = {
      { 3, sizes[s], n, n, 1, 1 }, { 3, sizes[s], n, 0, 1, 1 }, { 3, sizes[s], n, 1, 1, 0 },
      { 3, sizes[s], n, 0, 1, 0 }, { 3, sizes[s], 0, n, 1, 1 }, { 3, sizes[s], 1, n, 0, 1 },
      { 3, sizes[s], 1, 1, 0, 0 }, { 0, sizes[s], n, n, 1, 1 }, { 2, sizes[s], n + 1, n + 3, 1, 1 },
    };
    for (gsize i = 0; i < G_N_ELEMENTS (shapes); i++) {
      compare_binary_at (kernel, &shapes[i], i % 2 * 4, FALSE);
      if (shapes[i].a_step && shapes[i].a_row == n)
        compare_binary_at (kernel, &shapes[i], 4, TRUE);
    }
  }
}

static void
compare_stored_at (const NncKernel *kernel, const NncStoredArithmetic *f, const NncBroadcast *shape, gboolean in_place)
{
  gsize n = shape->rows * shape->columns, size = f->stored == NNC_STORED_I16 ? 2 : 1;
  gsize large = (n + shape->columns + 8) * size;
  Arena a = arena_new_random ((large + 3) / 4, 4, 1, 3), b = arena_new_random ((large + 3) / 4, 8, 2, 3);
  Arena y = arena_new ((n * size + 3) / 4, 4), expected = arena_new ((n * size + 3) / 4, 0);
  gpointer to = in_place ? a.data : y.data;
  g_autoptr (GRand) random = g_rand_new_with_seed (7);
  for (gsize i = 0; i < large; i++) {
    ((guint8 *)a.data)[i] = (guint8)g_rand_int (random);
    ((guint8 *)b.data)[i] = (guint8)g_rand_int (random);
  }
  nnc_kernel_reference (kernel->slot)->stored_binary (f, expected.data, a.data, b.data, shape);
  kernel->stored_binary (f, to, a.data, b.data, shape);
  fail_unless (memcmp (expected.data, to, n * size) == 0, "%s differs: operation %d, type %d, %zu columns",
               kernel->name, f->operation, f->stored, shape->columns);
  fail_unless (arena_guards_whole (&a) && arena_guards_whole (&b) && arena_guards_whole (&y), "%s writes outside",
               kernel->name);
  arena_free (&a), arena_free (&b), arena_free (&y), arena_free (&expected);
}

/* All pairs of bytes: some lie on ties, and some next to them. */
static void
compare_all_bytes (const NncKernel *kernel, const NncStoredArithmetic *f)
{
  const NncBroadcast all = { 1, 65536, 65536, 65536, 1, 1 };
  Arena a = arena_new (65536 / 4, 0), b = arena_new (65536 / 4, 0), y = arena_new (65536 / 4, 0);
  Arena expected = arena_new (65536 / 4, 0);
  for (guint i = 0; i < 65536; i++) {
    ((guint8 *)a.data)[i] = (guint8)i;
    ((guint8 *)b.data)[i] = (guint8)(i / 256);
  }
  nnc_kernel_reference (kernel->slot)->stored_binary (f, expected.data, a.data, b.data, &all);
  kernel->stored_binary (f, y.data, a.data, b.data, &all);
  for (guint i = 0; i < 65536; i++)
    if (((guint8 *)y.data)[i] != ((guint8 *)expected.data)[i])
      fail ("%s: %u and %u of type %d by operation %d", kernel->name, i % 256, i / 256, f->stored, f->operation);
  arena_free (&a), arena_free (&b), arena_free (&y), arena_free (&expected);
}

void
compare_stored_binary (const NncKernel *kernel)
{
  static const gint32 limits[][2] = { { -128, 127 }, { 3, 251 }, { -32768, 32000 } };
  for (NncStored stored = NNC_STORED_I8; stored <= NNC_STORED_I16; stored++)
    for (NncStoredOperation operation = NNC_STORED_ADD; operation <= NNC_STORED_PRELU; operation++) {
      gboolean wide = stored == NNC_STORED_I16, product = operation >= NNC_STORED_MULTIPLY;
      const NncStoredArithmetic f = { operation,         stored,
                                      wide ? 15 : 20,    { 1812345678, -1 },
                                      { 1234567890, 0 }, { 2012345679, product ? (wide ? -14 : -6) : wide ? -13 : -18 },
                                      wide ? 0 : 5,      wide ? 0 : -7,
                                      wide ? 0 : 11,     limits[stored][0],
                                      limits[stored][1] };
      for (gsize s = 0; s < G_N_ELEMENTS (sizes); s++) {
        ptrdiff_t n = (ptrdiff_t)sizes[s];
        const NncBroadcast shapes[] = {
          { 3, sizes[s], n, n, 1, 1 },         { 3, sizes[s], n, 0, 1, 1 }, { 3, sizes[s], n, 1, 1, 0 },
          { 3, sizes[s], 1, n, 0, 1 },         { 0, sizes[s], n, n, 1, 1 }, { 3, sizes[s], 1, 1, 0, 0 },
          { 2, sizes[s], n + 1, n + 3, 1, 1 },
        };
        for (gsize i = 0; i < G_N_ELEMENTS (shapes); i++)
          compare_stored_at (kernel, &f, &shapes[i], FALSE);
        compare_stored_at (kernel, &f, &shapes[0], TRUE);
      }
      for (gint32 step = 0; !wide && step < 20; step++) {
        NncStoredArithmetic other = f;
        other.a_factor.multiplier = step % 4 ? (1 << 30) + step * 51234567 : 1 << 30;
        other.factor.multiplier = step % 3 ? (1 << 30) + step * 49876543 : 1 << 30;
        compare_all_bytes (kernel, &other);
      }
    }
}

static void
compare_rows_at (const NncKernel *kernel, gsize rows, gsize columns)
{
  gsize n = rows * columns;
  Arena x = arena_new_random (n, 4, (guint32)n, 60), y = arena_new (n, 4), expected = arena_new (n, 0);
  nnc_kernel_reference (kernel->slot)->rows (expected.data, x.data, rows, columns);
  kernel->rows (y.data, x.data, rows, columns);
  compare_floats (kernel, "apart", expected.data, y.data, n);
  kernel->rows (x.data, x.data, rows, columns);
  compare_floats (kernel, "in place", expected.data, x.data, n);
  fail_unless (arena_guards_whole (&x) && arena_guards_whole (&y), "%s writes outside", kernel->name);
  arena_free (&x), arena_free (&y), arena_free (&expected);
}

void
compare_rows (const NncKernel *kernel)
{
  for (gsize s = 0; s < G_N_ELEMENTS (sizes); s++) {
    compare_rows_at (kernel, 3, sizes[s]);
    compare_rows_at (kernel, 37, sizes[s]);
  }
}

void
compare_reduce (const NncKernel *kernel)
{
  static const gsize shapes[][3]
      = { { 1, 1, 1 }, { 3, 7, 5 }, { 2, 49, 33 }, { 5, 17, 1 }, { 3, 0, 4 }, { 0, 3, 3 }, { 1, 1001, 1 } };
  for (gsize s = 0; s < G_N_ELEMENTS (shapes); s++) {
    const gsize *d = shapes[s], n = d[0] * d[2];
    Arena x = arena_new_random (n * d[1], 4, (guint32)s, 2), y = arena_new (n, 4), expected = arena_new (n, 0);
    nnc_kernel_reference (kernel->slot)->reduce (expected.data, x.data, d[0], d[1], d[2]);
    kernel->reduce (y.data, x.data, d[0], d[1], d[2]);
    compare_sums (kernel, "reduce", expected.data, y.data, n, d[1]);
    fail_unless (arena_guards_whole (&y), "%s writes outside", kernel->name);
    arena_free (&x), arena_free (&y), arena_free (&expected);
  }
}

void
compare_normalize (const NncKernel *kernel)
{
  const float scale[4] = { 1 / 255.f, .5f, -2, .017f }, offset[4] = { -.5f, 3, 0, -2.1f };
  for (gsize s = 0; s < G_N_ELEMENTS (sizes); s++)
    for (int channels = 1; channels <= 4; channels++) {
      gsize n = sizes[s] * (gsize)channels;
      Arena x = arena_new_random (n / 4 + 1, 1, (guint32)s, 3), y = arena_new (n, 4), expected = arena_new (n, 0);
      const guint8 *bytes = (const guint8 *)x.data;
      nnc_kernel_reference (kernel->slot)->normalize (expected.data, bytes, sizes[s], channels, scale, offset);
      kernel->normalize (y.data, bytes, sizes[s], channels, scale, offset);
      compare_sums (kernel, "normalize", expected.data, y.data, n, 2);
      fail_unless (arena_guards_whole (&y), "%s writes outside", kernel->name);
      arena_free (&x), arena_free (&y), arena_free (&expected);
    }
}

/* One element after another, by their indices. */
static void
copy_slowly (guint8 *y, const guint8 *x, gsize size, int rank, const gsize *shape, const ptrdiff_t *to,
             const ptrdiff_t *from)
{
  gsize n = 1;
  for (int axis = 0; axis < rank; axis++)
    n *= shape[axis];
  for (gsize i = 0; i < n; i++) {
    ptrdiff_t y_offset = 0, x_offset = 0;
    gsize rest = i;
    for (int axis = rank; axis-- > 0; rest /= shape[axis]) {
      y_offset += to[axis] * (ptrdiff_t)(rest % shape[axis]);
      x_offset += from[axis] * (ptrdiff_t)(rest % shape[axis]);
    }
    memcpy (y + y_offset, x + x_offset, size);
  }
}

/* Matrices that are transposed, into rows with and without something between them, and every `step`-th element of rows:
 * up to and beyond the sizes that vectors hold. */
static void
compare_blocks (const NncKernel *kernel, gsize rows, gsize columns, gsize gap)
{
  const gsize shape[2] = { rows, columns };
  const ptrdiff_t to[2] = { 4 * (ptrdiff_t)(columns + gap), 4 };
  for (gsize step = 1; step <= 5; step++) {
    const ptrdiff_t transposed[2] = { 4, 4 * (ptrdiff_t)(rows + step - 1) },
                    row = (ptrdiff_t)(step * (columns - 1) + 1);
    const ptrdiff_t picked[2] = { 4 * row, 4 * (ptrdiff_t)step };
    const ptrdiff_t *const froms[] = { transposed, picked };
    const gsize lengths[] = { columns * rows + (columns - 1) * (step - 1), rows * (gsize)row };
    for (int i = 0; i < 2; i++) {
      gsize n = rows * (columns + gap);
      Arena random = arena_new_random (lengths[i], 0, 9, 1), y = arena_new (n, 0), expected = arena_new (n, 0);
      g_autofree guint8 *x
          = g_memdup2 (random.data, random.bytes); /* without guards: sanitizers see what is read beyond */
      copy_slowly ((guint8 *)expected.data, x, 4, 2, shape, to, froms[i]);
      kernel->copy (y.data, x, 4, 2, shape, to, froms[i]);
      fail_unless (memcmp (expected.data, y.data, y.bytes) == 0, "%s: %zux%zu step %zu", kernel->name, rows, columns,
                   step);
      fail_unless (arena_guards_whole (&y), "%s writes outside", kernel->name);
      arena_free (&random), arena_free (&y), arena_free (&expected);
    }
  }
}

/* A transposed block in the middle of something wider, with rows of 1 to 7 elements of every size, and as it lies. */
void
compare_copy (const NncKernel *kernel)
{
  for (gsize size = 1; size <= 8; size *= 2)
    for (gsize columns = 1; columns <= 7; columns++) {
      const ptrdiff_t b = (ptrdiff_t)size;
      const gsize shape[4] = { 2, 3, 5, columns };
      const ptrdiff_t transposed[4] = { 105 * b, 35 * b, b, 5 * b }, to[4] = { 120 * b, 40 * b, 8 * b, b };
      const ptrdiff_t *const froms[] = { transposed, to };
      Arena x = arena_new_random (500, 0, 9, 1), y = arena_new_random (500, 0, 4, 1),
            expected = arena_new_random (500, 0, 4, 1);
      for (int i = 0; i < 10; i++) {
        int rank = i / 2, skipped = 4 - rank; /* the last axes */
        const ptrdiff_t *from = froms[i % 2];
        copy_slowly ((guint8 *)expected.data, (const guint8 *)x.data, size, rank, shape + skipped, to + skipped,
                     from + skipped);
        kernel->copy (y.data, x.data, size, rank, shape + skipped, to + skipped, from + skipped);
        fail_unless (memcmp (expected.data, y.data, y.bytes) == 0, "%s: size %zu rank %d columns %zu", kernel->name,
                     size, rank, columns);
      }
      arena_free (&x), arena_free (&y), arena_free (&expected);
    }
  static const gsize lengths[] = { 1, 2, 3, 4, 7, 8, 9, 16, 19 };
  for (gsize r = 0; r < G_N_ELEMENTS (lengths); r++)
    for (gsize c = 0; c < G_N_ELEMENTS (lengths); c++)
      for (gsize gap = 0; gap < 2; gap++)
        compare_blocks (kernel, lengths[r], lengths[c], gap);
}

void
compare_limits (const NncKernel *kernel)
{
  const float odd[] = { NAN, -200, 300, NAN };
  for (gsize i = 0; i < 2 * G_N_ELEMENTS (sizes); i++) {
    gsize n = sizes[i / 2];
    Arena x = arena_new_random (n, 4 * i % 8, (guint32)i, 6);
    float expected[2], limits[2];
    for (gsize j = 0; i % 2 && j < MIN (n, G_N_ELEMENTS (odd)); j++)
      x.data[n - 1 - j] = odd[j];
    nnc_kernel_reference (kernel->slot)->limits (expected, x.data, n);
    kernel->limits (limits, x.data, n);
    fail_unless (limits[0] == expected[0] && limits[1] == expected[1], "%s: %g to %g, the reference %g to %g of %zu",
                 kernel->name, (double)limits[0], (double)limits[1], (double)expected[0], (double)expected[1], n);
    arena_free (&x);
  }
}

/* Halves among them, and what is next to halves. */
void
compare_quantize (const NncKernel *kernel)
{
  const float odd[] = { NAN, INFINITY, -INFINITY, 0.5f, -0.5f, 1.5f, -2.5f, 0x1.fffffep-2f, -0x1.fffffep-2f, 0 };
  const NncByteScale scales[] = { { 1, 0, -127, 127 }, { 31, 3, -128, 127 }, { 0, 0, 0, 0 } };
  for (gsize i = 0; i < G_N_ELEMENTS (scales) * G_N_ELEMENTS (sizes); i++) {
    gsize n = sizes[i % G_N_ELEMENTS (sizes)];
    const NncByteScale *scale = &scales[i / G_N_ELEMENTS (sizes)];
    Arena x = arena_new_random (n, 4, (guint32)i, 6), y = arena_new ((n + 3) / 4, 8), expected = arena_new (n, 0);
    for (gsize j = 0; j < MIN (n, G_N_ELEMENTS (odd)); j++)
      x.data[j] = odd[j];
    nnc_kernel_reference (kernel->slot)->quantize ((guint8 *)expected.data, x.data, n, scale);
    kernel->quantize ((guint8 *)y.data, x.data, n, scale);
    fail_unless (memcmp (y.data, expected.data, n) == 0, "%s: %zu numbers differ", kernel->name, n);
    fail_unless (arena_guards_whole (&y), "%s writes outside n=%zu", kernel->name, n);
    arena_free (&x), arena_free (&y), arena_free (&expected);
  }
}
