/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* convert.c: numbers of one type as another: loops for each pair of types; f16 and f8 go by way of f32. */
#include "convert.h"

#include "float8.h"
#include "half_float.h"

#define CHUNK 256 /* numbers at a time, by way of f32 */

typedef void (*ConvertLoop) (gpointer y, gconstpointer x, gsize n);

/* The nearest integer in [minimum, maximum]; limit: the first float above maximum. */
#define SATURATE(v, type, minimum, maximum, limit)                                                                     \
  ((v) >= (limit) ? (maximum) : (v) <= (double)(minimum) ? (minimum) : (v) == (v) ? (type)(v) : 0)

#define INTEGER_FROM_FLOAT(from, x_type)                                                                               \
  LOOP (from##_i8, gint8, x_type, SATURATE (v, gint8, G_MININT8, G_MAXINT8, 0x1p7))                                    \
  LOOP (from##_u8, guint8, x_type, SATURATE (v, guint8, 0, G_MAXUINT8, 0x1p8))                                         \
  LOOP (from##_i16, gint16, x_type, SATURATE (v, gint16, G_MININT16, G_MAXINT16, 0x1p15))                              \
  LOOP (from##_u16, guint16, x_type, SATURATE (v, guint16, 0, G_MAXUINT16, 0x1p16))                                    \
  LOOP (from##_i32, gint32, x_type, SATURATE (v, gint32, G_MININT32, G_MAXINT32, 0x1p31))                              \
  LOOP (from##_u32, guint32, x_type, SATURATE (v, guint32, 0, G_MAXUINT32, 0x1p32))                                    \
  LOOP (from##_i64, gint64, x_type, SATURATE (v, gint64, G_MININT64, G_MAXINT64, 0x1p63))                              \
  LOOP (from##_u64, guint64, x_type, SATURATE (v, guint64, 0, G_MAXUINT64, 0x1p64))

#define INTEGER_FROM_INTEGER(from, x_type)                                                                             \
  LOOP (from##_i8, gint8, x_type, v)                                                                                   \
  LOOP (from##_u8, guint8, x_type, v)                                                                                  \
  LOOP (from##_i16, gint16, x_type, v)                                                                                 \
  LOOP (from##_u16, guint16, x_type, v)                                                                                \
  LOOP (from##_i32, gint32, x_type, v)                                                                                 \
  LOOP (from##_u32, guint32, x_type, v)                                                                                \
  LOOP (from##_i64, gint64, x_type, v)                                                                                 \
  LOOP (from##_u64, guint64, x_type, v)

#define LOOP(name, y_type, x_type, expression)                                                                         \
  static void name (gpointer y_data, gconstpointer x_data, gsize n)                                                    \
  {                                                                                                                    \
    y_type *y = y_data;                                                                                                \
    const x_type *x = x_data;                                                                                          \
    for (gsize i = 0; i < n; i++) {                                                                                    \
      x_type v = x[i];                                                                                                 \
      y[i] = (y_type)(expression);                                                                                     \
    }                                                                                                                  \
  }

/* All loops that read one type, and their table. */
#define FROM(from, x_type, INTEGERS)                                                                                   \
  INTEGERS (from, x_type)                                                                                              \
  LOOP (from##_f32, float, x_type, v)                                                                                  \
  LOOP (from##_f64, double, x_type, v)                                                                                 \
  LOOP (from##_bool, guint8, x_type, v != 0)                                                                           \
  static const ConvertLoop from##_loops[NNC_BOOL + 1] = {                                                              \
    [NNC_F32] = from##_f32, [NNC_F64] = from##_f64, [NNC_I8] = from##_i8,     [NNC_U8] = from##_u8,                    \
    [NNC_I16] = from##_i16, [NNC_U16] = from##_u16, [NNC_I32] = from##_i32,   [NNC_U32] = from##_u32,                  \
    [NNC_I64] = from##_i64, [NNC_U64] = from##_u64, [NNC_BOOL] = from##_bool,                                          \
  };

FROM (f32, float, INTEGER_FROM_FLOAT)
FROM (f64, double, INTEGER_FROM_FLOAT)
FROM (i8, gint8, INTEGER_FROM_INTEGER)
FROM (u8, guint8, INTEGER_FROM_INTEGER)
FROM (i16, gint16, INTEGER_FROM_INTEGER)
FROM (u16, guint16, INTEGER_FROM_INTEGER)
FROM (i32, gint32, INTEGER_FROM_INTEGER)
FROM (u32, guint32, INTEGER_FROM_INTEGER)
FROM (i64, gint64, INTEGER_FROM_INTEGER)
FROM (u64, guint64, INTEGER_FROM_INTEGER)

/* By the type read, then by the type written; a bool reads as its byte. */
static const ConvertLoop *const loops[NNC_BOOL + 1] = {
  [NNC_F32] = f32_loops, [NNC_F64] = f64_loops, [NNC_I8] = i8_loops,   [NNC_U8] = u8_loops,
  [NNC_I16] = i16_loops, [NNC_U16] = u16_loops, [NNC_I32] = i32_loops, [NNC_U32] = u32_loops,
  [NNC_I64] = i64_loops, [NNC_U64] = u64_loops, [NNC_BOOL] = u8_loops,
};

static gboolean
is_short_float (NncDataType type)
{
  return type == NNC_F16 || nnc_is_float8 (type);
}

static void
read_chunk (float *floats, NncDataType type, const guint8 *x, gsize n)
{
  const guint16 *halves = (const guint16 *)x;

  if (!is_short_float (type)) {
    loops[type][NNC_F32](floats, x, n);
    return;
  }
  for (gsize i = 0; i < n; i++)
    floats[i] = type == NNC_F16 ? nnc_half_to_float (halves[i]) : nnc_float8_to_float (type, x[i]);
}

static void
write_chunk (guint8 *y, NncDataType type, const float *floats, gsize n)
{
  guint16 *halves = (guint16 *)y;

  if (!is_short_float (type))
    f32_loops[type](y, floats, n);
  else if (type == NNC_F16)
    for (gsize i = 0; i < n; i++)
      halves[i] = nnc_half_from_float (floats[i]);
  else
    for (gsize i = 0; i < n; i++)
      y[i] = nnc_float8_from_float (type, floats[i], TRUE);
}

void
nnc_convert (NncDataType to, gpointer y_data, NncDataType from, gconstpointer x_data, gsize n)
{
  gsize x_size = nnc_data_type_get_size (from), y_size = nnc_data_type_get_size (to);
  const guint8 *x = x_data;
  guint8 *y = y_data;
  float floats[CHUNK];

  if (!is_short_float (from) && !is_short_float (to)) {
    loops[from][to](y, x, n);
    return;
  }
  for (gsize i = 0; i < n; i += CHUNK) {
    gsize size = MIN (n - i, CHUNK);
    read_chunk (floats, from, x + i * x_size, size);
    write_chunk (y + i * y_size, to, floats, size);
  }
}
