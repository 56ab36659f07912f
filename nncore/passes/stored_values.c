/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* stored_values.c: a QuantizeLinear or DequantizeLinear of one scale. */
#include "stored_values.h"

#include "linear_quantization.h"

#include <string.h>

/* Between these a scale, its inverse and 256 of its steps are numbers that reals keep: not 0, and finite. */
#define MIN_SCALE 0x1p-100f
#define MAX_SCALE 0x1p100f

/* The inputs 1 and 2 of the node, of numbers of this type. */
static gboolean
read_scale (const NncNode *node, NncDataType type, NncStoredValue *stored)
{
  g_autofree float *scale = NULL;
  NncValue *zero = nnc_node_input (node, 2);
  gsize n;

  if ((type != NNC_I8 && type != NNC_U8) || nnc_node_get_int (node, "block_size", 0) != 0)
    return FALSE;
  scale = nnc_constant_read_f32 (nnc_node_input (node, 1), &n);
  if (scale == NULL || n != 1 || !(scale[0] >= MIN_SCALE && scale[0] <= MAX_SCALE))
    return FALSE;
  *stored = (NncStoredValue){ .scale.scale = scale[0], .type = type, .values = { node->inputs[1], zero } };
  if (zero == NULL)
    return TRUE;
  if (zero->constant == NULL || zero->constant->desc.type != type || nnc_desc_n_elements (&zero->constant->desc) != 1)
    return FALSE;
  stored->scale.zero_point = nnc_linear_get (nnc_constant_get_data (zero->constant), type, 0);
  return TRUE;
}

gboolean
nnc_stored_value_written (const NncNode *node, NncStoredValue *stored)
{
  const NncValue *y = node->outputs[0];

  return strcmp (node->op->name, "QuantizeLinear") == 0 && y && node->inputs[0]->desc.type == NNC_F32
         && read_scale (node, y->desc.type, stored);
}

NncNode *
nnc_stored_value_read (const NncValue *value, NncStoredValue *stored)
{
  NncNode *node = value ? value->producer : NULL;

  if (node == NULL || strcmp (node->op->name, "DequantizeLinear") != 0)
    return NULL;
  return read_scale (node, node->inputs[0]->desc.type, stored) ? node : NULL;
}

gboolean
nnc_stored_value_equal (const NncStoredValue *a, const NncStoredValue *b)
{
  return a->type == b->type && a->scale.scale == b->scale.scale && a->scale.zero_point == b->scale.zero_point;
}

NncNode *
nnc_node_replace (NncGraph *graph, NncNode *node, const char *op, NncValue *const *inputs, guint n_inputs)
{
  NncValue *y = node->outputs[0], *unread = nnc_graph_add_value (graph, y->name);

  unread->desc = y->desc;
  unread->producer = node;
  node->outputs[0] = unread;
  return nnc_graph_add_node (graph, nnc_op_find (op), node->name, inputs, n_inputs, &y, 1);
}
