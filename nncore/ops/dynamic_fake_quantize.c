/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* dynamic_fake_quantize.c: DynamicFakeQuantize: x as it would be after being stored in 8 bits, on a scale found from
 * its own numbers: y = scale * (round (x / scale + zero point) - zero point), a scale for each index of the axes before
 * attribute axis (1). asymmetric (0): zero points are not 0. With float weights that came from 8 bits the sums of a
 * layer are those of TFLite's hybrid ones, which multiply integers. */
#include "dynamic_fake_quantize.h"

#include "axes.h"
#include "op_inputs.h"
#include "step_work.h"

#include <math.h>

typedef struct {
  gsize rows, columns;
  gboolean asymmetric;
} Params;

typedef struct {
  float scale, inverse;
  gint32 zero_point, minimum, maximum;
} Range;

static gboolean
infer (NncInference *inference, GError **error)
{
  gint64 axis = nnc_node_get_int (inference->node, "axis", 1);
  guint rank = inference->inputs[0]->desc.rank;

  if (axis < 0 || axis > rank)
    return nnc_op_error (error, "axis %" G_GINT64_FORMAT " is outside of 0 to %u", axis, rank);
  return nnc_infer_same_f32 (inference, error);
}

static void
find_limits (const float *x, gsize n, float *minimum, float *maximum)
{
  *minimum = *maximum = 0;
  for (gsize i = 0; i < n; i++) {
    *minimum = x[i] < *minimum ? x[i] : *minimum;
    *maximum = x[i] > *maximum ? x[i] : *maximum;
  }
}

static Range
symmetric_range (float minimum, float maximum)
{
  float largest = MAX (-minimum, maximum);

  return (Range){ largest / 127, 127 / largest, 0, -127, 127 };
}

/* The zero point comes from the end of the range where less is lost by it. */
static Range
asymmetric_range (float minimum, float maximum)
{
  double low = (double)minimum, high = (double)maximum, scale = (high - low) / 255;
  double from_low = -128 - low / scale, from_high = 127 - high / scale;
  double zero = 128 + fabs (low / scale) < 127 + fabs (high / scale) ? from_low : from_high;
  gint32 zero_point = !(zero > -128) ? -128 : zero >= 127 ? 127 : (gint32)round (zero); /* NaN: x is infinite */

  return (Range){ (float)scale, 1 / (float)scale, zero_point, -128, 127 };
}

/* roundf() between integers, which a compiler can vectorize: the largest float below a half leaves what is below it. */
static float
round_within (float x, float minimum, float maximum)
{
  x = x > minimum ? x : minimum;
  x = x < maximum ? x : maximum;
  return (float)(gint32)(x + copysignf (0x1.fffffep-2f, x));
}

float
nnc_dynamic_quantize (float *y, const float *x, gsize n, gboolean asymmetric)
{
  float minimum, maximum;
  Range range;

  find_limits (x, n, &minimum, &maximum);
  if (minimum == maximum)
    range = (Range){ 1, 0, 0, 0, 0 };
  else
    range = asymmetric ? asymmetric_range (minimum, maximum) : symmetric_range (minimum, maximum);
  for (gsize i = 0; i < n; i++)
    y[i] = round_within ((float)range.zero_point + x[i] * range.inverse, (float)range.minimum, (float)range.maximum)
           - (float)range.zero_point;
  return range.scale;
}

void
nnc_dynamic_fake_quantize (float *y, const float *x, gsize n, gboolean asymmetric)
{
  float scale = nnc_dynamic_quantize (y, x, n, asymmetric);

  for (gsize i = 0; i < n; i++)
    y[i] *= scale;
}

static gboolean
run (const NncStep *step, NncRunContext *context, GError **error)
{
  const Params *params = step->params;
  const float *x = step->inputs[0]->data;
  float *y = step->outputs[0]->data;

  for (gsize r = 0; r < params->rows; r++)
    nnc_dynamic_fake_quantize (y + r * params->columns, x + r * params->columns, params->columns, params->asymmetric);
  return TRUE;
}

static gboolean
prepare_dynamic_fake_quantize (NncPreparation *prepare, GError **error)
{
  Params *params = nnc_prepare_params (prepare, sizeof *params);
  const NncTensorDesc *x = &prepare->inputs[0]->desc;
  gint64 axis = nnc_node_get_int (prepare->node, "axis", 1);

  params->asymmetric = nnc_node_get_int (prepare->node, "asymmetric", 0) != 0;
  params->rows = params->columns = 1;
  for (guint i = 0; i < x->rank; i++)
    *(i < axis ? &params->rows : &params->columns) *= (gsize)x->shape[i];
  prepare->run = nnc_desc_size (x) ? run : nnc_run_nothing;
  return TRUE;
}

const NncOp nnc_op_DynamicFakeQuantize = {
  .name = "DynamicFakeQuantize",
  .traits = NNC_OP_IN_PLACE,
  .min_inputs = 1,
  .max_inputs = 1,
  .max_outputs = 1,
  .infer = infer,
  .prepare = prepare_dynamic_fake_quantize,
};
