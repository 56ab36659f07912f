/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fuse_biases.c: a constant added to each output channel of a Conv or MatMul
 * that has no bias becomes its bias. */
#include "pass.h"

#include <string.h>

/* The vector [channels] that is added, however its leading dimensions of 1 are written; NULL when it is not one. */
static float *
read_channel_vector (const NncValue *value, gsize channels)
{
  gsize n;
  float *numbers = nnc_constant_read_f32 (value, &n);

  if (numbers && n == channels && value->desc.rank > 0 && (gsize)value->desc.shape[value->desc.rank - 1] == channels)
    return numbers;
  g_free (numbers);
  return NULL;
}

static NncNode *
find_product (const NncGraph *graph, const NncValue *value)
{
  NncNode *node = nnc_sole_producer (graph, value, "Conv");

  return node ? node : nnc_sole_producer (graph, value, "MatMul");
}

static gboolean
fuse (NncGraph *graph, NncNode *add, guint data)
{
  NncNode *product = find_product (graph, nnc_node_input (add, data));
  NncValue *constant = nnc_node_input (add, 1 - data);
  gsize channels;
  float *bias;

  if (product == NULL || nnc_node_input (product, 2) || nnc_node_get_attribute (product, "clamp_minimum")
      || add->outputs[0] == NULL || !nnc_desc_equal (&add->inputs[data]->desc, &add->outputs[0]->desc))
    return FALSE;
  channels = nnc_node_output_channels (product);
  bias = channels ? read_channel_vector (constant, channels) : NULL;
  if (bias == NULL)
    return FALSE;
  nnc_node_set_input (product, 2, nnc_graph_add_vector (graph, constant->name, bias, channels));
  nnc_graph_replace_value (graph, add->outputs[0], add->inputs[data]);
  return TRUE;
}

gboolean
nnc_pass_fuse_biases (NncGraph *graph, gboolean *changed, GError **error)
{
  for (guint i = 0; i < graph->nodes->len; i++) {
    NncNode *node = graph->nodes->pdata[i];

    if (strcmp (node->op->name, "Add") == 0 && !nnc_node_get_attribute (node, "clamp_minimum")
        && (fuse (graph, node, 0) || fuse (graph, node, 1)))
      *changed = TRUE;
  }
  return TRUE;
}
