/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* onnx_function.c: FunctionProto, and its nodes in place of those that call it. */
#include "onnx_function.h"

#include "onnx_translate.h"

#include <string.h>

/* Fields of FunctionProto. */
enum {
  FUNCTION_NAME = 1,
  FUNCTION_INPUT = 4,
  FUNCTION_OUTPUT = 5,
  FUNCTION_NODE = 7,
  FUNCTION_OPSET_IMPORT = 9,
  FUNCTION_DOMAIN = 10,
  FUNCTION_ATTRIBUTE_PROTO = 11,
};

/* Functions that call functions: how deep, and how many nodes all calls of a model may become. */
#define MAX_DEPTH 16
#define MAX_NODES 100000

struct _NncOnnxFunction {
  char *name, *domain;
  GPtrArray *inputs, *outputs; /* names */
  GPtrArray *nodes; /* NncOnnxNode */
  NncOnnxNode *defaults; /* whose attributes are those that a call need not give */
  GHashTable *opsets; /* domain -> gint64 */
};

void
nnc_onnx_function_free (NncOnnxFunction *function)
{
  g_free (function->name);
  g_free (function->domain);
  g_ptr_array_unref (function->inputs);
  g_ptr_array_unref (function->outputs);
  g_ptr_array_unref (function->nodes);
  g_clear_pointer (&function->defaults, nnc_onnx_node_free);
  g_hash_table_unref (function->opsets);
  g_free (function);
}

static NncOnnxFunction *
function_new (void)
{
  NncOnnxFunction *function = g_new0 (NncOnnxFunction, 1);

  function->name = g_strdup ("");
  function->domain = g_strdup ("");
  function->inputs = g_ptr_array_new_with_free_func (g_free);
  function->outputs = g_ptr_array_new_with_free_func (g_free);
  function->nodes = g_ptr_array_new_with_free_func ((GDestroyNotify)nnc_onnx_node_free);
  function->defaults = nnc_onnx_node_new ();
  function->opsets = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  return function;
}

static void
append_name (NncMessage *message, const NncField *field, GPtrArray *names)
{
  char *name = NULL;

  if (nnc_field_get_string (message, field, &name))
    g_ptr_array_add (names, name);
}

static gboolean
read_node (NncOnnxFunction *function, NncMessage *element, GError **error)
{
  NncOnnxNode *node = nnc_onnx_node_read (element, error);

  if (node == NULL)
    return FALSE;
  g_ptr_array_add (function->nodes, node);
  return TRUE;
}

/* A field that is a message. */
static gboolean
read_element (NncOnnxFunction *function, guint32 number, NncMessage *element, GError **error)
{
  switch (number) {
  case FUNCTION_NODE:
    return read_node (function, element, error);
  case FUNCTION_OPSET_IMPORT:
    return nnc_onnx_read_opset (element, function->opsets, error);
  case FUNCTION_ATTRIBUTE_PROTO:
    return nnc_onnx_node_read_attribute (function->defaults, element, error);
  default:
    return TRUE;
  }
}

static gboolean
read_function (NncOnnxFunction *function, NncMessage *message, GError **error)
{
  NncField field;
  NncMessage element;

  while (nnc_message_next (message, &field)) {
    if (field.number == FUNCTION_NAME)
      nnc_field_get_string (message, &field, &function->name);
    else if (field.number == FUNCTION_DOMAIN)
      nnc_field_get_string (message, &field, &function->domain);
    else if (field.number == FUNCTION_INPUT || field.number == FUNCTION_OUTPUT)
      append_name (message, &field, field.number == FUNCTION_INPUT ? function->inputs : function->outputs);
    else if ((field.number == FUNCTION_NODE || field.number == FUNCTION_OPSET_IMPORT
              || field.number == FUNCTION_ATTRIBUTE_PROTO)
             && nnc_field_get_message (message, &field, &element)
             && !read_element (function, field.number, &element, error))
      return FALSE;
  }
  return nnc_message_finish (message, error);
}

NncOnnxFunction *
nnc_onnx_function_read (NncMessage *message, GError **error)
{
  g_autoptr (NncOnnxFunction) function = function_new ();

  if (read_function (function, message, error))
    return g_steal_pointer (&function);
  g_prefix_error (error, "function '%s': ", function->name);
  return NULL;
}

/* --- the table ----------------------------------------------------------------------- */

static char *
key_of (const char *domain, const char *name)
{
  return g_strconcat (domain, "\n", name, NULL);
}

GHashTable *
nnc_onnx_functions_new (void)
{
  return g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify)nnc_onnx_function_free);
}

gboolean
nnc_onnx_functions_add (GHashTable *functions, NncOnnxFunction *take)
{
  return g_hash_table_insert (functions, key_of (take->domain, take->name), take);
}

const NncOnnxFunction *
nnc_onnx_functions_find (GHashTable *functions, const NncOnnxNode *node)
{
  g_autofree char *key = key_of (node->domain, node->op);

  return g_hash_table_lookup (functions, key);
}

/* --- calls ------------------------------------------------------------------------------ */

/* The call whose nodes the scope's are, or those of a graph around it. */
static const NncOnnxCall *
find_call (const NncOnnxScope *scope)
{
  while (scope && scope->call == NULL)
    scope = scope->outer;
  return scope ? scope->call : NULL;
}

static const NncOnnxAttribute *
find_attribute (const NncOnnxNode *node, const char *name)
{
  for (guint i = 0; i < node->attributes->len; i++) {
    const NncOnnxAttribute *attribute = node->attributes->pdata[i];

    if (strcmp (attribute->name, name) == 0)
      return attribute;
  }
  return NULL;
}

const NncOnnxAttribute *
nnc_onnx_scope_resolve (const NncOnnxScope *scope, const NncOnnxAttribute *attribute, gboolean *missing, GError **error)
{
  *missing = FALSE;
  while (*attribute->reference) {
    const NncOnnxCall *call = find_call (scope);
    const NncOnnxAttribute *given = call ? find_attribute (call->node, attribute->reference) : NULL;

    if (call == NULL) {
      nnc_onnx_unsupported (error, "it refers to an attribute of a function, and there is none around it");
      return NULL;
    }
    if (given == NULL)
      given = find_attribute (call->function->defaults, attribute->reference);
    *missing = given == NULL;
    if (given == NULL)
      return attribute;
    /* What the call gives is to be understood where the call stands. */
    attribute = given;
    scope = call->scope;
  }
  return attribute;
}

gboolean
nnc_onnx_scope_is_absent (const NncOnnxScope *scope, const char *name)
{
  const NncOnnxCall *call = find_call (scope);

  for (guint i = 0; call && i < call->function->inputs->len; i++)
    if (strcmp (call->function->inputs->pdata[i], name) == 0)
      return i >= call->node->inputs->len || *(const char *)call->node->inputs->pdata[i] == '\0'
             || nnc_onnx_scope_is_absent (call->scope, call->node->inputs->pdata[i]);
  return FALSE;
}

static gboolean
bind_inputs (NncOnnxScope *inner, NncOnnxScope *outer, const NncOnnxCall *call, GError **error)
{
  const GPtrArray *given = call->node->inputs, *names = call->function->inputs;

  if (given->len > names->len) {
    g_set_error (error, NNC_ERROR, NNC_ERROR_FORMAT, "it has %u inputs, its function %u", given->len, names->len);
    return FALSE;
  }
  for (guint i = 0; i < given->len; i++) {
    const char *name = given->pdata[i];
    NncValue *value = *name ? nnc_onnx_scope_find (outer, name) : NULL;

    if (*name && value == NULL && !nnc_onnx_scope_is_absent (outer, name)) {
      g_set_error (error, NNC_ERROR, NNC_ERROR_FORMAT, "its input '%s' is not there", name);
      return FALSE;
    }
    if (value)
      g_hash_table_insert (inner->values, names->pdata[i], value);
  }
  return TRUE;
}

/* The value that the call names for the function's output, or NULL. */
static NncValue *
find_output (NncOnnxScope *outer, const NncOnnxCall *call, const char *name)
{
  const GPtrArray *outputs = call->function->outputs;

  for (guint i = 0; i < MIN (outputs->len, call->node->outputs->len); i++)
    if (strcmp (outputs->pdata[i], name) == 0 && *(const char *)call->node->outputs->pdata[i])
      return g_hash_table_lookup (outer->values, call->node->outputs->pdata[i]);
  return NULL;
}

static gboolean
declare_outputs (NncOnnxScope *inner, NncOnnxScope *outer, const NncOnnxCall *call, const NncOnnxNode *node,
                 GError **error)
{
  for (guint i = 0; i < node->outputs->len; i++) {
    char *name = node->outputs->pdata[i];
    NncValue *value = find_output (outer, call, name);
    g_autofree char *full = g_strdup_printf ("%s/%s", nnc_onnx_node_get_label (call->node), name);

    if (*name == '\0')
      continue;
    if (g_hash_table_contains (inner->values, name)) {
      g_set_error (error, NNC_ERROR, NNC_ERROR_FORMAT, "value '%s' of its function is defined twice", name);
      return FALSE;
    }
    g_hash_table_insert (inner->values, name, value ? value : nnc_graph_add_value (inner->graph, full));
  }
  return TRUE;
}

/* Constants first: other nodes are translated by what they are. */
static gboolean
translate_nodes (NncOnnxScope *inner, const NncOnnxFunction *function, gboolean constants, GError **error)
{
  for (guint i = 0; i < function->nodes->len; i++) {
    const NncOnnxNode *node = function->nodes->pdata[i];
    gboolean constant = strcmp (node->op, "Constant") == 0 && *node->domain == '\0';

    if (constant == constants && !nnc_onnx_translate_node (inner, node, error))
      return FALSE;
  }
  return TRUE;
}

/* An output of the function that is one of its inputs, too, no node has computed. */
static gboolean
pass_inputs (NncOnnxScope *inner, NncOnnxScope *outer, const NncOnnxCall *call, GError **error)
{
  for (guint i = 0; i < call->node->outputs->len; i++) {
    const char *name = i < call->function->outputs->len ? call->function->outputs->pdata[i] : NULL;
    const char *wanted = call->node->outputs->pdata[i];
    NncValue *value = name ? g_hash_table_lookup (inner->values, name) : NULL;
    NncValue *y = *wanted ? g_hash_table_lookup (outer->values, wanted) : NULL;

    if (*wanted && (value == NULL || y == NULL)) {
      g_set_error (error, NNC_ERROR, NNC_ERROR_FORMAT, "its function does not compute its output %u", i);
      return FALSE;
    }
    if (y && value != y)
      nnc_graph_add_node (inner->graph, nnc_op_find ("Identity"), nnc_onnx_node_get_label (call->node), &value, 1, &y,
                          1);
  }
  return TRUE;
}

static gboolean
inline_call (NncOnnxScope *scope, const NncOnnxCall *call, GError **error)
{
  const NncOnnxFunction *function = call->function;
  g_autoptr (GHashTable) values = g_hash_table_new (g_str_hash, g_str_equal);
  NncOnnxModel model = *scope->model;
  NncOnnxScope inner = { .model = &model, .graph = scope->graph, .values = values, .call = call };
  gboolean done;

  model.opsets = function->opsets;
  done = bind_inputs (&inner, scope, call, error);
  for (guint i = 0; done && i < function->nodes->len; i++)
    done = declare_outputs (&inner, scope, call, function->nodes->pdata[i], error);
  done = done && translate_nodes (&inner, function, TRUE, error) && translate_nodes (&inner, function, FALSE, error)
         && pass_inputs (&inner, scope, call, error);
  scope->model->unsupported = model.unsupported;
  scope->model->n_inlined = model.n_inlined;
  return done;
}

gboolean
nnc_onnx_function_inline (NncOnnxScope *scope, const NncOnnxFunction *function, const NncOnnxNode *node, GError **error)
{
  const NncOnnxCall *around = find_call (scope);
  NncOnnxCall call = { function, node, scope, around ? around->depth + 1 : 0 };

  scope->model->n_inlined += function->nodes->len;
  if (call.depth >= MAX_DEPTH || scope->model->n_inlined > MAX_NODES) {
    nnc_onnx_unsupported (error, "functions are called %u deep and become %u nodes, %d and %d are supported",
                          call.depth + 1, scope->model->n_inlined, MAX_DEPTH, MAX_NODES);
    nnc_onnx_node_prefix_error (node, error);
    return FALSE;
  }
  if (inline_call (scope, &call, error))
    return TRUE;
  nnc_onnx_node_prefix_error (node, error);
  return FALSE;
}
