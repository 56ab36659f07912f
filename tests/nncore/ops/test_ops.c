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

static NncConstant *
execute (const NncNode *node, GError **error)
{
  NncConstant *constants[6] = { NULL }, *result = NULL;

  constants_of (node, constants);
  if (nnc_node_check (node, error))
    nnc_node_execute (node, constants, LIMIT, &result, error);
  return result;
}

static void
check_result (const OpCase *c, guint i, NncConstant *found, const GError *error, const char *how)
{
  g_autoptr (NncConstant) wanted = NULL;
  g_autofree char *difference = NULL;

  fail_if (found == NULL, "case %u, %s, %s: %s", i, c->op, how, error ? error->message : "no result");
  wanted = tensor_from_text (c->output);
  difference = tensor_difference (found, wanted);
  fail_if (difference, "case %u, %s, %s: %s", i, c->op, how, difference);
}

GST_START_TEST (every_op_has_a_case)
{
  guint n;
  const NncOp *const *ops = nnc_ops (&n);

  for (guint i = 0; i < n; i++) {
    gboolean found = FALSE;

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
    g_autoptr (NncConstant) found = execute (node, &error);

    if (!g_str_has_prefix (c->output, "error: ")) {
      check_result (c, i, found, error, "from constants");
      continue;
    }
    fail_if (found, "case %u, %s: no error", i, c->op);
    fail_if (error == NULL, "case %u, %s: no message", i, c->op);
    fail_unless (strstr (error->message, c->output + strlen ("error: ")) != NULL, "case %u, %s: the error is '%s'", i,
                 c->op, error->message);
    fail_unless (strstr (error->message, c->op) != NULL, "case %u: '%s' does not name %s", i, error->message, c->op);
  }
}
GST_END_TEST

/* Inputs whose numbers infer wants stay known; the others are known only when it runs. */
static NncConstant *
execute_late (NncNode *node, GError **error)
{
  g_autoptr (NncPackStore) store = nnc_pack_store_new ();
  NncConstant *constants[6] = { NULL }, *result = NULL;
  NncTensor tensors[7] = { 0 }, *inputs[6] = { NULL }, *output = &tensors[6];
  NncPlanner planner = { .store = store, .constants = (NncConstant *[6]){ NULL } };
  NncRunContext context = { 0 };
  gpointer scratch = NULL;
  guint n_known = node->op->traits & NNC_OP_DATA_SHAPE ? 1 : node->n_inputs;

  constants_of (node, constants);
  for (guint i = 0; i < node->n_inputs; i++) {
    if (constants[i] == NULL)
      continue;
    tensors[i].desc = constants[i]->desc;
    memcpy (tensors[i].strides, constants[i]->strides, sizeof tensors[i].strides);
    tensors[i].data = i < n_known ? NULL : (gpointer)nnc_constant_get_data (constants[i]);
    inputs[i] = &tensors[i];
  }
  if (!nnc_node_infer (node, (const NncTensor *const *)inputs, &output->desc, error))
    return NULL;
  nnc_desc_contiguous_strides (&output->desc, output->strides);
  NncPreparation prepare = { .planner = &planner,
                             .node = node,
                             .n_inputs = node->n_inputs,
                             .n_outputs = 1,
                             .inputs = (const NncTensor *const *)inputs,
                             .outputs = (const NncTensor *const *)&output,
                             .threads = PARTS };
  if (node->op->prepare (&prepare, error)) {
    NncStep step = { prepare.run, prepare.params, inputs, &output, node->n_inputs, 1, node, NULL, 0 };

    context.scratch_size = (prepare.scratch + 63) / 64 * 64;
    fail_unless (posix_memalign (&scratch, 64, PARTS * context.scratch_size + 64) == 0);
    context.scratch = scratch;
    for (guint i = 0; i < node->n_inputs; i++)
      if (constants[i])
        tensors[i].data = (gpointer)nnc_constant_get_data (constants[i]);
    output->data = g_malloc0 (MAX (nnc_desc_size (&output->desc), 8));
    if (prepare.run (&step, &context, error))
      result = nnc_constant_new_take (g_steal_pointer (&output->data), &output->desc);
    g_free (output->data);
  }
  free (scratch);
  g_free (planner.params);
  return result;
}

GST_START_TEST (inputs_may_be_unknown_until_it_runs)
{
  for (guint i = 0; i < n_op_cases; i++) {
    const OpCase *c = &op_cases[i];
    g_autoptr (NncGraph) graph = nnc_graph_new ();
    NncNode *node = node_from_case (graph, c);
    g_autoptr (GError) error = NULL;
    g_autoptr (NncConstant) found = NULL;

    if (node->op->traits & NNC_OP_VIEW || g_str_has_prefix (c->output, "error: "))
      continue;
    found = execute_late (node, &error);
    check_result (c, i, found, error, "computed");
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

  nnc_node_set_input (node, i, nnc_graph_add_constant (graph, "reversed", reversed));
}

GST_START_TEST (permuted_data_gives_permuted_results)
{
  guint permutation[NNC_MAX_RANK], n_permuted = 0;

  for (guint i = 0; i < n_op_cases; i++) {
    const OpCase *c = &op_cases[i];
    g_autoptr (NncGraph) graph = nnc_graph_new ();
    NncNode *node = node_from_case (graph, c);
    g_autoptr (GError) error = NULL;
    g_autoptr (NncConstant) found = NULL, back = NULL;
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
    found = execute (node, &error);
    back = found ? reverse_axes (found) : NULL;
    check_result (c, i, back, error, "permuted");
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
