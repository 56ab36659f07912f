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
  y = nnc_multiply_twice (x, x >= 0 ? relu->positive : relu->negative) + relu->y_zero_point;
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
