/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* onnx_translate.c: what the translation of every node has in common: its
 * inputs and outputs found, its attributes checked against what the operator
 * may have, and what came out checked against our ops. */
#include "onnx_translate.h"

#include "execute.h"
#include "onnx_function.h"
#include "onnx_tensor.h"

#include <string.h>

gboolean
nnc_onnx_unsupported (GError **error, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list arguments;

  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_set_error_literal (error, NNC_ERROR, NNC_ERROR_UNSUPPORTED, text);
  return FALSE;
}

/* --- attributes ------------------------------------------------------------------- */

/* A Loop's inputs are as many as its body's own, where those before the states may be absent: captured values come
 * after them. */
static void
keep_places (NncOnnxTranslation *translation, guint n)
{
  if (strcmp (translation->operator->name, "Loop") == 0 && translation->inputs->len < n)
    g_ptr_array_set_size (translation->inputs, (gint)n);
}

/* See onnx_graph.h for how captured values become inputs. */
static gboolean
convert_graph (NncOnnxTranslation *translation, const NncOnnxAttribute *attribute, GError **error)
{
  g_autoptr (GPtrArray) captured = g_ptr_array_new ();
  g_autoptr (GHashTable) indices = g_hash_table_new (NULL, NULL);
  g_autofree gint64 *captures = NULL;
  g_autofree char *name = g_strconcat (attribute->name, "_captures", NULL);
  GPtrArray *inputs = translation->inputs;
  NncMessage message = attribute->message; /* is read again where a function is called again */
  NncGraph *graph = nnc_onnx_read_graph (translation->scope->model, translation->scope, &message, captured, error);

  if (graph == NULL)
    return FALSE;
  keep_places (translation, graph->inputs->len - captured->len);
  for (guint i = 0; i < inputs->len; i++)
    g_hash_table_insert (indices, inputs->pdata[i], GUINT_TO_POINTER (i));
  captures = g_new (gint64, captured->len);
  for (guint i = 0; i < captured->len; i++) {
    if (!g_hash_table_contains (indices, captured->pdata[i])) {
      g_hash_table_insert (indices, captured->pdata[i], GUINT_TO_POINTER (inputs->len));
      g_ptr_array_add (inputs, captured->pdata[i]);
    }
    captures[i] = GPOINTER_TO_UINT (g_hash_table_lookup (indices, captured->pdata[i]));
  }
  nnc_node_set_graph (&translation->draft, attribute->name, graph);
  nnc_node_set_ints (&translation->draft, name, captures, captured->len);
  return TRUE;
}

static gboolean
convert_tensor (NncOnnxTranslation *translation, const NncOnnxAttribute *attribute, GError **error)
{
  NncMessage message = attribute->message;
  g_autoptr (NncConstant) constant = nnc_onnx_read_tensor (translation->scope->model->source, &message, NULL, error);

  if (constant == NULL)
    return FALSE;
  nnc_node_set_constant (&translation->draft, attribute->name, constant);
  return TRUE;
}

static gboolean
convert_attribute (NncOnnxTranslation *translation, const NncOnnxAttribute *attribute, GError **error)
{
  NncNode *draft = &translation->draft;

  switch (attribute->type) {
  case NNC_ONNX_INT:
    nnc_node_set_int (draft, attribute->name, attribute->i);
    return TRUE;
  case NNC_ONNX_FLOAT:
    nnc_node_set_float (draft, attribute->name, attribute->f);
    return TRUE;
  case NNC_ONNX_STRING:
    nnc_node_set_string (draft, attribute->name, attribute->s);
    return TRUE;
  case NNC_ONNX_STRINGS:
    nnc_node_set_string (draft, attribute->name, attribute->strings->str);
    return TRUE;
  case NNC_ONNX_INTS:
    nnc_node_set_ints (draft, attribute->name, (const gint64 *)attribute->ints->data, attribute->ints->len);
    return TRUE;
  case NNC_ONNX_FLOATS:
    nnc_node_set_floats (draft, attribute->name, (const float *)attribute->floats->data, attribute->floats->len);
    return TRUE;
  case NNC_ONNX_TENSOR:
    return convert_tensor (translation, attribute, error);
  case NNC_ONNX_GRAPH:
    return convert_graph (translation, attribute, error);
  default:
    return nnc_onnx_unsupported (error, "its type is not supported");
  }
}

static gboolean
check_and_convert_attribute (NncOnnxTranslation *translation, const NncOnnxAttribute *attribute, GError **error)
{
  const NncOnnxAttribute *found;
  NncOnnxAttribute named;
  gboolean missing;
  gint64 wanted = nnc_onnx_operator_get_attribute_type (translation->operator, attribute->name);

  if (wanted == NNC_ONNX_UNDEFINED)
    return nnc_onnx_unsupported (error, "it is not supported");
  found = nnc_onnx_scope_resolve (translation->scope, attribute, &missing, error);
  if (found == NULL || missing)
    return found != NULL;
  named = *found;
  named.name = attribute->name;
  if (*attribute->reference && named.type == NNC_ONNX_GRAPH)
    return nnc_onnx_unsupported (error, "a graph that is an attribute of a function is not supported");
  if (named.type != wanted) {
    g_set_error (error, NNC_ERROR, NNC_ERROR_FORMAT, "its type is %s instead of %s",
                 nnc_onnx_attribute_type_to_string (named.type), nnc_onnx_attribute_type_to_string (wanted));
    return FALSE;
  }
  return convert_attribute (translation, &named, error);
}

static gboolean
convert_attributes (NncOnnxTranslation *translation, GError **error)
{
  const GPtrArray *attributes = translation->node->attributes;

  for (guint i = 0; i < attributes->len; i++) {
    NncOnnxAttribute *attribute = attributes->pdata[i];

    if (!check_and_convert_attribute (translation, attribute, error)) {
      g_prefix_error (error, "attribute '%s': ", attribute->name);
      return FALSE;
    }
  }
  return TRUE;
}

/* --- inputs and outputs ---------------------------------------------------------------- */

static void
drop_trailing_absent (GPtrArray *values)
{
  while (values->len > 0 && values->pdata[values->len - 1] == NULL)
    g_ptr_array_set_size (values, (gint)values->len - 1);
}

static gboolean
find_values (NncOnnxTranslation *translation, const GPtrArray *names, GPtrArray *values, GError **error)
{
  for (guint i = 0; i < names->len; i++) {
    const char *name = names->pdata[i];
    NncValue *value = *name ? nnc_onnx_scope_find (translation->scope, name) : NULL;

    if (*name && value == NULL && !nnc_onnx_scope_is_absent (translation->scope, name)) {
      g_set_error (error, NNC_ERROR, NNC_ERROR_FORMAT,
                   "its input '%s' is no output of a node, no input of the graph and no initializer", name);
      return FALSE;
    }
    g_ptr_array_add (values, value);
  }
  drop_trailing_absent (values);
  return TRUE;
}

NncValue *
nnc_onnx_input (const NncOnnxTranslation *translation, guint i)
{
  return i < translation->inputs->len ? translation->inputs->pdata[i] : NULL;
}

NncValue *
nnc_onnx_output (const NncOnnxTranslation *translation, guint i)
{
  return i < translation->outputs->len ? translation->outputs->pdata[i] : NULL;
}

static char *
value_name (const NncOnnxTranslation *translation, const char *suffix)
{
  return g_strdup_printf ("%s:%s", nnc_onnx_node_get_label (translation->node), suffix);
}

NncValue *
nnc_onnx_new_value (NncOnnxTranslation *translation, const char *suffix)
{
  g_autofree char *name = value_name (translation, suffix);

  return nnc_graph_add_value (translation->scope->graph, name);
}

static NncValue *
new_constant (NncOnnxTranslation *translation, const char *suffix, gpointer take, const NncTensorDesc *desc)
{
  g_autofree char *name = value_name (translation, suffix);
  g_autoptr (NncConstant) constant = nnc_constant_new_take (take, desc);

  return nnc_graph_add_constant (translation->scope->graph, name, constant);
}

NncValue *
nnc_onnx_new_ints (NncOnnxTranslation *translation, const char *suffix, const gint64 *values, guint n)
{
  NncTensorDesc desc = { .type = NNC_I64, .rank = 1, .shape = { n } };
  gint64 *copy = g_new0 (gint64, MAX (n, 1));

  if (n > 0)
    memcpy (copy, values, n * sizeof *values);
  return new_constant (translation, suffix, copy, &desc);
}

NncValue *
nnc_onnx_new_floats (NncOnnxTranslation *translation, const char *suffix, const float *values, guint n)
{
  NncTensorDesc desc = { .type = NNC_F32, .rank = 1, .shape = { n } };
  float *copy = g_new0 (float, MAX (n, 1));

  if (n > 0)
    memcpy (copy, values, n * sizeof *values);
  return new_constant (translation, suffix, copy, &desc);
}

NncValue *
nnc_onnx_new_float (NncOnnxTranslation *translation, const char *suffix, float value)
{
  NncTensorDesc desc = { .type = NNC_F32, .rank = 0 };

  return new_constant (translation, suffix, g_memdup2 (&value, sizeof value), &desc);
}

/* --- nodes ------------------------------------------------------------------------------ */

NncNode *
nnc_onnx_emit (NncOnnxTranslation *translation, const char *op, NncValue *const *inputs, guint n_inputs,
               NncValue *const *outputs, guint n_outputs, GError **error)
{
  const NncOp *found = nnc_op_find (op);

  if (found == NULL) {
    nnc_onnx_unsupported (error, "it needs the operator %s, which does not exist", op);
    return NULL;
  }
  return nnc_graph_add_node (translation->scope->graph, found, nnc_onnx_node_get_label (translation->node), inputs,
                             n_inputs, outputs, n_outputs);
}

NncNode *
nnc_onnx_emit_draft (NncOnnxTranslation *translation, NncValue *const *inputs, guint n_inputs, NncValue *const *outputs,
                     guint n_outputs, GError **error)
{
  NncNode *node = nnc_onnx_emit (translation, translation->operator->op, inputs, n_inputs, outputs, n_outputs, error);

  if (node) {
    GArray *empty = node->attributes;
    node->attributes = translation->draft.attributes;
    translation->draft.attributes = empty;
  }
  return node;
}

gboolean
nnc_onnx_translate_plain (NncOnnxTranslation *translation, GError **error)
{
  return nnc_onnx_emit_draft (translation, (NncValue **)translation->inputs->pdata, translation->inputs->len,
                              (NncValue **)translation->outputs->pdata, translation->outputs->len, error)
         != NULL;
}

static gboolean
translate (NncOnnxTranslation *translation, GError **error)
{
  return find_values (translation, translation->node->inputs, translation->inputs, error)
         && find_values (translation, translation->node->outputs, translation->outputs, error)
         && convert_attributes (translation, error) && translation->operator->translate (translation, error);
}

/* What is not supported may be so in another opset. */
static void
prefix_translation_error (const NncOnnxTranslation *translation, GError **error)
{
  const NncOnnxNode *node = translation->node;

  if (g_error_matches (*error, NNC_ERROR, NNC_ERROR_UNSUPPORTED))
    g_prefix_error (error, "node '%s' (%s, opset %" G_GINT64_FORMAT "): ", nnc_onnx_node_get_label (node), node->op,
                    translation->opset);
  else
    nnc_onnx_node_prefix_error (node, error);
}

static gboolean
translate_supported (NncOnnxScope *scope, const NncOnnxOperator *operator, const NncOnnxNode * node, GError **error)
{
  g_autoptr (GPtrArray) inputs = g_ptr_array_new ();
  g_autoptr (GPtrArray) outputs = g_ptr_array_new ();
  NncOnnxTranslation translation = {
    .scope = scope,
    .operator= operator,
    .node = node,
    .opset = nnc_onnx_model_get_opset (scope->model, node->domain),
    .inputs = inputs,
    .outputs = outputs,
  };
  guint first = scope->graph->nodes->len;
  gboolean done;

  if (translation.opset == 0) {
    g_set_error (error, NNC_ERROR, NNC_ERROR_FORMAT, "the file does not say which opset of '%s' it uses",
                 *node->domain ? node->domain : "ai.onnx");
    nnc_onnx_node_prefix_error (node, error);
    return FALSE;
  }
  translation.draft.attributes = g_array_new (FALSE, FALSE, sizeof (NncAttribute));
  g_array_set_clear_func (translation.draft.attributes, (GDestroyNotify)nnc_attribute_clear);
  done = translate (&translation, error);
  g_array_unref (translation.draft.attributes);
  if (!done) {
    prefix_translation_error (&translation, error);
    return FALSE;
  }
  for (guint i = first; i < scope->graph->nodes->len; i++) {
    if (!nnc_node_check (scope->graph->nodes->pdata[i], error))
      return FALSE;
    nnc_onnx_note_ranks (scope->graph->nodes->pdata[i]);
  }
  return TRUE;
}

/* --- operators that are not supported ------------------------------------------------------ */

static void
note_unsupported (NncOnnxModel *model, const NncOnnxNode *node)
{
  g_autofree char *what
      = g_strdup_printf ("node '%s' (%s%s%s, opset %" G_GINT64_FORMAT ")", nnc_onnx_node_get_label (node), node->domain,
                         *node->domain ? "." : "", node->op, nnc_onnx_model_get_opset (model, node->domain));

  nnc_unsupported_note (&model->unsupported, what);
}

/* What is in its subgraphs is to be listed, too. */
static gboolean
look_into_subgraphs (NncOnnxScope *scope, const NncOnnxNode *node, GError **error)
{
  for (guint i = 0; i < node->attributes->len; i++) {
    NncOnnxAttribute *attribute = node->attributes->pdata[i];
    NncMessage message;
    g_autoptr (GPtrArray) captured = g_ptr_array_new ();
    g_autoptr (NncGraph) graph = NULL;

    if (attribute->type != NNC_ONNX_GRAPH)
      continue;
    message = attribute->message;
    graph = nnc_onnx_read_graph (scope->model, scope, &message, captured, error);
    if (graph == NULL) {
      g_prefix_error (error, "attribute '%s': ", attribute->name);
      nnc_onnx_node_prefix_error (node, error);
      return FALSE;
    }
  }
  return TRUE;
}

gboolean
nnc_onnx_translate_node (NncOnnxScope *scope, const NncOnnxNode *node, GError **error)
{
  const NncOnnxOperator *operator = nnc_onnx_operator_find (node->domain, node->op);
  const NncOnnxFunction *function;
  g_autoptr (GError) own = NULL;

  if (operator == NULL || (operator->op && nnc_op_find (operator->op) == NULL)) {
    function = nnc_onnx_functions_find (scope->model->functions, node);
    if (function)
      return nnc_onnx_function_inline (scope, function, node, error);
    note_unsupported (scope->model, node);
    return look_into_subgraphs (scope, node, error);
  }
  if (translate_supported (scope, operator, node, &own) || nnc_unsupported_take (&scope->model->unsupported, &own))
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&own));
  return FALSE;
}
