/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* stored_binary.c: sums, differences and products of stored numbers. */
#include "stored_binary.h"

/* Both inputs on twice the larger scale, with as many bits behind the point as 32 leave room for. */
static void
set_sum (NncStoredBinary *binary, NncScale a, NncScale b, NncScale y)
{
  double twice = 2 * (double)MAX (a.scale, b.scale);

  binary->shift = binary->type == NNC_I16 ? 15 : 20;
  binary->a_factor = nnc_fixed_point ((double)a.scale / twice);
  binary->b_factor = nnc_fixed_point ((double)b.scale / twice);
  binary->factor = nnc_fixed_point (twice / ((double)(1 << binary->shift) * (double)y.scale));
}

gboolean
nnc_stored_binary_set (NncStoredBinary *binary, const NncNode *node, NncStoredOperation operation, NncDataType type,
                       GError **error)
{
  NncScale a, b, y;

  binary->operation = operation;
  binary->type = type;
  if (!nnc_node_get_input_scale (node, 0, &a, error) || !nnc_node_get_input_scale (node, 1, &b, error)
      || !nnc_node_get_output_scale (node, 0, &y, error)
      || !nnc_node_get_stored_clamp (node, type, &binary->minimum, &binary->maximum, error))
    return FALSE;
  binary->a_zero_point = a.zero_point;
  binary->b_zero_point = b.zero_point;
  binary->y_zero_point = y.zero_point;
  if (operation == NNC_STORED_MULTIPLY)
    binary->factor = nnc_fixed_point ((double)(a.scale * b.scale / y.scale));
  else
    set_sum (binary, a, b, y);
  return TRUE;
}

static inline gint32
combine (const NncStoredBinary *binary, gint32 a, gint32 b)
{
  gint32 result;

  a -= binary->a_zero_point;
  b -= binary->b_zero_point;
  if (binary->operation == NNC_STORED_MULTIPLY) {
    result = a * b;
  } else {
    a = nnc_multiply_twice (a * (1 << binary->shift), binary->a_factor);
    b = nnc_multiply_twice (b * (1 << binary->shift), binary->b_factor);
    result = binary->operation == NNC_STORED_ADD ? a + b : a - b;
  }
  result = nnc_add_zero_point (nnc_multiply_twice (result, binary->factor), binary->y_zero_point);
  return nnc_clamp_int (result, binary->minimum, binary->maximum);
}

#define LOOP(name, type)                                                                                               \
  static void name (const NncStoredBinary *binary, type *y, const type *a, const type *b, const NncBroadcast *s)       \
  {                                                                                                                    \
    for (gsize r = 0; r < s->rows; r++, a += s->a_row, b += s->b_row, y += s->columns)                                 \
      for (gsize c = 0; c < s->columns; c++)                                                                           \
        y[c] = (type)combine (binary, a[c * (gsize)s->a_step], b[c * (gsize)s->b_step]);                               \
  }

LOOP (run_i8, gint8)
LOOP (run_u8, guint8)
LOOP (run_i16, gint16)

void
nnc_stored_binary_run (const NncStoredBinary *binary, gpointer y, gconstpointer a, gconstpointer b,
                       const NncBroadcast *shape)
{
  if (binary->type == NNC_I8)
    run_i8 (binary, y, a, b, shape);
  else if (binary->type == NNC_U8)
    run_u8 (binary, y, a, b, shape);
  else
    run_i16 (binary, y, a, b, shape);
}
