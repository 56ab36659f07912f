/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* inline_branches.c: an If whose condition is known is replaced by the nodes
 * of the branch that is taken, again and again, since what is inside of that
 * may be known then. Exporters write such for shapes that are fixed later. */
#include "pass.h"

#include <string.h>

/* The branch that is always taken, or NULL. */
static const char *
taken_branch (const NncNode *node)
{
  const NncConstant *condition;

  if (strcmp (node->op->name, "If") != 0 || node->inputs[0] == NULL || node->inputs[0]->constant == NULL)
    return NULL;
  condition = node->inputs[0]->constant;
  if (condition->desc.type != NNC_BOOL || nnc_desc_n_elements (&condition->desc) != 1)
    return NULL;
  return *(const guint8 *)nnc_constant_get_data (condition) ? "then_branch" : "else_branch";
}

/* The graph's value for one of the branch's; what has none yet gets one. */
static NncValue *
map_value (NncGraph *graph, GHashTable *map, const NncValue *value)
{
  NncValue *mapped = value ? g_hash_table_lookup (map, value) : NULL;

  if (value == NULL || mapped)
    return mapped;
  mapped = nnc_graph_add_value (graph, value->name);
  mapped->type = value->type;
  if (value->constant)
    nnc_value_set_constant (mapped, value->constant);
  mapped->quantization = value->quantization ? nnc_quantization_copy (value->quantization) : NULL;
  g_hash_table_insert (map, (gpointer)value, mapped);
  return mapped;
}

static void
map_inputs (const NncNode *node, const NncGraph *branch, const char *name, GHashTable *map)
{
  g_autofree char *captures_name = g_strconcat (name, "_captures", NULL);
  guint n;
  const gint64 *captures = nnc_node_get_ints (node, captures_name, &n);

  for (guint i = 0; i < MIN (n, branch->inputs->len); i++)
    g_hash_table_insert (map, branch->inputs->pdata[i], node->inputs[captures[i]]);
}

static void
add_nodes (NncGraph *graph, const NncGraph *branch, GHashTable *map)
{
  for (guint i = 0; i < branch->nodes->len; i++) {
    const NncNode *from = branch->nodes->pdata[i];
    g_autofree NncValue **inputs = g_new0 (NncValue *, from->n_inputs + 1);
    g_autofree NncValue **outputs = g_new0 (NncValue *, from->n_outputs + 1);
    NncNode *to;

    for (guint j = 0; j < from->n_inputs; j++)
      inputs[j] = map_value (graph, map, from->inputs[j]);
    for (guint j = 0; j < from->n_outputs; j++)
      outputs[j] = map_value (graph, map, from->outputs[j]);
    to = nnc_graph_add_node (graph, from->op, from->name, inputs, from->n_inputs, outputs, from->n_outputs);
    nnc_node_copy_attributes (to, from);
  }
}

/* Each output is computed by an Identity now, which another pass removes. */
static void
add_outputs (NncGraph *graph, NncNode *node, const NncGraph *branch, GHashTable *map)
{
  for (guint i = 0; i < node->n_outputs; i++) {
    NncValue *result = map_value (graph, map, branch->outputs->pdata[i]);

    if (node->outputs[i])
      nnc_graph_add_node (graph, nnc_op_find ("Identity"), node->name, &result, 1, &node->outputs[i], 1);
  }
}

/* The new nodes come where the If was, so that effects keep their order. */
static void
move_to (NncGraph *graph, guint from, guint to)
{
  guint n = graph->nodes->len - from;

  for (guint i = 0; i < n; i++) {
    gpointer node = g_ptr_array_steal_index (graph->nodes, from + i);
    g_ptr_array_insert (graph->nodes, (gint)(to + i), node);
  }
}

static gboolean
inline_branch (NncGraph *graph, guint index)
{
  NncNode *node = graph->nodes->pdata[index];
  const char *name = taken_branch (node);
  const NncGraph *branch = name ? nnc_node_get_graph (node, name) : NULL;
  g_autoptr (GHashTable) map = g_hash_table_new (NULL, NULL);
  guint end = graph->nodes->len;

  if (branch == NULL || branch->outputs->len < node->n_outputs)
    return FALSE;
  map_inputs (node, branch, name, map);
  add_nodes (graph, branch, map);
  add_outputs (graph, node, branch, map);
  move_to (graph, end, index + 1);
  g_ptr_array_remove_index (graph->nodes, index);
  return TRUE;
}

gboolean
nnc_pass_inline_branches (NncGraph *graph, gboolean *changed, GError **error)
{
  gboolean again = TRUE;

  /* Each round opens one level. */
  for (guint round = 0; again && round <= NNC_MAX_SUBGRAPH_DEPTH; round++) {
    again = FALSE;
    for (guint i = graph->nodes->len; i-- > 0;)
      again |= inline_branch (graph, i);
    if (again && !nnc_graph_tidy (graph, error))
      return FALSE;
    *changed |= again;
  }
  return TRUE;
}
