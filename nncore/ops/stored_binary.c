/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* stored_binary.c: the factors of operations on two stored numbers. */
#include "stored_binary.h"

/* Both inputs on twice the larger scale, with as many bits behind the point as 32 leave room for. */
static void
set_sum (NncStoredArithmetic *arithmetic, NncScale a, NncScale b, NncScale y)
{
  double twice = 2 * (double)MAX (a.scale, b.scale);

  arithmetic->shift = arithmetic->stored == NNC_STORED_I16 ? 15 : 20;
  arithmetic->a_factor = nnc_fixed_point ((double)a.scale / twice);
  arithmetic->b_factor = nnc_fixed_point ((double)b.scale / twice);
  arithmetic->factor = nnc_fixed_point (twice / ((double)(1 << arithmetic->shift) * (double)y.scale));
}

/* Likewise, with 7 bits behind the point: so a square has room. */
static void
set_squared_difference (NncStoredArithmetic *arithmetic, NncScale a, NncScale b, NncScale y)
{
  double twice = 2 * (double)MAX (a.scale, b.scale);

  arithmetic->shift = 7;
  arithmetic->a_factor = nnc_fixed_point ((double)a.scale / twice);
  arithmetic->b_factor = nnc_fixed_point ((double)b.scale / twice);
  arithmetic->factor = nnc_fixed_point (twice * twice / ((double)(1 << 2 * arithmetic->shift) * (double)y.scale));
}

gboolean
nnc_stored_binary_set (NncStoredArithmetic *arithmetic, const NncNode *node, NncStoredOperation operation,
                       NncDataType type, GError **error)
{
  NncScale a, b, y;

  arithmetic->operation = operation;
  arithmetic->stored = nnc_stored_of (type);
  if (!nnc_node_get_input_scale (node, 0, &a, error) || !nnc_node_get_input_scale (node, 1, &b, error)
      || !nnc_node_get_output_scale (node, 0, &y, error)
      || !nnc_node_get_stored_clamp (node, type, &arithmetic->minimum, &arithmetic->maximum, error))
    return FALSE;
  arithmetic->a_zero_point = a.zero_point;
  arithmetic->b_zero_point = b.zero_point;
  arithmetic->y_zero_point = y.zero_point;
  if (operation >= NNC_STORED_MULTIPLY) {
    arithmetic->factor = nnc_fixed_point ((double)(a.scale * b.scale / y.scale));
    arithmetic->a_factor = nnc_fixed_point ((double)(a.scale / y.scale)); /* of PRELU */
  } else if (operation == NNC_STORED_SQUARED_DIFFERENCE)
    set_squared_difference (arithmetic, a, b, y);
  else
    set_sum (arithmetic, a, b, y);
  return TRUE;
}
