/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* trim_outputs.c: a window that slides by more than one step often leaves the last rows and columns unread (a pooling
 * by 2 of 11 rows reads 10). The Conv or pooling that computes them for this one reader is told to compute fewer, by
 * its attribute output_limit; then it reads fewer itself, and so on to the front. */
#include "pass.h"

/* The node that computes what `node` reads at input 0, for no other reader, and can compute less of it. */
static NncNode *
find_producer (const NncGraph *graph, const NncNode *node)
{
  const NncValue *value = nnc_node_input (node, 0);
  NncNode *producer = value ? value->producer : NULL;

  if (producer == NULL || producer->op->reach == NULL || nnc_graph_count_readers (graph, value) != 1)
    return NULL;
  return producer;
}

static gboolean
trim (NncNode *producer, const NncTensorDesc *desc, const gint64 *reach)
{
  gboolean fewer = FALSE;

  for (guint i = 1; i + 1 < desc->rank; i++)
    fewer |= reach[i] < desc->shape[i];
  if (fewer)
    nnc_node_set_ints (producer, "output_limit", reach + 1, desc->rank - 2);
  return fewer;
}

/* Readers come after producers: from the end, a node's limit is known before what it reads is asked for. */
gboolean
nnc_pass_trim_outputs (NncGraph *graph, gboolean *changed, GError **error)
{
  for (guint i = graph->nodes->len; i-- > 0;) {
    const NncNode *node = graph->nodes->pdata[i];
    NncNode *producer = node->op->reach ? find_producer (graph, node) : NULL;
    gint64 reach[NNC_MAX_RANK];

    if (producer && node->op->reach (node, reach) && trim (producer, &node->inputs[0]->desc, reach))
      *changed = TRUE;
  }
  return TRUE;
}
