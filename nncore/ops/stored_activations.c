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

/* --- Sigmoid and Tanh of 16 bits, as TFLite does: from 256 values of the sigmoid, 24 for each 1, and lines between
 * ----
 */

#define SIGMOID_VALUES 256
#define SIGMOID_DENSITY 24

typedef struct {
  gint32 multiplier; /* from x to 24 * 512 for each 1 */
  int shift; /* to the right, after it */
  int interval_bits; /* of a line: 9; 8 for tanh (x) = 2 * sigmoid (2 x) - 1 */
  guint16 values[SIGMOID_VALUES]; /* 16 bits behind the point */
} Sigmoid16;

/* |x| as the table's intervals, and what it has there, with the bits of an interval behind it. */
static guint32
sigmoid_16_of (const Sigmoid16 *sigmoid, gint32 x, guint32 saturated)
{
  guint32 magnitude = (guint32)ABS (x), i = magnitude >> sigmoid->interval_bits;
  guint32 rest = magnitude & ((1u << sigmoid->interval_bits) - 1);

  if (i >= SIGMOID_VALUES - 1)
    return saturated;
  return ((guint32)sigmoid->values[i] << sigmoid->interval_bits)
         + rest * (guint32)(sigmoid->values[i + 1] - sigmoid->values[i]);
}

static gint32
to_intervals (const Sigmoid16 *sigmoid, gint32 x)
{
  gint64 round = sigmoid->shift > 0 ? (gint64)1 << (sigmoid->shift - 1) : 0;

  return (gint32)(((gint64)x * sigmoid->multiplier + round) >> sigmoid->shift);
}

static gint32
sigmoid_16 (gint32 x, gconstpointer user_data)
{
  const Sigmoid16 *sigmoid = user_data;
  gint32 at = to_intervals (sigmoid, x);
  guint32 y = sigmoid_16_of (sigmoid, at, 0x7fffu << 10);

  return (gint32)((at >= 0 ? y + (1 << 9) : (1u << 25) - y + (1 << 9) - 1) >> 10);
}

static gint32
tanh_16 (gint32 x, gconstpointer user_data)
{
  const Sigmoid16 *sigmoid = user_data;
  gint32 at = to_intervals (sigmoid, x);
  gint32 y = (gint32)sigmoid_16_of (sigmoid, at, 0xffffu << 8) - (1 << 23);

  return ((at >= 0 ? y : -y - 1) + (1 << 7)) >> 8;
}

static double
exact_sigmoid_value (double i)
{
  return 65536 / (1 + exp (-i / SIGMOID_DENSITY));
}

/* Moved by half of what the line from it is off in the middle; the last is the limit. */
static guint16
sigmoid_value (int i)
{
  double value = exact_sigmoid_value (i), next = exact_sigmoid_value (i + 1), middle = exact_sigmoid_value (i + .5);

  return i == SIGMOID_VALUES - 1 ? G_MAXUINT16 : (guint16)round (value + (middle - (value + next) / 2) / 2);
}

/* A scale that is 2^-12 needs no rounding. */
static gboolean
set_sigmoid_16 (Sigmoid16 *sigmoid, const NncNode *node, int interval_bits, GError **error)
{
  NncScale x, y;
  double multiplier;

  if (!nnc_node_get_input_scale (node, 0, &x, error) || !nnc_node_get_output_scale (node, 0, &y, error))
    return FALSE;
  if (x.zero_point != 0 || y.zero_point != 0 || y.scale < 1 / 32768.f || y.scale > 1 / 32768.f)
    return nnc_op_unsupported (error,
                               "zero points of %d and %d and an output's scale of %g are not supported for i16, 0, 0 "
                               "and %g are",
                               x.zero_point, y.zero_point, (double)y.scale, 1 / 32768.);
  sigmoid->shift = 0;
  for (multiplier = (double)x.scale * 4096 * 3; multiplier <= 32767 / 2. && sigmoid->shift <= 30; multiplier *= 2)
    sigmoid->shift++;
  sigmoid->multiplier = (gint16)MIN (multiplier, G_MAXINT16);
  if (!(x.scale < 1 / 4096.f) && !(x.scale > 1 / 4096.f)) {
    sigmoid->multiplier = 3;
    sigmoid->shift = 0;
  }
  sigmoid->interval_bits = interval_bits;
  for (int i = 0; i < SIGMOID_VALUES; i++)
    sigmoid->values[i] = sigmoid_value (i);
  return TRUE;
}

gboolean
nnc_stored_sigmoid_prepare (NncPreparation *prepare, GError **error)
{
  Sigmoid16 table;

  if (prepare->outputs[0]->desc.type != NNC_I16)
    return nnc_stored_real_prepare (prepare, sigmoid, error);
  return set_sigmoid_16 (&table, prepare->node, 9, error)
         && nnc_stored_table_prepare (prepare, sigmoid_16, &table, error);
}

gboolean
nnc_stored_tanh_prepare (NncPreparation *prepare, GError **error)
{
  Sigmoid16 table;

  if (prepare->outputs[0]->desc.type != NNC_I16)
    return nnc_stored_real_prepare (prepare, tanhf, error);
  return set_sigmoid_16 (&table, prepare->node, 8, error) && nnc_stored_table_prepare (prepare, tanh_16, &table, error);
}

/* --- from real functions -------------------------------------------------------------------------------------------
 */

static float
elu (float x)
{
  return x < 0 ? expf (x) - 1 : x;
}

gboolean
nnc_stored_elu_prepare (NncPreparation *prepare, GError **error)
{
  float alpha = nnc_node_get_float (prepare->node, "alpha", 1);

  if (alpha < 1 || alpha > 1)
    return nnc_op_unsupported (error, "attribute 'alpha' is %g, 1 is supported for stored numbers", (double)alpha);
  return nnc_stored_real_prepare (prepare, elu, error);
}

static float
gelu (float x)
{
  return .5f * x * erfcf (x * (float)-G_SQRT2 / 2);
}

static float
gelu_by_tanh (float x)
{
  const float root_of_two_over_pi = 0.79788456080286536f;

  return .5f * x * (1 + tanhf (root_of_two_over_pi * (x + .044715f * x * x * x)));
}

gboolean
nnc_stored_gelu_prepare (NncPreparation *prepare, gboolean approximate, GError **error)
{
  return nnc_stored_real_prepare (prepare, approximate ? gelu_by_tanh : gelu, error);
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
