/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* matrix_product_orc.c: a matrix product by ORC: a row of the result is the sum
 * of rows of b, each times one number of a. Packed: [k, a multiple of 4][n, a
 * multiple of 16], then bias [n]. */
#include <string.h>

#include "orc_kernel.h"

void
nnc_orc_accumulate (float *y, size_t n, const float *x, size_t k, const float *b, size_t stride)
{
  for (size_t i = 0; i < k; i += 4, b += 4 * stride)
    nnc_orc_accumulate_4 (y, b, b + stride, b + 2 * stride, b + 3 * stride, x[i], x[i + 1], x[i + 2], x[i + 3], (int)n);
}

static size_t
row_size (const NncProduct *p)
{
  return nnc_orc_round_up (p->n, 16);
}

static bool
accepts (const NncProduct *p)
{
  return p->n >= 4 && p->n < NNC_ORC_MAX;
}

static size_t
packed_size (const NncProduct *p)
{
  return (nnc_orc_round_up (p->k, 4) + 1) * row_size (p) * sizeof (float);
}

static void
pack (const NncProduct *p, const NncMatrix *b, void *packed)
{
  size_t stride = row_size (p);
  float *to = packed, *bias = to + nnc_orc_round_up (p->k, 4) * stride;
  memset (packed, 0, packed_size (p));
  for (size_t k = 0; k < p->k; k++)
    for (size_t n = 0; n < p->n; n++) {
      float v = b->data[(ptrdiff_t)k * b->k + (ptrdiff_t)n * b->n];
      to[k * stride + n] = b->scale ? v * b->scale[n] : v;
    }
  for (size_t n = 0; b->bias && n < p->n; n++)
    bias[n] = b->bias[n];
}

static void
run (const NncProduct *p, const float *a, const void *packed, float *y, size_t begin, size_t end)
{
  const float *b = packed;
  size_t stride = row_size (p), whole = p->k / 4 * 4, rest = p->k - whole;
  for (size_t m = begin; m < end; m++) {
    const float *row = a + (ptrdiff_t)m * p->a_row;
    float *out = y + (ptrdiff_t)m * p->y_row, last[4] = { 0 };
    memcpy (out, b + nnc_orc_round_up (p->k, 4) * stride, p->n * sizeof (float));
    nnc_orc_accumulate (out, p->n, row, whole, b, stride);
    memcpy (last, row + whole, rest * sizeof (float));
    nnc_orc_accumulate (out, p->n, last, rest ? 4 : 0, b + whole * stride, stride);
    nnc_orc_clamp (out, p->n, p->minimum, p->maximum);
  }
}

const NncMatrixProduct nnc_matrix_product_f32_orc = { accepts, packed_size, pack, run };
