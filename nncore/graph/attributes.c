/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* attributes.c: named facts about a node. */
#include "graph.h"

#include <string.h>

void
nnc_attribute_clear (NncAttribute *attribute)
{
  switch (attribute->kind) {
  case NNC_ATTRIBUTE_STRING:
    g_free (attribute->string);
    break;
  case NNC_ATTRIBUTE_INTS:
    g_free (attribute->ints);
    break;
  case NNC_ATTRIBUTE_FLOATS:
    g_free (attribute->floats);
    break;
  case NNC_ATTRIBUTE_CONSTANT:
    nnc_constant_unref (attribute->constant);
    break;
  case NNC_ATTRIBUTE_GRAPH:
    nnc_graph_free (attribute->graph);
    break;
  case NNC_ATTRIBUTE_INT:
  case NNC_ATTRIBUTE_FLOAT:
    break;
  }
}

void
nnc_attribute_copy (NncAttribute *to, const NncAttribute *from)
{
  *to = *from;
  switch (from->kind) {
  case NNC_ATTRIBUTE_STRING:
    to->string = g_strdup (from->string);
    break;
  case NNC_ATTRIBUTE_INTS:
    to->ints = g_memdup2 (from->ints, from->n * sizeof *from->ints);
    break;
  case NNC_ATTRIBUTE_FLOATS:
    to->floats = g_memdup2 (from->floats, from->n * sizeof *from->floats);
    break;
  case NNC_ATTRIBUTE_CONSTANT:
    to->constant = nnc_constant_ref (from->constant);
    break;
  case NNC_ATTRIBUTE_GRAPH:
    to->graph = nnc_graph_copy (from->graph);
    break;
  case NNC_ATTRIBUTE_INT:
  case NNC_ATTRIBUTE_FLOAT:
    break;
  }
}

static gint
find (const NncNode *node, const char *name)
{
  for (guint i = 0; i < node->attributes->len; i++)
    if (strcmp (g_array_index (node->attributes, NncAttribute, i).name, name) == 0)
      return (gint)i;
  return -1;
}

void
nnc_node_remove_attribute (NncNode *node, const char *name)
{
  gint i = find (node, name);

  if (i >= 0)
    g_array_remove_index (node->attributes, (guint)i); /* clears it */
}

static void
set (NncNode *node, const char *name, NncAttribute attribute)
{
  nnc_node_remove_attribute (node, name);
  attribute.name = g_intern_string (name);
  g_array_append_val (node->attributes, attribute);
}

void
nnc_node_copy_attributes (NncNode *to, const NncNode *from)
{
  g_array_set_size (to->attributes, 0); /* clears them */
  g_array_set_size (to->attributes, from->attributes->len);
  for (guint i = 0; i < from->attributes->len; i++)
    nnc_attribute_copy (&g_array_index (to->attributes, NncAttribute, i),
                        &g_array_index (from->attributes, NncAttribute, i));
}

void
nnc_node_set_int (NncNode *node, const char *name, gint64 value)
{
  set (node, name, (NncAttribute){ .kind = NNC_ATTRIBUTE_INT, .i = value });
}

void
nnc_node_set_float (NncNode *node, const char *name, float value)
{
  set (node, name, (NncAttribute){ .kind = NNC_ATTRIBUTE_FLOAT, .f = value });
}

void
nnc_node_set_string (NncNode *node, const char *name, const char *value)
{
  set (node, name,
       (NncAttribute){ .kind = NNC_ATTRIBUTE_STRING, .n = (guint)strlen (value), .string = g_strdup (value) });
}

void
nnc_node_set_ints (NncNode *node, const char *name, const gint64 *values, guint n)
{
  set (node, name,
       (NncAttribute){ .kind = NNC_ATTRIBUTE_INTS, .n = n, .ints = g_memdup2 (values, n * sizeof *values) });
}

void
nnc_node_set_floats (NncNode *node, const char *name, const float *values, guint n)
{
  set (node, name,
       (NncAttribute){ .kind = NNC_ATTRIBUTE_FLOATS, .n = n, .floats = g_memdup2 (values, n * sizeof *values) });
}

void
nnc_node_set_constant (NncNode *node, const char *name, NncConstant *constant)
{
  set (node, name, (NncAttribute){ .kind = NNC_ATTRIBUTE_CONSTANT, .constant = nnc_constant_ref (constant) });
}

void
nnc_node_set_graph (NncNode *node, const char *name, NncGraph *take)
{
  set (node, name, (NncAttribute){ .kind = NNC_ATTRIBUTE_GRAPH, .graph = take });
}

const NncAttribute *
nnc_node_get_attribute (const NncNode *node, const char *name)
{
  gint i = find (node, name);

  return i < 0 ? NULL : &g_array_index (node->attributes, NncAttribute, i);
}

static const NncAttribute *
get (const NncNode *node, const char *name, NncAttributeKind kind)
{
  const NncAttribute *attribute = nnc_node_get_attribute (node, name);

  return attribute && attribute->kind == kind ? attribute : NULL;
}

NncGraph *
nnc_node_get_graph (const NncNode *node, const char *name)
{
  const NncAttribute *attribute = get (node, name, NNC_ATTRIBUTE_GRAPH);

  return attribute ? attribute->graph : NULL;
}

gint64
nnc_node_get_int (const NncNode *node, const char *name, gint64 otherwise)
{
  const NncAttribute *attribute = get (node, name, NNC_ATTRIBUTE_INT);

  return attribute ? attribute->i : otherwise;
}

float
nnc_node_get_float (const NncNode *node, const char *name, float otherwise)
{
  const NncAttribute *attribute = get (node, name, NNC_ATTRIBUTE_FLOAT);

  return attribute ? attribute->f : otherwise;
}

const char *
nnc_node_get_string (const NncNode *node, const char *name, const char *otherwise)
{
  const NncAttribute *attribute = get (node, name, NNC_ATTRIBUTE_STRING);

  return attribute ? attribute->string : otherwise;
}

const gint64 *
nnc_node_get_ints (const NncNode *node, const char *name, guint *n)
{
  const NncAttribute *attribute = get (node, name, NNC_ATTRIBUTE_INTS);

  *n = attribute ? attribute->n : 0;
  return attribute ? attribute->ints : NULL;
}
