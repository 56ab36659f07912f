/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* plan.c: makes steps of nodes, and gives every value its place. */
#include "plan.h"

#include "arena.h"

#include <stdlib.h>
#include <string.h>

/* Where a value's bytes are: values that are views of each other, or are
 * computed in place, share a block. */
typedef struct {
  NncTensor tensor;
  guint block; /* NO_BLOCK: a constant */
} Place;

#define NO_BLOCK G_MAXUINT

struct _NncPlan {
  NncGraph *graph;
  GHashTable *places; /* NncValue -> Place */
  GArray *blocks; /* of NncArenaBlock */
  GArray *steps; /* of NncStep */
  guint8 *arena;
  gsize arena_size, live_peak;
  guint8 *scratch;
  gsize scratch_size; /* a part */
  NncPackStore *store;
};

static void
step_clear (gpointer data)
{
  NncStep *step = data;

  g_free (step->params);
  g_free (step->inputs);
  g_free (step->outputs);
}

void
nnc_plan_free (NncPlan *plan)
{
  g_clear_pointer (&plan->steps, g_array_unref);
  g_clear_pointer (&plan->blocks, g_array_unref);
  g_clear_pointer (&plan->places, g_hash_table_unref);
  g_clear_pointer (&plan->graph, nnc_graph_free);
  nnc_pack_store_unref (plan->store);
  free (plan->arena);
  free (plan->scratch);
  g_free (plan);
}

static Place *
place_of (NncPlan *plan, const NncValue *value)
{
  return value ? g_hash_table_lookup (plan->places, value) : NULL;
}

static guint
add_block (NncPlan *plan, gsize size, guint first)
{
  NncArenaBlock block = { .size = size, .first = first, .last = first };

  g_array_append_val (plan->blocks, block);
  return plan->blocks->len - 1;
}

static Place *
add_place (NncPlan *plan, NncValue *value, guint block)
{
  Place *place = g_new0 (Place, 1);

  place->tensor.desc = value->desc;
  place->tensor.name = value->name;
  place->tensor.quantization = value->quantization;
  nnc_desc_contiguous_strides (&value->desc, place->tensor.strides);
  place->block = block;
  g_hash_table_insert (plan->places, value, place);
  return place;
}

static gboolean
is_used_as (const GPtrArray *values, NncPlan *plan, guint block)
{
  for (guint i = 0; i < values->len; i++) {
    const Place *place = place_of (plan, values->pdata[i]);

    if (place && place->block == block)
      return TRUE;
  }
  return FALSE;
}

/* Whether any node after `from` still reads the block. */
static gboolean
is_read_later (NncPlan *plan, guint block, guint from)
{
  for (guint i = from; i < plan->graph->nodes->len; i++) {
    const NncNode *node = plan->graph->nodes->pdata[i];

    for (guint j = 0; j < node->n_inputs; j++) {
      const Place *place = place_of (plan, node->inputs[j]);

      if (place && place->block == block)
        return TRUE;
    }
  }
  return is_used_as (plan->graph->outputs, plan, block) || is_used_as (plan->graph->inputs, plan, block);
}

/* The block that output 0 takes over from input 0, or NO_BLOCK. */
static guint
inherited_block (NncPlan *plan, const NncNode *node, guint index)
{
  const Place *input = place_of (plan, node->inputs[0]);

  if (input == NULL || input->block == NO_BLOCK)
    return NO_BLOCK;
  if (node->op->traits & NNC_OP_VIEW)
    return input->block;
  if (!(node->op->traits & NNC_OP_IN_PLACE) || !nnc_desc_equal (&input->tensor.desc, &node->outputs[0]->desc)
      || is_read_later (plan, input->block, index + 1))
    return NO_BLOCK;
  /* A second reading of the same block, by another shape, would see what is already written. */
  for (guint i = 1; i < node->n_inputs; i++) {
    const Place *other = place_of (plan, node->inputs[i]);

    if (other && other->block == input->block)
      return NO_BLOCK;
  }
  return input->block;
}

static gboolean
place_node (NncPlan *plan, const NncNode *node, guint index, GError **error)
{
  for (guint i = 0; i < node->n_outputs; i++) {
    NncValue *value = node->outputs[i];
    guint block;

    if (value == NULL)
      continue;
    if (value->desc.type == NNC_INVALID) {
      g_set_error (error, NNC_ERROR, NNC_ERROR_UNSUPPORTED,
                   "node '%s' (%s): the shape of output %u depends on data, which is not supported", node->name,
                   node->op->name, i);
      return FALSE;
    }
    block = i == 0 ? inherited_block (plan, node, index) : NO_BLOCK;
    if (block == NO_BLOCK)
      block = add_block (plan, nnc_desc_size (&value->desc), index);
    g_array_index (plan->blocks, NncArenaBlock, block).last = index;
    add_place (plan, value, block);
  }
  for (guint i = 0; i < node->n_inputs; i++) {
    const Place *place = place_of (plan, node->inputs[i]);

    if (place && place->block != NO_BLOCK)
      g_array_index (plan->blocks, NncArenaBlock, place->block).last
          = MAX (g_array_index (plan->blocks, NncArenaBlock, place->block).last, index);
  }
  return TRUE;
}

static gboolean
place_values (NncPlan *plan, GError **error)
{
  guint n = plan->graph->nodes->len;

  for (guint i = 0; i < plan->graph->values->len; i++) {
    NncValue *value = plan->graph->values->pdata[i];

    if (value->constant)
      add_place (plan, value, NO_BLOCK);
  }
  /* Inputs stay for the next run, and outputs until it begins. */
  for (guint i = 0; i < plan->graph->inputs->len; i++) {
    NncValue *value = plan->graph->inputs->pdata[i];
    guint block;

    if (place_of (plan, value))
      continue;
    block = add_block (plan, nnc_desc_size (&value->desc), 0);
    g_array_index (plan->blocks, NncArenaBlock, block).last = n;
    add_place (plan, value, block);
  }
  for (guint i = 0; i < n; i++)
    if (!place_node (plan, plan->graph->nodes->pdata[i], i, error))
      return FALSE;
  for (guint i = 0; i < plan->graph->outputs->len; i++) {
    const Place *place = place_of (plan, plan->graph->outputs->pdata[i]);

    if (place && place->block != NO_BLOCK)
      g_array_index (plan->blocks, NncArenaBlock, place->block).last = n;
  }
  return TRUE;
}

static gboolean
allocate_arena (NncPlan *plan, gsize limit, GError **error)
{
  GHashTableIter iter;
  gpointer place, arena;

  if (!nnc_arena_place ((NncArenaBlock *)plan->blocks->data, plan->blocks->len, &plan->arena_size)
      || (limit && plan->arena_size > limit)) {
    g_set_error (error, NNC_ERROR, NNC_ERROR_MEMORY,
                 "intermediate tensors take %" G_GSIZE_FORMAT " bytes, the limit is %" G_GSIZE_FORMAT, plan->arena_size,
                 limit);
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
  memset (arena, 0, MAX (plan->arena_size, 64));
  g_hash_table_iter_init (&iter, plan->places);
  while (g_hash_table_iter_next (&iter, NULL, &place)) {
    guint block = ((Place *)place)->block;

    if (block != NO_BLOCK)
      ((Place *)place)->tensor.data = plan->arena + g_array_index (plan->blocks, NncArenaBlock, block).offset;
  }
  return TRUE;
}

/* --- constants ----------------------------------------------------------- */

static void
copy_numbers (gpointer packed, gpointer user_data)
{
  const NncConstant *flat = user_data;

  memcpy (packed, flat->data, nnc_desc_size (&flat->desc));
}

/* A constant that steps read as it is: one aligned copy, shared by all sessions. */
static gboolean
keep_constant (NncPlan *plan, const NncValue *value, GError **error)
{
  Place *place = place_of (plan, value);
  GByteArray *key = g_byte_array_new ();
  g_autoptr (NncConstant) flat = NULL;

  if (place->tensor.data) {
    g_byte_array_unref (key);
    return TRUE;
  }
  flat = nnc_constant_flatten (value->constant, error);
  if (flat == NULL) {
    g_byte_array_unref (key);
    return FALSE;
  }
  g_byte_array_append (key, (const guint8 *)"constant", sizeof "constant");
  nnc_constant_append_key (value->constant, key);
  place->tensor.data = (gpointer)nnc_pack_store_get (plan->store, g_byte_array_free_to_bytes (key),
                                                     nnc_desc_size (&flat->desc), copy_numbers, flat, error);
  return place->tensor.data != NULL;
}

/* What prepare sees of a constant: its numbers where they lie, or an aligned copy that lives as long as prepare. */
static gboolean
show_constant (const NncValue *value, NncTensor *tensor, NncConstant **copy, GError **error)
{
  const NncConstant *constant = value->constant;

  *copy = NULL;
  if ((guintptr)nnc_constant_get_data (constant) % nnc_data_type_get_size (constant->desc.type)) {
    constant = *copy = nnc_constant_flatten (value->constant, error);
    if (constant == NULL)
      return FALSE;
  }
  tensor->desc = constant->desc;
  memcpy (tensor->strides, constant->strides, sizeof tensor->strides);
  tensor->data = (gpointer)nnc_constant_get_data (constant);
  return TRUE;
}

/* --- steps --------------------------------------------------------------- */

typedef struct {
  NncTensor *tensors;
  const NncTensor **inputs;
  NncConstant **constants, **copies;
  guint n;
} Shown;

static void
shown_clear (Shown *shown)
{
  for (guint i = 0; i < shown->n; i++)
    g_clear_pointer (&shown->copies[i], nnc_constant_unref);
  g_free (shown->tensors);
  g_free (shown->inputs);
  g_free (shown->constants);
  g_free (shown->copies);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Shown, shown_clear)

static gboolean
show_inputs (NncPlan *plan, const NncNode *node, Shown *shown, GError **error)
{
  shown->n = node->n_inputs;
  shown->tensors = g_new0 (NncTensor, node->n_inputs);
  shown->inputs = g_new0 (const NncTensor *, node->n_inputs);
  shown->constants = g_new0 (NncConstant *, node->n_inputs);
  shown->copies = g_new0 (NncConstant *, node->n_inputs);
  for (guint i = 0; i < node->n_inputs; i++) {
    NncValue *value = node->inputs[i];

    if (value == NULL)
      continue;
    shown->tensors[i] = place_of (plan, value)->tensor;
    shown->tensors[i].data = NULL; /* computed numbers are not known yet */
    shown->inputs[i] = &shown->tensors[i];
    shown->constants[i] = value->constant;
    if (value->constant && !show_constant (value, &shown->tensors[i], &shown->copies[i], error))
      return FALSE;
  }
  return TRUE;
}

static gboolean
finish_step (NncPlan *plan, const NncNode *node, const NncPlanner *planner, NncStep *step, GError **error)
{
  for (guint i = 0; i < node->n_inputs; i++) {
    NncValue *value = node->inputs[i];

    step->inputs[i] = value ? &place_of (plan, value)->tensor : NULL;
    if (value && value->constant && !(i < 64 && planner->consumed >> i & 1) && !keep_constant (plan, value, error))
      return FALSE;
  }
  return TRUE;
}

static gboolean
add_step (NncPlan *plan, const NncNode *node, const NncPlanOptions *options, GError **error)
{
  g_auto (Shown) shown = { 0 };
  NncPlanner planner = { .store = plan->store };
  NncPreparation prepare = {
    .planner = &planner,
    .node = node,
    .n_inputs = node->n_inputs,
    .n_outputs = node->n_outputs,
    .threads = options->threads,
  };
  NncStep step = {
    .inputs = g_new0 (NncTensor *, node->n_inputs),
    .outputs = g_new0 (NncTensor *, node->n_outputs),
    .n_inputs = node->n_inputs,
    .n_outputs = node->n_outputs,
    .node = node,
  };
  gboolean done;

  for (guint i = 0; i < node->n_outputs; i++)
    step.outputs[i] = node->outputs[i] ? &place_of (plan, node->outputs[i])->tensor : NULL;
  done = show_inputs (plan, node, &shown, error);
  planner.constants = shown.constants;
  prepare.inputs = shown.inputs;
  prepare.outputs = (const NncTensor *const *)step.outputs;
  done = done && node->op->prepare (&prepare, error) && finish_step (plan, node, &planner, &step, error);
  step.run = prepare.run;
  step.params = planner.params;
  step.kernel = prepare.kernel;
  step.macs = prepare.macs;
  plan->scratch_size = MAX (plan->scratch_size, prepare.scratch);
  if (done)
    g_array_append_val (plan->steps, step);
  else
    step_clear (&step);
  if (!done)
    g_prefix_error (error, "node '%s' (%s): ", node->name, node->op->name);
  return done;
}

static gboolean
add_steps (NncPlan *plan, const NncPlanOptions *options, GError **error)
{
  for (guint i = 0; i < plan->graph->nodes->len; i++) {
    const NncNode *node = plan->graph->nodes->pdata[i];

    if (node->op->traits & NNC_OP_VIEW)
      continue;
    if (!add_step (plan, node, options, error))
      return FALSE;
  }
  /* Outputs that are constants or views of them. */
  for (guint i = 0; i < plan->graph->outputs->len; i++) {
    const NncValue *value = plan->graph->outputs->pdata[i];

    if (value->constant && !keep_constant (plan, value, error))
      return FALSE;
  }
  return TRUE;
}

static gboolean
allocate_scratch (NncPlan *plan, const NncPlanOptions *options, GError **error)
{
  gpointer scratch = NULL;
  gsize size;

  if (!nnc_size_add (plan->scratch_size, 127, &size) || !nnc_size_mul (size & ~(gsize)63, options->threads, &size)
      || (options->memory_limit && size > options->memory_limit) || posix_memalign (&scratch, 64, size) != 0) {
    g_set_error (error, NNC_ERROR, NNC_ERROR_MEMORY, "no memory for %u times %" G_GSIZE_FORMAT " bytes of scratch",
                 options->threads, plan->scratch_size);
    return FALSE;
  }
  plan->scratch = scratch;
  plan->scratch_size = (plan->scratch_size + 63) & ~(gsize)63;
  return TRUE;
}

NncPlan *
nnc_plan_new (NncGraph *graph, NncPackStore *store, const NncPlanOptions *options, GError **error)
{
  g_autoptr (NncPlan) plan = g_new0 (NncPlan, 1);

  plan->graph = graph;
  plan->store = nnc_pack_store_ref (store);
  plan->places = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  plan->blocks = g_array_new (FALSE, FALSE, sizeof (NncArenaBlock));
  plan->steps = g_array_new (FALSE, FALSE, sizeof (NncStep));
  g_array_set_clear_func (plan->steps, step_clear);
  if (!place_values (plan, error) || !allocate_arena (plan, options->memory_limit, error)
      || !add_steps (plan, options, error) || !allocate_scratch (plan, options, error))
    return NULL;
  return g_steal_pointer (&plan);
}

NncTensor *
nnc_plan_get_tensor (NncPlan *plan, const NncValue *value)
{
  return &place_of (plan, value)->tensor;
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
  guint block = place_of (plan, plan->graph->inputs->pdata[i])->block;
  GHashTableIter iter;
  gpointer place;

  g_hash_table_iter_init (&iter, plan->places);
  while (g_hash_table_iter_next (&iter, NULL, &place))
    if (((Place *)place)->block == block)
      ((Place *)place)->tensor.data = data;
}

gboolean
nnc_plan_run (NncPlan *plan, NncThreadPool *pool, gint *cancelled, GError **error)
{
  NncRunContext context = {
    .scratch = plan->scratch,
    .scratch_size = plan->scratch_size,
    .pool = pool,
  };

  for (guint i = 0; i < plan->steps->len; i++) {
    const NncStep *step = &g_array_index (plan->steps, NncStep, i);

    if (g_atomic_int_get (cancelled)) {
      g_set_error_literal (error, NNC_ERROR, NNC_ERROR_CANCELLED, "the run was cancelled");
      return FALSE;
    }
    if (!step->run (step, &context, error)) {
      g_prefix_error (error, "node '%s' (%s): ", step->node->name, step->node->op->name);
      return FALSE;
    }
  }
  return TRUE;
}
