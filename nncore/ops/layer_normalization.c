/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* layer_normalization.c: over all axes from attribute axis (-1) on,
 * LayerNormalization: y = (x - mean) / sqrt (variance + epsilon) * scale + bias, output 1: the mean, output 2: 1 /
 * sqrt (variance + epsilon). RMSNormalization: y = x / sqrt (mean of x^2 + epsilon) * scale. epsilon: 1e-5. */
#include "axes.h"
#include "op_inputs.h"
#include "step_work.h"

#include <math.h>
#include <string.h>

enum { X, SCALE, BIAS };
enum { Y, MEAN, INVERSE };

typedef struct {
  gsize rows, columns;
  gboolean centered;
  float epsilon;
  gsize scale_step, bias_step; /* 0: one number for all columns */
} Params;

/* From axis on, or one number for all. */
static gboolean
check_factor (const NncTensor *const *inputs, guint i, guint axis, GError **error)
{
  const NncTensorDesc *x = &inputs[X]->desc, *factor = &inputs[i]->desc;
  guint n = x->rank - axis;
  g_autofree char *text = NULL, *other = NULL;

  if (nnc_desc_n_elements (factor) == 1
      || (factor->rank == n && memcmp (factor->shape, x->shape + axis, n * sizeof *x->shape) == 0))
    return TRUE;
  text = nnc_desc_to_string (factor);
  other = nnc_desc_to_string (x);
  return nnc_op_unsupported (error,
                             "input %u is %s for an x of %s and axis %u, x's shape from the axis on is supported", i,
                             text, other, axis);
}

static gboolean
infer (NncInference *inference, GError **error)
{
  const NncTensorDesc *x = &inference->inputs[X]->desc;
  gint64 shape[NNC_MAX_RANK];
  guint axis;

  if (!nnc_infer_same_f32 (inference, error) || !nnc_node_get_axis (inference->node, -1, x->rank, &axis, error))
    return FALSE;
  for (guint i = SCALE; i < inference->n_inputs; i++)
    if (inference->inputs[i]
        && (!nnc_input_check_type (inference->inputs, i, NNC_F32, error)
            || !check_factor (inference->inputs, i, axis, error)))
      return FALSE;
  for (guint i = 0; i < x->rank; i++)
    shape[i] = i < axis ? x->shape[i] : 1;
  for (guint i = MEAN; i < inference->n_outputs; i++)
    if (!nnc_desc_set (&inference->outputs[i], NNC_F32, x->rank, shape, error))
      return FALSE;
  return TRUE;
}

/* Sums of 8 columns at a time: in an order that the compiler may vectorize, and with smaller errors. */
static float
sum_of_row (const float *x, gsize n, float mean, gboolean squared)
{
  float sums[8] = { 0 }, sum = 0;
  gsize i = 0;

  for (; i + 8 <= n; i += 8)
    for (gsize j = 0; j < 8; j++) {
      float v = x[i + j] - mean;
      sums[j] += squared ? v * v : v;
    }
  for (; i < n; i++) {
    float v = x[i] - mean;
    sum += squared ? v * v : v;
  }
  for (gsize j = 0; j < 8; j++)
    sum += sums[j];
  return sum;
}

static void
normalize_row (const Params *params, const float *x, float *y, const float *scale, const float *bias, float mean,
               float inverse)
{
  for (gsize i = 0; i < params->columns; i++) {
    float v = (x[i] - mean) * inverse * scale[i * params->scale_step];
    y[i] = bias ? v + bias[i * params->bias_step] : v;
  }
}

static float *
output_data (const NncStep *step, guint i)
{
  return i < step->n_outputs && step->outputs[i] ? step->outputs[i]->data : NULL;
}

static gboolean
run (const NncStep *step, NncRunContext *context, GError **error)
{
  const Params *params = step->params;
  gsize columns = params->columns;
  const float *x = step->inputs[X]->data, *scale = step->inputs[SCALE]->data;
  const float *bias = step->n_inputs > BIAS && step->inputs[BIAS] ? step->inputs[BIAS]->data : NULL;
  float *y = output_data (step, Y), *means = output_data (step, MEAN), *inverses = output_data (step, INVERSE);

  for (gsize row = 0; row < params->rows; row++) {
    const float *from = x + row * columns;
    float mean = params->centered ? sum_of_row (from, columns, 0, FALSE) / (float)columns : 0;
    float inverse = 1 / sqrtf (sum_of_row (from, columns, mean, TRUE) / (float)columns + params->epsilon);

    if (y)
      normalize_row (params, from, y + row * columns, scale, bias, mean, inverse);
    if (means)
      means[row] = mean;
    if (inverses)
      inverses[row] = inverse;
  }
  return TRUE;
}

static gsize
step_of (const NncPreparation *prepare, guint i)
{
  return i < prepare->n_inputs && prepare->inputs[i] && nnc_desc_n_elements (&prepare->inputs[i]->desc) != 1;
}

static gboolean
prepare_normalization (NncPreparation *prepare, gboolean centered, GError **error)
{
  Params *params = nnc_prepare_params (prepare, sizeof *params);
  const NncTensorDesc *x = &prepare->inputs[X]->desc;
  NncSplit split;
  guint axis;

  if (!nnc_node_get_axis (prepare->node, -1, x->rank, &axis, error))
    return FALSE;
  split = nnc_desc_split (x, axis);
  params->rows = split.outer;
  params->columns = split.axis * split.inner;
  params->centered = centered;
  params->epsilon = nnc_node_get_float (prepare->node, "epsilon", 1e-5f);
  params->scale_step = step_of (prepare, SCALE);
  params->bias_step = step_of (prepare, BIAS);
  prepare->run = params->rows ? run : nnc_run_nothing;
  return TRUE;
}

static gboolean
prepare_layer_normalization (NncPreparation *prepare, GError **error)
{
  return prepare_normalization (prepare, TRUE, error);
}

static gboolean
prepare_rms_normalization (NncPreparation *prepare, GError **error)
{
  return prepare_normalization (prepare, FALSE, error);
}

const NncOp nnc_op_LayerNormalization = {
  .name = "LayerNormalization",
  .traits = NNC_OP_IN_PLACE | NNC_OP_F32,
  .min_inputs = 2,
  .max_inputs = 3,
  .max_outputs = 3,
  .infer = infer,
  .prepare = prepare_layer_normalization,
};

const NncOp nnc_op_RMSNormalization = {
  .name = "RMSNormalization",
  .traits = NNC_OP_IN_PLACE | NNC_OP_F32,
  .min_inputs = 2,
  .max_inputs = 2,
  .max_outputs = 1,
  .infer = infer,
  .prepare = prepare_rms_normalization,
};
