/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* graph.h: a network in memory: values, and nodes that compute them
 * from others. Importers build graphs, passes rewrite them, the plan executes
 * them. Convolutions and poolings are NHWC here, whatever the file says. */
#pragma once

#include "shape.h"

typedef struct _NncGraph NncGraph;
typedef struct _NncNode NncNode;
typedef struct _NncValue NncValue;
typedef struct _NncOp NncOp;
typedef struct _NncConstant NncConstant;
typedef struct _NncSource NncSource;

/* --- constants ----------------------------------------------------------- */

/* Immutable numbers: a strided view of a part of the model's file, or of
 * memory of their own. Reference-counted. A file's payloads are not aligned. */
struct _NncConstant {
  gatomicrefcount references;
  NncTensorDesc desc;
  gint64 strides[NNC_MAX_RANK]; /* bytes */
  NncSource *source; /* the file, or NULL */
  gsize offset; /* in the file */
  GBytes *bytes; /* own memory, or NULL */
  const void *data; /* in own memory: the first element */
  char *checksum; /* of own memory, where it was computed already; or NULL */
};

/* [offset, offset + size) of source: checked to lie inside the file, and to be as long as desc wants. */
NncConstant *nnc_constant_new_from_source (NncSource *source, gsize offset, gsize size, const NncTensorDesc *desc,
                                           GError **error);
/* Takes over data, which g_free() frees and which is aligned for its type. */
NncConstant *nnc_constant_new_take (gpointer data, const NncTensorDesc *desc);
/* The same numbers with another shape and strides (a transpose), starting where the constant starts. */
NncConstant *nnc_constant_new_view (NncConstant *constant, const NncTensorDesc *desc, const gint64 *strides);
/* The same numbers, of a contiguous constant, copied to `data`, which outlives what is made here: they can be read when
 * the source is not acquired. */
NncConstant *nnc_constant_new_resident (NncConstant *constant, gconstpointer data);
NncConstant *nnc_constant_ref (NncConstant *constant);
void nnc_constant_unref (NncConstant *constant);
/* Where its first element lies, perhaps unaligned; a source must be acquired. */
const void *nnc_constant_get_data (const NncConstant *constant);
/* A contiguous, aligned copy in memory of its own. */
NncConstant *nnc_constant_flatten (NncConstant *constant, GError **error);
/* What tells it from every other constant of its model: packed weights are found by it. */
void nnc_constant_append_key (const NncConstant *constant, GByteArray *key);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NncConstant, nnc_constant_unref)

/* --- attributes ---------------------------------------------------------- */

typedef enum {
  NNC_ATTRIBUTE_INT,
  NNC_ATTRIBUTE_FLOAT,
  NNC_ATTRIBUTE_STRING,
  NNC_ATTRIBUTE_INTS,
  NNC_ATTRIBUTE_FLOATS,
  NNC_ATTRIBUTE_CONSTANT,
  NNC_ATTRIBUTE_GRAPH,
} NncAttributeKind;

typedef struct {
  const char *name; /* interned */
  NncAttributeKind kind;
  guint n; /* of ints, floats, or the string's length */
  union {
    gint64 i;
    float f;
    char *string;
    gint64 *ints;
    float *floats;
    NncConstant *constant;
    NncGraph *graph;
  };
} NncAttribute;

void nnc_attribute_clear (NncAttribute *attribute);
void nnc_attribute_copy (NncAttribute *to, const NncAttribute *from);

/* --- values and nodes ------------------------------------------------------ */

struct _NncValue {
  char *name; /* never NULL */
  /* What the file declares: for inputs it holds, elsewhere it is not trusted.
   * rank -1: unknown; a dimension of -1 is free, with its name in `symbols`. */
  NncDataType type;
  gint rank;
  gint64 shape[NNC_MAX_RANK];
  char *symbols[NNC_MAX_RANK];
  NncQuantization *quantization;
  NncConstant *constant; /* or NULL */
  NncNode *producer; /* NULL: an input or a constant */
  GPtrArray *readers; /* nodes, each as often as it reads it; NULL: none. graph.c keeps it */
  /* What inference found: desc.type is NNC_INVALID until then, and remains so
   * where it depends on data. */
  NncTensorDesc desc;
};

struct _NncNode {
  const NncOp *op;
  char *name; /* in the file; may be empty */
  guint n_inputs, n_outputs;
  /* NULL: an optional input that is absent; inputs[n_inputs] is NULL. Set by nnc_node_set_input() alone. */
  NncValue *const *inputs;
  NncValue **outputs; /* NULL: an output that nobody wants; outputs[n_outputs] is NULL */
  GArray *attributes; /* of NncAttribute */
};

/* How deep graphs may lie in attributes of each other's nodes: what is done with one multiplies with each level. */
#define NNC_MAX_SUBGRAPH_DEPTH 8

/* Owns its nodes and values. */
struct _NncGraph {
  GPtrArray *nodes; /* NncNode, in an order in which they can run */
  GPtrArray *values; /* NncValue */
  GPtrArray *inputs; /* NncValue, not owned */
  GPtrArray *outputs;
  /* DequantizeLinear of constants is not folded: the pass that looks for stored weights has not run yet. */
  gboolean keeps_stored;
};

/* n scales and zero points, all 0. */
NncQuantization *nnc_quantization_new (guint n);
/* NULL of NULL. */
NncQuantization *nnc_quantization_copy (const NncQuantization *from);
void nnc_quantization_free (NncQuantization *quantization);

NncGraph *nnc_graph_new (void);
void nnc_graph_free (NncGraph *graph);
NncGraph *nnc_graph_copy (const NncGraph *graph);
NncValue *nnc_graph_add_value (NncGraph *graph, const char *name);
NncValue *nnc_graph_add_constant (NncGraph *graph, const char *name, NncConstant *constant);
void nnc_value_set_constant (NncValue *value, NncConstant *constant);
/* Appends a node; inputs and outputs may be NULL where the op allows it. */
NncNode *nnc_graph_add_node (NncGraph *graph, const NncOp *op, const char *name, NncValue *const *inputs,
                             guint n_inputs, NncValue *const *outputs, guint n_outputs);
/* Input `index` may lie beyond those there are: those between become absent. */
void nnc_node_set_input (NncNode *node, guint index, NncValue *value);
/* Every node that reads `old` reads `replacement` from now on; where `old` is an output of the graph, `replacement`
 * takes its place and name, unless it has a place and name to keep. */
void nnc_graph_replace_value (NncGraph *graph, NncValue *old, NncValue *replacement);
/* Every node that reads the node's output 0 reads its input `index` instead. Where that leaves the node without a
 * reader it does not count as a reader either: the input becomes absent. */
void nnc_graph_bypass_node (NncGraph *graph, NncNode *node, guint index);
/* Puts nodes into an order in which they can run; those that are in order stay where they are. Nodes with an effect
 * keep their order among themselves (has_effect NULL: none do, for files that list nodes in any order). Returns NULL,
 * or a node that lies on a cycle. */
NncNode *nnc_graph_find_order (NncGraph *graph, gboolean (*has_effect) (const NncNode *node));
/* The same; the error names the node. */
gboolean nnc_graph_sort (NncGraph *graph, gboolean (*has_effect) (const NncNode *node), GError **error);
/* Removes nodes and values that no output and no effect depends on. Nodes must be in order. */
void nnc_graph_remove_dead (NncGraph *graph, gboolean (*has_effect) (const NncNode *node));
/* How many graphs lie in each other: 0 without subgraphs. Does not look deeper than NNC_MAX_SUBGRAPH_DEPTH + 1. */
guint nnc_graph_get_depth (const NncGraph *graph);
/* Reads by nodes and by the graph's outputs. */
guint nnc_graph_count_readers (const NncGraph *graph, const NncValue *value);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NncGraph, nnc_graph_free)

void nnc_node_copy_attributes (NncNode *to, const NncNode *from);
void nnc_node_set_int (NncNode *node, const char *name, gint64 value);
void nnc_node_set_float (NncNode *node, const char *name, float value);
void nnc_node_set_string (NncNode *node, const char *name, const char *value);
void nnc_node_set_ints (NncNode *node, const char *name, const gint64 *values, guint n);
void nnc_node_set_floats (NncNode *node, const char *name, const float *values, guint n);
void nnc_node_set_constant (NncNode *node, const char *name, NncConstant *constant);
void nnc_node_set_graph (NncNode *node, const char *name, NncGraph *take);
void nnc_node_remove_attribute (NncNode *node, const char *name);
const NncAttribute *nnc_node_get_attribute (const NncNode *node, const char *name);
/* NULL: there is none. */
NncGraph *nnc_node_get_graph (const NncNode *node, const char *name);
gint64 nnc_node_get_int (const NncNode *node, const char *name, gint64 otherwise);
float nnc_node_get_float (const NncNode *node, const char *name, float otherwise);
const char *nnc_node_get_string (const NncNode *node, const char *name, const char *otherwise);
/* NULL and *n = 0 when it is absent. */
const gint64 *nnc_node_get_ints (const NncNode *node, const char *name, guint *n);
