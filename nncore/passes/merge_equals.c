/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* merge_equals.c: what is computed twice from the same values is computed once. Importers write a Transpose at every
 * reader of a value, and files have the same small constants many times. */
#include "pass.h"

#include <string.h>

/* Numbers of constants beyond this are not compared: they are the same where they lie at the same place. */
#define MAX_COMPARED_BYTES 4096

static void
append (GByteArray *key, gconstpointer bytes, gsize size)
{
  g_byte_array_append (key, bytes, (guint)size);
}

static void
append_place (GByteArray *key, const NncConstant *constant)
{
  append (key, &constant->source, sizeof constant->source);
  append (key, &constant->offset, sizeof constant->offset);
  append (key, &constant->bytes, sizeof constant->bytes);
  append (key, constant->strides, constant->desc.rank * sizeof *constant->strides);
}

static GBytes *
constant_key (NncConstant *constant)
{
  const NncTensorDesc *desc = &constant->desc;
  gsize size = nnc_desc_size (desc);
  g_autoptr (NncConstant) flat = size <= MAX_COMPARED_BYTES ? nnc_constant_flatten (constant, NULL) : NULL;
  GByteArray *key = g_byte_array_new ();

  append (key, &desc->type, sizeof desc->type);
  append (key, &desc->rank, sizeof desc->rank);
  append (key, desc->shape, desc->rank * sizeof *desc->shape);
  if (flat)
    append (key, flat->data, size);
  else
    append_place (key, constant);
  return g_byte_array_free_to_bytes (key);
}

static void
append_attribute (GByteArray *key, const NncAttribute *attribute)
{
  append (key, &attribute->name, sizeof attribute->name); /* interned */
  append (key, &attribute->kind, sizeof attribute->kind);
  append (key, &attribute->n, sizeof attribute->n);
  switch (attribute->kind) {
  case NNC_ATTRIBUTE_INT:
    append (key, &attribute->i, sizeof attribute->i);
    break;
  case NNC_ATTRIBUTE_FLOAT:
    append (key, &attribute->f, sizeof attribute->f);
    break;
  case NNC_ATTRIBUTE_STRING:
    append (key, attribute->string, attribute->n);
    break;
  case NNC_ATTRIBUTE_INTS:
    append (key, attribute->ints, attribute->n * sizeof *attribute->ints);
    break;
  case NNC_ATTRIBUTE_FLOATS:
    append (key, attribute->floats, attribute->n * sizeof *attribute->floats);
    break;
  case NNC_ATTRIBUTE_CONSTANT:
    append (key, &attribute->constant, sizeof attribute->constant);
    break;
  case NNC_ATTRIBUTE_GRAPH:
    append (key, &attribute->graph, sizeof attribute->graph);
    break;
  }
}

/* Equal for nodes that compute the same. */
static GBytes *
node_key (const NncNode *node)
{
  GByteArray *key = g_byte_array_new ();

  append (key, &node->op, sizeof node->op);
  append (key, &node->n_outputs, sizeof node->n_outputs);
  append (key, &node->n_inputs, sizeof node->n_inputs);
  append (key, node->inputs, node->n_inputs * sizeof *node->inputs);
  for (guint i = 0; i < node->attributes->len; i++)
    append_attribute (key, &g_array_index (node->attributes, NncAttribute, i));
  return g_byte_array_free_to_bytes (key);
}

/* The first to come with this key, or `one` when it is the first. Takes over the key. */
static gpointer
find_first (GHashTable *seen, GBytes *key, gpointer one)
{
  gpointer first = g_hash_table_lookup (seen, key);

  if (first == NULL)
    g_hash_table_insert (seen, key, one);
  else
    g_bytes_unref (key);
  return first ? first : one;
}

static gboolean
merge_constants (NncGraph *graph)
{
  g_autoptr (GHashTable) seen
      = g_hash_table_new_full (g_bytes_hash, g_bytes_equal, (GDestroyNotify)g_bytes_unref, NULL);
  gboolean changed = FALSE;

  for (guint i = 0; i < graph->values->len; i++) {
    NncValue *value = graph->values->pdata[i], *first;

    if (value->constant == NULL || value->quantization || g_ptr_array_find (graph->inputs, value, NULL))
      continue;
    first = find_first (seen, constant_key (value->constant), value);
    if (first != value) {
      nnc_graph_replace_value (graph, value, first);
      changed = TRUE;
    }
  }
  return changed;
}

/* Whether the outputs are all that a node has beside its key. */
static gboolean
is_comparable (const NncNode *node)
{
  if (nnc_node_has_effect (node))
    return FALSE;
  for (guint i = 0; i < node->n_outputs; i++)
    if (node->outputs[i] == NULL || node->outputs[i]->quantization)
      return FALSE;
  return TRUE;
}

/* Producers come before readers: what reads merged values is seen as it will be. */
static gboolean
merge_nodes (NncGraph *graph)
{
  g_autoptr (GHashTable) seen
      = g_hash_table_new_full (g_bytes_hash, g_bytes_equal, (GDestroyNotify)g_bytes_unref, NULL);
  gboolean changed = FALSE;

  for (guint i = 0; i < graph->nodes->len; i++) {
    NncNode *node = graph->nodes->pdata[i], *first;

    if (!is_comparable (node))
      continue;
    first = find_first (seen, node_key (node), node);
    for (guint j = 0; first != node && j < node->n_outputs; j++) {
      nnc_graph_replace_value (graph, node->outputs[j], first->outputs[j]);
      changed = TRUE;
    }
  }
  return changed;
}

gboolean
nnc_pass_merge_equals (NncGraph *graph, gboolean *changed, GError **error)
{
  gboolean constants = merge_constants (graph), nodes = merge_nodes (graph);

  *changed = constants || nodes;
  return TRUE;
}
