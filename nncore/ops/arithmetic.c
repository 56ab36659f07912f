/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* arithmetic.c: y = f (a, b) with broadcasting, of numbers. Integers wrap around; Div rounds them towards 0, and an
 * integer divided by 0 is an error of the run. Max and Min of NaN are NaN. PRelu: y = a, or a * b where a is below 0.
 */
#include "elementwise_binary.h"

#define NO_DIVISOR "an integer is divided by 0"

static gint64
divide_signed (gint64 a, gint64 b, gboolean *possible)
{
  if (b == 0)
    *possible = FALSE;
  if (b == 0 || b == -1) /* the least number divided by -1 wraps around */
    return (gint64)(0 - (guint64)a);
  return a / b;
}

static guint64
divide_unsigned (guint64 a, guint64 b, gboolean *possible)
{
  if (b == 0)
    *possible = FALSE;
  return b == 0 ? 0 : a / b;
}

NNC_BINARY_LOOPS (add, (guint64)a + (guint64)b, a + b, a + b)
NNC_BINARY_LOOPS (sub, (guint64)a - (guint64)b, a - b, a - b)
NNC_BINARY_LOOPS (squared_difference, ((guint64)a - (guint64)b) * ((guint64)a - (guint64)b), (a - b) * (a - b),
                  (a - b) * (a - b))
NNC_BINARY_LOOPS (mul, (guint64)a *(guint64)b, a *b, a *b)
NNC_BINARY_LOOPS (div, divide_signed (a, b, &possible), divide_unsigned (a, b, &possible), a / b)
NNC_BINARY_LOOPS (maximum, a > b ? a : b, a > b ? a : b, a > b || a != a ? a : b)
NNC_BINARY_LOOPS (minimum, a < b ? a : b, a < b ? a : b, a < b || a != a ? a : b)
NNC_BINARY_LOOPS (prelu, a < 0 ? (guint64)a * (guint64)b : (guint64)a, a, a < 0 ? a * b : a)

NNC_BINARY_OP (Add, NNC_OP_F32 | NNC_OP_CLAMP, .types = NNC_TYPES_NUMBER, NNC_BINARY_KERNEL (add_f32),
               NNC_BINARY_STORED (ADD), NNC_BINARY_LOOPS_OF (add))
NNC_BINARY_OP (Sub, NNC_OP_F32, .types = NNC_TYPES_NUMBER, NNC_BINARY_KERNEL (sub_f32), NNC_BINARY_STORED (SUBTRACT),
               NNC_BINARY_LOOPS_OF (sub))
NNC_BINARY_OP (SquaredDifference, 0, .types = NNC_TYPES_NUMBER, NNC_BINARY_STORED (SQUARED_DIFFERENCE),
               NNC_BINARY_LOOPS_OF (squared_difference))
NNC_BINARY_OP (Mul, NNC_OP_F32, .types = NNC_TYPES_NUMBER, NNC_BINARY_KERNEL (mul_f32), NNC_BINARY_STORED (MULTIPLY),
               NNC_BINARY_LOOPS_OF (mul))
NNC_BINARY_OP (Div, NNC_OP_F32, .types = NNC_TYPES_NUMBER, NNC_BINARY_KERNEL (div_f32), NNC_BINARY_LOOPS_OF (div),
               .failure = NO_DIVISOR)
NNC_BINARY_OP (Max, 0, .types = NNC_TYPES_NUMBER, NNC_BINARY_LOOPS_OF (maximum))
NNC_BINARY_OP (Min, 0, .types = NNC_TYPES_NUMBER, NNC_BINARY_LOOPS_OF (minimum))
NNC_BINARY_OP (PRelu, 0, .types = NNC_TYPES_NUMBER, NNC_BINARY_STORED (PRELU), NNC_BINARY_LOOPS_OF (prelu))
