/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* activations.c: y = f (x), what follows a layer of neurons: a line each. NaN stays NaN. */
#include "elementwise_unary.h"
#include "stored_activations.h"

#include <tgmath.h>

/* An expression of v and, by its macros' names, of two attributes; what is not `number` would be computed as double. */
#define A ((number)p[0])
#define B ((number)p[1])
#define HALF ((number).5)

#define FLOAT_LOOPS(name, expression)                                                                                  \
  NNC_UNARY_LOOP (name##_f32, float, float, expression)                                                                \
  NNC_UNARY_LOOP (name##_f64, double, double, expression)
#define FLOAT_LOOPS_OF(name) [NNC_F32] = name##_f32, [NNC_F64] = name##_f64
#define ACTIVATION(op, expression, ...)                                                                                \
  FLOAT_LOOPS (op, expression)                                                                                         \
  NNC_UNARY_OP (op, .types = NNC_TYPES_FLOAT, .loops = { FLOAT_LOOPS_OF (op) }, __VA_ARGS__)

/* By a kernel, which f64 has not. */
#define KERNEL_ACTIVATION(op, kernel, expression, ...)                                                                 \
  NNC_UNARY_LOOP (op##_f64, double, double, expression)                                                                \
  NNC_UNARY_OP (op, .types = NNC_TYPES_FLOAT, NNC_UNARY_KERNEL (kernel), .loops = { [NNC_F64] = op##_f64 }, __VA_ARGS__)

#define ATTRIBUTES(...) .attributes = { __VA_ARGS__ }

/* 1 / (1 + e^-v), by an exponential that cannot overflow. */
#define SIGMOID(v) ((v) < 0 ? exp (v) / (1 + exp (v)) : 1 / (1 + exp (-(v))))
/* log (1 + e^v), likewise. */
#define SOFTPLUS(v) (log1p (exp (-fabs (v))) + ((v) > 0 ? (v) : 0))
#define CLAMP_0_1(v) ((v) < 0 ? 0 : (v) > 1 ? 1 : (v))

KERNEL_ACTIVATION (LeakyRelu, leaky_relu_f32, v < 0 ? A * v : v, ATTRIBUTES ({ "alpha", .01f }),
                   .prepare_stored = nnc_stored_leaky_relu_prepare)
KERNEL_ACTIVATION (Sigmoid, sigmoid_f32, SIGMOID (v), .prepare_stored = nnc_stored_sigmoid_prepare)
KERNEL_ACTIVATION (HardSigmoid, hard_sigmoid_f32, CLAMP_0_1 (A *v + B), ATTRIBUTES ({ "alpha", .2f }, { "beta", .5f }))
KERNEL_ACTIVATION (HardSwish, hard_swish_f32, v *CLAMP_0_1 (v / 6 + HALF),
                   .prepare_stored = nnc_stored_hard_swish_prepare)
ACTIVATION (Elu, v < 0 ? A * expm1 (v) : v, ATTRIBUTES ({ "alpha", 1 }), .prepare_stored = nnc_stored_elu_prepare)
ACTIVATION (Selu, B *(v < 0 ? A * expm1 (v) : v), ATTRIBUTES ({ "alpha", 1.67326319f }, { "gamma", 1.05070102f }))
ACTIVATION (Celu, v < 0 ? A * expm1 (v / A) : v, ATTRIBUTES ({ "alpha", 1 }))
ACTIVATION (Softplus, SOFTPLUS (v))
ACTIVATION (Softsign, v / (1 + fabs (v)))
ACTIVATION (ThresholdedRelu, v <= A ? 0 : v, ATTRIBUTES ({ "alpha", 1 }))
ACTIVATION (Mish, v *tanh (SOFTPLUS (v)))
KERNEL_ACTIVATION (Swish, swish_f32, v *SIGMOID (A *v), ATTRIBUTES ({ "alpha", 1 }))

/* --- of integers, too ----------------------------------------------------------- */

NNC_UNARY_LOOP (Relu_f64, double, double, v < 0 ? 0 : v)
NNC_UNARY_LOOP (Relu_i64, gint64, gint64, v < 0 ? 0 : v)
NNC_UNARY_OP (Relu, .types = NNC_TYPES_FLOAT | NNC_TYPES_SIGNED, NNC_UNARY_KERNEL (relu_f32),
              .loops = { [NNC_F64] = Relu_f64, [NNC_I64] = Relu_i64 })

/* Attributes lambd (A) and bias (B): towards 0 by the bias, and 0 within lambd of 0. */
#define SHRINK(type) (v < -(type)p[0] ? v + (type)p[1] : v > (type)p[0] ? v - (type)p[1] : 0)
FLOAT_LOOPS (Shrink, SHRINK (number))
NNC_UNARY_LOOP (Shrink_i64, gint64, gint64, SHRINK (double))
NNC_UNARY_LOOP (Shrink_u64, guint64, guint64, SHRINK (double))
NNC_UNARY_OP (Shrink, .types = NNC_TYPES_NUMBER, ATTRIBUTES ({ "lambd", .5f }, { "bias", 0 }),
              .loops = { FLOAT_LOOPS_OF (Shrink), [NNC_I64] = Shrink_i64, [NNC_U64] = Shrink_u64 })
