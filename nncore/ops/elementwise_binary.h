/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* elementwise_binary.h: y = f (a, b) with NumPy's broadcasting, f32 by kernels,
 * the other types by loops that NNC_BINARY_LOOPS writes. */
#pragma once

#include "kernel.h"
#include "op.h"

/* Like NncBinaryF32, for any type. FALSE: some numbers have no result. */
typedef gboolean (*NncBinaryLoop) (gpointer y, gconstpointer a, gconstpointer b, const NncBroadcast *shape);

/* Both inputs of one type, which is f32 or has a loop. loops: by NncDataType. */
gboolean nnc_binary_infer (NncInference *inference, const NncBinaryLoop *loops, GError **error);
/* failure: what it means when a loop returns FALSE. */
gboolean nnc_binary_prepare (NncPreparation *prepare, NncSlot slot, const NncBinaryLoop *loops, const char *failure,
                             GError **error);

#define NNC_BINARY_LOOP(name, type, wide, expression)                                                                  \
  static gboolean name (gpointer y_data, gconstpointer a_data, gconstpointer b_data, const NncBroadcast *s)            \
  {                                                                                                                    \
    type *y_row = y_data;                                                                                              \
    const type *a_row = a_data, *b_row = b_data;                                                                       \
    gboolean possible = TRUE;                                                                                          \
    for (gsize r = 0; r < s->rows; r++, a_row += s->a_row, b_row += s->b_row, y_row += s->columns)                     \
      for (gsize c = 0; c < s->columns; c++) {                                                                         \
        wide a = (wide)a_row[c * (gsize)s->a_step], b = (wide)b_row[c * (gsize)s->b_step];                             \
        y_row[c] = (type)(expression);                                                                                 \
      }                                                                                                                \
    return possible;                                                                                                   \
  }

/* prefix##_loops[]: expressions of a and b, which are gint64, guint64 or double; they may clear `possible`. */
#define NNC_BINARY_LOOPS(prefix, signed_expression, unsigned_expression, float_expression)                             \
  NNC_BINARY_LOOP (prefix##_i8, gint8, gint64, signed_expression)                                                      \
  NNC_BINARY_LOOP (prefix##_i16, gint16, gint64, signed_expression)                                                    \
  NNC_BINARY_LOOP (prefix##_i32, gint32, gint64, signed_expression)                                                    \
  NNC_BINARY_LOOP (prefix##_i64, gint64, gint64, signed_expression)                                                    \
  NNC_BINARY_LOOP (prefix##_u8, guint8, guint64, unsigned_expression)                                                  \
  NNC_BINARY_LOOP (prefix##_u16, guint16, guint64, unsigned_expression)                                                \
  NNC_BINARY_LOOP (prefix##_u32, guint32, guint64, unsigned_expression)                                                \
  NNC_BINARY_LOOP (prefix##_u64, guint64, guint64, unsigned_expression)                                                \
  NNC_BINARY_LOOP (prefix##_f64, double, double, float_expression)                                                     \
  static const NncBinaryLoop prefix##_loops[NNC_BOOL + 1] = {                                                          \
    [NNC_I8] = prefix##_i8,   [NNC_I16] = prefix##_i16, [NNC_I32] = prefix##_i32,                                      \
    [NNC_I64] = prefix##_i64, [NNC_U8] = prefix##_u8,   [NNC_U16] = prefix##_u16,                                      \
    [NNC_U32] = prefix##_u32, [NNC_U64] = prefix##_u64, [NNC_F64] = prefix##_f64,                                      \
  };
