/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* matrix_product_c.c: the reference matrix product: in float, in the order of
 * k, the bias first; and the same of a and b that are rounded to bf16. Packed:
 * b transposed [n][k], then bias [n]. */
#include "bf16.h"
#include "kernel_list.h"
#include "window.h"

static bool
accepts (const NncProduct *p)
{
  return true;
}

static size_t
packed_size (const NncProduct *p)
{
  return (p->k + 1) * p->n * sizeof (float);
}

static void
pack (const NncProduct *p, const NncMatrix *b, void *packed)
{
  float *to = packed;
  for (size_t n = 0; n < p->n; n++)
    for (size_t k = 0; k < p->k; k++) {
      float v = b->data[(ptrdiff_t)k * b->k + (ptrdiff_t)n * b->n];
      *to++ = b->scale ? v * b->scale[n] : v;
    }
  for (size_t n = 0; n < p->n; n++)
    *to++ = b->bias ? b->bias[n] : 0;
}

static inline void
multiply (const NncProduct *p, const float *a, const void *packed, float *y, size_t begin, size_t end, bool bf16)
{
  const float *bias = (const float *)packed + p->k * p->n;
  for (size_t m = begin; m < end; m++) {
    const float *row = a + (ptrdiff_t)m * p->a_row, *column = packed;
    float *out = y + (ptrdiff_t)m * p->y_row;
    for (size_t n = 0; n < p->n; n++, column += p->k) {
      float sum = bias[n];
      for (size_t k = 0; k < p->k; k++)
        sum += (bf16 ? nnc_bf16_round (row[k]) : row[k]) * column[k];
      out[n] = nnc_clamp (sum, p->minimum, p->maximum);
    }
  }
}

static void
run (const NncProduct *p, const float *a, const void *packed, float *y, size_t begin, size_t end)
{
  multiply (p, a, packed, y, begin, end, false);
}

static void
pack_bf16 (const NncProduct *p, const NncMatrix *b, void *packed)
{
  float *numbers = packed;
  pack (p, b, packed);
  for (size_t i = 0; i < p->n * p->k; i++)
    numbers[i] = nnc_bf16_round (numbers[i]);
}

static void
run_bf16 (const NncProduct *p, const float *a, const void *packed, float *y, size_t begin, size_t end)
{
  multiply (p, a, packed, y, begin, end, true);
}

const NncMatrixProduct nnc_matrix_product_f32_c = { accepts, packed_size, pack, run };
const NncMatrixProduct nnc_matrix_product_bf16_c = { accepts, packed_size, pack_bf16, run_bf16 };
