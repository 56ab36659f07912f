/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* order.c: which nodes are needed, and an order in which they can run. */
#include "graph.h"

typedef enum { UNSEEN, OPEN, PLACED } State;

/* A node that waits until what it depends on is placed. */
typedef struct {
  guint node;
  guint next; /* the input to look at; after them comes the effect before it */
} Visit;

typedef struct {
  const NncGraph *graph;
  GHashTable *position; /* node -> index */
  State *states;
  guint *effect_before; /* of each node; NONE */
  GArray *open; /* of Visit */
  GPtrArray *placed;
} Ordering;

#define NONE G_MAXUINT

/* Effects happen in the order in which they are listed. */
static void
chain_effects (Ordering *ordering, gboolean (*has_effect) (const NncNode *node))
{
  guint last = NONE;

  for (guint i = 0; i < ordering->graph->nodes->len; i++) {
    const NncNode *node = ordering->graph->nodes->pdata[i];

    ordering->effect_before[i] = NONE;
    g_hash_table_insert (ordering->position, ordering->graph->nodes->pdata[i], GUINT_TO_POINTER (i));
    if (has_effect && has_effect (node)) {
      ordering->effect_before[i] = last;
      last = i;
    }
  }
}

/* The next node that the visited one waits for, or NONE. */
static guint
next_dependency (const Ordering *ordering, Visit *visit)
{
  const NncNode *node = ordering->graph->nodes->pdata[visit->node];

  while (visit->next < node->n_inputs) {
    const NncValue *value = node->inputs[visit->next++];

    if (value && value->producer)
      return GPOINTER_TO_UINT (g_hash_table_lookup (ordering->position, value->producer));
  }
  return visit->next++ == node->n_inputs ? ordering->effect_before[visit->node] : NONE;
}

static void
open_node (Ordering *ordering, guint node)
{
  Visit visit = { .node = node };

  ordering->states[node] = OPEN;
  g_array_append_val (ordering->open, visit);
}

/* Places a node after all that it waits for. Returns NONE, or a node that waits for itself. */
static guint
place (Ordering *ordering, guint first)
{
  open_node (ordering, first);
  while (ordering->open->len > 0) {
    Visit *visit = &g_array_index (ordering->open, Visit, ordering->open->len - 1);
    guint node = visit->node;
    guint dependency = next_dependency (ordering, visit);

    if (dependency != NONE) {
      if (ordering->states[dependency] == OPEN)
        return dependency;
      if (ordering->states[dependency] == UNSEEN)
        open_node (ordering, dependency);
    } else if (visit->next > ((const NncNode *)ordering->graph->nodes->pdata[node])->n_inputs) {
      ordering->states[node] = PLACED;
      g_ptr_array_add (ordering->placed, ordering->graph->nodes->pdata[node]);
      g_array_set_size (ordering->open, ordering->open->len - 1);
    }
  }
  return NONE;
}

/* Depth first, in the order of the list: nodes that are in order already stay where they are, and a new one comes just
 * before its first reader. Files may list nodes in any order, and hostile ones in cycles. */
NncNode *
nnc_graph_find_order (NncGraph *graph, gboolean (*has_effect) (const NncNode *node))
{
  guint n = graph->nodes->len;
  g_autoptr (GHashTable) position = g_hash_table_new (NULL, NULL);
  g_autofree State *states = g_new0 (State, n);
  g_autofree guint *effect_before = g_new (guint, n);
  g_autoptr (GArray) open = g_array_new (FALSE, FALSE, sizeof (Visit));
  g_autoptr (GPtrArray) placed = g_ptr_array_sized_new (n);
  Ordering ordering = { graph, position, states, effect_before, open, placed };

  chain_effects (&ordering, has_effect);
  for (guint i = 0; i < n; i++) {
    guint waiting = states[i] == UNSEEN ? place (&ordering, i) : NONE;

    if (waiting != NONE)
      return graph->nodes->pdata[waiting];
  }
  for (guint i = 0; i < n; i++)
    graph->nodes->pdata[i] = placed->pdata[i];
  return NULL;
}

gboolean
nnc_graph_sort (NncGraph *graph, gboolean (*has_effect) (const NncNode *node), GError **error)
{
  const NncNode *waiting = nnc_graph_find_order (graph, has_effect);

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
  guint first = graph->nodes->len;

  for (guint i = 0; i < graph->inputs->len; i++)
    g_hash_table_add (wanted, graph->inputs->pdata[i]);
  for (guint i = 0; i < graph->outputs->len; i++)
    g_hash_table_add (wanted, graph->outputs->pdata[i]);
  /* Readers come after producers, so one walk from the end finds all. Dead nodes gather at the beginning. */
  for (guint i = graph->nodes->len; i-- > 0;) {
    NncNode *node = graph->nodes->pdata[i];

    if (!is_wanted (node, wanted) && !has_effect (node))
      continue;
    mark_inputs (node, wanted);
    for (guint j = 0; j < node->n_outputs; j++)
      if (node->outputs[j])
        g_hash_table_add (wanted, node->outputs[j]);
    graph->nodes->pdata[i] = graph->nodes->pdata[--first];
    graph->nodes->pdata[first] = node;
  }
  if (first > 0)
    g_ptr_array_remove_range (graph->nodes, 0, first);
  for (guint i = graph->values->len; i-- > 0;)
    if (!g_hash_table_contains (wanted, graph->values->pdata[i]))
      g_ptr_array_remove_index_fast (graph->values, i);
}
