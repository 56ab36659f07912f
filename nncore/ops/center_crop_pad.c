/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* center_crop_pad.c: CenterCropPad: y = x as large as input 1 says along attribute axes (all): cut off, or with zeros
 * added, at both sides alike; of an odd number the end gets one more. */
#include "op_inputs.h"
#include "step_work.h"
#include "strided_move.h"

#include <string.h>

enum { X, SHAPE };

/* The shape of y. */
static gboolean
read_shape (const NncNode *node, const NncTensor *const *inputs, gint64 *shape, GError **error)
{
  const NncTensorDesc *x = &inputs[X]->desc;
  gint64 sizes[NNC_MAX_RANK];
  guint n_axes, n, axis, seen = 0;
  const gint64 *axes = nnc_node_get_ints (node, "axes", &n_axes);

  if (!nnc_input_get_ints (inputs[SHAPE], "the shape", sizes, NNC_MAX_RANK, &n, error))
    return FALSE;
  if (n != (axes ? n_axes : x->rank))
    return nnc_op_error (error, "the shape has %u numbers instead of %u", n, axes ? n_axes : x->rank);
  for (guint i = 0; i < x->rank; i++)
    shape[i] = x->shape[i];
  for (guint i = 0; i < n; i++) {
    if (!nnc_axis_resolve (axes ? axes[i] : i, x->rank, &axis, error))
      return FALSE;
    if (seen & 1u << axis)
      return nnc_op_error (error, "axis %u is named twice", axis);
    seen |= 1u << axis;
    shape[axis] = sizes[i];
  }
  return TRUE;
}

static gboolean
infer (NncInference *inference, GError **error)
{
  const NncTensorDesc *x = &inference->inputs[X]->desc;
  gint64 shape[NNC_MAX_RANK];

  if (nnc_infer_waits_for (inference, SHAPE))
    return TRUE;
  return read_shape (inference->node, inference->inputs, shape, error)
         && nnc_desc_set (&inference->outputs[0], x->type, x->rank, shape, error);
}

typedef struct {
  NncMove move; /* of what both have */
  gsize from, to; /* bytes, of its first element */
  gboolean is_empty;
} Params;

static gboolean
run (const NncStep *step, NncRunContext *context, GError **error)
{
  const Params *params = step->params;
  NncTensor *y = step->outputs[0];

  memset (y->data, 0, nnc_desc_size (&y->desc));
  if (!params->is_empty)
    nnc_move_run (&params->move, (guint8 *)y->data + params->to, (const guint8 *)step->inputs[X]->data + params->from);
  return TRUE;
}

static gboolean
prepare_center_crop_pad (NncPreparation *prepare, GError **error)
{
  Params *params = nnc_prepare_params (prepare, sizeof *params);
  const NncTensorDesc *x = &prepare->inputs[X]->desc, *y = &prepare->outputs[0]->desc;
  NncTensorDesc common = *x;
  gint64 in[NNC_MAX_RANK], out[NNC_MAX_RANK];

  nnc_desc_contiguous_strides (x, in);
  nnc_desc_contiguous_strides (y, out);
  for (guint i = 0; i < x->rank; i++) {
    common.shape[i] = MIN (x->shape[i], y->shape[i]);
    params->from += (gsize)((x->shape[i] - common.shape[i]) / 2 * in[i]);
    params->to += (gsize)((y->shape[i] - common.shape[i]) / 2 * out[i]);
  }
  params->is_empty = nnc_desc_size (&common) == 0;
  nnc_move_set (&params->move, prepare, &common, out, in);
  prepare->run = nnc_desc_size (y) ? run : nnc_run_nothing;
  return TRUE;
}

const NncOp nnc_op_CenterCropPad = {
  .name = "CenterCropPad",
  .traits = NNC_OP_DATA_SHAPE,
  .min_inputs = 2,
  .max_inputs = 2,
  .max_outputs = 1,
  .infer = infer,
  .prepare = prepare_center_crop_pad,
};
