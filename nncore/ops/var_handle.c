/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* var_handle.c: VarHandle: y = the number of the session's variable that attributes container and shared_name name. */
#include "op.h"

static gboolean
infer (NncInference *inference, GError **error)
{
  return nnc_desc_set (&inference->outputs[0], NNC_I32, 0, NULL, error);
}

static gboolean
run (const NncStep *step, NncRunContext *context, GError **error)
{
  *(gint32 *)step->outputs[0]->data = (gint32) * (const guint *)step->params;
  return TRUE;
}

static gboolean
prepare_var_handle (NncPreparation *prepare, GError **error)
{
  guint *number = nnc_prepare_params (prepare, sizeof *number);

  prepare->run = run;
  return nnc_prepare_variable (prepare, nnc_node_get_string (prepare->node, "container", ""),
                               nnc_node_get_string (prepare->node, "shared_name", ""), number, error);
}

const NncOp nnc_op_VarHandle = {
  .name = "VarHandle",
  .traits = NNC_OP_EFFECT,
  .min_inputs = 0,
  .max_inputs = 0,
  .max_outputs = 1,
  .infer = infer,
  .prepare = prepare_var_handle,
};
