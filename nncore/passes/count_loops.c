/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* count_loops.c: a Loop whose condition follows from constants goes around a known number of times, so that what it
 * stacks has a known shape: the condition, and the states it depends on, are computed here, without the rest of the
 * body. Exporters write loops so that count up to a number. */
#include "pass.h"
#include "subgraph.h"

#include <string.h>

enum { COUNT, CONDITION, STATES }; /* inputs of the node; of the body, where COUNT is i */

#define MAX_ITERATIONS 4096
/* What may be computed for it: nodes of all iterations of all loops, and elements of any value. */
#define MAX_NODES (1 << 15)
#define MAX_ELEMENTS 256
#define MAX_ROUNDS 8

/* What decides how often a loop goes around. */
typedef struct {
  const NncNode *node;
  GArray *states; /* of guint: those that the condition depends on */
  GPtrArray *now; /* of NncConstant: what they are */
  NncGraph *step; /* the part of the body that computes the next condition, and each of these states */
} Control;

static void
control_clear (Control *control)
{
  g_clear_pointer (&control->states, g_array_unref);
  g_clear_pointer (&control->now, g_ptr_array_unref);
  g_clear_pointer (&control->step, nnc_graph_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Control, control_clear)

/* Adds what the values in the set are computed from. */
static void
add_sources (const NncGraph *body, GHashTable *set)
{
  for (guint i = body->nodes->len; i-- > 0;) {
    const NncNode *node = body->nodes->pdata[i];
    gboolean wanted = FALSE;

    for (guint j = 0; j < node->n_outputs; j++)
      wanted |= node->outputs[j] && g_hash_table_contains (set, node->outputs[j]);
    for (guint j = 0; wanted && j < node->n_inputs; j++)
      if (node->inputs[j])
        g_hash_table_add (set, node->inputs[j]);
  }
}

static NncConstant *
initial_state (const NncNode *node, guint state)
{
  const NncValue *value = nnc_node_input (node, STATES + state);

  return value ? value->constant : NULL;
}

/* States that are known when it begins, and that the set depends on; their next values depend on further ones. */
static gboolean
find_states (Control *control, const NncGraph *body, guint n_states)
{
  g_autoptr (GHashTable) set = g_hash_table_new (NULL, NULL);
  g_autofree gboolean *found = g_new0 (gboolean, n_states + 1);

  g_hash_table_add (set, body->outputs->pdata[0]);
  for (guint round = 0; round < MAX_ROUNDS; round++) {
    guint before = control->states->len;

    add_sources (body, set);
    for (guint i = 0; i < n_states; i++) {
      if (found[i] || initial_state (control->node, i) == NULL
          || !g_hash_table_contains (set, body->inputs->pdata[STATES + i]))
        continue;
      found[i] = TRUE;
      g_array_append_val (control->states, i);
      g_ptr_array_add (control->now, nnc_constant_ref (initial_state (control->node, i)));
      g_hash_table_add (set, body->outputs->pdata[1 + i]);
    }
    if (control->states->len == before)
      return TRUE;
  }
  return FALSE;
}

/* The body with these outputs alone. */
static gboolean
cut_body (Control *control, guint n_own, guint n_outputs)
{
  g_autoptr (GPtrArray) outputs = g_ptr_array_new ();
  NncGraph *graph = nnc_subgraph_copy (control->node, "body", n_own, n_outputs, NULL);

  control->step = graph;
  if (graph == NULL)
    return FALSE;
  g_ptr_array_add (outputs, graph->outputs->pdata[0]);
  for (guint i = 0; i < control->states->len; i++)
    g_ptr_array_add (outputs, graph->outputs->pdata[1 + g_array_index (control->states, guint, i)]);
  g_ptr_array_set_size (graph->outputs, 0);
  g_ptr_array_extend (graph->outputs, outputs, NULL, NULL);
  nnc_graph_remove_dead (graph, nnc_node_has_effect);
  for (guint i = 0; i < graph->nodes->len; i++) {
    const NncNode *node = graph->nodes->pdata[i];

    if ((node->op->traits & NNC_OP_SUBGRAPH) || nnc_node_has_effect (node))
      return FALSE;
  }
  return TRUE;
}

static gboolean
control_init (Control *control, const NncNode *node)
{
  const NncGraph *body = nnc_node_get_graph (node, "body");
  guint n_captures, n_own;

  nnc_node_get_ints (node, "body_captures", &n_captures);
  if (body == NULL || body->inputs->len < n_captures + STATES)
    return FALSE;
  n_own = body->inputs->len - n_captures;
  if (body->outputs->len + 1 < n_own)
    return FALSE;
  control->node = node;
  control->states = g_array_new (FALSE, FALSE, sizeof (guint));
  control->now = g_ptr_array_new_with_free_func ((GDestroyNotify)nnc_constant_unref);
  return find_states (control, body, n_own - STATES) && cut_body (control, n_own, body->outputs->len);
}

/* --- one iteration --------------------------------------------------------------------- */

/* A single element as the body declares it: [] or [1]. */
static void
set_single (NncGraph *graph, guint input, NncDataType type, gint64 number)
{
  const NncValue *value = graph->inputs->pdata[input];
  NncTensorDesc desc = { .type = type, .rank = value->rank == 1 ? 1 : 0, .shape = { 1 } };
  guint8 flag = number != 0;
  gpointer data = type == NNC_BOOL ? g_memdup2 (&flag, sizeof flag) : g_memdup2 (&number, sizeof number);
  g_autoptr (NncConstant) constant = nnc_constant_new_take (data, &desc);

  nnc_subgraph_set_input (graph, input, &desc, constant);
}

static NncGraph *
describe_iteration (const Control *control, gint64 i)
{
  static const NncTensorDesc unknown = { .type = NNC_INVALID };
  NncGraph *graph = nnc_graph_copy (control->step);
  guint n_captures;

  nnc_node_get_ints (control->node, "body_captures", &n_captures);
  for (guint k = STATES; k + n_captures < graph->inputs->len; k++)
    nnc_subgraph_set_input (graph, k, &unknown, NULL);
  set_single (graph, COUNT, NNC_I64, i);
  set_single (graph, CONDITION, NNC_BOOL, TRUE);
  for (guint k = 0; k < control->states->len; k++) {
    NncConstant *now = control->now->pdata[k];

    nnc_subgraph_set_input (graph, STATES + g_array_index (control->states, guint, k), &now->desc, now);
  }
  return graph;
}

/* Whether nothing large was computed or read, and all outputs are known. */
static gboolean
is_small (const NncGraph *step, const NncGraph *inferred)
{
  for (guint i = 0; i < step->values->len; i++) {
    const NncValue *was = step->values->pdata[i], *value = inferred->values->pdata[i];
    gboolean is_read = value->constant && was->readers && was->readers->len > 0;

    if ((was->producer || is_read) && nnc_desc_n_elements (&value->desc) > MAX_ELEMENTS)
      return FALSE;
  }
  for (guint i = 0; i < inferred->outputs->len; i++)
    if (((const NncValue *)inferred->outputs->pdata[i])->constant == NULL)
      return FALSE;
  return TRUE;
}

static gboolean
read_condition (NncConstant *constant, gboolean *condition)
{
  if (constant->desc.type != NNC_BOOL || nnc_desc_n_elements (&constant->desc) != 1)
    return FALSE;
  *condition = *(const guint8 *)nnc_constant_get_data (constant) != 0;
  return TRUE;
}

/* FALSE: it does not follow from what is known. */
static gboolean
iterate (Control *control, gint64 i, gboolean *condition)
{
  g_autoptr (NncGraph) graph = describe_iteration (control, i);

  if (!nnc_graph_infer (graph, NULL) || !is_small (control->step, graph))
    return FALSE;
  for (guint k = 0; k < control->states->len; k++) {
    NncConstant *next = ((const NncValue *)graph->outputs->pdata[1 + k])->constant;

    nnc_constant_unref (control->now->pdata[k]);
    control->now->pdata[k] = nnc_constant_ref (next);
  }
  return read_condition (((const NncValue *)graph->outputs->pdata[0])->constant, condition);
}

/* --- the loop ---------------------------------------------------------------------------- */

/* What bounds it besides its condition. FALSE: that is not known. */
static gboolean
read_bound (const NncNode *node, gint64 *bound)
{
  const NncValue *count = nnc_node_input (node, COUNT);
  g_autofree gint64 *numbers = NULL;
  guint n;

  *bound = G_MAXINT64;
  if (count == NULL)
    return TRUE;
  numbers = nnc_constant_read_ints (count, &n);
  if (numbers == NULL || n != 1)
    return FALSE;
  *bound = numbers[0];
  return TRUE;
}

/* How often it goes around, or -1. */
static gint64
count_iterations (const NncNode *node, guint *budget)
{
  g_auto (Control) control = { 0 };
  NncConstant *initial = node->inputs[CONDITION]->constant;
  gboolean condition;
  gint64 bound, n = 0;

  if (initial == NULL || !read_condition (initial, &condition) || !read_bound (node, &bound)
      || !control_init (&control, node))
    return -1;
  for (; n < bound && condition; n++) {
    guint cost = control.step->nodes->len + 1;

    if (n == MAX_ITERATIONS || cost > *budget || !iterate (&control, n, &condition))
      return -1;
    *budget -= cost;
  }
  return n;
}

/* Without a condition it goes around as often as its count says. */
static void
set_iterations (NncGraph *graph, NncNode *node, gint64 n)
{
  static const NncTensorDesc scalar = { .type = NNC_I64 };
  g_autoptr (NncConstant) count = nnc_constant_new_take (g_memdup2 (&n, sizeof n), &scalar);
  NncGraph *body = nnc_node_get_graph (node, "body");

  nnc_node_set_input (node, COUNT, nnc_graph_add_constant (graph, "iterations", count));
  nnc_node_set_input (node, CONDITION, NULL);
  body->outputs->pdata[0] = body->inputs->pdata[CONDITION];
}

static gboolean
count_loop (NncGraph *graph, NncNode *node, guint *budget)
{
  gint64 n;

  if (strcmp (node->op->name, "Loop") != 0 || nnc_node_input (node, CONDITION) == NULL)
    return FALSE;
  n = count_iterations (node, budget);
  if (n < 0)
    return FALSE;
  set_iterations (graph, node, n);
  return TRUE;
}

gboolean
nnc_pass_count_loops (NncGraph *graph, gboolean *changed, GError **error)
{
  guint budget = MAX_NODES;
  gboolean again = TRUE;

  /* What a loop stacks may be what the next one counts. */
  for (guint round = 0; again && round < MAX_ROUNDS; round++) {
    again = FALSE;
    for (guint i = 0; i < graph->nodes->len; i++)
      again |= count_loop (graph, graph->nodes->pdata[i], &budget);
    if (again && !nnc_graph_tidy (graph, error))
      return FALSE;
    *changed |= again;
  }
  return TRUE;
}
