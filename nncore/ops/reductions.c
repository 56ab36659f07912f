/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* reductions.c: many numbers into one, over axes: a line each. Floats are summed as doubles where no kernel does it. */
#include "reduction.h"

#include <math.h>

/* sum begins as `initial`; `next` is an expression of it and of v, `last` of it and of n, how many they are. */
#define LOOP(name, number_type, sum_type, initial, next, last)                                                         \
  static void name (gpointer y_data, gconstpointer x_data, gsize outer, gsize n, gsize inner)                          \
  {                                                                                                                    \
    number_type *y = y_data;                                                                                           \
    const number_type *x = x_data;                                                                                     \
    for (gsize m = 0; m < outer; m++, x += n * inner)                                                                  \
      for (gsize k = 0; k < inner; k++) {                                                                              \
        sum_type sum = (initial);                                                                                      \
        for (gsize i = 0; i < n; i++) {                                                                                \
          sum_type v = (sum_type)x[i * inner + k];                                                                     \
          sum = (next);                                                                                                \
        }                                                                                                              \
        *y++ = (number_type)(last);                                                                                    \
      }                                                                                                                \
  }

#define LOOPS(name, initial, next, last)                                                                               \
  LOOP (name##_f32, float, double, initial, next, last)                                                                \
  LOOP (name##_f64, double, double, initial, next, last)                                                               \
  LOOP (name##_i64, gint64, guint64, initial, next, last)                                                              \
  LOOP (name##_u64, guint64, guint64, initial, next, last)
#define LOOPS_OF(name)                                                                                                 \
  .loops = { [NNC_F32] = name##_f32, [NNC_F64] = name##_f64, [NNC_I64] = name##_i64, [NNC_U64] = name##_u64 }
#define REDUCTION(op, initial, next, last)                                                                             \
  LOOPS (op, initial, next, last)                                                                                      \
  NNC_REDUCTION_OP (op, .types = NNC_TYPES_NUMBER, LOOPS_OF (op))

REDUCTION (ReduceSumSquare, 0, sum + v * v, sum)

LOOPS (ReduceProd, 1, sum *v, sum)
NNC_REDUCTION_OP (ReduceProd, .types = NNC_TYPES_NUMBER, .stored = NNC_STORED_PRODUCT, LOOPS_OF (ReduceProd))

LOOPS (ReduceSum, 0, sum + v, sum)
NNC_REDUCTION_OP (ReduceSum, .types = NNC_TYPES_NUMBER, .has_kernel = TRUE, .slot = NNC_SLOT_reduce_sum_f32,
                  .stored = NNC_STORED_SUM, LOOPS_OF (ReduceSum))

/* --- where the sign of integers matters ---------------------------------------------- */

/* The mean of no integers is 0. */
LOOP (ReduceMean_f32, float, double, 0, sum + v, sum / (double)n)
LOOP (ReduceMean_f64, double, double, 0, sum + v, sum / (double)n)
LOOP (ReduceMean_i64, gint64, gint64, 0, (gint64)((guint64)sum + (guint64)v), n ? sum / (gint64)n : 0)
LOOP (ReduceMean_u64, guint64, guint64, 0, sum + v, n ? sum / n : 0)
NNC_REDUCTION_OP (ReduceMean, .types = NNC_TYPES_NUMBER, .has_kernel = TRUE, .slot = NNC_SLOT_reduce_sum_f32,
                  .divides = TRUE, .stored = NNC_STORED_MEAN, LOOPS_OF (ReduceMean))

LOOP (ReduceL1_f32, float, double, 0, sum + fabs (v), sum)
LOOP (ReduceL1_f64, double, double, 0, sum + fabs (v), sum)
LOOP (ReduceL1_i64, gint64, guint64, 0, sum + ((gint64)v < 0 ? 0 - v : v), sum)
LOOP (ReduceL1_u64, guint64, guint64, 0, sum + v, sum)
NNC_REDUCTION_OP (ReduceL1, .types = NNC_TYPES_NUMBER, LOOPS_OF (ReduceL1))

/* A NaN stays. The first number is more than none. */
#define EXTREME(op, relation, no_float, no_integer, no_unsigned)                                                       \
  LOOP (op##_f32, float, float, no_float, v relation sum || v != v ? v : sum, sum)                                     \
  LOOP (op##_f64, double, double, no_float, v relation sum || v != v ? v : sum, sum)                                   \
  LOOP (op##_i64, gint64, gint64, no_integer, v relation sum ? v : sum, sum)                                           \
  LOOP (op##_u64, guint64, guint64, no_unsigned, v relation sum ? v : sum, sum)                                        \
  NNC_REDUCTION_OP (op, .types = NNC_TYPES_ALL, .of_nothing = no_float, LOOPS_OF (op))

EXTREME (ReduceMax, >, -INFINITY, G_MININT64, 0)
EXTREME (ReduceMin, <, INFINITY, G_MAXINT64, G_MAXUINT64)

/* --- roots and logarithms, as doubles ------------------------------------------------- */

static gint64
to_signed (double v)
{
  gint64 y;

  nnc_convert (NNC_I64, &y, NNC_F64, &v, 1);
  return y;
}

static guint64
to_unsigned (double v)
{
  guint64 y;

  nnc_convert (NNC_U64, &y, NNC_F64, &v, 1);
  return y;
}

#define DOUBLE_REDUCTION(op, next, last)                                                                               \
  LOOP (op##_f32, float, double, 0, next, last)                                                                        \
  LOOP (op##_f64, double, double, 0, next, last)                                                                       \
  LOOP (op##_i64, gint64, double, 0, next, to_signed (last))                                                           \
  LOOP (op##_u64, guint64, double, 0, next, to_unsigned (last))                                                        \
  NNC_REDUCTION_OP (op, .types = NNC_TYPES_NUMBER, LOOPS_OF (op))

DOUBLE_REDUCTION (ReduceL2, sum + v * v, sqrt (sum))
DOUBLE_REDUCTION (ReduceLogSum, sum + v, log (sum))

/* --- the logarithm of a sum of exponentials, with the maximum taken out -------------------- */

#define LOG_SUM_EXP_LOOP(name, number_type, to)                                                                        \
  static void name (gpointer y_data, gconstpointer x_data, gsize outer, gsize n, gsize inner)                          \
  {                                                                                                                    \
    number_type *y = y_data;                                                                                           \
    const number_type *x = x_data;                                                                                     \
    for (gsize m = 0; m < outer; m++, x += n * inner)                                                                  \
      for (gsize k = 0; k < inner; k++) {                                                                              \
        double largest = -INFINITY, sum = 0;                                                                           \
        for (gsize i = 0; i < n; i++)                                                                                  \
          largest = fmax (largest, (double)x[i * inner + k]);                                                          \
        if (isinf (largest)) /* infinity - infinity is no number */                                                    \
          largest = 0;                                                                                                 \
        for (gsize i = 0; i < n; i++)                                                                                  \
          sum += exp ((double)x[i * inner + k] - largest);                                                             \
        *y++ = to (log (sum) + largest);                                                                               \
      }                                                                                                                \
  }

LOG_SUM_EXP_LOOP (ReduceLogSumExp_f32, float, (float))
LOG_SUM_EXP_LOOP (ReduceLogSumExp_f64, double, (double))
LOG_SUM_EXP_LOOP (ReduceLogSumExp_i64, gint64, to_signed)
LOG_SUM_EXP_LOOP (ReduceLogSumExp_u64, guint64, to_unsigned)
NNC_REDUCTION_OP (ReduceLogSumExp, .types = NNC_TYPES_NUMBER, LOOPS_OF (ReduceLogSumExp))
