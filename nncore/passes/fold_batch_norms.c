/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fold_batch_norms.c: BatchNormalization after a Conv is a scale and a bias of
 * each output channel: y = (x - mean) * s + b with s = scale / sqrt (variance + epsilon).
 * The scale is multiplied into the weights where they are packed. */
#include "pass.h"

#include <math.h>
#include <string.h>

static NncNode *
find_convolution (const NncGraph *graph, const NncNode *node)
{
  NncNode *convolution = nnc_sole_producer (graph, nnc_node_input (node, 0), "Conv");
  NncValue *bias = convolution ? nnc_node_input (convolution, 2) : NULL;

  if (convolution == NULL || nnc_node_input (convolution, 3) || nnc_node_get_attribute (convolution, "clamp_minimum")
      || (bias && bias->constant == NULL) || node->n_outputs != 1
      || nnc_node_get_int (node, "axis", 1) != (gint64)node->inputs[0]->desc.rank - 1)
    return NULL;
  return convolution;
}

static gboolean
fold (NncGraph *graph, NncNode *node, NncNode *convolution)
{
  gsize channels = nnc_node_output_channels (convolution), n[5] = { 0 };
  float *numbers[5] = { NULL }; /* scale, b, mean, variance, bias */
  float epsilon = nnc_node_get_float (node, "epsilon", 1e-5f);
  gboolean fits = channels > 0;

  for (guint i = 0; i < 4; i++) {
    numbers[i] = nnc_constant_read_f32 (nnc_node_input (node, i + 1), &n[i]);
    fits = fits && numbers[i] && n[i] == channels;
  }
  numbers[4] = nnc_constant_read_f32 (nnc_node_input (convolution, 2), &n[4]);
  fits = fits && (numbers[4] ? n[4] == channels : nnc_node_input (convolution, 2) == NULL);
  for (gsize c = 0; fits && c < channels; c++) {
    float scale = numbers[0][c] / sqrtf (numbers[3][c] + epsilon);

    numbers[1][c] += ((numbers[4] ? numbers[4][c] : 0) - numbers[2][c]) * scale;
    numbers[0][c] = scale;
  }
  if (fits) {
    const char *name = node->outputs[0]->name;

    nnc_node_set_input (convolution, 2, nnc_graph_add_vector (graph, name, g_steal_pointer (&numbers[1]), channels));
    nnc_node_set_input (convolution, 3, nnc_graph_add_vector (graph, name, g_steal_pointer (&numbers[0]), channels));
    nnc_graph_replace_value (graph, node->outputs[0], node->inputs[0]);
  }
  for (guint i = 0; i < 5; i++)
    g_free (numbers[i]);
  return fits;
}

gboolean
nnc_pass_fold_batch_norms (NncGraph *graph, gboolean *changed, GError **error)
{
  for (guint i = 0; i < graph->nodes->len; i++) {
    NncNode *node = graph->nodes->pdata[i];
    NncNode *convolution;

    if (strcmp (node->op->name, "BatchNormalization") != 0 || node->outputs[0] == NULL)
      continue;
    convolution = find_convolution (graph, node);
    if (convolution && fold (graph, node, convolution))
      *changed = TRUE;
  }
  return TRUE;
}
