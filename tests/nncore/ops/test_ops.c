/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test_ops.c: every op, by the table of op_cases.c: from constants, from
 * inputs that are not known while the step is prepared, and permuted. */
#include "execute.h"
#include "op_case.h"
#include "planner.h"

#include <gst/check/gstcheck.h>
#include <stdlib.h>
#include <string.h>

#define LIMIT ((gsize)1 << 24)
#define PARTS 3

static void
constants_of (const NncNode *node, NncConstant **constants)
{
  for (guint i = 0; i < node->n_inputs; i++)
    constants[i] = node->inputs[i] ? node->inputs[i]->constant : NULL;
}

typedef struct {
  NncConstant *outputs[OP_CASE_MAX_OUTPUTS]; /* NULL: there was an error */
} Results;

static void
results_clear (Results *results)
{
  for (guint i = 0; i < OP_CASE_MAX_OUTPUTS; i++)
    g_clear_pointer (&results->outputs[i], nnc_constant_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Results, results_clear)

static void
execute (const NncNode *node, Results *results, GError **error)
{
  NncConstant *constants[OP_CASE_MAX_INPUTS] = { NULL };

  constants_of (node, constants);
  if (nnc_node_check (node, error))
    nnc_node_execute (node, constants, LIMIT, G_MAXUINT64, results->outputs, error);
}

static void
check_output (const OpCase *c, guint i, guint output, NncConstant *found, const GError *error, const char *how)
{
  g_autoptr (NncConstant) wanted = NULL;
  g_autofree char *difference = NULL;

  fail_if (found == NULL, "case %u, %s, %s: %s", i, c->op, how, error ? error->message : "no result");
  wanted = op_case_output (c, output);
  difference = tensor_difference (found, wanted);
  fail_if (difference, "case %u, %s, %s, output %u: %s", i, c->op, how, output, difference);
}

static void
check_results (const OpCase *c, guint i, const Results *results, const GError *error, const char *how)
{
  for (guint output = 0; output < op_case_n_outputs (c); output++)
    check_output (c, i, output, results->outputs[output], error, how);
}

/* An op with a body, or with state, has its cases where there is a session. */
static gboolean
needs_session (const NncOp *op)
{
  return (op->traits & (NNC_OP_SUBGRAPH | NNC_OP_EFFECT)) != 0;
}

GST_START_TEST (every_op_has_a_case)
{
  guint n;
  const NncOp *const *ops = nnc_ops (&n);

  for (guint i = 0; i < n; i++) {
    gboolean found = needs_session (ops[i]);

    for (guint j = 0; j < n_op_cases && !found; j++)
      found = strcmp (op_cases[j].op, ops[i]->name) == 0 && !g_str_has_prefix (op_cases[j].output, "error: ");
    fail_unless (found, "%s has no case", ops[i]->name);
  }
}
GST_END_TEST

GST_START_TEST (results_and_errors_are_right)
{
  for (guint i = 0; i < n_op_cases; i++) {
    const OpCase *c = &op_cases[i];
    g_autoptr (NncGraph) graph = nnc_graph_new ();
    NncNode *node = node_from_case (graph, c);
    g_autoptr (GError) error = NULL;
    g_auto (Results) results = { 0 };

    execute (node, &results, &error);
    if (!g_str_has_prefix (c->output, "error: ")) {
      check_results (c, i, &results, error, "from constants");
      continue;
    }
    fail_if (results.outputs[0], "case %u, %s: no error", i, c->op);
    fail_if (error == NULL, "case %u, %s: no message", i, c->op);
    fail_unless (strstr (error->message, c->output + strlen ("error: ")) != NULL, "case %u, %s: the error is '%s'", i,
                 c->op, error->message);
    fail_unless (strstr (error->message, c->op) != NULL, "case %u: '%s' does not name %s", i, error->message, c->op);
  }
}
GST_END_TEST

/* A step that is prepared before its inputs are known. */
typedef struct {
  NncNode *node;
  NncConstant *constants[OP_CASE_MAX_INPUTS];
  NncTensor tensors[OP_CASE_MAX_INPUTS], made[OP_CASE_MAX_OUTPUTS], *inputs[OP_CASE_MAX_INPUTS], *outputs[OP_CASE_MAX_OUTPUTS];
  NncTensorDesc descs[OP_CASE_MAX_OUTPUTS];
} Late;

static void
know_inputs (Late *late, guint first)
{
  for (guint i = first; i < late->node->n_inputs; i++)
    if (late->constants[i])
      late->tensors[i].data = (gpointer)nnc_constant_get_data (late->constants[i]);
}

/* Inputs whose numbers infer wants are known, the others are not. */
static gboolean
infer_late (Late *late, GError **error)
{
  const NncTensor *const *inputs = (const NncTensor *const *)late->inputs;

  constants_of (late->node, late->constants);
  for (guint i = 0; i < late->node->n_inputs; i++) {
    if (late->constants[i] == NULL)
      continue;
    late->tensors[i].desc = late->constants[i]->desc;
    memcpy (late->tensors[i].strides, late->constants[i]->strides, sizeof late->tensors[i].strides);
    late->inputs[i] = &late->tensors[i];
  }
  if (late->node->op->traits & NNC_OP_DATA_SHAPE)
    know_inputs (late, 1);
  if (!nnc_node_infer (late->node, inputs, late->descs, error))
    return FALSE;
  /* It wants those of input 0: it is inferred and prepared when they are there. */
  if (late->descs[0].type == NNC_INVALID)
    know_inputs (late, 0);
  return late->descs[0].type != NNC_INVALID || nnc_node_infer (late->node, inputs, late->descs, error);
}

static void
place_late (Late *late)
{
  for (guint i = 0; i < late->node->n_outputs; i++) {
    NncTensor *output = late->outputs[i] = &late->made[i];

    if (late->descs[i].type == NNC_INVALID)
      continue; /* run makes it */
    output->desc = late->descs[i];
    nnc_desc_contiguous_strides (&output->desc, output->strides);
    output->data = g_malloc0 (MAX (nnc_desc_size (&output->desc), 8));
  }
}

static void
take_late (Late *late, NncMemory *memory, Results *results)
{
  for (guint i = 0; i < late->node->n_outputs; i++) {
    gpointer data = late->made[i].data;

    if (data && late->descs[i].type == NNC_INVALID) {
      late->made[i].data = g_memdup2 (data, MAX (nnc_desc_size (&late->made[i].desc), 8));
      nnc_memory_give (memory, data);
    }
    if (data)
      results->outputs[i] = nnc_constant_new_take (late->made[i].data, &late->made[i].desc);
  }
}

static void
execute_late (NncNode *node, Results *results, GError **error)
{
  g_autoptr (NncPackStore) store = nnc_pack_store_new (0);
  g_autoptr (NncMemory) memory = nnc_memory_new (LIMIT);
  NncConstant *none[OP_CASE_MAX_INPUTS] = { NULL };
  NncPlanner planner = { .store = store, .constants = none };
  NncRunContext context = { .memory = memory };
  Late late = { .node = node };
  gpointer scratch = NULL;
  NncPreparation prepare = { .planner = &planner,
                             .node = node,
                             .n_inputs = node->n_inputs,
                             .n_outputs = node->n_outputs,
                             .inputs = (const NncTensor *const *)late.inputs,
                             .outputs = (const NncTensor *const *)late.outputs,
                             .threads = PARTS };

  if (!infer_late (&late, error))
    return;
  place_late (&late);
  if (node->op->prepare (&prepare, error)) {
    NncStep step = { .run = prepare.run,
                     .params = prepare.params,
                     .inputs = late.inputs,
                     .outputs = late.outputs,
                     .n_inputs = node->n_inputs,
                     .n_outputs = node->n_outputs,
                     .node = node };

    context.scratch_size = (prepare.scratch + 63) / 64 * 64;
    fail_unless (posix_memalign (&scratch, 64, PARTS * context.scratch_size + 64) == 0);
    context.scratch = scratch;
    know_inputs (&late, 0);
    fail_unless (prepare.run (&step, &context, error), "%s", (*error)->message);
    take_late (&late, memory, results);
  }
  free (scratch);
  nnc_params_free (planner.params, planner.clear_params);
}

GST_START_TEST (inputs_may_be_unknown_until_it_runs)
{
  for (guint i = 0; i < n_op_cases; i++) {
    const OpCase *c = &op_cases[i];
    g_autoptr (NncGraph) graph = nnc_graph_new ();
    NncNode *node = node_from_case (graph, c);
    g_autoptr (GError) error = NULL;
    g_auto (Results) results = { 0 };

    if (node->op->traits & NNC_OP_VIEW || g_str_has_prefix (c->output, "error: "))
      continue;
    execute_late (node, &results, &error);
    check_results (c, i, &results, error, "computed");
  }
}
GST_END_TEST

/* The numbers with their axes in reverse order. */
static NncConstant *
reverse_axes (NncConstant *constant)
{
  NncTensorDesc desc = constant->desc;
  gint64 strides[NNC_MAX_RANK];
  g_autoptr (NncConstant) view = NULL;

  for (guint i = 0; i < desc.rank; i++) {
    desc.shape[i] = constant->desc.shape[desc.rank - 1 - i];
    strides[i] = constant->strides[desc.rank - 1 - i];
  }
  view = nnc_constant_new_view (constant, &desc, strides);
  return nnc_constant_flatten (view, NULL);
}

static void
reverse_input (NncGraph *graph, NncNode *node, guint i)
{
  g_autoptr (NncConstant) reversed = reverse_axes (node->inputs[i]->constant);
  NncValue *value = nnc_graph_add_constant (graph, "reversed", reversed);

  value->quantization = nnc_quantization_copy (node->inputs[i]->quantization);
  nnc_node_set_input (node, i, value);
}

GST_START_TEST (permuted_data_gives_permuted_results)
{
  guint permutation[NNC_MAX_RANK], n_permuted = 0;

  for (guint i = 0; i < n_op_cases; i++) {
    const OpCase *c = &op_cases[i];
    g_autoptr (NncGraph) graph = nnc_graph_new ();
    NncNode *node = node_from_case (graph, c);
    g_autoptr (GError) error = NULL;
    g_auto (Results) results = { 0 };
    guint rank;

    if (node->op->permute == NULL || g_str_has_prefix (c->output, "error: "))
      continue;
    rank = node->inputs[0]->constant->desc.rank;
    for (guint j = 0; j < rank; j++)
      permutation[j] = rank - 1 - j;
    if (!node->op->permute (graph, node, permutation, rank))
      continue;
    n_permuted++;
    for (guint j = 0; j < (node->op->traits & NNC_OP_PERMUTE_ALL ? node->n_inputs : 1); j++)
      reverse_input (graph, node, j);
    execute (node, &results, &error);
    for (guint j = 0; j < node->n_outputs; j++) {
      g_autoptr (NncConstant) back = results.outputs[j] ? reverse_axes (results.outputs[j]) : NULL;
      check_output (c, i, j, back, error, "permuted");
    }
  }
  fail_unless (n_permuted >= 10, "only %u cases were permuted", n_permuted);
}
GST_END_TEST

static Suite *
ops_suite (void)
{
  Suite *suite = suite_create ("ops");
  TCase *tcase = tcase_create ("table");

  tcase_set_timeout (tcase, 120);
  tcase_add_test (tcase, every_op_has_a_case);
  tcase_add_test (tcase, results_and_errors_are_right);
  tcase_add_test (tcase, inputs_may_be_unknown_until_it_runs);
  tcase_add_test (tcase, permuted_data_gives_permuted_results);
  suite_add_tcase (suite, tcase);
  return suite;
}

GST_CHECK_MAIN (ops)
