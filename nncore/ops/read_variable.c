/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* read_variable.c: ReadVariable: y = the variable whose number (VarHandle) input 0 is. Attributes, all optional:
 * initial, a tensor, is what it holds before it is assigned; type (NncDataType) and shape say what it will hold, where
 * there is no initial. Without any, its shape is known when it is read. */
#include "op_inputs.h"
#include "planner.h"
#include "subgraph.h"

static NncConstant *
get_initial (const NncNode *node)
{
  const NncAttribute *attribute = nnc_node_get_attribute (node, "initial");

  return attribute && attribute->kind == NNC_ATTRIBUTE_CONSTANT ? attribute->constant : NULL;
}

static gboolean
infer (NncInference *inference, GError **error)
{
  const NncNode *node = inference->node;
  const NncConstant *initial = get_initial (node);
  guint rank;
  const gint64 *shape = nnc_node_get_ints (node, "shape", &rank);

  inference->outputs[0].type = NNC_INVALID;
  if (initial)
    inference->outputs[0] = initial->desc;
  else if (nnc_node_get_attribute (node, "shape"))
    return nnc_desc_set (&inference->outputs[0], (NncDataType)nnc_node_get_int (node, "type", NNC_INVALID), rank, shape,
                         error);
  return TRUE;
}

typedef struct {
  NncTensor initial;
  NncConstant *constant; /* of initial, or NULL */
} Params;

static gboolean
run (const NncStep *step, NncRunContext *context, GError **error)
{
  const Params *params = step->params;
  const NncTensor *handle = step->inputs[0];
  const NncVariable *variable = handle->desc.type == NNC_I32 && nnc_desc_n_elements (&handle->desc) == 1
                                    ? nnc_variables_get (context->variables, *(const gint32 *)handle->data)
                                    : NULL;
  NncTensor value = params->initial;

  if (variable == NULL)
    return nnc_op_error (error, "input 0 is no variable's number");
  if (variable->desc.type != NNC_INVALID) {
    value.desc = variable->desc;
    value.data = variable->data;
  } else if (params->constant == NULL) {
    g_set_error_literal (error, NNC_ERROR, NNC_ERROR_DATA, "the variable is read before it is assigned");
    return FALSE;
  }
  return nnc_run_copy_output (context, step->outputs[0], &value, error);
}

static void
params_clear (gpointer data)
{
  g_clear_pointer (&((Params *)data)->constant, nnc_constant_unref);
}

static gboolean
prepare_read_variable (NncPreparation *prepare, GError **error)
{
  Params *params = nnc_prepare_params_full (prepare, sizeof *params, params_clear);
  NncConstant *initial = get_initial (prepare->node);

  prepare->run = run;
  if (initial == NULL)
    return TRUE;
  params->constant = nnc_constant_flatten (initial, error);
  if (params->constant == NULL)
    return FALSE;
  params->initial = (NncTensor){ .desc = initial->desc, .data = (gpointer)params->constant->data };
  return TRUE;
}

const NncOp nnc_op_ReadVariable = {
  .name = "ReadVariable",
  .traits = NNC_OP_EFFECT,
  .min_inputs = 1,
  .max_inputs = 1,
  .max_outputs = 1,
  .infer = infer,
  .prepare = prepare_read_variable,
};
