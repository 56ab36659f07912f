/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* squeeze.c: Squeeze: x without the axes that input 1 names, which have size 1; without input 1: all such axes. */
#include "axes.h"
#include "op_inputs.h"

static gboolean
infer (NncInference *inference, GError **error)
{
  const NncTensorDesc *x = &inference->inputs[0]->desc;
  const NncTensor *axes = inference->n_inputs > 1 ? inference->inputs[1] : NULL;
  gboolean marks[NNC_MAX_RANK];
  gint64 shape[NNC_MAX_RANK];
  guint rank = 0;

  if (nnc_infer_waits_for (inference, 1))
    return TRUE;
  if (!nnc_axes_read (axes, x->rank, marks, error))
    return FALSE;
  for (guint i = 0; i < x->rank; i++) {
    if (axes && marks[i] && x->shape[i] != 1)
      return nnc_op_error (error, "axis %u has size %" G_GINT64_FORMAT ", 1 is right", i, x->shape[i]);
    if (axes ? !marks[i] : x->shape[i] != 1)
      shape[rank++] = x->shape[i];
  }
  return nnc_desc_set (&inference->outputs[0], x->type, rank, shape, error);
}

const NncOp nnc_op_Squeeze = {
  .name = "Squeeze",
  .traits = NNC_OP_VIEW | NNC_OP_DATA_SHAPE,
  .min_inputs = 1,
  .max_inputs = 2,
  .max_outputs = 1,
  .infer = infer,
};
