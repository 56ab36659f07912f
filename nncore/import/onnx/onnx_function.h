/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* onnx_function.h: FunctionProto: operators that a model defines by others. A
 * node of such an operator becomes the nodes of its definition. */
#pragma once

#include "onnx_graph.h"
#include "onnx_node.h"

typedef struct _NncOnnxFunction NncOnnxFunction;

/* Names and nodes that a call looks up: the function's own. */
struct _NncOnnxCall {
  const NncOnnxFunction *function;
  const NncOnnxNode *node; /* that calls it */
  NncOnnxScope *scope; /* of the node */
  guint depth;
};

/* Reads message to its end. */
NncOnnxFunction *nnc_onnx_function_read (NncMessage *message, GError **error);
void nnc_onnx_function_free (NncOnnxFunction *function);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NncOnnxFunction, nnc_onnx_function_free)

/* A table of functions, which it owns; and a function in it: FALSE: there is one of that name. */
GHashTable *nnc_onnx_functions_new (void);
gboolean nnc_onnx_functions_add (GHashTable *functions, NncOnnxFunction *take);
const NncOnnxFunction *nnc_onnx_functions_find (GHashTable *functions, const NncOnnxNode *node);

/* The nodes of the definition, in the node's place. */
gboolean nnc_onnx_function_inline (NncOnnxScope *scope, const NncOnnxFunction *function, const NncOnnxNode *node,
                                   GError **error);
/* Whether name is an input of the function around that its call leaves out. */
gboolean nnc_onnx_scope_is_absent (const NncOnnxScope *scope, const char *name);
/* The attribute itself, or what it refers to: an attribute of the call, or its default. *missing: there is none. NULL
 * with an error: there is no function around it. */
const NncOnnxAttribute *nnc_onnx_scope_resolve (const NncOnnxScope *scope, const NncOnnxAttribute *attribute,
                                                gboolean *missing, GError **error);
