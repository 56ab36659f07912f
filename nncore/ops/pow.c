/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* pow.c: Pow: y = a to the power of b, with broadcasting, of a's type; b may have another one. Integers wrap around; to
 * a negative power they become 0, but for 1 and -1. */
#include "elementwise_binary.h"

#include <tgmath.h>

static guint64
power_unsigned (guint64 a, guint64 b)
{
  guint64 y = 1;

  for (; b; b >>= 1, a *= a)
    if (b & 1)
      y *= a;
  return y;
}

static gint64
power_signed (gint64 a, gint64 b)
{
  if (b >= 0)
    return (gint64)power_unsigned ((guint64)a, (guint64)b);
  return a == 1 ? 1 : a == -1 ? (b & 1 ? -1 : 1) : 0;
}

NNC_BINARY_LOOPS (power, power_signed (a, b), power_unsigned (a, b), pow (a, b))

/* Squares and square roots are most of what networks want. */
NNC_BINARY_LOOP (square_f32, float, float, a *a)
NNC_BINARY_LOOP (root_f32, float, float, a == -INFINITY ? INFINITY : sqrtf (a))

static gboolean
power_or_square_f32 (gpointer y, gconstpointer a, gconstpointer b, gsize n, int a_step, int b_step)
{
  float exponent = n > 0 && b_step == 0 ? *(const float *)b : NAN;

  if (exponent == 2)
    return square_f32 (y, a, b, n, a_step, b_step);
  if (exponent == .5f)
    return root_f32 (y, a, b, n, a_step, b_step);
  return power_f32 (y, a, b, n, a_step, b_step);
}

static const NncBinaryFunction power = {
  .types = NNC_TYPES_NUMBER,
  .loops = { [NNC_F32] = power_or_square_f32, [NNC_F64] = power_f64, [NNC_I64] = power_i64, [NNC_U64] = power_u64 },
};

static gboolean
infer_Pow (NncInference *inference, GError **error)
{
  return nnc_input_check_types (inference->inputs, 0, power.types, error)
         && nnc_input_check_types (inference->inputs, 1, power.types, error)
         && nnc_desc_broadcast (&inference->inputs[0]->desc, &inference->inputs[1]->desc, &inference->outputs[0],
                                error);
}

static gboolean
prepare_Pow (NncPreparation *prepare, GError **error)
{
  NncDataType a = nnc_wide_type (prepare->inputs[0]->desc.type), b = nnc_wide_type (prepare->inputs[1]->desc.type);
  gboolean integers = a == NNC_I64 || a == NNC_U64, integer_power = b == NNC_I64 || b == NNC_U64;

  /* An integer to the power of a float is computed as a float. */
  return nnc_binary_prepare_as (prepare, &power, integers && !integer_power ? NNC_F64 : a, error);
}

NNC_BINARY_OP_BY (Pow, 0)
