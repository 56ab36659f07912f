/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* unsqueeze.c: Unsqueeze: x with axes of size 1 at the places, counted in the result, that input 1 names. */
#include "axes.h"
#include "op_inputs.h"

static gboolean
infer (NncInference *inference, GError **error)
{
  const NncTensorDesc *x = &inference->inputs[0]->desc;
  gint64 values[NNC_MAX_RANK], shape[NNC_MAX_RANK];
  gboolean marks[NNC_MAX_RANK];
  guint n, rank, from = 0;

  if (nnc_infer_waits_for (inference, 1))
    return TRUE;
  if (!nnc_input_get_ints (inference->inputs[1], "the list of axes", values, NNC_MAX_RANK, &n, error))
    return FALSE;
  rank = x->rank + n;
  if (rank > NNC_MAX_RANK)
    return nnc_op_unsupported (error, "the result has %u dimensions, at most %u are supported", rank, NNC_MAX_RANK);
  if (!nnc_axes_read (inference->inputs[1], rank, marks, error))
    return FALSE;
  for (guint i = 0; i < rank; i++)
    shape[i] = marks[i] ? 1 : x->shape[from++];
  return nnc_desc_set (&inference->outputs[0], x->type, rank, shape, error);
}

const NncOp nnc_op_Unsqueeze = {
  .name = "Unsqueeze",
  .traits = NNC_OP_VIEW | NNC_OP_DATA_SHAPE,
  .min_inputs = 2,
  .max_inputs = 2,
  .max_outputs = 1,
  .infer = infer,
};
