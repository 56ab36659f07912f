/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* onnx_node.h: NodeProto and AttributeProto as they stand in the file. */
#pragma once

#include "protobuf.h"

/* AttributeProto.AttributeType */
typedef enum {
  NNC_ONNX_UNDEFINED = 0,
  NNC_ONNX_FLOAT = 1,
  NNC_ONNX_INT = 2,
  NNC_ONNX_STRING = 3,
  NNC_ONNX_TENSOR = 4,
  NNC_ONNX_GRAPH = 5,
  NNC_ONNX_FLOATS = 6,
  NNC_ONNX_INTS = 7,
  NNC_ONNX_STRINGS = 8,
} NncOnnxAttributeType;

/* "ints"; "type 9" is "other". */
const char *nnc_onnx_attribute_type_to_string (gint64 type);

typedef struct {
  char *name;
  gint64 type; /* NncOnnxAttributeType, or one that is not listed there */
  char *reference; /* the attribute of the function around it that this one is; "": none */
  gint64 i;
  float f;
  char *s;
  NncMessage message; /* of a TENSOR or GRAPH, unread */
  GArray *floats; /* float */
  GArray *ints; /* gint64 */
  GString *strings; /* with commas between */
} NncOnnxAttribute;

typedef struct {
  char *name; /* no string here is NULL */
  char *op;
  char *domain; /* "" is ai.onnx */
  GPtrArray *inputs; /* names; "" is absent */
  GPtrArray *outputs;
  GPtrArray *attributes; /* NncOnnxAttribute */
} NncOnnxNode;

NncOnnxNode *nnc_onnx_node_new (void);
/* Reads message to its end: one more attribute. */
gboolean nnc_onnx_node_read_attribute (NncOnnxNode *node, NncMessage *message, GError **error);
/* Reads message to its end. */
NncOnnxNode *nnc_onnx_node_read (NncMessage *message, GError **error);
void nnc_onnx_node_free (NncOnnxNode *node);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NncOnnxNode, nnc_onnx_node_free)

/* Its name, or that of its first output where it has none. */
const char *nnc_onnx_node_get_label (const NncOnnxNode *node);
/* Puts "node 'name' (op): " before the message. */
void nnc_onnx_node_prefix_error (const NncOnnxNode *node, GError **error);
