/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* comparisons.c: y = whether a and b, with broadcasting, are related so: a bool. NaN is related to nothing. */
#include "elementwise_binary.h"

#define COMPARISON(op, of_types, expression)                                                                           \
  NNC_BINARY_LOOP (op##_f32, guint8, float, expression)                                                                \
  NNC_BINARY_LOOP (op##_f64, guint8, double, expression)                                                               \
  NNC_BINARY_LOOP (op##_i64, guint8, gint64, expression)                                                               \
  NNC_BINARY_LOOP (op##_u64, guint8, guint64, expression)                                                              \
  NNC_BINARY_OP (op, 0, .types = of_types, .result = NNC_BOOL, NNC_BINARY_LOOPS_OF (op))

COMPARISON (Equal, NNC_TYPES_ALL, a == b)
COMPARISON (Less, NNC_TYPES_NUMBER, a < b)
COMPARISON (LessOrEqual, NNC_TYPES_NUMBER, a <= b)
COMPARISON (Greater, NNC_TYPES_NUMBER, a > b)
COMPARISON (GreaterOrEqual, NNC_TYPES_NUMBER, a >= b)
