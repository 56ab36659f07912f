/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* onnx_graph.c: GraphProto -> NncGraph. Fields come in any order, so the
 * message is walked once for each kind: initializers, inputs, the names that
 * nodes give to values, and then the nodes themselves. */
#include "onnx_graph.h"

#include "onnx_tensor.h"
#include "onnx_translate.h"
#include "onnx_value_info.h"

#include <string.h>

/* Fields of GraphProto. */
enum {
  GRAPH_NODE = 1,
  GRAPH_INITIALIZER = 5,
  GRAPH_INPUT = 11,
  GRAPH_OUTPUT = 12,
  GRAPH_VALUE_INFO = 13,
  GRAPH_SPARSE_INITIALIZER = 15,
};

/* One step of reading: an element of a repeated field. data: what the step collects into. */
typedef gboolean (*ReadElement) (NncOnnxScope *scope, NncMessage *element, gpointer data, GError **error);

static gboolean
for_each (NncOnnxScope *scope, const NncMessage *graph, guint32 number, ReadElement read, gpointer data, GError **error)
{
  NncMessage message = *graph, element;
  NncField field;

  while (nnc_message_next (&message, &field))
    if (field.number == number && nnc_field_get_message (&message, &field, &element)
        && !read (scope, &element, data, error))
      return FALSE;
  return nnc_message_finish (&message, error);
}

/* --- names -------------------------------------------------------------------------- */

static gboolean
declare (NncOnnxScope *scope, const char *name, NncValue **value, GError **error)
{
  if (*name == '\0' || g_hash_table_contains (scope->values, name)) {
    g_set_error (error, NNC_ERROR, NNC_ERROR_FORMAT, "value '%s' %s", name,
                 *name ? "is defined twice" : "needs a name");
    return FALSE;
  }
  *value = nnc_graph_add_value (scope->graph, name);
  g_hash_table_insert (scope->values, (*value)->name, *value);
  return TRUE;
}

/* A value of the graph around becomes an input of this one; see onnx_graph.h. */
static NncValue *
capture (NncOnnxScope *scope, const char *name, NncValue *outer)
{
  NncValue *value = nnc_graph_add_value (scope->graph, name);

  g_hash_table_insert (scope->values, value->name, value);
  if (outer->constant) {
    nnc_value_set_constant (value, outer->constant);
    return value;
  }
  value->type = outer->type;
  value->rank = outer->rank;
  memcpy (value->shape, outer->shape, sizeof value->shape);
  g_ptr_array_add (scope->graph->inputs, value);
  g_ptr_array_add (scope->captured, outer);
  return value;
}

NncValue *
nnc_onnx_scope_find (NncOnnxScope *scope, const char *name)
{
  NncValue *value = g_hash_table_lookup (scope->values, name);
  NncValue *outer;

  if (value || scope->outer == NULL)
    return value;
  outer = nnc_onnx_scope_find (scope->outer, name);
  return outer ? capture (scope, name, outer) : NULL;
}

/* --- elements ------------------------------------------------------------------------ */

static gboolean
read_initializer (NncOnnxScope *scope, NncMessage *element, gpointer data, GError **error)
{
  g_autofree char *name = NULL;
  g_autoptr (NncConstant) constant = nnc_onnx_read_tensor (scope->model->source, element, &name, error);
  NncValue *value;

  if (constant == NULL) {
    g_prefix_error (error, "initializer '%s': ", name ? name : "");
    return FALSE;
  }
  if (!declare (scope, name ? name : "", &value, error))
    return FALSE;
  nnc_value_set_constant (value, constant);
  return TRUE;
}

static gboolean
refuse_sparse_initializer (NncOnnxScope *scope, NncMessage *element, gpointer data, GError **error)
{
  return nnc_onnx_unsupported (error, "sparse initializers are not supported");
}

/* Old files list initializers among the inputs. */
static gboolean
read_input (NncOnnxScope *scope, NncMessage *element, gpointer data, GError **error)
{
  g_autoptr (NncOnnxValueInfo) info = nnc_onnx_value_info_read (element, error);
  NncValue *value;

  if (info == NULL)
    return FALSE;
  value = g_hash_table_lookup (scope->values, info->name);
  if (value && value->constant)
    return TRUE;
  /* A subgraph's inputs need not say their type. */
  if ((scope->outer == NULL || info->has_type) && !nnc_onnx_value_info_check (info, error))
    return FALSE;
  if (!declare (scope, info->name, &value, error))
    return FALSE;
  nnc_onnx_value_info_apply (info, value);
  g_ptr_array_add (scope->graph->inputs, value);
  return TRUE;
}

static gboolean
is_constant (const NncOnnxNode *node)
{
  return strcmp (node->op, "Constant") == 0 && *node->domain == '\0';
}

/* data: GPtrArray of the nodes, for translation. Constants are known before any reader is translated. */
static gboolean
declare_node (NncOnnxScope *scope, NncMessage *element, gpointer data, GError **error)
{
  g_autoptr (NncOnnxNode) node = nnc_onnx_node_read (element, error);
  NncValue *value;

  if (node == NULL)
    return FALSE;
  for (guint i = 0; i < node->outputs->len; i++) {
    const char *name = node->outputs->pdata[i];

    if (*name && !declare (scope, name, &value, error)) {
      nnc_onnx_node_prefix_error (node, error);
      return FALSE;
    }
  }
  if (is_constant (node))
    return nnc_onnx_translate_node (scope, node, error);
  g_ptr_array_add (data, g_steal_pointer (&node));
  return TRUE;
}

static gboolean
read_value_info (NncOnnxScope *scope, NncMessage *element, gpointer data, GError **error)
{
  g_autoptr (NncOnnxValueInfo) info = nnc_onnx_value_info_read (element, error);
  NncValue *value;

  if (info == NULL)
    return FALSE;
  value = g_hash_table_lookup (scope->values, info->name);
  if (value && value->type == NNC_INVALID)
    nnc_onnx_value_info_apply (info, value);
  return TRUE;
}

static gboolean
read_output (NncOnnxScope *scope, NncMessage *element, gpointer data, GError **error)
{
  g_autoptr (NncOnnxValueInfo) info = nnc_onnx_value_info_read (element, error);
  NncValue *value;

  if (info == NULL || (info->has_type && !nnc_onnx_value_info_check (info, error)))
    return FALSE;
  value = nnc_onnx_scope_find (scope, info->name);
  if (value == NULL) {
    g_set_error (error, NNC_ERROR, NNC_ERROR_FORMAT, "output '%s' of the graph is computed by no node", info->name);
    return FALSE;
  }
  /* What it is called is also of interest where the rank is known already. */
  if (value->rank < 0 || (value->producer && info->has_type && value->rank == (gint)info->shape->len))
    nnc_onnx_value_info_apply (info, value);
  g_ptr_array_add (scope->graph->outputs, value);
  return TRUE;
}

/* --- the graph -------------------------------------------------------------------------- */

static gboolean
translate_nodes (NncOnnxScope *scope, const GPtrArray *nodes, GError **error)
{
  for (guint i = 0; i < nodes->len; i++)
    if (!nnc_onnx_translate_node (scope, nodes->pdata[i], error))
      return FALSE;
  return TRUE;
}

static gboolean
put_in_order (NncGraph *graph, GError **error)
{
  const NncNode *waiting = nnc_graph_find_order (graph, NULL);

  if (waiting == NULL)
    return TRUE;
  g_set_error (error, NNC_ERROR, NNC_ERROR_FORMAT, "node '%s' (%s): it lies on a cycle", waiting->name,
               waiting->op->name);
  return FALSE;
}

static gboolean
read_graph (NncOnnxScope *scope, const NncMessage *message, GError **error)
{
  g_autoptr (GPtrArray) nodes = g_ptr_array_new_with_free_func ((GDestroyNotify)nnc_onnx_node_free);

  return for_each (scope, message, GRAPH_SPARSE_INITIALIZER, refuse_sparse_initializer, NULL, error)
         && for_each (scope, message, GRAPH_INITIALIZER, read_initializer, NULL, error)
         && for_each (scope, message, GRAPH_INPUT, read_input, NULL, error)
         && for_each (scope, message, GRAPH_NODE, declare_node, nodes, error)
         && for_each (scope, message, GRAPH_VALUE_INFO, read_value_info, NULL, error)
         && translate_nodes (scope, nodes, error) && for_each (scope, message, GRAPH_OUTPUT, read_output, NULL, error)
         && put_in_order (scope->graph, error);
}

NncGraph *
nnc_onnx_read_graph (NncOnnxModel *model, NncOnnxScope *outer, NncMessage *message, GPtrArray *captured, GError **error)
{
  g_autoptr (NncGraph) graph = nnc_graph_new ();
  g_autoptr (GHashTable) values = g_hash_table_new (g_str_hash, g_str_equal);
  NncOnnxScope scope = {
    .model = model,
    .outer = outer,
    .graph = graph,
    .values = values,
    .captured = captured,
  };

  return read_graph (&scope, message, error) ? g_steal_pointer (&graph) : NULL;
}
