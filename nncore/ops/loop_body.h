/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* loop_body.h: what loops (Loop, Scan, While) have in common: the body's
 * inputs, of which some are states: what an iteration leaves to the next. */
#pragma once

#include "memory.h"
#include "subgraph.h"

/* The inputs of a body's own. */
typedef struct {
  const NncNode *node;
  const char *name; /* of the body's attribute */
  guint n_own, n_outputs;
  guint first_state, n_states; /* among the own inputs */
  guint first_output; /* that is a state; among the outputs */
  NncTensorDesc *descs; /* n_own; type NNC_INVALID: not known */
  NncConstant **constants; /* n_own; or NULL */
} NncLoopBody;

/* Nothing is known of the inputs yet. FALSE: there is no such body. */
gboolean nnc_loop_body_init (NncLoopBody *body, const NncNode *node, const char *name, GError **error);
void nnc_loop_body_clear (NncLoopBody *body);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (NncLoopBody, nnc_loop_body_clear)

/* States begin as these inputs of the node. */
gboolean nnc_loop_body_set_states (NncLoopBody *body, guint first_node_input, GError **error);
/* States whose type or shape an iteration changes become unknown. Returns the body, inferred for what is known then. */
NncGraph *nnc_loop_body_settle (NncLoopBody *body, GError **error);
/* The settled body with a plan. inferred: return location for what settling returns, or NULL. */
NncBody *nnc_loop_body_plan (NncLoopBody *body, NncPreparation *prepare, NncGraph **inferred, GError **error);

/* --- states ------------------------------------------------------------------------- */

typedef struct {
  NncTensor now;
  gpointer slots[2]; /* what is known by its size has both from prepare on, other states one while they are there */
  guint slot; /* of now, unless it is an input of the node or has not changed */
  gboolean fixed;
} NncLoopState;

typedef struct {
  guint n;
  NncLoopState *states;
  NncMemory *memory;
} NncLoopStates;

/* Memory for the states that are known. clear() also after a failure. */
gboolean nnc_loop_states_init (NncLoopStates *states, NncPreparation *prepare, const NncLoopBody *body, GError **error);
void nnc_loop_states_clear (NncLoopStates *states);
void nnc_loop_states_begin (NncLoopStates *states, NncTensor *const *initial);
gboolean nnc_loop_states_bind (const NncLoopStates *states, NncBody *body, guint first_input, GError **error);
/* The body's outputs are the next states. */
gboolean nnc_loop_states_carry (NncLoopStates *states, NncBody *body, guint first_output, GError **error);
/* The last states become outputs of the node. */
gboolean nnc_loop_states_finish (const NncLoopStates *states, NncRunContext *context, const NncStep *step,
                                 GError **error);
/* Gives back the memory of states that are not known by their size. */
void nnc_loop_states_end (NncLoopStates *states);
