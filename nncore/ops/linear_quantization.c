/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* linear_quantization.c: scales that are tensors. */
#include "linear_quantization.h"

#include "op_inputs.h"
#include "step_work.h"

#include <math.h>
#include <string.h>

/* One for each block: x's shape, but along the axis the number of blocks. */
static gboolean
set_blocks (NncScales *scales, const NncTensorDesc *x, const NncTensorDesc *scale, guint axis, gint64 block,
            GError **error)
{
  gint64 n_blocks = x->shape[axis] / block + (x->shape[axis] % block != 0);
  gboolean fits = scale->rank == x->rank;

  for (guint i = 0; fits && i < x->rank; i++)
    fits = scale->shape[i] == (i == axis ? n_blocks : x->shape[i]);
  if (!fits) {
    g_autofree char *text = nnc_desc_to_string (scale), *other = nnc_desc_to_string (x);
    return nnc_op_error (error, "scales are %s for %s in blocks of %" G_GINT64_FORMAT " along axis %u", text, other,
                         block, axis);
  }
  scales->block = (gsize)block;
  scales->inner_stride = 1;
  scales->block_stride = scales->split.inner;
  scales->outer_stride = (gsize)n_blocks * scales->split.inner;
  return TRUE;
}

static gboolean
check_zero_point (const NncTensor *scale, const NncTensor *zero_point, GError **error)
{
  g_autofree char *text = NULL, *other = NULL;

  if (zero_point == NULL || nnc_desc_n_elements (&zero_point->desc) == nnc_desc_n_elements (&scale->desc))
    return TRUE;
  text = nnc_desc_to_string (&scale->desc);
  other = nnc_desc_to_string (&zero_point->desc);
  return nnc_op_error (error, "scales are %s and zero points %s, as many of both are right", text, other);
}

gboolean
nnc_scales_set (NncScales *scales, const NncNode *node, const NncTensorDesc *x, const NncTensor *scale,
                const NncTensor *zero_point, GError **error)
{
  gint64 block = nnc_node_get_int (node, "block_size", 0);
  guint axis;

  *scales = (NncScales){ .split = { 1, 1, nnc_desc_n_elements (x) }, .block = 1 };
  if (!check_zero_point (scale, zero_point, error))
    return FALSE;
  if (block < 0)
    return nnc_op_error (error, "attribute 'block_size' is %" G_GINT64_FORMAT, block);
  if (block == 0 && scale->desc.rank <= 1 && nnc_desc_n_elements (&scale->desc) == 1)
    return TRUE;
  if (!nnc_node_get_axis (node, 1, x->rank, &axis, error))
    return FALSE;
  scales->split = nnc_desc_split (x, axis);
  if (block > 0)
    return set_blocks (scales, x, &scale->desc, axis, block, error);
  scales->block_stride = 1;
  if (scale->desc.rank != 1 || scale->desc.shape[0] != x->shape[axis]) {
    g_autofree char *text = nnc_desc_to_string (&scale->desc);
    return nnc_op_error (error, "scales are %s for %" G_GINT64_FORMAT " elements along axis %u", text, x->shape[axis],
                         axis);
  }
  return TRUE;
}

gboolean
nnc_scales_prepare (NncPreparation *prepare, NncRun run, GError **error)
{
  NncScales *scales = nnc_prepare_params (prepare, sizeof *scales);

  prepare->run = nnc_desc_size (&prepare->outputs[0]->desc) ? run : nnc_run_nothing;
  return nnc_scales_set (scales, prepare->node, &prepare->inputs[NNC_LINEAR_X]->desc, prepare->inputs[NNC_LINEAR_SCALE],
                         nnc_linear_zero_point (prepare->inputs, prepare->n_inputs), error);
}

gboolean
nnc_scales_permute (NncGraph *graph, NncNode *node, const guint *permutation, guint rank)
{
  const NncTensorDesc *scale = &node->inputs[NNC_LINEAR_SCALE]->desc;

  if (nnc_node_get_int (node, "block_size", 0) != 0 || scale->type == NNC_INVALID || scale->rank > 1)
    return FALSE;
  return nnc_desc_n_elements (scale) == 1 || nnc_permute_axis (node, 1, permutation, rank);
}

static void
get_limits (NncDataType type, gint32 *minimum, gint32 *maximum)
{
  *minimum = type == NNC_I8 ? G_MININT8 : type == NNC_I16 ? G_MININT16 : 0;
  *maximum = type == NNC_I8 ? G_MAXINT8 : type == NNC_U8 ? G_MAXUINT8 : type == NNC_I16 ? G_MAXINT16 : G_MAXUINT16;
}

gint32
nnc_linear_quantize (float x, float scale, gint32 zero_point, NncDataType type)
{
  float rounded = rintf (x / scale);
  gint32 minimum, maximum;

  get_limits (type, &minimum, &maximum);
  if (!(rounded > (float)(minimum - zero_point)))
    return minimum;
  return rounded >= (float)(maximum - zero_point) ? maximum : (gint32)rounded + zero_point;
}

void
nnc_linear_quantize_bytes (const float *x, gsize n, float scale, gint32 zero_point, NncDataType type, guint8 *y)
{
  gint32 minimum, maximum;
  float low, high;
  gsize i = 0;

  get_limits (type, &minimum, &maximum);
  low = (float)(minimum - zero_point);
  high = (float)(maximum - zero_point);
  for (; i + NNC_LINEAR_BLOCK <= n; i += NNC_LINEAR_BLOCK)
    for (gsize j = 0; j < NNC_LINEAR_BLOCK; j++) {
      float steps = x[i + j] / scale;

      steps = steps > low ? steps : low;
      steps = steps < high ? steps : high;
      y[i + j] = (guint8)(nnc_linear_round (steps) + zero_point);
    }
  for (; i < n; i++)
    y[i] = (guint8)nnc_linear_quantize (x[i], scale, zero_point, type);
}

void
nnc_linear_set (gpointer data, NncDataType type, gsize i, gint32 value)
{
  if (type == NNC_I8)
    ((gint8 *)data)[i] = (gint8)value;
  else if (type == NNC_U8)
    ((guint8 *)data)[i] = (guint8)value;
  else if (type == NNC_I16)
    ((gint16 *)data)[i] = (gint16)value;
  else
    ((guint16 *)data)[i] = (guint16)value;
}
