/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* elementwise_unary.c: y[i] = f (x[i]). */
#include "elementwise_unary.h"

#include "quantization.h"

typedef struct {
  NncUnaryF32 kernel; /* NULL: loop */
  NncUnaryLoop loop;
  NncDataType x_wide, y_wide;
  float attributes[2];
  gsize rows, columns, y_row; /* where y is a slice of f32: rows of the last axis, elements from one to the next */
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

static gboolean
run_slice (const NncStep *step, NncRunContext *context, GError **error)
{
  const Params *params = step->params;
  const float *x = step->inputs[0]->data;
  float *y = step->outputs[0]->data;

  for (gsize row = 0; row < params->rows; row++)
    map (y + row * params->y_row, x + row * params->columns, params->columns, params);
  return TRUE;
}

static void
set_slice (Params *params, const NncTensor *y)
{
  guint rank = y->desc.rank;

  params->columns = (gsize)y->desc.shape[rank - 1];
  params->rows = nnc_desc_n_elements (&y->desc) / MAX (params->columns, 1);
  params->y_row = (gsize)y->strides[rank - 2] / sizeof (float);
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
  if (!nnc_tensor_is_contiguous (prepare->outputs[0])) {
    set_slice (params, prepare->outputs[0]);
    prepare->run = run_slice;
  }
  return TRUE;
}
