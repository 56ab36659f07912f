/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tflite_state.c: see tflite_state.h. A variable is named by its graph's and its tensor's place in the file. */
#include "tflite_state.h"

/* One number, and no memory for more than that: the shape is not to be trusted yet. */
NncConstant *
nnc_tflite_zeros (const NncTensorDesc *desc, const NncQuantization *quantization)
{
  const NncTensorDesc one = { .type = desc->type };
  const gint64 strides[NNC_MAX_RANK] = { 0 };
  g_autoptr (NncConstant) zero = NULL;
  guint8 *data = g_malloc0 (8);

  if (quantization && quantization->n == 1 && nnc_data_type_get_size (desc->type) == 1)
    data[0] = (guint8)quantization->zero_point[0];
  zero = nnc_constant_new_take (data, &one);
  return nnc_constant_new_view (zero, desc, strides);
}

static NncValue *
emit_handle (NncTfliteTranslation *translation, const NncValue *tensor)
{
  NncValue *handle = nnc_graph_add_value (translation->graph, tensor->name);
  NncNode *node = nnc_tflite_emit (translation, "VarHandle", NULL, 0, &handle, 1);
  g_autofree char *name = NULL;
  guint place = 0;

  g_ptr_array_find (translation->graph->values, tensor, &place);
  name = g_strdup_printf ("%" G_GSIZE_FORMAT ":%u", translation->graph_index, place);
  nnc_node_set_string (node, "container", "tensors");
  nnc_node_set_string (node, "shared_name", name);
  return handle;
}

gboolean
nnc_tflite_read_state (NncTfliteTranslation *translation, guint i, NncTfliteState *state, GError **error)
{
  NncValue *tensor = nnc_tflite_input (translation, i);
  g_autoptr (NncConstant) zeros = NULL;
  NncTensorDesc desc;
  NncNode *node;

  if (tensor == NULL || tensor->constant || tensor->producer
      || g_ptr_array_find (translation->graph->inputs, tensor, NULL))
    return nnc_tflite_unsupported (error, "its input %u is not a state of its own, which is not supported", i);
  if (!nnc_desc_set (&desc, tensor->type, (guint)MAX (tensor->rank, 0), tensor->shape, error))
    return FALSE;
  zeros = nnc_tflite_zeros (&desc, tensor->quantization);
  state->handle = emit_handle (translation, tensor);
  state->before = nnc_tflite_new_value (translation, "before", tensor);
  state->after = nnc_tflite_new_value (translation, "after", tensor);
  node = nnc_tflite_emit_unary (translation, "ReadVariable", state->handle, state->before);
  nnc_node_set_constant (node, "initial", zeros);
  return TRUE;
}

void
nnc_tflite_write_state (NncTfliteTranslation *translation, const NncTfliteState *state)
{
  NncValue *inputs[2] = { state->handle, state->after };

  nnc_tflite_emit (translation, "AssignVariable", inputs, 2, NULL, 0);
}
