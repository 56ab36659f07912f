/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* onnx_node.c: NodeProto and AttributeProto. Subgraphs are not entered here. */
#include "onnx_node.h"

#include <nncore/error.h>
#include <string.h>

/* Fields of NodeProto and of AttributeProto. */
enum {
  NODE_INPUT = 1,
  NODE_OUTPUT = 2,
  NODE_NAME = 3,
  NODE_OP_TYPE = 4,
  NODE_ATTRIBUTE = 5,
  NODE_DOMAIN = 7,
};

enum {
  ATTRIBUTE_NAME = 1,
  ATTRIBUTE_F = 2,
  ATTRIBUTE_I = 3,
  ATTRIBUTE_S = 4,
  ATTRIBUTE_T = 5,
  ATTRIBUTE_G = 6,
  ATTRIBUTE_FLOATS = 7,
  ATTRIBUTE_INTS = 8,
  ATTRIBUTE_STRINGS = 9,
  ATTRIBUTE_TYPE = 20,
  ATTRIBUTE_REF_ATTR_NAME = 21,
};

const char *
nnc_onnx_attribute_type_to_string (gint64 type)
{
  static const char *const names[]
      = { "undefined", "float", "int", "string", "tensor", "graph", "floats", "ints", "strings" };

  return type >= 0 && type < (gint64)G_N_ELEMENTS (names) ? names[type] : "other";
}

static void
attribute_free (gpointer data)
{
  NncOnnxAttribute *attribute = data;

  g_free (attribute->name);
  g_free (attribute->s);
  g_free (attribute->reference);
  g_array_unref (attribute->floats);
  g_array_unref (attribute->ints);
  g_string_free (attribute->strings, TRUE);
  g_free (attribute);
}

static NncOnnxAttribute *
attribute_new (void)
{
  NncOnnxAttribute *attribute = g_new0 (NncOnnxAttribute, 1);

  attribute->name = g_strdup ("");
  attribute->s = g_strdup ("");
  attribute->reference = g_strdup ("");
  attribute->floats = g_array_new (FALSE, FALSE, sizeof (float));
  attribute->ints = g_array_new (FALSE, FALSE, sizeof (gint64));
  attribute->strings = g_string_new (NULL);
  return attribute;
}

static void
append_string (NncMessage *message, const NncField *field, GString *strings)
{
  g_autofree char *next = NULL;

  if (nnc_field_get_string (message, field, &next))
    g_string_append_printf (strings, "%s%s", strings->len ? "," : "", next);
}

/* Reads one field; seen: the type that the field belongs to, for files that do not say which is meant. */
static void
attribute_read_field (NncOnnxAttribute *attribute, NncMessage *message, const NncField *field, gint64 *seen)
{
  switch (field->number) {
  case ATTRIBUTE_NAME:
    nnc_field_get_string (message, field, &attribute->name);
    return;
  case ATTRIBUTE_TYPE:
    nnc_field_get_int (message, field, &attribute->type);
    return;
  case ATTRIBUTE_REF_ATTR_NAME:
    nnc_field_get_string (message, field, &attribute->reference);
    return;
  case ATTRIBUTE_F:
    *seen = NNC_ONNX_FLOAT;
    nnc_field_get_float (message, field, &attribute->f);
    return;
  case ATTRIBUTE_I:
    *seen = NNC_ONNX_INT;
    nnc_field_get_int (message, field, &attribute->i);
    return;
  case ATTRIBUTE_S:
    *seen = NNC_ONNX_STRING;
    nnc_field_get_string (message, field, &attribute->s);
    return;
  case ATTRIBUTE_T:
  case ATTRIBUTE_G:
    *seen = field->number == ATTRIBUTE_T ? NNC_ONNX_TENSOR : NNC_ONNX_GRAPH;
    nnc_field_get_message (message, field, &attribute->message);
    return;
  case ATTRIBUTE_FLOATS:
    *seen = NNC_ONNX_FLOATS;
    nnc_field_append_floats (message, field, attribute->floats);
    return;
  case ATTRIBUTE_INTS:
    *seen = NNC_ONNX_INTS;
    nnc_field_append_ints (message, field, attribute->ints);
    return;
  case ATTRIBUTE_STRINGS:
    *seen = NNC_ONNX_STRINGS;
    append_string (message, field, attribute->strings);
    return;
  }
}

static gboolean
attribute_read (NncOnnxAttribute *attribute, NncMessage *message, GError **error)
{
  gint64 seen = NNC_ONNX_UNDEFINED;
  NncField field;

  while (nnc_message_next (message, &field))
    attribute_read_field (attribute, message, &field, &seen);
  if (attribute->type == NNC_ONNX_UNDEFINED)
    attribute->type = seen;
  if (nnc_message_finish (message, error))
    return TRUE;
  g_prefix_error (error, "attribute '%s': ", attribute->name);
  return FALSE;
}

NncOnnxNode *
nnc_onnx_node_new (void)
{
  NncOnnxNode *node = g_new0 (NncOnnxNode, 1);

  node->name = g_strdup ("");
  node->op = g_strdup ("");
  node->domain = g_strdup ("");
  node->inputs = g_ptr_array_new_with_free_func (g_free);
  node->outputs = g_ptr_array_new_with_free_func (g_free);
  node->attributes = g_ptr_array_new_with_free_func (attribute_free);
  return node;
}

void
nnc_onnx_node_free (NncOnnxNode *node)
{
  g_free (node->name);
  g_free (node->op);
  g_free (node->domain);
  g_ptr_array_unref (node->inputs);
  g_ptr_array_unref (node->outputs);
  g_ptr_array_unref (node->attributes);
  g_free (node);
}

static void
append_name (NncMessage *message, const NncField *field, GPtrArray *names)
{
  char *name = NULL;

  if (nnc_field_get_string (message, field, &name))
    g_ptr_array_add (names, name);
}

gboolean
nnc_onnx_node_read_attribute (NncOnnxNode *node, NncMessage *message, GError **error)
{
  NncOnnxAttribute *attribute = attribute_new ();

  g_ptr_array_add (node->attributes, attribute);
  return attribute_read (attribute, message, error);
}

static gboolean
append_attribute (NncMessage *message, const NncField *field, NncOnnxNode *node, GError **error)
{
  NncMessage inner;

  /* The message keeps the problem. */
  return !nnc_field_get_message (message, field, &inner) || nnc_onnx_node_read_attribute (node, &inner, error);
}

static gboolean
node_read (NncOnnxNode *node, NncMessage *message, GError **error)
{
  NncField field;

  while (nnc_message_next (message, &field)) {
    switch (field.number) {
    case NODE_INPUT:
      append_name (message, &field, node->inputs);
      break;
    case NODE_OUTPUT:
      append_name (message, &field, node->outputs);
      break;
    case NODE_NAME:
      nnc_field_get_string (message, &field, &node->name);
      break;
    case NODE_OP_TYPE:
      nnc_field_get_string (message, &field, &node->op);
      break;
    case NODE_ATTRIBUTE:
      if (!append_attribute (message, &field, node, error))
        return FALSE;
      break;
    case NODE_DOMAIN:
      nnc_field_get_string (message, &field, &node->domain);
      break;
    }
  }
  return nnc_message_finish (message, error);
}

NncOnnxNode *
nnc_onnx_node_read (NncMessage *message, GError **error)
{
  g_autoptr (NncOnnxNode) node = nnc_onnx_node_new ();
  gboolean done = node_read (node, message, error);

  if (strcmp (node->domain, "ai.onnx") == 0)
    *node->domain = '\0';
  if (done)
    return g_steal_pointer (&node);
  nnc_onnx_node_prefix_error (node, error);
  return NULL;
}

const char *
nnc_onnx_node_get_label (const NncOnnxNode *node)
{
  return *node->name == '\0' && node->outputs->len > 0 ? node->outputs->pdata[0] : node->name;
}

void
nnc_onnx_node_prefix_error (const NncOnnxNode *node, GError **error)
{
  g_prefix_error (error, "node '%s' (%s): ", nnc_onnx_node_get_label (node), node->op);
}
