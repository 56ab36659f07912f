/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* plan.c: gives every value of a graph its place, and walks the steps. */
#include "plan.h"

#include "arena.h"
#include "pages.h"
#include "pass.h"
#include "plan_private.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

static void
step_clear (gpointer data)
{
  NncStep *step = data;

  nnc_params_free (step->params, step->clear);
  g_free (step->inputs);
  g_free (step->outputs);
}

static void
free_input_places (NncPlan *plan)
{
  for (guint i = 0; plan->input_places && i < plan->graph->inputs->len; i++)
    g_ptr_array_unref (plan->input_places[i]);
  g_clear_pointer (&plan->input_places, g_free);
}

void
nnc_plan_free (NncPlan *plan)
{
  nnc_plan_forget (plan);
  g_clear_pointer (&plan->steps, g_array_unref);
  g_clear_pointer (&plan->releases, g_array_unref);
  g_clear_pointer (&plan->blocks, g_array_unref);
  g_clear_pointer (&plan->places, g_hash_table_unref);
  free_input_places (plan);
  g_clear_pointer (&plan->graph, nnc_graph_free);
  nnc_memory_release (plan->options.memory, plan->reserved);
  free (plan->arena);
  free (plan->scratch);
  g_free (plan);
}

/* --- places --------------------------------------------------------------- */

static guint
add_block (NncPlan *plan, gsize size, guint first)
{
  NncArenaBlock block = { .size = size, .first = first, .last = first };

  g_array_append_val (plan->blocks, block);
  return plan->blocks->len - 1;
}

/* Where node `index` is run: with the one that its rows go to. */
static guint
find_run (const NncGraph *graph, guint index)
{
  const NncNode *node = graph->nodes->pdata[index];

  while (nnc_node_gives_rows (node)) {
    const NncNode *reader = node->outputs[0]->readers->pdata[0];

    while (node != reader)
      node = graph->nodes->pdata[++index];
  }
  return index;
}

/* The last node that reads each value; G_MAXUINT: it stays until the next run. */
static GHashTable *
find_last_reads (const NncGraph *graph)
{
  GHashTable *last_reads = g_hash_table_new (NULL, NULL);

  for (guint i = 0; i < graph->nodes->len; i++) {
    const NncNode *node = graph->nodes->pdata[i];
    guint run = find_run (graph, i);

    for (guint j = 0; j < node->n_inputs; j++) {
      guint last = GPOINTER_TO_UINT (g_hash_table_lookup (last_reads, node->inputs[j]));

      g_hash_table_insert (last_reads, node->inputs[j], GUINT_TO_POINTER (MAX (last, run)));
    }
  }
  for (guint i = 0; i < graph->inputs->len; i++)
    g_hash_table_insert (last_reads, graph->inputs->pdata[i], GUINT_TO_POINTER (G_MAXUINT));
  for (guint i = 0; i < graph->outputs->len; i++)
    g_hash_table_insert (last_reads, graph->outputs->pdata[i], GUINT_TO_POINTER (G_MAXUINT));
  return last_reads;
}

/* The block, if any, stays until the last node that reads the value. */
static NncPlace *
add_place (NncPlan *plan, NncValue *value, guint block, guint first)
{
  NncPlace *place = g_new0 (NncPlace, 1);

  place->tensor.desc = value->desc;
  place->dynamic = value->desc.type == NNC_INVALID;
  if (place->dynamic)
    place->tensor.desc = (NncTensorDesc){ .type = value->type, .rank = 1 };
  place->tensor.name = value->name;
  place->tensor.quantization = value->quantization;
  nnc_desc_contiguous_strides (&place->tensor.desc, place->tensor.strides);
  place->block = block;
  place->last = MAX (first, GPOINTER_TO_UINT (g_hash_table_lookup (plan->last_reads, value)));
  if (block != NNC_NO_BLOCK) {
    NncArenaBlock *lives = &g_array_index (plan->blocks, NncArenaBlock, block);

    lives->last = MAX (lives->last, MIN (place->last, plan->graph->nodes->len));
  }
  g_hash_table_insert (plan->places, value, place);
  return place;
}

/* The block that output 0 takes over from input 0, or NNC_NO_BLOCK. */
static guint
inherited_block (NncPlan *plan, const NncNode *node, guint index)
{
  const NncPlace *input = nnc_plan_find_place (plan, node->inputs[0]);

  if (input == NULL || input->block == NNC_NO_BLOCK)
    return NNC_NO_BLOCK;
  if (node->op->traits & NNC_OP_VIEW)
    return input->block;
  if (node->outputs[0]->desc.type == NNC_INVALID || !(node->op->traits & NNC_OP_IN_PLACE)
      || !nnc_desc_equal (&input->tensor.desc, &node->outputs[0]->desc)
      || g_array_index (plan->blocks, NncArenaBlock, input->block).last > index)
    return NNC_NO_BLOCK;
  /* A second reading of the same block, by another shape, would see what is already written. */
  for (guint i = 1; i < node->n_inputs; i++) {
    const NncPlace *other = nnc_plan_find_place (plan, node->inputs[i]);

    if (other && other->block == input->block)
      return NNC_NO_BLOCK;
  }
  return input->block;
}

/* The block of what a Concat puts together, from the first part of it on. */
static guint
find_whole (NncPlan *plan, const NncNode *concat, guint index)
{
  guint block = GPOINTER_TO_UINT (g_hash_table_lookup (plan->wholes, concat));

  if (block == 0) {
    block = add_block (plan, nnc_desc_size (&concat->outputs[0]->desc), index) + 1;
    g_hash_table_insert (plan->wholes, (gpointer)concat, GUINT_TO_POINTER (block));
  }
  return block - 1;
}

/* A slice of its reader's output, along the last axis. */
static void
place_part (NncPlan *plan, NncValue *value, guint index)
{
  const NncNode *concat = value->readers->pdata[0];
  NncPlace *place = add_place (plan, value, find_whole (plan, concat, index), index);
  guint last = value->desc.rank - 1;

  nnc_desc_contiguous_strides (&concat->outputs[0]->desc, place->tensor.strides);
  for (guint i = 0; concat->inputs[i] != value; i++)
    place->offset += (gsize)(concat->inputs[i]->desc.shape[last] * place->tensor.strides[last]);
}

static guint
choose_block (NncPlan *plan, const NncNode *node, guint index)
{
  guint whole = GPOINTER_TO_UINT (g_hash_table_lookup (plan->wholes, node));

  return whole ? whole - 1 : inherited_block (plan, node, index);
}

static void
place_output (NncPlan *plan, const NncNode *node, guint i, guint index)
{
  NncValue *value = node->outputs[i];
  guint block = i == 0 ? choose_block (plan, node, index) : NNC_NO_BLOCK;

  if (i == 0 && nnc_node_writes_into_reader (node)) {
    place_part (plan, value, index);
    return;
  }
  /* A dynamic value is in the arena only where it is a view of what is. */
  if (block == NNC_NO_BLOCK && value->desc.type != NNC_INVALID && !nnc_node_gives_rows (node))
    block = add_block (plan, nnc_desc_size (&value->desc), index);
  add_place (plan, value, block, index);
}

static void
place_input (NncPlan *plan, NncValue *value)
{
  guint block = NNC_NO_BLOCK;

  if (nnc_plan_find_place (plan, value))
    return; /* a constant */
  if (value->desc.type != NNC_INVALID)
    block = add_block (plan, plan->is_body ? 0 : nnc_desc_size (&value->desc), 0);
  add_place (plan, value, block, 0);
}

static void
place_values (NncPlan *plan)
{
  plan->last_reads = find_last_reads (plan->graph);
  plan->wholes = g_hash_table_new (NULL, NULL);
  for (guint i = 0; i < plan->graph->values->len; i++) {
    NncValue *value = plan->graph->values->pdata[i];

    if (value->constant)
      add_place (plan, value, NNC_NO_BLOCK, 0);
  }
  for (guint i = 0; i < plan->graph->inputs->len; i++)
    place_input (plan, plan->graph->inputs->pdata[i]);
  for (guint i = 0; i < plan->graph->nodes->len; i++) {
    const NncNode *node = plan->graph->nodes->pdata[i];

    for (guint j = 0; j < node->n_outputs; j++)
      if (node->outputs[j])
        place_output (plan, node, j, i);
  }
  g_clear_pointer (&plan->last_reads, g_hash_table_unref);
  g_clear_pointer (&plan->wholes, g_hash_table_unref);
}

/* Which places an input's memory holds: they move with it. */
static void
collect_input_places (NncPlan *plan)
{
  guint n = plan->graph->inputs->len;
  g_autofree guint *input_of_block = g_new (guint, plan->blocks->len + 1);
  GHashTableIter iter;
  gpointer place;

  plan->input_places = g_new (GPtrArray *, n + 1);
  for (guint i = 0; i < plan->blocks->len; i++)
    input_of_block[i] = G_MAXUINT;
  for (guint i = 0; i < n; i++) {
    NncPlace *input = nnc_plan_find_place (plan, plan->graph->inputs->pdata[i]);

    plan->input_places[i] = g_ptr_array_new ();
    if (input->block != NNC_NO_BLOCK)
      input_of_block[input->block] = i;
    else if (input->dynamic)
      g_ptr_array_add (plan->input_places[i], input);
  }
  g_hash_table_iter_init (&iter, plan->places);
  while (g_hash_table_iter_next (&iter, NULL, &place)) {
    guint block = ((NncPlace *)place)->block;

    if (block != NNC_NO_BLOCK && !((NncPlace *)place)->dynamic && input_of_block[block] != G_MAXUINT)
      g_ptr_array_add (plan->input_places[input_of_block[block]], place);
  }
}

/* Counts bytes that the plan is about to allocate. */
static gboolean
reserve (NncPlan *plan, gsize size)
{
  if (!nnc_memory_reserve (plan->options.memory, size))
    return FALSE;
  plan->reserved += size;
  return TRUE;
}

static gboolean
allocate_arena (NncPlan *plan, GError **error)
{
  GHashTableIter iter;
  gpointer place, arena;

  if (!nnc_arena_place ((NncArenaBlock *)plan->blocks->data, plan->blocks->len, &plan->arena_size)
      || !reserve (plan, plan->arena_size)) {
    g_set_error (error, NNC_ERROR, NNC_ERROR_MEMORY,
                 "intermediate tensors take %" G_GSIZE_FORMAT " bytes, the limit is %" G_GSIZE_FORMAT, plan->arena_size,
                 nnc_memory_get_limit (plan->options.memory));
    return FALSE;
  }
  plan->live_peak
      = nnc_arena_live_peak ((NncArenaBlock *)plan->blocks->data, plan->blocks->len, plan->graph->nodes->len + 1);
  if (posix_memalign (&arena, 64, MAX (plan->arena_size, 64)) != 0) {
    g_set_error (error, NNC_ERROR, NNC_ERROR_MEMORY, "no memory for %" G_GSIZE_FORMAT " bytes of intermediate tensors",
                 plan->arena_size);
    return FALSE;
  }
  plan->arena = arena;
  nnc_pages_advise (arena, plan->arena_size);
  memset (arena, 0, MAX (plan->arena_size, 64));
  g_hash_table_iter_init (&iter, plan->places);
  while (g_hash_table_iter_next (&iter, NULL, &place)) {
    NncPlace *lies = place;

    if (lies->block != NNC_NO_BLOCK && !lies->dynamic)
      lies->tensor.data = plan->arena + g_array_index (plan->blocks, NncArenaBlock, lies->block).offset + lies->offset;
  }
  return TRUE;
}

static gboolean
allocate_scratch (NncPlan *plan, GError **error)
{
  guint threads = plan->options.threads;
  gpointer scratch = NULL;
  gsize size;

  if (!nnc_size_add (plan->scratch_size, 127, &size) || !nnc_size_mul (size & ~(gsize)63, threads, &size)
      || !reserve (plan, size) || posix_memalign (&scratch, 64, size) != 0) {
    g_set_error (error, NNC_ERROR, NNC_ERROR_MEMORY, "no memory for %u times %" G_GSIZE_FORMAT " bytes of scratch",
                 threads, plan->scratch_size);
    return FALSE;
  }
  plan->scratch = scratch;
  plan->scratch_size = (plan->scratch_size + 63) & ~(gsize)63;
  return TRUE;
}

/* Takes over the graph. */
static NncPlan *
plan_new (NncGraph *graph, gboolean is_body, const NncPlanOptions *options, GError **error)
{
  g_autoptr (NncPlan) plan = g_new0 (NncPlan, 1);

  plan->options = *options;
  plan->resources
      = (NncStepResources){ options->store, options->memory, options->variables, options->threads, options->precision };
  plan->is_body = is_body;
  plan->graph = graph;
  plan->places = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  plan->blocks = g_array_new (FALSE, FALSE, sizeof (NncArenaBlock));
  plan->steps = g_array_new (FALSE, FALSE, sizeof (NncStep));
  plan->releases = g_array_new (FALSE, FALSE, sizeof (NncPlanRelease));
  g_array_set_clear_func (plan->steps, step_clear);
  if (!nnc_passes_run (graph, options->disabled_passes, error))
    return NULL;
  place_values (plan);
  collect_input_places (plan);
  if (!allocate_arena (plan, error) || !nnc_plan_add_steps (plan, error) || !allocate_scratch (plan, error))
    return NULL;
  return g_steal_pointer (&plan);
}

NncPlan *
nnc_plan_new (NncGraph *graph, const NncPlanOptions *options, GError **error)
{
  return plan_new (graph, FALSE, options, error);
}

NncPlan *
nnc_plan_new_body (NncGraph *graph, const NncPlanOptions *options, GError **error)
{
  return plan_new (graph, TRUE, options, error);
}

NncTensor *
nnc_plan_get_tensor (NncPlan *plan, const NncValue *value)
{
  return &nnc_plan_find_place (plan, value)->tensor;
}

const NncGraph *
nnc_plan_get_graph (NncPlan *plan)
{
  return plan->graph;
}

const NncStep *
nnc_plan_get_steps (NncPlan *plan, guint *n)
{
  *n = plan->steps->len;
  return (const NncStep *)plan->steps->data;
}

guint64
nnc_plan_get_macs (NncPlan *plan)
{
  guint64 macs = 0;

  for (guint i = 0; i < plan->steps->len; i++)
    macs += g_array_index (plan->steps, NncStep, i).macs;
  return macs;
}

guint64
nnc_plan_get_other_work (NncPlan *plan)
{
  guint64 work = 0;

  for (guint i = 0; i < plan->steps->len; i++)
    work += g_array_index (plan->steps, NncStep, i).other_work;
  return work;
}

gsize
nnc_plan_get_arena_size (NncPlan *plan)
{
  return plan->arena_size;
}

gsize
nnc_plan_get_live_peak (NncPlan *plan)
{
  return plan->live_peak;
}

void
nnc_plan_bind_input (NncPlan *plan, guint i, gpointer data)
{
  const GPtrArray *places = plan->input_places[i];

  for (guint j = 0; j < places->len; j++)
    ((NncPlace *)places->pdata[j])->tensor.data = data;
}

/* --- run ------------------------------------------------------------------ */

void
nnc_plan_forget (NncPlan *plan)
{
  for (guint i = 0; plan->releases && i < plan->releases->len; i++)
    nnc_place_forget (g_array_index (plan->releases, NncPlanRelease, i).place, plan->options.memory);
}

static double
now_us (void)
{
  struct timespec now;

  clock_gettime (CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

/* took: in microseconds, or NULL. */
static gboolean
run_step (NncPlan *plan, const NncStep *step, NncRunContext *context, double *took, GError **error)
{
  double begin = took ? now_us () : 0;
  gboolean done;

  if (!nnc_run_check_cancelled (context, error))
    return FALSE;
  done = step->run (step, context, error);
  if (took)
    *took = now_us () - begin;
  if (done)
    return TRUE;
  g_prefix_error (error, "node '%s' (%s): ", step->node->name, step->node->op->name);
  return FALSE;
}

gboolean
nnc_plan_run (NncPlan *plan, const NncRunContext *context, GError **error)
{
  NncRunContext own = *context;
  double *microseconds = g_steal_pointer (&own.microseconds); /* bodies run in the same context */
  guint released = 0, traced = 0;

  own.scratch = plan->scratch;
  own.scratch_size = plan->scratch_size;
  nnc_plan_forget (plan);
  if (!nnc_plan_trace (plan, &traced, 0, context, error))
    return FALSE;
  for (guint i = 0; i < plan->steps->len; i++) {
    const NncStep *step = &g_array_index (plan->steps, NncStep, i);
    double *took = microseconds ? &microseconds[i] : NULL;

    if (!run_step (plan, step, &own, took, error) || !nnc_plan_trace (plan, &traced, i + 1, context, error))
      return FALSE;
    for (; released < plan->releases->len; released++) {
      const NncPlanRelease *release = &g_array_index (plan->releases, NncPlanRelease, released);

      if (release->step > i)
        break;
      nnc_place_forget (release->place, plan->options.memory);
    }
  }
  return TRUE;
}
