/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* graph.c: building and rewriting a network. */
#include "graph.h"

#include <string.h>

NncQuantization *
nnc_quantization_new (guint n)
{
  NncQuantization *quantization = g_new0 (NncQuantization, 1);

  quantization->n = n;
  quantization->scale = g_new0 (float, n);
  quantization->zero_point = g_new0 (gint32, n);
  return quantization;
}

NncQuantization *
nnc_quantization_copy (const NncQuantization *from)
{
  NncQuantization *to;

  if (from == NULL)
    return NULL;
  to = g_memdup2 (from, sizeof *from);
  to->scale = g_memdup2 (from->scale, from->n * sizeof *from->scale);
  to->zero_point = g_memdup2 (from->zero_point, from->n * sizeof *from->zero_point);
  return to;
}

void
nnc_quantization_free (NncQuantization *quantization)
{
  g_free (quantization->scale);
  g_free (quantization->zero_point);
  g_free (quantization);
}

static void
value_free (gpointer data)
{
  NncValue *value = data;

  for (guint i = 0; i < NNC_MAX_RANK; i++)
    g_free (value->symbols[i]);
  g_clear_pointer (&value->quantization, nnc_quantization_free);
  g_clear_pointer (&value->constant, nnc_constant_unref);
  g_clear_pointer (&value->readers, g_ptr_array_unref);
  g_free (value->name);
  g_free (value);
}

static void
add_reader (NncValue *value, NncNode *node)
{
  if (value == NULL)
    return;
  if (value->readers == NULL)
    value->readers = g_ptr_array_new ();
  g_ptr_array_add (value->readers, node);
}

/* Searches from the end: what is rewritten or dropped is mostly what came last. */
static void
remove_reader (NncValue *value, const NncNode *node)
{
  for (guint i = value && value->readers ? value->readers->len : 0; i-- > 0;)
    if (value->readers->pdata[i] == node) {
      g_ptr_array_remove_index_fast (value->readers, i);
      return;
    }
}

static void
node_free (gpointer data)
{
  NncNode *node = data;

  for (guint i = 0; i < node->n_inputs; i++)
    remove_reader (node->inputs[i], node);
  g_array_unref (node->attributes);
  g_free ((gpointer)node->inputs);
  g_free (node->outputs);
  g_free (node->name);
  g_free (node);
}

NncGraph *
nnc_graph_new (void)
{
  NncGraph *graph = g_new0 (NncGraph, 1);

  graph->nodes = g_ptr_array_new_with_free_func (node_free);
  graph->values = g_ptr_array_new_with_free_func (value_free);
  graph->inputs = g_ptr_array_new ();
  graph->outputs = g_ptr_array_new ();
  return graph;
}

void
nnc_graph_free (NncGraph *graph)
{
  for (guint i = 0; i < graph->values->len; i++)
    g_clear_pointer (&((NncValue *)graph->values->pdata[i])->readers, g_ptr_array_unref);
  g_ptr_array_unref (graph->nodes);
  g_ptr_array_unref (graph->values);
  g_ptr_array_unref (graph->inputs);
  g_ptr_array_unref (graph->outputs);
  g_free (graph);
}

NncValue *
nnc_graph_add_value (NncGraph *graph, const char *name)
{
  NncValue *value = g_new0 (NncValue, 1);

  value->name = g_strdup (name ? name : "");
  value->rank = -1;
  g_ptr_array_add (graph->values, value);
  return value;
}

NncValue *
nnc_graph_add_constant (NncGraph *graph, const char *name, NncConstant *constant)
{
  NncValue *value = nnc_graph_add_value (graph, name);

  nnc_value_set_constant (value, constant);
  return value;
}

void
nnc_value_set_constant (NncValue *value, NncConstant *constant)
{
  nnc_constant_ref (constant);
  g_clear_pointer (&value->constant, nnc_constant_unref);
  value->constant = constant;
  value->desc = constant->desc;
  value->type = constant->desc.type;
  value->rank = (gint)constant->desc.rank;
  memcpy (value->shape, constant->desc.shape, sizeof value->shape);
}

NncNode *
nnc_graph_add_node (NncGraph *graph, const NncOp *op, const char *name, NncValue *const *inputs, guint n_inputs,
                    NncValue *const *outputs, guint n_outputs)
{
  NncNode *node = g_new0 (NncNode, 1);
  NncValue **reads = g_new0 (NncValue *, (gsize)n_inputs + 1);

  node->op = op;
  node->name = g_strdup (name ? name : "");
  node->n_inputs = n_inputs;
  node->n_outputs = n_outputs;
  /* One more than there are, which is NULL: inputs[0] and outputs[0] can be asked of every node. */
  node->inputs = reads;
  node->outputs = g_new0 (NncValue *, (gsize)n_outputs + 1);
  for (guint i = 0; i < n_inputs; i++) {
    reads[i] = inputs[i];
    add_reader (inputs[i], node);
  }
  for (guint i = 0; i < n_outputs; i++)
    node->outputs[i] = outputs[i];
  node->attributes = g_array_new (FALSE, FALSE, sizeof (NncAttribute));
  g_array_set_clear_func (node->attributes, (GDestroyNotify)nnc_attribute_clear);
  for (guint i = 0; i < n_outputs; i++)
    if (outputs[i])
      outputs[i]->producer = node;
  g_ptr_array_add (graph->nodes, node);
  return node;
}

void
nnc_node_set_input (NncNode *node, guint index, NncValue *value)
{
  NncValue **inputs = (NncValue **)node->inputs;

  if (index >= node->n_inputs) {
    node->inputs = inputs = g_renew (NncValue *, inputs, (gsize)index + 2);
    for (guint i = node->n_inputs; i <= index + 1; i++)
      inputs[i] = NULL;
    node->n_inputs = index + 1;
  }
  remove_reader (inputs[index], node);
  add_reader (value, node);
  inputs[index] = value;
}

static gpointer
mapped (GHashTable *map, gpointer key)
{
  return key ? g_hash_table_lookup (map, key) : NULL;
}

static NncValue *
copy_value (NncGraph *copy, const NncValue *from)
{
  NncValue *to = nnc_graph_add_value (copy, from->name);
  char *name = to->name;

  *to = *from;
  to->name = name;
  to->producer = NULL;
  to->readers = NULL;
  to->constant = from->constant ? nnc_constant_ref (from->constant) : NULL;
  to->quantization = nnc_quantization_copy (from->quantization);
  for (guint i = 0; i < NNC_MAX_RANK; i++)
    to->symbols[i] = g_strdup (from->symbols[i]);
  return to;
}

static void
copy_node (NncGraph *copy, const NncNode *from, GHashTable *map)
{
  g_autofree NncValue **inputs = g_new (NncValue *, from->n_inputs);
  g_autofree NncValue **outputs = g_new (NncValue *, from->n_outputs);
  NncNode *to;

  for (guint i = 0; i < from->n_inputs; i++)
    inputs[i] = mapped (map, from->inputs[i]);
  for (guint i = 0; i < from->n_outputs; i++)
    outputs[i] = mapped (map, from->outputs[i]);
  to = nnc_graph_add_node (copy, from->op, from->name, inputs, from->n_inputs, outputs, from->n_outputs);
  nnc_node_copy_attributes (to, from);
}

NncGraph *
nnc_graph_copy (const NncGraph *graph)
{
  NncGraph *copy = nnc_graph_new ();
  g_autoptr (GHashTable) map = g_hash_table_new (NULL, NULL);

  for (guint i = 0; i < graph->values->len; i++)
    g_hash_table_insert (map, graph->values->pdata[i], copy_value (copy, graph->values->pdata[i]));
  for (guint i = 0; i < graph->nodes->len; i++)
    copy_node (copy, graph->nodes->pdata[i], map);
  for (guint i = 0; i < graph->inputs->len; i++)
    g_ptr_array_add (copy->inputs, mapped (map, graph->inputs->pdata[i]));
  for (guint i = 0; i < graph->outputs->len; i++)
    g_ptr_array_add (copy->outputs, mapped (map, graph->outputs->pdata[i]));
  return copy;
}

static void
replace_reads (NncValue *old, NncValue *replacement)
{
  g_autoptr (GPtrArray) readers = g_steal_pointer (&old->readers);

  for (guint i = 0; readers && i < readers->len; i++) {
    NncNode *node = readers->pdata[i];

    for (guint j = 0; j < node->n_inputs; j++)
      if (node->inputs[j] == old)
        nnc_node_set_input (node, j, replacement);
  }
}

void
nnc_graph_replace_value (NncGraph *graph, NncValue *old, NncValue *replacement)
{
  guint output;

  replace_reads (old, replacement);
  /* An output has its name from the file, which goes with it. A value that has a name of its own to keep (an input,
   * another output) or that is no node's stays what it is: the graph's output is still computed by its node. */
  if (g_ptr_array_find (graph->outputs, old, &output) && replacement->producer
      && !g_ptr_array_find (graph->outputs, replacement, NULL)) {
    char *name = replacement->name;

    replacement->name = old->name;
    old->name = name;
    graph->outputs->pdata[output] = replacement;
  }
}

static guint
depth_below (const NncGraph *graph, guint limit)
{
  guint depth = 0;

  for (guint i = 0; limit > 0 && i < graph->nodes->len; i++) {
    const NncNode *node = graph->nodes->pdata[i];

    for (guint j = 0; j < node->attributes->len; j++) {
      const NncAttribute *attribute = &g_array_index (node->attributes, NncAttribute, j);

      if (attribute->kind == NNC_ATTRIBUTE_GRAPH)
        depth = MAX (depth, 1 + depth_below (attribute->graph, limit - 1));
    }
  }
  return depth;
}

guint
nnc_graph_get_depth (const NncGraph *graph)
{
  return depth_below (graph, NNC_MAX_SUBGRAPH_DEPTH + 1);
}

guint
nnc_graph_count_readers (const NncGraph *graph, const NncValue *value)
{
  guint n = value->readers ? value->readers->len : 0;

  for (guint i = 0; i < graph->outputs->len; i++)
    n += graph->outputs->pdata[i] == value;
  return n;
}

void
nnc_graph_bypass_node (NncGraph *graph, NncNode *node, guint index)
{
  nnc_graph_replace_value (graph, node->outputs[0], node->inputs[index]);
  if (nnc_graph_count_readers (graph, node->outputs[0]) == 0)
    nnc_node_set_input (node, index, NULL);
}
