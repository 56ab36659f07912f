/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* stored_activations.c: activations of stored numbers, by tables. */
#include "stored_activations.h"

#include "stored_table.h"

#include <math.h>

static float
sigmoid (float x)
{
  return 1 / (1 + expf (-x));
}

gboolean
nnc_stored_sigmoid_prepare (NncPreparation *prepare, GError **error)
{
  return nnc_stored_real_prepare (prepare, sigmoid, error);
}

gboolean
nnc_stored_tanh_prepare (NncPreparation *prepare, GError **error)
{
  return nnc_stored_real_prepare (prepare, tanhf, error);
}

typedef struct {
  NncFixedPoint positive, negative;
  gint32 x_zero_point, y_zero_point, minimum, maximum;
} LeakyRelu;

static gint32
leaky_relu (gint32 x, gconstpointer user_data)
{
  const LeakyRelu *relu = user_data;
  gint32 y;

  x -= relu->x_zero_point;
  y = nnc_add_zero_point (nnc_multiply_twice (x, x >= 0 ? relu->positive : relu->negative), relu->y_zero_point);
  return nnc_clamp_int (y, relu->minimum, relu->maximum);
}

gboolean
nnc_stored_leaky_relu_prepare (NncPreparation *prepare, GError **error)
{
  float alpha = nnc_node_get_float (prepare->node, "alpha", .01f);
  NncScale x, y;
  LeakyRelu relu;

  if (!nnc_node_get_input_scale (prepare->node, 0, &x, error)
      || !nnc_node_get_output_scale (prepare->node, 0, &y, error))
    return FALSE;
  if (alpha < 0)
    return nnc_op_unsupported (error, "attribute 'alpha' is %g, at least 0 is supported", (double)alpha);
  nnc_stored_limits (prepare->outputs[0]->desc.type, &relu.minimum, &relu.maximum);
  relu.positive = nnc_fixed_point ((double)(x.scale / y.scale));
  relu.negative = nnc_fixed_point ((double)(x.scale * alpha / y.scale));
  relu.x_zero_point = x.zero_point;
  relu.y_zero_point = y.zero_point;
  return nnc_stored_table_prepare (prepare, leaky_relu, &relu, error);
}

/* --- HardSwish, in 16 bits as TFLite does: x with 7 bits behind the point, times x + 3, which is in sixths ---------
 */

#define HIRES_BITS 7

typedef struct {
  gint32 y_multiplier, gate_multiplier; /* 15 bits behind the point */
  int y_shift, gate_shift; /* to the left */
  gint32 x_zero_point, y_zero_point, minimum, maximum;
} HardSwish;

static gint32
saturate_16 (gint32 x)
{
  return nnc_clamp_int (x, G_MININT16, G_MAXINT16);
}

/* a * b / 2^15, half away from zero. */
static gint32
product_16 (gint32 a, gint32 b)
{
  gint32 product = a * b;

  return saturate_16 ((product + (product >= 0 ? 1 << 14 : 1 - (1 << 14))) / (1 << 15));
}

/* From 31 bits behind the point to 15. */
static gint32
multiplier_16 (NncFixedPoint factor)
{
  return factor.multiplier > G_MAXINT32 - (1 << 15) ? G_MAXINT16 : (factor.multiplier + (1 << 15)) >> 16;
}

/* 0 up to -3, 2^15 - 1 from 3 on. */
static gint32
hard_swish_gate (const HardSwish *swish, gint32 x)
{
  int shift = swish->gate_shift;

  if (shift > 0)
    x = saturate_16 (nnc_clamp_int (x, -(G_MAXINT16 >> MIN (shift - 1, 15)) - 1, G_MAXINT16 >> MIN (shift - 1, 15))
                     * (1 << MIN (shift - 1, 15)));
  x = product_16 (x, swish->gate_multiplier);
  if (shift > 0)
    x = saturate_16 (2 * x);
  else if (shift < 0)
    x = nnc_rounding_shift (x, MIN (-shift, 31));
  return (x + (1 << 15)) >> 1;
}

static gint32
hard_swish (gint32 x, gconstpointer user_data)
{
  const HardSwish *swish = user_data;
  gint32 hires = (x - swish->x_zero_point) * (1 << HIRES_BITS);
  gint32 scaled = product_16 (hires, swish->y_multiplier);
  gint32 y = hard_swish_gate (swish, hires) * scaled / (1 << 15);

  return nnc_clamp_int (saturate_16 (nnc_rounding_shift (y, MIN (-swish->y_shift, 31)) + swish->y_zero_point),
                        swish->minimum, swish->maximum);
}

gboolean
nnc_stored_hard_swish_prepare (NncPreparation *prepare, GError **error)
{
  NncScale x, y;
  NncFixedPoint to_y, to_gate;
  float hires_scale;
  HardSwish swish;

  if (prepare->outputs[0]->desc.type == NNC_I16)
    return nnc_op_unsupported (error, "stored i16 is not supported");
  if (!nnc_node_get_input_scale (prepare->node, 0, &x, error)
      || !nnc_node_get_output_scale (prepare->node, 0, &y, error))
    return FALSE;
  hires_scale = x.scale / (1 << HIRES_BITS);
  to_y = nnc_fixed_point ((double)(hires_scale / y.scale));
  to_gate = nnc_fixed_point ((double)(hires_scale / (3.f / 32768)));
  if (to_y.shift > 0)
    return nnc_op_unsupported (error, "a scale of %g in and %g out are not supported", (double)x.scale,
                               (double)y.scale);
  nnc_stored_limits (prepare->outputs[0]->desc.type, &swish.minimum, &swish.maximum);
  swish.y_multiplier = multiplier_16 (to_y);
  swish.y_shift = to_y.shift;
  swish.gate_multiplier = multiplier_16 (to_gate);
  swish.gate_shift = to_gate.shift;
  swish.x_zero_point = x.zero_point;
  swish.y_zero_point = y.zero_point;
  return nnc_stored_table_prepare (prepare, hard_swish, &swish, error);
}
