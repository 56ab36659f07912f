/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* elementwise_unary.h: y[i] = f (x[i]), f32 by kernels where there is one, else by loops over wide types (wide.h). An
 * op of this kind is a line with NNC_UNARY_OP. */
#pragma once

#include "kernel.h"
#include "wide.h"

/* n numbers; y may be x where their types are one. p: the attributes that the function names. */
typedef void (*NncUnaryLoop) (gpointer y, gconstpointer x, gsize n, const float *p);

typedef struct {
  guint types; /* of x: a set of wide.h */
  NncDataType result; /* NNC_BOOL, whose bytes the loops write; NNC_INVALID: the type of x */
  gboolean has_kernel;
  NncSlot slot; /* with has_kernel: for f32 */
  struct {
    const char *name; /* a float or an int */
    float otherwise;
  } attributes[2];
  NncUnaryLoop loops[NNC_BOOL + 1]; /* by wide type */
  gboolean (*prepare_stored) (NncPreparation *prepare, GError **error); /* stored numbers; NULL: they are refused */
} NncUnaryFunction;

gboolean nnc_unary_infer (NncInference *inference, const NncUnaryFunction *function, GError **error);
gboolean nnc_unary_prepare (NncPreparation *prepare, const NncUnaryFunction *function, GError **error);

#define NNC_UNARY_KERNEL(name) .has_kernel = TRUE, .slot = NNC_SLOT_##name

/* An expression of v, of type number, and of p. */
#define NNC_UNARY_LOOP(name, y_type, number_type, expression)                                                          \
  static void name (gpointer y_data, gconstpointer x_data, gsize n, const float *p)                                    \
  {                                                                                                                    \
    typedef number_type number G_GNUC_UNUSED;                                                                          \
    y_type *y = y_data;                                                                                                \
    const number_type *x = x_data;                                                                                     \
    for (gsize i = 0; i < n; i++) {                                                                                    \
      number_type v = x[i];                                                                                            \
      y[i] = (y_type)(expression);                                                                                     \
    }                                                                                                                  \
  }

/* The op of a function, which are the last arguments: an initializer of NncUnaryFunction. */
#define NNC_UNARY_OP(op_name, ...)                                                                                     \
  static const NncUnaryFunction function_of_##op_name = { __VA_ARGS__ };                                               \
  static gboolean infer_##op_name (NncInference *inference, GError **error)                                            \
  {                                                                                                                    \
    return nnc_unary_infer (inference, &function_of_##op_name, error);                                                 \
  }                                                                                                                    \
  static gboolean prepare_##op_name (NncPreparation *prepare, GError **error)                                          \
  {                                                                                                                    \
    return nnc_unary_prepare (prepare, &function_of_##op_name, error);                                                 \
  }                                                                                                                    \
  const NncOp nnc_op_##op_name = {                                                                                     \
    .name = #op_name,                                                                                                  \
    .traits = NNC_OP_ELEMENTWISE | NNC_OP_IN_PLACE | NNC_OP_STRIDED | NNC_OP_F32, /* so that it can be fused */        \
    .min_inputs = 1,                                                                                                   \
    .max_inputs = 1,                                                                                                   \
    .max_outputs = 1,                                                                                                  \
    .infer = infer_##op_name,                                                                                          \
    .prepare = prepare_##op_name,                                                                                      \
  };
