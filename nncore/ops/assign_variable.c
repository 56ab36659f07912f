/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* assign_variable.c: AssignVariable: the variable whose number (VarHandle) input 0 is holds input 1 from now on, also
 * in later runs of the session. */
#include "op_inputs.h"
#include "planner.h"

static gboolean
infer (NncInference *inference, GError **error)
{
  return nnc_input_check_type (inference->inputs, 0, NNC_I32, error);
}

static gboolean
run (const NncStep *step, NncRunContext *context, GError **error)
{
  const NncTensor *handle = step->inputs[0];
  gint64 number = nnc_desc_n_elements (&handle->desc) == 1 ? *(const gint32 *)handle->data : -1;

  if (nnc_variables_get (context->variables, number) == NULL)
    return nnc_op_error (error, "input 0 is no variable's number");
  return nnc_variables_assign (context->variables, (guint)number, step->inputs[1], error);
}

static gboolean
prepare_assign_variable (NncPreparation *prepare, GError **error)
{
  prepare->run = run;
  return TRUE;
}

const NncOp nnc_op_AssignVariable = {
  .name = "AssignVariable",
  .traits = NNC_OP_EFFECT,
  .min_inputs = 2,
  .max_inputs = 2,
  .max_outputs = 0,
  .infer = infer,
  .prepare = prepare_assign_variable,
};
