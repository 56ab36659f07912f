/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* onnx_graph.h: GraphProto -> NncGraph.
 *
 * A subgraph (a body of If, Loop or Scan) is a graph like any other. It may
 * read values of the graphs around it by name. Constants are simply shared;
 * every other outer value that it reads becomes one more input of the
 * subgraph, after its own inputs, and one more input of the node, after its
 * own. For each attribute NAME that is a graph the node has an attribute
 * NAME_captures: which of the node's inputs feed those further inputs of the
 * subgraph, in order. */
#pragma once

#include "graph.h"
#include "protobuf.h"
#include "unsupported.h"

/* What the nodes of a model share while it is read. */
typedef struct {
  NncSource *source; /* acquired */
  GHashTable *opsets; /* domain ("" is ai.onnx) -> gint64 */
  NncUnsupported unsupported;
  GHashTable *functions; /* onnx_function.h */
  guint n_inlined; /* nodes that calls of functions have become */
} NncOnnxModel;

/* Reads message, an OperatorSetIdProto, to its end. */
gboolean nnc_onnx_read_opset (NncMessage *message, GHashTable *opsets, GError **error);
/* 0: the domain is not imported. */
gint64 nnc_onnx_model_get_opset (const NncOnnxModel *model, const char *domain);

/* The names that a graph's nodes can see. */
typedef struct _NncOnnxScope NncOnnxScope;
typedef struct _NncOnnxCall NncOnnxCall;
struct _NncOnnxScope {
  NncOnnxModel *model;
  NncOnnxScope *outer; /* of the graph around this one, or NULL */
  NncGraph *graph;
  GHashTable *values; /* name -> NncValue */
  GPtrArray *captured; /* of the outer scope: one for each further input; NULL without an outer scope */
  const NncOnnxCall *call; /* of the function whose nodes these are; NULL: of none */
};

/* The value of this name, captured from outside where need be; NULL: there is none. */
NncValue *nnc_onnx_scope_find (NncOnnxScope *scope, const char *name);

/* Reads message to its end: a graph, in order and checked. Operators that are not supported are left out and
 * noted in model. captured: the outer values that feed the further inputs of a subgraph. */
NncGraph *nnc_onnx_read_graph (NncOnnxModel *model, NncOnnxScope *outer, NncMessage *message, GPtrArray *captured,
                               GError **error);
