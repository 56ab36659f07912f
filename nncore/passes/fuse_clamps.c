/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fuse_clamps.c: a Relu or a Clip by constants, after an operator that can
 * clamp what it writes, is done there. */
#include "pass.h"

#include <math.h>
#include <string.h>

/* An absent bound is none. FALSE: a bound that is not one constant f32. */
static gboolean
read_bound (const NncNode *node, guint input, float none, float *bound)
{
  const NncValue *value = nnc_node_input (node, input);
  g_autofree float *numbers = NULL;
  gsize n;

  *bound = none;
  if (value == NULL)
    return TRUE;
  numbers = nnc_constant_read_f32 (value, &n);
  if (numbers == NULL || n != 1 || isnan (numbers[0]))
    return FALSE;
  *bound = numbers[0];
  return TRUE;
}

static gboolean
read_bounds (const NncNode *node, float *minimum, float *maximum)
{
  if (node->outputs[0] == NULL || node->outputs[0]->desc.type != NNC_F32)
    return FALSE;
  if (strcmp (node->op->name, "Relu") == 0) {
    *minimum = 0;
    *maximum = INFINITY;
    return TRUE;
  }
  return strcmp (node->op->name, "Clip") == 0 && read_bound (node, 1, -INFINITY, minimum)
         && read_bound (node, 2, INFINITY, maximum) && *minimum <= *maximum;
}

gboolean
nnc_pass_fuse_clamps (NncGraph *graph, gboolean *changed, GError **error)
{
  for (guint i = 0; i < graph->nodes->len; i++) {
    NncNode *node = graph->nodes->pdata[i];
    const NncValue *value = nnc_node_input (node, 0);
    NncNode *before = value ? value->producer : NULL;
    float minimum, maximum;

    if (before == NULL || !(before->op->traits & NNC_OP_CLAMP) || !read_bounds (node, &minimum, &maximum)
        || nnc_node_get_attribute (before, "clamp_minimum") || nnc_graph_count_readers (graph, value) != 1)
      continue;
    nnc_node_set_float (before, "clamp_minimum", minimum);
    nnc_node_set_float (before, "clamp_maximum", maximum);
    nnc_graph_bypass_node (graph, node, 0);
    *changed = TRUE;
  }
  return TRUE;
}
