/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* plan_steps.c: makes steps of nodes: what prepare is shown of constants, and
 * which of them steps read as they are. */
#include "plan_private.h"
#include "row_tiles.h"
#include "unsupported.h"

#include <string.h>

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
  NncPlace *place = nnc_plan_find_place (plan, value);
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
  place->tensor.data = (gpointer)nnc_pack_store_get (plan->options.store, g_byte_array_free_to_bytes (key),
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
  shown->tensors = g_new0 (NncTensor, node->n_inputs + 1);
  shown->inputs = g_new0 (const NncTensor *, node->n_inputs + 1);
  shown->constants = g_new0 (NncConstant *, node->n_inputs + 1);
  shown->copies = g_new0 (NncConstant *, node->n_inputs + 1);
  for (guint i = 0; i < node->n_inputs; i++) {
    NncValue *value = node->inputs[i];

    if (value == NULL)
      continue;
    shown->tensors[i] = nnc_plan_find_place (plan, value)->tensor;
    shown->tensors[i].data = NULL; /* computed numbers are not known yet */
    if (value->desc.type == NNC_INVALID)
      shown->tensors[i].desc.type = NNC_INVALID;
    shown->inputs[i] = &shown->tensors[i];
    shown->constants[i] = value->constant;
    if (value->constant && !show_constant (value, &shown->tensors[i], &shown->copies[i], error))
      return FALSE;
  }
  return TRUE;
}

/* Constants that run reads: all but those that prepare has packed. */
static gboolean
keep_inputs (NncPlan *plan, const NncNode *node, guint64 consumed, GError **error)
{
  for (guint i = 0; i < node->n_inputs; i++) {
    NncValue *value = node->inputs[i];

    if (value && value->constant && !(i < 64 && consumed >> i & 1) && !keep_constant (plan, value, error))
      return FALSE;
  }
  return TRUE;
}

static NncStep
step_of_node (NncPlan *plan, const NncNode *node)
{
  NncStep step = {
    .inputs = g_new0 (NncTensor *, node->n_inputs + 1),
    .outputs = g_new0 (NncTensor *, node->n_outputs + 1),
    .n_inputs = node->n_inputs,
    .n_outputs = node->n_outputs,
    .node = node,
  };

  for (guint i = 0; i < node->n_inputs; i++)
    step.inputs[i] = node->inputs[i] ? &nnc_plan_find_place (plan, node->inputs[i])->tensor : NULL;
  for (guint i = 0; i < node->n_outputs; i++)
    step.outputs[i] = node->outputs[i] ? &nnc_plan_find_place (plan, node->outputs[i])->tensor : NULL;
  return step;
}

/* rows: how it is run by rows, where it can be; NULL: nobody asks. */
static gboolean
prepare_step (NncPlan *plan, NncStep *step, NncRowWise *rows, gsize *scratch, GError **error)
{
  g_auto (Shown) shown = { 0 };
  NncPlanner planner = {
    .store = plan->options.store,
    .subgraphs = &nnc_plan_subgraphs,
    .subgraphs_data = plan,
    .variables = plan->options.variables,
    .memory = plan->options.memory,
  };
  NncPreparation prepare = {
    .planner = &planner,
    .node = step->node,
    .n_inputs = step->n_inputs,
    .n_outputs = step->n_outputs,
    .outputs = (const NncTensor *const *)step->outputs,
    .threads = plan->options.threads,
    .precision = plan->options.precision,
  };
  gboolean done = show_inputs (plan, step->node, &shown, error);

  planner.constants = shown.constants;
  prepare.inputs = shown.inputs;
  done = done && step->node->op->prepare (&prepare, error) && keep_inputs (plan, step->node, planner.consumed, error);
  step->run = prepare.run;
  step->params = planner.params;
  step->clear = planner.clear_params;
  step->kernel = prepare.kernel;
  step->macs = prepare.macs;
  step->other_work = prepare.other_work;
  *scratch = prepare.scratch;
  if (rows)
    *rows = prepare.rows;
  return done;
}

/* --- steps that depend on data ----------------------------------------------- */

static gboolean
is_dynamic_value (const NncValue *value)
{
  return value && value->desc.type == NNC_INVALID;
}

static gboolean
has_dynamic_output (const NncNode *node)
{
  for (guint i = 0; i < node->n_outputs; i++)
    if (is_dynamic_value (node->outputs[i]))
      return TRUE;
  return FALSE;
}

static gboolean
is_dynamic (const NncNode *node)
{
  if (has_dynamic_output (node))
    return TRUE;
  for (guint i = 0; i < node->n_inputs && !(node->op->traits & NNC_OP_SUBGRAPH); i++)
    if (is_dynamic_value (node->inputs[i]))
      return TRUE;
  return FALSE;
}

/* Its constants are read each time it is prepared, when the model's file may be gone. */
static gboolean
make_constants_resident (NncPlan *plan, const NncNode *node, GPtrArray *constants, GError **error)
{
  if (!keep_inputs (plan, node, 0, error))
    return FALSE;
  for (guint i = 0; i < node->n_inputs; i++) {
    const NncValue *value = node->inputs[i];
    gboolean is_constant = value && value->constant;

    g_ptr_array_add (constants, is_constant ? nnc_constant_new_resident (value->constant,
                                                                         nnc_plan_find_place (plan, value)->tensor.data)
                                            : NULL);
  }
  return TRUE;
}

/* The same for constants that are attributes. */
static gboolean
flatten_attributes (const NncNode *node, GError **error)
{
  for (guint i = 0; i < node->attributes->len; i++) {
    NncAttribute *attribute = &g_array_index (node->attributes, NncAttribute, i);
    NncConstant *flat;

    if (attribute->kind != NNC_ATTRIBUTE_CONSTANT)
      continue;
    flat = nnc_constant_flatten (attribute->constant, error);
    if (flat == NULL)
      return FALSE;
    nnc_constant_unref (attribute->constant);
    attribute->constant = flat;
  }
  return TRUE;
}

static void
unref_constant (gpointer constant)
{
  if (constant)
    nnc_constant_unref (constant);
}

static gboolean
make_dynamic (NncPlan *plan, NncStep *step, GError **error)
{
  g_autoptr (GPtrArray) constants = g_ptr_array_new_with_free_func (unref_constant);
  gsize scratch = 0;

  if (step->node->op->traits & NNC_OP_SUBGRAPH) {
    if (!prepare_step (plan, step, NULL, &scratch, error))
      return FALSE;
    g_ptr_array_set_size (constants, (gint)step->n_inputs);
  } else if (!make_constants_resident (plan, step->node, constants, error) || !flatten_attributes (step->node, error)) {
    return FALSE;
  }
  nnc_dynamic_step_init (step, &plan->resources, (NncConstant *const *)constants->pdata, scratch);
  return TRUE;
}

/* After the step nobody wants values that the node is the last to read. */
static void
add_releases (NncPlan *plan, NncValue *const *values, guint n, guint index)
{
  for (guint i = 0; i < n; i++) {
    NncPlace *place = nnc_plan_find_place (plan, values[i]);
    NncPlanRelease release = { plan->steps->len - 1, place };

    if (place == NULL || !place->dynamic || place->last != index)
      continue;
    g_array_append_val (plan->releases, release);
  }
}

/* --- all steps ------------------------------------------------------------------ */

/* Takes over the step. */
static void
append_step (NncPlan *plan, const NncStep *step, gsize scratch)
{
  plan->scratch_size = MAX (plan->scratch_size, scratch);
  g_array_append_val (plan->steps, *step);
}

static gboolean
is_row_step (GHashTable *row_tiles, const NncNode *node)
{
  return nnc_node_gives_rows (node) || (node->n_inputs > 0 && g_hash_table_contains (row_tiles, node->inputs[0]));
}

/* A step that is run by rows together with the one before it, the one after it, or both. row_tiles: those whose last
 * step is not there yet, by the value that it reads. */
static gboolean
add_row_step (NncPlan *plan, GHashTable *row_tiles, const NncNode *node, GError **error)
{
  NncStep step = step_of_node (plan, node);
  NncRowTiles *tiles = g_hash_table_lookup (row_tiles, node->inputs[0]);
  NncRowWise rows = { 0 };
  gsize scratch = 0;
  gboolean done = prepare_step (plan, &step, &rows, &scratch, error);

  g_hash_table_steal (row_tiles, node->inputs[0]);
  tiles = tiles ? tiles : nnc_row_tiles_new ();
  nnc_row_tiles_add (tiles, &step, &rows, scratch);
  if (done && nnc_node_gives_rows (node)) {
    g_hash_table_insert (row_tiles, node->outputs[0], tiles);
    return TRUE;
  }
  done = done && nnc_row_tiles_finish (tiles, plan->options.threads, &step, &scratch, error);
  if (done)
    append_step (plan, &step, scratch);
  else
    nnc_row_tiles_free (tiles);
  return done;
}

static gboolean
add_single_step (NncPlan *plan, const NncNode *node, GError **error)
{
  NncStep step = step_of_node (plan, node);
  gsize scratch = 0;
  gboolean done;

  if (is_dynamic (node))
    done = make_dynamic (plan, &step, error);
  else
    done = prepare_step (plan, &step, NULL, &scratch, error);
  append_step (plan, &step, scratch);
  return done;
}

static gboolean
add_step (NncPlan *plan, GHashTable *row_tiles, const NncNode *node, guint index, GError **error)
{
  gboolean done = is_row_step (row_tiles, node) ? add_row_step (plan, row_tiles, node, error)
                                                : add_single_step (plan, node, error);

  if (!done)
    g_prefix_error (error, "node '%s' (%s): ", node->name, node->op->name);
  add_releases (plan, node->inputs, node->n_inputs, index);
  add_releases (plan, node->outputs, node->n_outputs, index);
  return done;
}

/* Dynamic values that stay until the next run; inputs belong to whoever bound them. */
static void
add_last_releases (NncPlan *plan)
{
  for (guint i = 0; i < plan->graph->outputs->len; i++) {
    const NncValue *value = plan->graph->outputs->pdata[i];
    NncPlanRelease release = { G_MAXUINT, nnc_plan_find_place (plan, value) };

    if (value->producer && release.place->dynamic)
      g_array_append_val (plan->releases, release);
  }
}

/* How many nodes have not been made steps of, of those that read a constant. */
static GHashTable *
count_constant_reads (const NncGraph *graph)
{
  GHashTable *reads = g_hash_table_new (NULL, NULL);

  for (guint i = 0; i < graph->nodes->len; i++) {
    const NncNode *node = graph->nodes->pdata[i];

    for (guint j = 0; j < node->n_inputs; j++)
      if (node->inputs[j] && node->inputs[j]->constant) {
        guint n = GPOINTER_TO_UINT (g_hash_table_lookup (reads, node->inputs[j]));

        g_hash_table_insert (reads, node->inputs[j], GUINT_TO_POINTER (n + 1));
      }
  }
  for (guint i = 0; i < graph->outputs->len; i++) /* kept at the end */
    g_hash_table_remove (reads, graph->outputs->pdata[i]);
  return reads;
}

/* A step has what it reads, packed or copied: what passes computed would be kept twice. */
static void
forget_constants (const NncNode *node, GHashTable *reads)
{
  for (guint i = 0; i < node->n_inputs; i++) {
    guint n = node->inputs[i] ? GPOINTER_TO_UINT (g_hash_table_lookup (reads, node->inputs[i])) : 0;

    if (n == 1)
      g_clear_pointer (&node->inputs[i]->constant, nnc_constant_unref);
    if (n > 0)
      g_hash_table_insert (reads, node->inputs[i], GUINT_TO_POINTER (n - 1));
  }
}

gboolean
nnc_plan_add_steps (NncPlan *plan, GError **error)
{
  g_autoptr (GHashTable) reads = count_constant_reads (plan->graph);
  g_autoptr (GHashTable) row_tiles = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify)nnc_row_tiles_free);
  g_auto (NncUnsupported) unsupported = { 0 };
  g_autoptr (GError) failure = NULL;

  for (guint i = 0; i < plan->graph->nodes->len; i++) {
    const NncNode *node = plan->graph->nodes->pdata[i];

    if ((node->op->traits & NNC_OP_VIEW) && !has_dynamic_output (node))
      continue;
    if (!add_step (plan, row_tiles, node, i, &failure) && !nnc_unsupported_take (&unsupported, &failure)) {
      g_propagate_error (error, g_steal_pointer (&failure));
      return FALSE;
    }
    forget_constants (node, reads);
  }
  if (!nnc_unsupported_finish (&unsupported, error))
    return FALSE;
  add_last_releases (plan);
  /* Outputs that are constants or views of them. */
  for (guint i = 0; i < plan->graph->outputs->len; i++) {
    const NncValue *value = plan->graph->outputs->pdata[i];

    if (value->constant && !keep_constant (plan, value, error))
      return FALSE;
  }
  return TRUE;
}
