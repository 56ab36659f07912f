/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* identity.c: Identity: y = x. A view: nothing is run. */
#include "op.h"

static gboolean
infer (NncInference *inference, GError **error)
{
  inference->outputs[0] = inference->inputs[0]->desc;
  return TRUE;
}

const NncOp nnc_op_Identity = {
  .name = "Identity",
  .traits = NNC_OP_VIEW,
  .min_inputs = 1,
  .max_inputs = 1,
  .max_outputs = 1,
  .infer = infer,
};
