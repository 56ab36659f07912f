/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* group_normalization.c: y = (x - mean) / sqrt (variance + epsilon) * scale[c] + bias[c], c along attribute axis (1),
 * over all axes but 0: GroupNormalization of num_groups channels' groups, InstanceNormalization of each channel.
 * GroupNormalization's scale and bias may be [num_groups], too. epsilon: 1e-5. */
#include "axes.h"
#include "op_inputs.h"
#include "step_work.h"

#include <math.h>

enum { X, SCALE, BIAS };

/* x: [batch][outer][groups][channels of a group][inner] */
typedef struct {
  gsize batch, outer, groups, channels, inner;
  gboolean factors_of_groups;
  float epsilon;
} Params;

static gboolean
set_sizes (Params *params, const NncNode *node, const NncTensorDesc *x, gint64 groups, GError **error)
{
  NncSplit split;
  guint axis;

  if (!nnc_node_get_axis (node, 1, x->rank, &axis, error))
    return FALSE;
  if (axis == 0)
    return nnc_op_error (error, "axis 0 has the images, channels cannot lie along it");
  split = nnc_desc_split (x, axis);
  if (groups < 1 || (gint64)split.axis % groups != 0)
    return nnc_op_error (error, "%" G_GSIZE_FORMAT " channels cannot be cut into %" G_GINT64_FORMAT " groups",
                         split.axis, groups);
  params->batch = (gsize)x->shape[0];
  params->outer = params->batch ? split.outer / params->batch : 0;
  params->groups = (gsize)groups;
  params->channels = split.axis / (gsize)groups;
  params->inner = split.inner;
  return TRUE;
}

static gint64
count_groups (const NncNode *node, const NncTensorDesc *x, gboolean instance)
{
  guint axis;

  if (!instance)
    return nnc_node_get_int (node, "num_groups", 0);
  return nnc_node_get_axis (node, 1, x->rank, &axis, NULL) ? MAX (x->shape[axis], 1) : 1;
}

static gboolean
infer_groups (NncInference *inference, gboolean instance, GError **error)
{
  const NncTensor *const *inputs = inference->inputs;
  const NncTensorDesc *x = &inputs[X]->desc;
  gint64 size, groups = count_groups (inference->node, x, instance);
  Params params;

  if (!nnc_infer_same_f32 (inference, error) || !set_sizes (&params, inference->node, x, groups, error))
    return FALSE;
  size = (gint64)(params.groups * params.channels);
  if (inputs[SCALE]->desc.rank == 1 && inputs[SCALE]->desc.shape[0] == groups)
    size = groups;
  for (guint i = SCALE; i <= BIAS; i++)
    if (!nnc_input_check_type (inputs, i, NNC_F32, error) || !nnc_input_check_vector (inputs, i, size, error))
      return FALSE;
  return TRUE;
}

/* In double: sums run over whole images. */
static void
measure (const Params *params, const float *x, float *mean, float *inverse)
{
  gsize block = params->channels * params->inner, step = params->groups * block, n = params->outer * block;
  double sum = 0, squares = 0;

  for (gsize i = 0; i < params->outer; i++)
    for (gsize j = 0; j < block; j++)
      sum += (double)x[i * step + j];
  sum /= (double)n;
  for (gsize i = 0; i < params->outer; i++)
    for (gsize j = 0; j < block; j++) {
      double v = (double)x[i * step + j] - sum;
      squares += v * v;
    }
  *mean = (float)sum;
  *inverse = (float)(1 / sqrt (squares / (double)n + (double)params->epsilon));
}

static void
normalize_group (const Params *params, const float *x, float *y, const float *scale, const float *bias, gsize group)
{
  gsize step = params->groups * params->channels * params->inner;
  float mean, inverse;

  measure (params, x, &mean, &inverse);
  for (gsize c = 0; c < params->channels; c++) {
    gsize channel = params->factors_of_groups ? group : group * params->channels + c;
    float factor = inverse * scale[channel], offset = bias[channel] - mean * factor;

    for (gsize i = 0; i < params->outer; i++)
      for (gsize j = 0; j < params->inner; j++) {
        gsize at = i * step + c * params->inner + j;
        y[at] = x[at] * factor + offset;
      }
  }
}

static gboolean
run (const NncStep *step, NncRunContext *context, GError **error)
{
  const Params *params = step->params;
  gsize group_size = params->channels * params->inner, image = params->outer * params->groups * group_size;
  const float *x = step->inputs[X]->data;
  float *y = step->outputs[0]->data;

  for (gsize n = 0; n < params->batch; n++)
    for (gsize group = 0; group < params->groups; group++) {
      gsize at = n * image + group * group_size;
      normalize_group (params, x + at, y + at, step->inputs[SCALE]->data, step->inputs[BIAS]->data, group);
    }
  return TRUE;
}

static gboolean
prepare_groups (NncPreparation *prepare, gboolean instance, GError **error)
{
  Params *params = nnc_prepare_params (prepare, sizeof *params);
  const NncTensorDesc *x = &prepare->inputs[X]->desc;

  if (!set_sizes (params, prepare->node, x, count_groups (prepare->node, x, instance), error))
    return FALSE;
  params->factors_of_groups = prepare->inputs[SCALE]->desc.shape[0] == (gint64)params->groups;
  params->epsilon = nnc_node_get_float (prepare->node, "epsilon", 1e-5f);
  prepare->run = nnc_desc_size (x) ? run : nnc_run_nothing;
  return TRUE;
}

static gboolean
permute (NncGraph *graph, NncNode *node, const guint *permutation, guint rank)
{
  return permutation[0] == 0 && nnc_permute_axis (node, 1, permutation, rank);
}

static gboolean
infer_group_normalization (NncInference *inference, GError **error)
{
  return infer_groups (inference, FALSE, error);
}

static gboolean
prepare_group_normalization (NncPreparation *prepare, GError **error)
{
  return prepare_groups (prepare, FALSE, error);
}

static gboolean
infer_instance_normalization (NncInference *inference, GError **error)
{
  return infer_groups (inference, TRUE, error);
}

static gboolean
prepare_instance_normalization (NncPreparation *prepare, GError **error)
{
  return prepare_groups (prepare, TRUE, error);
}

const NncOp nnc_op_GroupNormalization = {
  .name = "GroupNormalization",
  .traits = NNC_OP_IN_PLACE | NNC_OP_F32,
  .min_inputs = 3,
  .max_inputs = 3,
  .max_outputs = 1,
  .infer = infer_group_normalization,
  .prepare = prepare_group_normalization,
  .permute = permute,
};

const NncOp nnc_op_InstanceNormalization = {
  .name = "InstanceNormalization",
  .traits = NNC_OP_IN_PLACE | NNC_OP_F32,
  .min_inputs = 3,
  .max_inputs = 3,
  .max_outputs = 1,
  .infer = infer_instance_normalization,
  .prepare = prepare_instance_normalization,
  .permute = permute,
};
