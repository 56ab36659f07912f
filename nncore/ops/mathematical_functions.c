/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* mathematical_functions.c: y = f (x): a line each. */
#include "elementwise_unary.h"
#include "stored_activations.h"
#include "stored_functions.h"

#include <tgmath.h>

#define FLOAT_LOOPS(name, expression)                                                                                  \
  NNC_UNARY_LOOP (name##_f32, float, float, expression)                                                                \
  NNC_UNARY_LOOP (name##_f64, double, double, expression)
#define FLOAT_LOOPS_OF(name) [NNC_F32] = name##_f32, [NNC_F64] = name##_f64

/* Of floats alone. */
#define FUNCTION(op, expression, ...)                                                                                  \
  FLOAT_LOOPS (op, expression)                                                                                         \
  NNC_UNARY_OP (op, .types = NNC_TYPES_FLOAT, .loops = { FLOAT_LOOPS_OF (op) }, __VA_ARGS__)

/* Of floats and integers. */
#define NUMBER_FUNCTION(op, float_expression, signed_expression, unsigned_expression, ...)                             \
  FLOAT_LOOPS (op, float_expression)                                                                                   \
  NNC_UNARY_LOOP (op##_i64, gint64, gint64, signed_expression)                                                         \
  NNC_UNARY_LOOP (op##_u64, guint64, guint64, unsigned_expression)                                                     \
  NNC_UNARY_OP (op, .types = NNC_TYPES_NUMBER,                                                                         \
                .loops = { FLOAT_LOOPS_OF (op), [NNC_I64] = op##_i64, [NNC_U64] = op##_u64 }, __VA_ARGS__)

/* By a kernel, which f64 has not. */
#define KERNEL_FUNCTION(op, kernel, expression, ...)                                                                   \
  NNC_UNARY_LOOP (op##_f64, double, double, expression)                                                                \
  NNC_UNARY_OP (op, .types = NNC_TYPES_FLOAT, NNC_UNARY_KERNEL (kernel), .loops = { [NNC_F64] = op##_f64 }, __VA_ARGS__)

NUMBER_FUNCTION (Abs, fabs (v), v < 0 ? (gint64)(0 - (guint64)v) : v, v, .prepare_stored = nnc_stored_abs_prepare)
NUMBER_FUNCTION (Neg, -v, 0 - (guint64)v, 0 - v)
NUMBER_FUNCTION (Sign, v > 0 ? 1 : v < 0 ? -1 : v, v > 0 ? 1 : v < 0 ? -1 : 0, v > 0)
FUNCTION (Floor, floor (v))
FUNCTION (Ceil, ceil (v))
FUNCTION (Round, rint (v)) /* halves to even */
FUNCTION (Reciprocal, 1 / v)
FUNCTION (Rsqrt, 1 / sqrt (v), .prepare_stored = nnc_stored_rsqrt_prepare)
FUNCTION (Erf, erf (v))
FUNCTION (Log, log (v))
FUNCTION (Sin, sin (v))
FUNCTION (Cos, cos (v))
FUNCTION (Tan, tan (v))
FUNCTION (Asin, asin (v))
FUNCTION (Acos, acos (v))
FUNCTION (Atan, atan (v))
FUNCTION (Sinh, sinh (v))
FUNCTION (Cosh, cosh (v))
FUNCTION (Asinh, asinh (v))
FUNCTION (Acosh, acosh (v))
FUNCTION (Atanh, atanh (v))
KERNEL_FUNCTION (Tanh, tanh_f32, tanh (v), .prepare_stored = nnc_stored_tanh_prepare)
KERNEL_FUNCTION (Exp, exp_f32, exp (v), .prepare_stored = nnc_stored_exp_prepare)
KERNEL_FUNCTION (Sqrt, sqrt_f32, sqrt (v), .prepare_stored = nnc_stored_sqrt_prepare)

/* --- answers ------------------------------------------------------------------ */

#define QUESTION(op, expression, ...)                                                                                  \
  NNC_UNARY_LOOP (op##_f32, guint8, float, expression)                                                                 \
  NNC_UNARY_LOOP (op##_f64, guint8, double, expression)                                                                \
  NNC_UNARY_OP (op, .types = NNC_TYPES_FLOAT, .result = NNC_BOOL, .loops = { FLOAT_LOOPS_OF (op) }, __VA_ARGS__)

QUESTION (IsNaN, isnan (v) != 0)
QUESTION (IsInf, isinf (v) && (v < 0 ? p[0] : p[1]) != 0,
          .attributes = { { "detect_negative", 1 }, { "detect_positive", 1 } })

/* --- bits --------------------------------------------------------------------- */

NNC_UNARY_LOOP (Not_u64, guint8, guint64, !v)
NNC_UNARY_OP (Not, .types = NNC_TYPE_BIT (NNC_BOOL), .result = NNC_BOOL, .loops = { [NNC_U64] = Not_u64 })
NNC_UNARY_LOOP (BitwiseNot_any, guint64, guint64, ~v)
NNC_UNARY_OP (BitwiseNot, .types = NNC_TYPES_INTEGER,
              .loops = { [NNC_I64] = BitwiseNot_any, [NNC_U64] = BitwiseNot_any })
