/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* stored_binary_c.c: operations on two arrays of stored numbers. */
#include "fixed_point.h"
#include "kernel_list.h"

static inline int32_t
combine (const NncStoredArithmetic *f, int32_t a, int32_t b)
{
  int32_t result;
  a -= f->a_zero_point;
  b -= f->b_zero_point;
  if (f->operation >= NNC_STORED_MULTIPLY) {
    result = a * b;
  } else {
    a = nnc_multiply_twice (a * (1 << f->shift), f->a_factor);
    b = nnc_multiply_twice (b * (1 << f->shift), f->b_factor);
    result = f->operation == NNC_STORED_ADD ? a + b : a - b;
    if (f->operation == NNC_STORED_SQUARED_DIFFERENCE)
      result = (int32_t)((uint32_t)result * (uint32_t)result);
  }
  if (f->operation == NNC_STORED_PRELU && a >= 0)
    result = nnc_multiply_twice (a, f->a_factor);
  else
    result = nnc_multiply_twice (result, f->factor);
  result = nnc_add_zero_point (result, f->y_zero_point);
  return nnc_clamp_int (result, f->minimum, f->maximum);
}

#define LOOP(name, type)                                                                                               \
  static void name (const NncStoredArithmetic *f, type *y, const type *a, const type *b, const NncBroadcast *s)        \
  {                                                                                                                    \
    for (size_t r = 0; r < s->rows; r++, a += s->a_row, b += s->b_row, y += s->columns)                                \
      for (size_t c = 0; c < s->columns; c++)                                                                          \
        y[c] = (type)combine (f, a[c * (size_t)s->a_step], b[c * (size_t)s->b_step]);                                  \
  }

LOOP (run_i8, int8_t)
LOOP (run_u8, uint8_t)
LOOP (run_i16, int16_t)

void
nnc_stored_binary_c (const NncStoredArithmetic *f, void *y, const void *a, const void *b, const NncBroadcast *shape)
{
  if (f->stored == NNC_STORED_I8)
    run_i8 (f, y, a, b, shape);
  else if (f->stored == NNC_STORED_U8)
    run_u8 (f, y, a, b, shape);
  else
    run_i16 (f, y, a, b, shape);
}
