/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* resample.c: the two sums of a separable scaler. Only the outermost rows of a
 * box have weights of their own; those between are summed as integers, which
 * the compiler makes vectors of. */
#include "resample.h"

#include <string.h>

/* So many rows of 255 fit into 16 bits. */
#define MOST_ROWS 257

static void
add_bytes (guint16 *restrict sums, const guint8 *restrict x, gint n)
{
  for (gint i = 0; i < n; i++)
    sums[i] = (guint16)(sums[i] + x[i]);
}

static void
add_weighted_sums (float *restrict y, const guint16 *restrict sums, float weight, gint n)
{
  for (gint i = 0; i < n; i++)
    y[i] += weight * sums[i];
}

static void
weigh_two_rows (float *restrict y, const guint8 *restrict a, float weight_a, const guint8 *restrict b, float weight_b,
                gint n)
{
  for (gint i = 0; i < n; i++)
    y[i] = weight_a * a[i] + weight_b * b[i];
}

static void
bytes_to_floats (float *restrict y, const guint8 *restrict x, gint n)
{
  for (gint i = 0; i < n; i++)
    y[i] = x[i];
}

static void
add_inner_rows (float *y, guint16 *sums, const guint8 *x, gssize stride, const NncTap *tap, gint n)
{
  gint last = tap->first + tap->count - 1;
  for (gint begin = tap->first + 1; begin < last; begin += MOST_ROWS) {
    memset (sums, 0, (gsize)n * sizeof *sums);
    for (gint row = begin; row < MIN (begin + MOST_ROWS, last); row++)
      add_bytes (sums, x + row * stride, n);
    add_weighted_sums (y, sums, tap->weight_inner, n);
  }
}

void
nnc_resample_rows (float *y, guint16 *sums, const guint8 *x, gssize stride, const NncTap *tap, gint n)
{
  const guint8 *first = x + tap->first * stride;
  if (tap->count == 1) {
    bytes_to_floats (y, first, n);
    return;
  }
  weigh_two_rows (y, first, tap->weight_first, first + (tap->count - 1) * stride, tap->weight_last, n);
  add_inner_rows (y, sums, x, stride, tap, n);
}

static float
weigh_columns (const float *x, gint step, const NncTap *tap)
{
  gint last = tap->count - 1;
  float inner = 0;
  if (!last)
    return x[0];
  for (gint k = 1; k < last; k++)
    inner += x[(gsize)k * step];
  return tap->weight_first * x[0] + tap->weight_inner * inner + tap->weight_last * x[(gsize)last * step];
}

void
nnc_resample_columns (float *y, const float *x, gssize base, gint step, const NncAxis *axis)
{
  for (gint i = 0; i < axis->n; i++)
    y[i] = weigh_columns (x + base + (gssize)axis->taps[i].first * step, step, &axis->taps[i]);
}
