/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* max_unpool.c: MaxUnpool: zeros, with y[indices[i]] = x[i], where indices count the elements of an array [N,C,…] that
 * MaxPool came from: as large as attributes kernel_shape, strides (1) and pads (0) make it. Input 2, a shape, is
 * larger: the rest is 0. Channels are second here, since the indices count so. */
#include "op_inputs.h"
#include "step_work.h"

#include <string.h>

#define LARGEST G_MAXINT32

enum { X, INDICES, SHAPE };

typedef struct {
  NncTensorDesc pooled; /* what the indices count */
} Params;

/* (in - 1) * stride + kernel - pads */
static gboolean
set_pooled (NncTensorDesc *pooled, const NncNode *node, const NncTensorDesc *x, GError **error)
{
  gint64 kernel[NNC_MAX_RANK], strides[NNC_MAX_RANK], pads[2 * NNC_MAX_RANK], shape[NNC_MAX_RANK];
  guint n = x->rank - 2;

  if (x->rank < 3)
    return nnc_op_error (error, "input 0 has %u dimensions, at least 3 are right", x->rank);
  if (!nnc_node_get_n_ints (node, "kernel_shape", n, 0, 1, LARGEST, kernel, error)
      || !nnc_node_get_n_ints (node, "strides", n, 1, 1, LARGEST, strides, error)
      || !nnc_node_get_n_ints (node, "pads", 2 * n, 0, 0, LARGEST, pads, error))
    return FALSE;
  memcpy (shape, x->shape, sizeof shape);
  for (guint i = 0; i < n; i++) {
    if (x->shape[2 + i] < 1 || x->shape[2 + i] > LARGEST)
      return nnc_op_error (error, "an axis has %" G_GINT64_FORMAT " elements, 1 to %d are possible", x->shape[2 + i],
                           LARGEST);
    shape[2 + i] = (x->shape[2 + i] - 1) * strides[i] + kernel[i] - pads[i] - pads[n + i];
  }
  return nnc_desc_set (pooled, x->type, x->rank, shape, error);
}

static gboolean
infer (NncInference *inference, GError **error)
{
  const NncTensor *const *inputs = inference->inputs;
  const NncTensor *wanted = inference->n_inputs > SHAPE ? inputs[SHAPE] : NULL;
  NncTensorDesc pooled;
  gint64 shape[NNC_MAX_RANK];
  guint n;

  if (!nnc_input_check_type (inputs, X, NNC_F32, error) || !nnc_input_check_type (inputs, INDICES, NNC_I64, error)
      || !set_pooled (&pooled, inference->node, &inputs[X]->desc, error))
    return FALSE;
  if (nnc_desc_n_elements (&inputs[INDICES]->desc) != nnc_desc_n_elements (&inputs[X]->desc))
    return nnc_op_error (error, "there are %" G_GSIZE_FORMAT " indices for %" G_GSIZE_FORMAT " numbers",
                         nnc_desc_n_elements (&inputs[INDICES]->desc), nnc_desc_n_elements (&inputs[X]->desc));
  inference->outputs[0] = pooled;
  if (wanted == NULL || nnc_infer_waits_for (inference, SHAPE))
    return TRUE;
  if (!nnc_input_get_ints (wanted, "the output's shape", shape, NNC_MAX_RANK, &n, error))
    return FALSE;
  for (guint i = 0; i < pooled.rank; i++)
    if (n != pooled.rank || shape[i] < pooled.shape[i])
      return nnc_op_error (error,
                           "the output's shape has %u dimensions, of which %u is less than the %" G_GINT64_FORMAT
                           " that were pooled",
                           n, i, pooled.shape[i]);
  return nnc_desc_set (&inference->outputs[0], NNC_F32, n, shape, error);
}

/* An index of the pooled array as one of y. */
static gsize
locate (const NncTensorDesc *pooled, const NncTensorDesc *y, gint64 index)
{
  gsize at = 0, stride = 1;

  for (guint i = y->rank; i-- > 0; index /= pooled->shape[i]) {
    at += (gsize)(index % pooled->shape[i]) * stride;
    stride *= (gsize)y->shape[i];
  }
  return at;
}

static gboolean
run (const NncStep *step, NncRunContext *context, GError **error)
{
  const Params *params = step->params;
  const NncTensorDesc *y_desc = &step->outputs[0]->desc;
  gsize n = nnc_desc_n_elements (&step->inputs[X]->desc), size = nnc_desc_n_elements (&params->pooled);
  const float *x = step->inputs[X]->data;
  const gint64 *indices = step->inputs[INDICES]->data;
  float *y = step->outputs[0]->data;

  memset (y, 0, nnc_desc_size (y_desc));
  for (gsize i = 0; i < n; i++) {
    if (indices[i] < 0 || (gsize)indices[i] >= size) {
      g_set_error (error, NNC_ERROR, NNC_ERROR_DATA,
                   "an index is %" G_GINT64_FORMAT ", %" G_GSIZE_FORMAT " elements were pooled", indices[i], size);
      return FALSE;
    }
    y[locate (&params->pooled, y_desc, indices[i])] = x[i];
  }
  return TRUE;
}

static gboolean
prepare_max_unpool (NncPreparation *prepare, GError **error)
{
  Params *params = nnc_prepare_params (prepare, sizeof *params);

  prepare->run = nnc_desc_size (&prepare->outputs[0]->desc) ? run : nnc_run_nothing;
  return set_pooled (&params->pooled, prepare->node, &prepare->inputs[X]->desc, error);
}

const NncOp nnc_op_MaxUnpool = {
  .name = "MaxUnpool",
  .traits = NNC_OP_DATA_SHAPE | NNC_OP_F32,
  .min_inputs = 2,
  .max_inputs = 3,
  .max_outputs = 1,
  .infer = infer,
  .prepare = prepare_max_unpool,
};
