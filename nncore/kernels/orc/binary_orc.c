/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* binary_orc.c: y = a op b with broadcasting, by ORC. */
#include "orc_kernel.h"

/* The programs of one operation: both operands rows, or one a number. */
typedef struct {
  void (*rows) (float *y, const float *a, const float *b, int n);
  void (*b_scalar) (float *y, const float *a, float b, int n);
  void (*a_scalar) (float *y, const float *b, float a, int n);
} Programs;

static void
scalar_row (const Programs *f, float *y, float a, float b, size_t n)
{
  f->b_scalar (y, &a, b, 1);
  for (size_t i = 1; i < n; i++)
    y[i] = y[0];
}

static void
binary_row (const Programs *f, float *y, const float *a, const float *b, const NncBroadcast *s, size_t n)
{
  if (s->a_step && s->b_step)
    f->rows (y, a, b, (int)n);
  else if (s->a_step)
    f->b_scalar (y, a, *b, (int)n);
  else if (s->b_step)
    f->a_scalar (y, b, *a, (int)n);
  else if (n)
    scalar_row (f, y, *a, *b, n);
}

static void
binary (const Programs *f, float *y, const float *a, const float *b, const NncBroadcast *shape)
{
  NncBroadcast s = *shape;
  ptrdiff_t columns = (ptrdiff_t)s.columns;
  if (s.a_step && s.b_step && s.a_row == columns && s.b_row == columns)
    s.columns *= s.rows, s.rows = 1;
  for (size_t r = 0; r < s.rows; r++, a += s.a_row, b += s.b_row)
    for (size_t c = 0; c < s.columns; c += NNC_ORC_MAX) {
      size_t n = s.columns - c < NNC_ORC_MAX ? s.columns - c : NNC_ORC_MAX;
      binary_row (f, y, a + c * (size_t)s.a_step, b + c * (size_t)s.b_step, &s, n);
      y += n;
    }
}

#define BINARY(name, rows, b_scalar, a_scalar)                                                                         \
  void nnc_##name (float *y, const float *a, const float *b, const NncBroadcast *shape)                                \
  {                                                                                                                    \
    static const Programs programs = { rows, b_scalar, a_scalar };                                                     \
    binary (&programs, y, a, b, shape);                                                                                \
  }

BINARY (add_f32_orc, nnc_orc_add, nnc_orc_add_scalar, nnc_orc_add_scalar)
BINARY (sub_f32_orc, nnc_orc_sub, nnc_orc_sub_scalar, nnc_orc_scalar_sub)
BINARY (mul_f32_orc, nnc_orc_mul, nnc_orc_mul_scalar, nnc_orc_mul_scalar)
BINARY (div_f32_orc, nnc_orc_div, nnc_orc_div_scalar, nnc_orc_scalar_div)
