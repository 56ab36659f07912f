/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* elementwise_binary.h: y = f (a, b) with NumPy's broadcasting, f32 by kernels where there is one, else by loops over
 * wide types (wide.h). An op of this kind is its loops and a line with NNC_BINARY_OP. */
#pragma once

#include "kernel.h"
#include "stored_binary.h"
#include "wide.h"

/* y[i] = f (a[i * a_step], b[i * b_step]) for i < n; steps are 1, or 0 for one number. y may be a where a_step is 1.
 * FALSE: some numbers have no result. */
typedef gboolean (*NncBinaryLoop) (gpointer y, gconstpointer a, gconstpointer b, gsize n, int a_step, int b_step);

typedef struct {
  guint types; /* of a and b: a set of wide.h */
  NncDataType result; /* NNC_BOOL, whose bytes the loops write; NNC_INVALID: the type of a */
  gboolean has_kernel;
  NncSlot slot; /* with has_kernel: for f32 */
  gboolean has_stored;
  NncStoredOperation stored; /* with has_stored: of stored numbers */
  const char *failure; /* what it means when a loop returns FALSE */
  NncBinaryLoop loops[NNC_BOOL + 1]; /* by wide type */
} NncBinaryFunction;

/* Both inputs of one type. */
gboolean nnc_binary_infer (NncInference *inference, const NncBinaryFunction *function, GError **error);
gboolean nnc_binary_prepare (NncPreparation *prepare, const NncBinaryFunction *function, GError **error);
/* The same for inputs of any types, computed as `wide`. */
gboolean nnc_binary_prepare_as (NncPreparation *prepare, const NncBinaryFunction *function, NncDataType wide,
                                GError **error);

#define NNC_BINARY_KERNEL(name) .has_kernel = TRUE, .slot = NNC_SLOT_##name
#define NNC_BINARY_STORED(operation) .has_stored = TRUE, .stored = NNC_STORED_##operation

/* An expression of a and b, of type number; it may clear `possible`. */
#define NNC_BINARY_LOOP(name, y_type, number_type, expression)                                                         \
  static gboolean name (gpointer y_data, gconstpointer a_data, gconstpointer b_data, gsize n, int a_step, int b_step)  \
  {                                                                                                                    \
    typedef number_type number G_GNUC_UNUSED;                                                                          \
    y_type *y = y_data;                                                                                                \
    const number_type *a_from = a_data, *b_from = b_data;                                                              \
    gboolean possible = TRUE;                                                                                          \
    for (gsize i = 0; i < n; i++) {                                                                                    \
      number_type a = a_from[i * (gsize)a_step], b G_GNUC_UNUSED = b_from[i * (gsize)b_step];                          \
      y[i] = (y_type)(expression);                                                                                     \
    }                                                                                                                  \
    return possible;                                                                                                   \
  }

/* For operands of each wide type. */
#define NNC_BINARY_FLOAT_LOOPS(prefix, expression)                                                                     \
  NNC_BINARY_LOOP (prefix##_f32, float, float, expression)                                                             \
  NNC_BINARY_LOOP (prefix##_f64, double, double, expression)
#define NNC_BINARY_INTEGER_LOOPS(prefix, signed_expression, unsigned_expression)                                       \
  NNC_BINARY_LOOP (prefix##_i64, gint64, gint64, signed_expression)                                                    \
  NNC_BINARY_LOOP (prefix##_u64, guint64, guint64, unsigned_expression)
#define NNC_BINARY_LOOPS(prefix, signed_expression, unsigned_expression, float_expression)                             \
  NNC_BINARY_FLOAT_LOOPS (prefix, float_expression)                                                                    \
  NNC_BINARY_INTEGER_LOOPS (prefix, signed_expression, unsigned_expression)
#define NNC_BINARY_LOOPS_OF(prefix)                                                                                    \
  .loops = { [NNC_F32] = prefix##_f32, [NNC_F64] = prefix##_f64, [NNC_I64] = prefix##_i64, [NNC_U64] = prefix##_u64 }

/* An op by infer_NAME and prepare_NAME. */
#define NNC_BINARY_OP_BY(op_name, more_traits)                                                                         \
  const NncOp nnc_op_##op_name = {                                                                                     \
    .name = #op_name,                                                                                                  \
    .traits = NNC_OP_ELEMENTWISE | NNC_OP_IN_PLACE | (more_traits),                                                    \
    .min_inputs = 2,                                                                                                   \
    .max_inputs = 2,                                                                                                   \
    .max_outputs = 1,                                                                                                  \
    .infer = infer_##op_name,                                                                                          \
    .prepare = prepare_##op_name,                                                                                      \
  };

/* The op of a function, which are the last arguments: an initializer of NncBinaryFunction. */
#define NNC_BINARY_OP(op_name, more_traits, ...)                                                                       \
  static const NncBinaryFunction function_of_##op_name = { __VA_ARGS__ };                                              \
  static gboolean infer_##op_name (NncInference *inference, GError **error)                                            \
  {                                                                                                                    \
    return nnc_binary_infer (inference, &function_of_##op_name, error);                                                \
  }                                                                                                                    \
  static gboolean prepare_##op_name (NncPreparation *prepare, GError **error)                                          \
  {                                                                                                                    \
    return nnc_binary_prepare (prepare, &function_of_##op_name, error);                                                \
  }                                                                                                                    \
  NNC_BINARY_OP_BY (op_name, more_traits)
