/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* order.c: which nodes are needed, and an order in which they can run. */
#include "graph.h"

/* Who waits for whom: for each node the indices of its readers, and how many of its inputs are not computed yet. */
static void
count_waits (const NncGraph *graph, GPtrArray *readers, guint *waits)
{
  g_autoptr (GHashTable) position = g_hash_table_new (NULL, NULL); /* node -> index */

  for (guint i = 0; i < graph->nodes->len; i++) {
    g_hash_table_insert (position, graph->nodes->pdata[i], GUINT_TO_POINTER (i));
    g_ptr_array_add (readers, g_array_new (FALSE, FALSE, sizeof (guint)));
  }
  for (guint i = 0; i < graph->nodes->len; i++) {
    const NncNode *node = graph->nodes->pdata[i];

    for (guint j = 0; j < node->n_inputs; j++) {
      if (node->inputs[j] == NULL || node->inputs[j]->producer == NULL)
        continue;
      guint producer = GPOINTER_TO_UINT (g_hash_table_lookup (position, node->inputs[j]->producer));
      g_array_append_val ((GArray *)readers->pdata[producer], i);
      waits[i]++;
    }
  }
}

/* Kahn's algorithm: a node is ready when all that produce its inputs have been
 * placed. Files may list nodes in any order, and hostile ones in cycles. */
NncNode *
nnc_graph_find_order (NncGraph *graph)
{
  guint n = graph->nodes->len, placed = 0;
  g_autofree guint *waits = g_new0 (guint, n);
  g_autoptr (GPtrArray) readers = g_ptr_array_new_full (n, (GDestroyNotify)g_array_unref);
  g_autofree gpointer *order = g_new (gpointer, n);

  count_waits (graph, readers, waits);
  for (guint i = 0; i < n; i++)
    if (waits[i] == 0)
      order[placed++] = GUINT_TO_POINTER (i);
  for (guint done = 0; done < placed; done++) {
    const GArray *next = readers->pdata[GPOINTER_TO_UINT (order[done])];

    for (guint i = 0; i < next->len; i++) {
      guint reader = g_array_index (next, guint, i);
      if (--waits[reader] == 0)
        order[placed++] = GUINT_TO_POINTER (reader);
    }
  }
  if (placed < n)
    for (guint i = 0; i < n; i++)
      if (waits[i] > 0)
        return graph->nodes->pdata[i];
  for (guint i = 0; i < n; i++)
    order[i] = graph->nodes->pdata[GPOINTER_TO_UINT (order[i])];
  for (guint i = 0; i < n; i++)
    graph->nodes->pdata[i] = order[i];
  return NULL;
}

gboolean
nnc_graph_sort (NncGraph *graph, GError **error)
{
  const NncNode *waiting = nnc_graph_find_order (graph);

  if (waiting == NULL)
    return TRUE;
  g_set_error (error, NNC_ERROR, NNC_ERROR_FORMAT, "node '%s' waits for its own output: there is a cycle",
               waiting->name);
  return FALSE;
}

static void
mark_inputs (const NncNode *node, GHashTable *wanted)
{
  for (guint i = 0; i < node->n_inputs; i++)
    if (node->inputs[i])
      g_hash_table_add (wanted, node->inputs[i]);
}

static gboolean
is_wanted (const NncNode *node, GHashTable *wanted)
{
  for (guint i = 0; i < node->n_outputs; i++)
    if (node->outputs[i] && g_hash_table_contains (wanted, node->outputs[i]))
      return TRUE;
  return FALSE;
}

void
nnc_graph_remove_dead (NncGraph *graph, gboolean (*has_effect) (const NncNode *node))
{
  g_autoptr (GHashTable) wanted = g_hash_table_new (NULL, NULL);

  for (guint i = 0; i < graph->inputs->len; i++)
    g_hash_table_add (wanted, graph->inputs->pdata[i]);
  for (guint i = 0; i < graph->outputs->len; i++)
    g_hash_table_add (wanted, graph->outputs->pdata[i]);
  /* Readers come after producers, so one walk from the end finds all. */
  for (guint i = graph->nodes->len; i-- > 0;) {
    NncNode *node = graph->nodes->pdata[i];

    if (is_wanted (node, wanted) || has_effect (node)) {
      mark_inputs (node, wanted);
      for (guint j = 0; j < node->n_outputs; j++)
        if (node->outputs[j])
          g_hash_table_add (wanted, node->outputs[j]);
    } else {
      g_ptr_array_remove_index (graph->nodes, i);
    }
  }
  for (guint i = graph->values->len; i-- > 0;)
    if (!g_hash_table_contains (wanted, graph->values->pdata[i]))
      g_ptr_array_remove_index_fast (graph->values, i);
}
