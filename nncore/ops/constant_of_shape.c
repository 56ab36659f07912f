/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* constant_of_shape.c: ConstantOfShape: a tensor of the shape that input 0 names, each element of which is that of
 * attribute value (f32 0). */
#include "op_inputs.h"

#include <string.h>

static const NncConstant *
get_value (const NncNode *node)
{
  const NncAttribute *attribute = nnc_node_get_attribute (node, "value");

  return attribute && attribute->kind == NNC_ATTRIBUTE_CONSTANT ? attribute->constant : NULL;
}

static gboolean
infer (NncInference *inference, GError **error)
{
  const NncConstant *value = get_value (inference->node);
  gint64 shape[NNC_MAX_RANK];
  guint n;

  if (value && nnc_desc_n_elements (&value->desc) != 1)
    return nnc_op_error (error, "attribute 'value' has %" G_GSIZE_FORMAT " elements instead of 1",
                         nnc_desc_n_elements (&value->desc));
  if (nnc_infer_waits_for (inference, 0))
    return TRUE;
  return nnc_input_get_ints (inference->inputs[0], "the shape", shape, NNC_MAX_RANK, &n, error)
         && nnc_desc_set (&inference->outputs[0], value ? value->desc.type : NNC_F32, n, shape, error);
}

/* Doubles what is written until all is. */
static gboolean
run (const NncStep *step, NncRunContext *context, GError **error)
{
  guint8 *y = step->outputs[0]->data;
  gsize element = nnc_data_type_get_size (step->outputs[0]->desc.type);
  gsize size = nnc_desc_size (&step->outputs[0]->desc), written = MIN (element, size);

  memcpy (y, step->params, written);
  for (gsize n; written < size; written += n) {
    n = MIN (written, size - written);
    memcpy (y + written, y, n);
  }
  return TRUE;
}

static gboolean
prepare_constant_of_shape (NncPreparation *prepare, GError **error)
{
  guint64 *element = nnc_prepare_params (prepare, sizeof *element);
  const NncConstant *value = get_value (prepare->node);

  if (value)
    memcpy (element, nnc_constant_get_data (value), nnc_data_type_get_size (value->desc.type));
  prepare->run = run;
  return TRUE;
}

const NncOp nnc_op_ConstantOfShape = {
  .name = "ConstantOfShape",
  .traits = NNC_OP_DATA_SHAPE,
  .min_inputs = 1,
  .max_inputs = 1,
  .max_outputs = 1,
  .infer = infer,
  .prepare = prepare_constant_of_shape,
};
