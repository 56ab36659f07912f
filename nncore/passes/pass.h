/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* pass.h: small rewrites of a graph whose shapes are known. One file a pass,
 * one line in passes.inc, in the order in which they run. */
#pragma once

#include "infer_graph.h"
#include "op.h"

/* Rewrites the graph, and says whether it changed anything. New nodes may be appended anywhere and new values left
 * without a desc: after a pass that changed something, nodes are put in order, dead ones removed and shapes inferred
 * again. */
typedef gboolean (*NncPassRun) (NncGraph *graph, gboolean *changed, GError **error);

typedef struct {
  const char *name;
  NncPassRun run;
} NncPass;

#define NNC_PASS(name) gboolean nnc_pass_##name (NncGraph *graph, gboolean *changed, GError **error);
#include "passes.inc"
#undef NNC_PASS

const NncPass *nnc_passes (guint *n);

/* Runs every pass that is not named in `disabled` (NULL-terminated, or NULL). Sources must be acquired. */
gboolean nnc_passes_run (NncGraph *graph, const char *const *disabled, GError **error);

/* --- for passes ------------------------------------------------------------- */

/* What follows a pass that changed something: order, no dead nodes, shapes. */
gboolean nnc_graph_tidy (NncGraph *graph, GError **error);
/* The node that computes the value, when it is of this op and nobody else reads the value; else NULL. */
NncNode *nnc_sole_producer (const NncGraph *graph, const NncValue *value, const char *op);
/* The numbers of a constant f32 value as a contiguous array; g_free() it. NULL when it is not that. */
float *nnc_constant_read_f32 (const NncValue *value, gsize *n);
/* The same of a constant i64 or i32 value of at most a few thousand numbers. */
gint64 *nnc_constant_read_ints (const NncValue *value, guint *n);
/* A constant vector [n] that takes over `numbers`. */
NncValue *nnc_graph_add_vector (NncGraph *graph, const char *name, float *numbers, gsize n);
/* Node input i, or NULL when it is absent or beyond those there are. */
NncValue *nnc_node_input (const NncNode *node, guint i);
/* What a Relu of f32, or a Clip by constants, clamps to. FALSE: the node is neither. */
gboolean nnc_node_read_clamp (const NncNode *node, float *minimum, float *maximum);
/* The output channels of a Conv or a MatMul whose weights are constant; 0 when they are not. */
gsize nnc_node_output_channels (const NncNode *node);
