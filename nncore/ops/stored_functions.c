/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* stored_functions.c: mathematical functions of stored numbers, by tables. */
#include "stored_functions.h"

#include "fixed_functions.h"
#include "stored_table.h"

#include <math.h>

#define ROOT_BITS 20 /* behind the point of 1 / sqrt (x) */

typedef struct {
  NncFixedPoint factor;
  gboolean same_scale;
  gint32 x_zero_point, y_zero_point, minimum, maximum;
} Function;

typedef struct {
  Function function;
  float x_scale, y_scale;
} Root;

static gboolean
read_scales (const NncPreparation *prepare, Function *function, NncScale *x, NncScale *y, GError **error)
{
  if (!nnc_node_get_input_scale (prepare->node, 0, x, error) || !nnc_node_get_output_scale (prepare->node, 0, y, error))
    return FALSE;
  function->x_zero_point = x->zero_point;
  function->y_zero_point = y->zero_point;
  nnc_stored_limits (prepare->outputs[0]->desc.type, &function->minimum, &function->maximum);
  return TRUE;
}

static gint32
store (const Function *function, gint32 y)
{
  return nnc_clamp_int (nnc_add_zero_point (y, function->y_zero_point), function->minimum, function->maximum);
}

static gint32
absolute (gint32 x, gconstpointer user_data)
{
  const Function *function = user_data;
  gint32 y = ABS (x - function->x_zero_point);

  return store (function, function->same_scale ? y : nnc_multiply_twice (y, function->factor));
}

gboolean
nnc_stored_abs_prepare (NncPreparation *prepare, GError **error)
{
  Function function;
  NncScale x, y;

  if (!read_scales (prepare, &function, &x, &y, error))
    return FALSE;
  function.same_scale = !(x.scale < y.scale) && !(x.scale > y.scale);
  function.factor = nnc_fixed_point ((double)(x.scale / y.scale));
  return nnc_stored_table_prepare (prepare, absolute, &function, error);
}

/* Of 0 and of what has no root: the largest. */
static gint32
inverse_root (gint32 x, gconstpointer user_data)
{
  const Function *function = user_data;
  NncFixedPoint root;

  x -= function->x_zero_point;
  if (x <= 0)
    return function->maximum;
  root = nnc_fixed_inverse_root (x);
  root.shift += ROOT_BITS;
  return store (function, nnc_multiply_twice (nnc_multiply_twice (1, root), function->factor));
}

static float
real_inverse_root (float x)
{
  return 1 / sqrtf (x);
}

gboolean
nnc_stored_rsqrt_prepare (NncPreparation *prepare, GError **error)
{
  Function function;
  NncScale x, y;

  if (prepare->outputs[0]->desc.type == NNC_I16)
    return nnc_stored_real_prepare (prepare, real_inverse_root, error);
  if (!read_scales (prepare, &function, &x, &y, error))
    return FALSE;
  function.factor = nnc_fixed_point (1 / (double)(sqrtf (x.scale) * y.scale));
  function.factor.shift -= ROOT_BITS;
  if (function.factor.shift < -31)
    function.factor = (NncFixedPoint){ 0, 0 };
  return nnc_stored_table_prepare (prepare, inverse_root, &function, error);
}

/* In floats, and cut off; of what has no root: 0. */
static gint32
root (gint32 x, gconstpointer user_data)
{
  const Root *of = user_data;
  gint32 v = MAX (x - of->function.x_zero_point, 0);
  float y = sqrtf (of->x_scale * (float)v) / of->y_scale;

  return store (&of->function, y < (float)G_MAXINT32 ? (gint32)y : G_MAXINT32);
}

gboolean
nnc_stored_sqrt_prepare (NncPreparation *prepare, GError **error)
{
  Root of;
  NncScale x, y;

  if (!read_scales (prepare, &of.function, &x, &y, error))
    return FALSE;
  of.x_scale = x.scale;
  of.y_scale = y.scale;
  return nnc_stored_table_prepare (prepare, root, &of, error);
}

gboolean
nnc_stored_exp_prepare (NncPreparation *prepare, GError **error)
{
  return nnc_stored_real_prepare (prepare, expf, error);
}
