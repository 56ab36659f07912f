/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ops.c: the list of operators. */
#include "op.h"

#include <string.h>

#define NNC_OP(name) extern const NncOp nnc_op_##name;
#include "ops.inc"
#undef NNC_OP

static const NncOp *const ops[] = {
#define NNC_OP(name) &nnc_op_##name,
#include "ops.inc"
#undef NNC_OP
};

const NncOp *
nnc_op_find (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (ops); i++)
    if (strcmp (ops[i]->name, name) == 0)
      return ops[i];
  return NULL;
}

const NncOp *const *
nnc_ops (guint *n)
{
  *n = G_N_ELEMENTS (ops);
  return ops;
}

static gboolean
graph_has_effect (const NncGraph *graph)
{
  for (guint i = 0; i < graph->nodes->len; i++)
    if (nnc_node_has_effect (graph->nodes->pdata[i]))
      return TRUE;
  return FALSE;
}

gboolean
nnc_node_has_effect (const NncNode *node)
{
  if (node->op->traits & NNC_OP_EFFECT)
    return TRUE;
  for (guint i = 0; i < node->attributes->len; i++) {
    const NncAttribute *attribute = &g_array_index (node->attributes, NncAttribute, i);

    if (attribute->kind == NNC_ATTRIBUTE_GRAPH && graph_has_effect (attribute->graph))
      return TRUE;
  }
  return FALSE;
}

void
nnc_op_set_error (GError **error, NncError code, const char *format, ...)
{
  va_list arguments;

  va_start (arguments, format);
  g_propagate_error (error, g_error_new_valist (NNC_ERROR, code, format, arguments));
  va_end (arguments);
}
