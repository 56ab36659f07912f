/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* loop_body.c: which states keep their shape, and the states themselves. */
#include "loop_body.h"

#include "infer_graph.h"
#include "planner.h"

#include <string.h>

gboolean
nnc_loop_body_init (NncLoopBody *body, const NncNode *node, const char *name, GError **error)
{
  g_autofree char *captures = g_strconcat (name, "_captures", NULL);
  const NncGraph *graph = nnc_node_get_graph (node, name);
  guint n_captures;

  nnc_node_get_ints (node, captures, &n_captures);
  if (graph == NULL || graph->inputs->len < n_captures)
    return nnc_op_error (error, "attribute '%s' is absent, or has fewer inputs than captured values", name);
  body->node = node;
  body->name = name;
  body->n_own = graph->inputs->len - n_captures;
  body->n_outputs = graph->outputs->len;
  body->descs = g_new0 (NncTensorDesc, body->n_own + 1);
  body->constants = g_new0 (NncConstant *, body->n_own + 1);
  return TRUE;
}

void
nnc_loop_body_clear (NncLoopBody *body)
{
  for (guint i = 0; i < body->n_own; i++)
    g_clear_pointer (&body->constants[i], nnc_constant_unref);
  g_free (body->descs);
  g_free (body->constants);
}

gboolean
nnc_loop_body_set_states (NncLoopBody *body, guint first_node_input, GError **error)
{
  for (guint i = 0; i < body->n_states; i++) {
    guint input = first_node_input + i;

    if (input >= body->node->n_inputs || body->node->inputs[input] == NULL)
      return nnc_op_error (error, "input %u is absent, '%s' has %u states", input, body->name, body->n_states);
    body->descs[body->first_state + i] = body->node->inputs[input]->desc;
  }
  return TRUE;
}

/* The body with its inputs described. */
static NncGraph *
describe (const NncLoopBody *body, GError **error)
{
  NncGraph *graph = nnc_subgraph_copy (body->node, body->name, body->n_own, body->n_outputs, error);

  for (guint i = 0; graph && i < body->n_own; i++)
    nnc_subgraph_set_input (graph, i, &body->descs[i], body->constants[i]);
  return graph;
}

static gboolean
same_desc (const NncTensorDesc *a, const NncTensorDesc *b)
{
  return a->type == NNC_INVALID ? b->type == NNC_INVALID : nnc_desc_equal (a, b);
}

/* States that the inferred body changes become unknown. TRUE: there were none. */
static gboolean
forget_changing (NncLoopBody *body, const NncGraph *inferred)
{
  gboolean settled = TRUE;

  for (guint i = 0; i < body->n_states; i++) {
    NncTensorDesc *state = &body->descs[body->first_state + i];

    if (same_desc (state, nnc_subgraph_get_output (inferred, body->first_output + i)))
      continue;
    settled = state->type == NNC_INVALID && settled; /* what is unknown need not settle */
    state->type = NNC_INVALID;
  }
  return settled;
}

static void
forget_all (NncLoopBody *body)
{
  for (guint i = 0; i < body->n_states; i++)
    body->descs[body->first_state + i].type = NNC_INVALID;
}

/* Each round multiplies with those of the loops around: what has not settled in two is unknown. */
NncGraph *
nnc_loop_body_settle (NncLoopBody *body, GError **error)
{
  for (guint round = 0; round < 3; round++) {
    g_autoptr (NncGraph) graph = NULL;

    if (round == 2)
      forget_all (body);
    graph = describe (body, error);
    if (graph == NULL || !nnc_graph_infer (graph, error)) {
      g_prefix_error (error, "in '%s': ", body->name);
      return NULL;
    }
    if (forget_changing (body, graph) || round == 2)
      return g_steal_pointer (&graph);
  }
  return NULL;
}

NncBody *
nnc_loop_body_plan (NncLoopBody *body, NncPreparation *prepare, NncGraph **inferred, GError **error)
{
  g_autoptr (NncGraph) settled = nnc_loop_body_settle (body, error);
  NncGraph *graph = settled ? describe (body, error) : NULL;

  if (graph == NULL)
    return NULL;
  if (inferred)
    *inferred = g_steal_pointer (&settled);
  return nnc_body_new (prepare, body->name, graph, body->n_own, error);
}

/* --- states ------------------------------------------------------------------------- */

gboolean
nnc_loop_states_init (NncLoopStates *states, NncPreparation *prepare, const NncLoopBody *body, GError **error)
{
  states->n = body->n_states;
  states->states = g_new0 (NncLoopState, body->n_states + 1);
  states->memory = nnc_memory_ref (prepare->planner->memory);
  for (guint i = 0; i < states->n; i++) {
    NncLoopState *state = &states->states[i];
    const NncTensorDesc *desc = &body->descs[body->first_state + i];

    state->fixed = desc->type != NNC_INVALID;
    for (guint slot = 0; slot < 2 && state->fixed; slot++) {
      state->slots[slot] = nnc_memory_take (states->memory, nnc_desc_size (desc), error);
      if (state->slots[slot] == NULL)
        return FALSE;
    }
  }
  return TRUE;
}

static void
give_slots (NncLoopStates *states, NncLoopState *state)
{
  for (guint slot = 0; slot < 2; slot++)
    if (state->slots[slot])
      nnc_memory_give (states->memory, g_steal_pointer (&state->slots[slot]));
}

void
nnc_loop_states_clear (NncLoopStates *states)
{
  for (guint i = 0; i < states->n; i++)
    give_slots (states, &states->states[i]);
  g_clear_pointer (&states->states, g_free);
  g_clear_pointer (&states->memory, nnc_memory_unref);
  states->n = 0;
}

void
nnc_loop_states_begin (NncLoopStates *states, NncTensor *const *initial)
{
  for (guint i = 0; i < states->n; i++)
    states->states[i].now = *initial[i];
}

gboolean
nnc_loop_states_bind (const NncLoopStates *states, NncBody *body, guint first_input, GError **error)
{
  for (guint i = 0; i < states->n; i++)
    if (!nnc_body_bind (body, first_input + i, &states->states[i].now, error))
      return FALSE;
  return TRUE;
}

/* Copies to the slot where the state is not: others may still be views of what it was. */
static gboolean
carry (NncLoopStates *states, NncLoopState *state, const NncTensor *next, GError **error)
{
  gsize size = nnc_desc_size (&next->desc);
  guint other = 1 - state->slot;

  if (next->data == state->now.data && nnc_desc_equal (&next->desc, &state->now.desc))
    return TRUE;
  if (state->fixed && !nnc_desc_equal (&next->desc, &state->now.desc))
    return nnc_op_error (error, "a state changes its shape, which was not to be");
  if (!state->fixed)
    state->slots[other] = nnc_memory_take (states->memory, size, error);
  if (state->slots[other] == NULL)
    return FALSE;
  if (size > 0)
    memcpy (state->slots[other], next->data, size);
  state->now.desc = next->desc;
  nnc_desc_contiguous_strides (&next->desc, state->now.strides);
  state->now.data = state->slots[other];
  state->slot = other;
  return TRUE;
}

/* What unknown states were before. */
static void
give_former (NncLoopStates *states)
{
  for (guint i = 0; i < states->n; i++) {
    NncLoopState *state = &states->states[i];
    gpointer *former = &state->slots[1 - state->slot];

    if (!state->fixed && state->now.data == state->slots[state->slot] && *former)
      nnc_memory_give (states->memory, g_steal_pointer (former));
  }
}

gboolean
nnc_loop_states_carry (NncLoopStates *states, NncBody *body, guint first_output, GError **error)
{
  for (guint i = 0; i < states->n; i++)
    if (!carry (states, &states->states[i], nnc_body_get_output (body, first_output + i), error))
      return FALSE;
  give_former (states);
  return TRUE;
}

gboolean
nnc_loop_states_finish (const NncLoopStates *states, NncRunContext *context, const NncStep *step, GError **error)
{
  for (guint i = 0; i < MIN (states->n, step->n_outputs); i++)
    if (!nnc_run_copy_output (context, step->outputs[i], &states->states[i].now, error))
      return FALSE;
  return TRUE;
}

void
nnc_loop_states_end (NncLoopStates *states)
{
  for (guint i = 0; i < states->n; i++)
    if (!states->states[i].fixed)
      give_slots (states, &states->states[i]);
}
