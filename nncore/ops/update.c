/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* update.c: what the Scatter ops do where a number is already. */
#include "update.h"

#include "wide.h"

#include <string.h>

#define PIECE 64 /* numbers that are widened at a time */

gboolean
nnc_update_read (const NncNode *node, NncDataType type, NncUpdate *update, GError **error)
{
  static const char *const names[] = { "none", "add", "mul", "max", "min" };
  const char *name = nnc_node_get_string (node, "reduction", "none");

  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    if (strcmp (names[i], name) != 0)
      continue;
    *update = (NncUpdate)i;
    return type != NNC_BOOL || *update == NNC_UPDATE_NONE
           || nnc_op_unsupported (error, "attribute 'reduction' is '%s', which is not supported for bool", name);
  }
  return nnc_op_error (error, "attribute 'reduction' is '%s', which is not known", name);
}

/* Integers are added and multiplied as unsigned ones: they wrap around. */
#define UPDATE(name, type, sum_type)                                                                                   \
  static void name (NncUpdate update, gpointer y_data, gconstpointer x_data, gsize n)                                  \
  {                                                                                                                    \
    type *y = y_data;                                                                                                  \
    const type *x = x_data;                                                                                            \
    for (gsize i = 0; i < n; i++)                                                                                      \
      switch (update) {                                                                                                \
      case NNC_UPDATE_NONE:                                                                                            \
        y[i] = x[i];                                                                                                   \
        break;                                                                                                         \
      case NNC_UPDATE_ADD:                                                                                             \
        y[i] = (type)((sum_type)y[i] + (sum_type)x[i]);                                                                \
        break;                                                                                                         \
      case NNC_UPDATE_MUL:                                                                                             \
        y[i] = (type)((sum_type)y[i] * (sum_type)x[i]);                                                                \
        break;                                                                                                         \
      case NNC_UPDATE_MAX:                                                                                             \
        y[i] = x[i] > y[i] || x[i] != x[i] ? x[i] : y[i];                                                              \
        break;                                                                                                         \
      case NNC_UPDATE_MIN:                                                                                             \
        y[i] = x[i] < y[i] || x[i] != x[i] ? x[i] : y[i];                                                              \
        break;                                                                                                         \
      }                                                                                                                \
  }

UPDATE (update_f32, float, float)
UPDATE (update_f64, double, double)
UPDATE (update_i64, gint64, guint64)
UPDATE (update_u64, guint64, guint64)

static void (*const updates[NNC_BOOL + 1]) (NncUpdate, gpointer, gconstpointer, gsize) = {
  [NNC_F32] = update_f32,
  [NNC_F64] = update_f64,
  [NNC_I64] = update_i64,
  [NNC_U64] = update_u64,
};

void
nnc_update (NncUpdate update, NncDataType type, gpointer y_data, gconstpointer x_data, gsize n)
{
  NncDataType wide = nnc_wide_type (type);
  gsize size = nnc_data_type_get_size (type);
  guint8 *y = y_data;
  const guint8 *x = x_data;
  guint64 y_piece[PIECE], x_piece[PIECE];

  if (update == NNC_UPDATE_NONE) {
    if (n > 0)
      memcpy (y, x, n * size);
    return;
  }
  if (wide == type) {
    updates[wide](update, y, x, n);
    return;
  }
  for (gsize i = 0; i < n; i += PIECE) {
    gsize count = MIN (n - i, PIECE);

    nnc_convert (wide, y_piece, type, y + i * size, count);
    nnc_convert (wide, x_piece, type, x + i * size, count);
    updates[wide](update, y_piece, x_piece, count);
    nnc_convert (type, y + i * size, wide, y_piece, count);
  }
}
