/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* elementwise_unary.c: y[i] = f (x[i]). */
#include "elementwise_unary.h"

#include "quantization.h"

typedef struct {
  NncUnaryF32 kernel; /* NULL: loop */
  NncUnaryLoop loop;
  NncDataType x_wide, y_wide;
  float attributes[2];
} Params;

static void
map (gpointer y, gconstpointer x, gsize n, gconstpointer user_data)
{
  const Params *params = user_data;

  if (params->kernel)
    params->kernel (y, x, n, params->attributes);
  else
    params->loop (y, x, n, params->attributes);
}

static gboolean
run (const NncStep *step, NncRunContext *context, GError **error)
{
  const Params *params = step->params;

  nnc_wide_map (map, params, params->y_wide, step->outputs[0], params->x_wide, step->inputs[0]);
  return TRUE;
}

gboolean
nnc_unary_infer (NncInference *inference, const NncUnaryFunction *function, GError **error)
{
  inference->outputs[0] = inference->inputs[0]->desc;
  if (function->result != NNC_INVALID)
    inference->outputs[0].type = function->result;
  if (nnc_node_is_quantized (inference->node, inference->inputs[0]->desc.type)) {
    const char *type = nnc_data_type_to_string (inference->inputs[0]->desc.type);
    return function->prepare_stored || nnc_op_unsupported (error, "stored %s is not supported", type);
  }
  return nnc_input_check_types (inference->inputs, 0, function->types, error);
}

static float
read_attribute (const NncNode *node, const char *name, float otherwise)
{
  const NncAttribute *attribute = nnc_node_get_attribute (node, name);

  return attribute && attribute->kind == NNC_ATTRIBUTE_INT ? (float)attribute->i
                                                           : nnc_node_get_float (node, name, otherwise);
}

gboolean
nnc_unary_prepare (NncPreparation *prepare, const NncUnaryFunction *function, GError **error)
{
  Params *params = nnc_prepare_params (prepare, sizeof *params);
  NncDataType wide = nnc_wide_type (prepare->inputs[0]->desc.type);

  if (nnc_node_is_quantized (prepare->node, prepare->inputs[0]->desc.type))
    return function->prepare_stored (prepare, error);
  if (function->has_kernel && wide == NNC_F32) {
    const NncKernel *kernel = nnc_kernel_find (function->slot);
    params->kernel = kernel->unary;
    prepare->kernel = kernel->name;
  }
  params->loop = function->loops[wide];
  params->x_wide = wide;
  params->y_wide = function->result == NNC_INVALID ? wide : function->result;
  for (guint i = 0; i < G_N_ELEMENTS (params->attributes) && function->attributes[i].name; i++)
    params->attributes[i]
        = read_attribute (prepare->node, function->attributes[i].name, function->attributes[i].otherwise);
  prepare->run = run;
  return TRUE;
}
