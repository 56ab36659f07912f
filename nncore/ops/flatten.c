/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* flatten.c: Flatten: x as a matrix: [the axes before attribute axis (1), the others]. */
#include "op_inputs.h"

static gboolean
infer (NncInference *inference, GError **error)
{
  const NncTensorDesc *x = &inference->inputs[0]->desc;
  gint64 axis = nnc_node_get_int (inference->node, "axis", 1), rank = x->rank, shape[2] = { 1, 1 };

  if (axis < -rank || axis > rank)
    return nnc_op_error (error, "axis %" G_GINT64_FORMAT " is outside %u dimensions", axis, x->rank);
  if (axis < 0)
    axis += rank;
  for (guint i = 0; i < x->rank; i++)
    shape[i >= axis] *= x->shape[i];
  return nnc_desc_set (&inference->outputs[0], x->type, 2, shape, error);
}

const NncOp nnc_op_Flatten = {
  .name = "Flatten",
  .traits = NNC_OP_VIEW,
  .min_inputs = 1,
  .max_inputs = 1,
  .max_outputs = 1,
  .infer = infer,
};
