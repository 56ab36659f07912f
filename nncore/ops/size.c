/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* size.c: Size: y = how many elements x has, as one i64. */
#include "op.h"

static gboolean
infer (NncInference *inference, GError **error)
{
  return nnc_desc_set (&inference->outputs[0], NNC_I64, 0, NULL, error);
}

static gboolean
run (const NncStep *step, NncRunContext *context, GError **error)
{
  *(gint64 *)step->outputs[0]->data = (gint64)nnc_desc_n_elements (&step->inputs[0]->desc);
  return TRUE;
}

static gboolean
prepare_size (NncPreparation *prepare, GError **error)
{
  nnc_prepare_consume (prepare, 0);
  prepare->run = run;
  return TRUE;
}

const NncOp nnc_op_Size = {
  .name = "Size",
  .traits = NNC_OP_SHAPE_ONLY,
  .min_inputs = 1,
  .max_inputs = 1,
  .max_outputs = 1,
  .infer = infer,
  .prepare = prepare_size,
};
