/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tflite_control_flow.c: nodes that run other graphs of the file, which they name by number, and variables. */
#include "tflite_graph.h"
#include "tflite_translate.h"

/* Fields of the options. */
enum { IF_THEN = 0, IF_ELSE = 1 };
enum { WHILE_CONDITION = 0, WHILE_BODY = 1 };
enum { CALL_ONCE_BODY = 0 };
enum { VARIABLE_CONTAINER = 0, VARIABLE_NAME = 1 };

static NncGraph *
read_body (NncTfliteTranslation *translation, guint field, GError **error)
{
  return nnc_tflite_read_body (translation->model, nnc_tflite_option (translation, field, 4, 0), error);
}

/* The node's own inputs and outputs. */
static NncNode *
emit (NncTfliteTranslation *translation)
{
  return nnc_tflite_emit (translation, translation->operator->op, translation->inputs, translation->n_inputs,
                          translation->outputs, translation->n_outputs);
}

/* A branch's inputs are what the node has after the condition; ours have captured values alone. */
static gboolean
set_branch (NncNode *node, const char *name, NncGraph *take, GError **error)
{
  g_autofree char *captures_name = g_strconcat (name, "_captures", NULL);
  guint n = take->inputs->len, n_outputs = take->outputs->len;
  g_autofree gint64 *captures = g_new (gint64, n + 1);

  for (guint i = 0; i < n; i++)
    captures[i] = i + 1;
  nnc_node_set_graph (node, name, take);
  nnc_node_set_ints (node, captures_name, captures, n);
  if (n + 1 == node->n_inputs && n_outputs == node->n_outputs)
    return TRUE;
  g_set_error (error, NNC_ERROR, NNC_ERROR_FORMAT,
               "its %s has %u inputs and %u outputs, the node gives %u and takes %u", name, n, n_outputs,
               node->n_inputs - 1, node->n_outputs);
  return FALSE;
}

gboolean
nnc_tflite_translate_if (NncTfliteTranslation *translation, GError **error)
{
  g_autoptr (NncGraph) yes = read_body (translation, IF_THEN, error);
  g_autoptr (NncGraph) no = yes ? read_body (translation, IF_ELSE, error) : NULL;
  NncNode *node;

  if (no == NULL)
    return FALSE;
  node = emit (translation);
  return set_branch (node, "then_branch", g_steal_pointer (&yes), error)
         && set_branch (node, "else_branch", g_steal_pointer (&no), error);
}

gboolean
nnc_tflite_translate_while (NncTfliteTranslation *translation, GError **error)
{
  g_autoptr (NncGraph) condition = read_body (translation, WHILE_CONDITION, error);
  g_autoptr (NncGraph) body = condition ? read_body (translation, WHILE_BODY, error) : NULL;
  guint n = translation->n_inputs;
  NncNode *node;

  if (body == NULL)
    return FALSE;
  if (translation->n_outputs != n || body->inputs->len != n || body->outputs->len != n || condition->inputs->len != n
      || condition->outputs->len != 1) {
    g_set_error (error, NNC_ERROR, NNC_ERROR_FORMAT,
                 "it has %u inputs and %u outputs, its body %u and %u, its condition %u and %u", n,
                 translation->n_outputs, body->inputs->len, body->outputs->len, condition->inputs->len,
                 condition->outputs->len);
    return FALSE;
  }
  node = emit (translation);
  nnc_node_set_graph (node, "cond", g_steal_pointer (&condition));
  nnc_node_set_graph (node, "body", g_steal_pointer (&body));
  return TRUE;
}

gboolean
nnc_tflite_translate_call_once (NncTfliteTranslation *translation, GError **error)
{
  NncGraph *body = read_body (translation, CALL_ONCE_BODY, error);
  g_autofree char *key = g_strdup_printf ("%" G_GINT64_FORMAT, nnc_tflite_option (translation, CALL_ONCE_BODY, 4, 0));
  NncNode *node;

  if (body == NULL)
    return FALSE;
  node = emit (translation);
  nnc_node_set_graph (node, "body", body);
  nnc_node_set_string (node, "key", key);
  return TRUE;
}

/* --- variables ------------------------------------------------------------------------------- */

gboolean
nnc_tflite_translate_var_handle (NncTfliteTranslation *translation, GError **error)
{
  g_autofree char *container = nnc_table_dup_string (&translation->options, VARIABLE_CONTAINER);
  g_autofree char *name = nnc_table_dup_string (&translation->options, VARIABLE_NAME);
  NncNode *node = emit (translation);

  nnc_node_set_string (node, "container", container ? container : "");
  nnc_node_set_string (node, "shared_name", name ? name : "");
  return TRUE;
}

gboolean
nnc_tflite_translate_read_variable (NncTfliteTranslation *translation, GError **error)
{
  const NncValue *y = translation->outputs[0];
  NncNode *node = emit (translation);

  for (gint i = 0; i < y->rank; i++)
    if (y->shape[i] < 0)
      return TRUE;
  if (y->rank < 0)
    return TRUE;
  nnc_node_set_int (node, "type", y->type);
  nnc_node_set_ints (node, "shape", y->shape, (guint)y->rank);
  return TRUE;
}

gboolean
nnc_tflite_translate_assign_variable (NncTfliteTranslation *translation, GError **error)
{
  emit (translation);
  return TRUE;
}
