/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* op_case.h: what an op should do, as text. */
#pragma once

#include "op.h"

#define OP_CASE_MAX_INPUTS 15

/* Tensors are "f32[2,3] 1 2 3 4 5 6"; a single number fills all; "i8[2]@0.5,-3 7 8": stored by scale
 * and zero point. Attributes are "axis=1 alpha=0.5f pads=[1,1]
 * mode=edge". */
typedef struct {
  const char *op, *attributes;
  const char *output; /* several with " | " between, NULL for one; or "error: what its message contains" */
  const char *inputs[OP_CASE_MAX_INPUTS]; /* "": absent */
} OpCase;

extern const OpCase op_cases[];
extern const guint n_op_cases;

#define OP_CASE_MAX_OUTPUTS 4

NncConstant *tensor_from_text (const char *text);
/* A node with its op's name, in a graph of its own; inputs that are given are constants. */
NncNode *node_from_case (NncGraph *graph, const OpCase *c);
guint op_case_n_outputs (const OpCase *c);
/* What output i should be. */
NncConstant *op_case_output (const OpCase *c, guint i);
/* NULL, or how they differ; free it. */
char *tensor_difference (NncConstant *found, NncConstant *wanted);
