/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fuse_clamps.c: a Relu or a Clip by constants, after an operator that can
 * clamp what it writes, is done there. */
#include "pass.h"

gboolean
nnc_pass_fuse_clamps (NncGraph *graph, gboolean *changed, GError **error)
{
  for (guint i = 0; i < graph->nodes->len; i++) {
    NncNode *node = graph->nodes->pdata[i];
    const NncValue *value = nnc_node_input (node, 0);
    NncNode *before = value ? value->producer : NULL;
    float minimum, maximum;

    if (before == NULL || !(before->op->traits & NNC_OP_CLAMP) || !nnc_node_read_clamp (node, &minimum, &maximum)
        || nnc_node_get_attribute (before, "clamp_minimum") || nnc_graph_count_readers (graph, value) != 1)
      continue;
    nnc_node_set_float (before, "clamp_minimum", minimum);
    nnc_node_set_float (before, "clamp_maximum", maximum);
    nnc_graph_bypass_node (graph, node, 0);
    *changed = TRUE;
  }
  return TRUE;
}
