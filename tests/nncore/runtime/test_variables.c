/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test_variables.c: state that persists over runs, in graphs that are planned without a model's file. */
#include "plan.h"

#include <gst/check/gstcheck.h>
#include <string.h>

/* A graph, and what a session would lend to its plan. */
typedef struct {
  NncGraph *graph; /* the plan's, once there is one */
  NncPackStore *store;
  NncMemory *memory;
  NncVariables *variables;
  NncPlan *plan;
} Network;

static void
network_init (Network *network)
{
  *network = (Network){ .graph = nnc_graph_new (), .store = nnc_pack_store_new (0), .memory = nnc_memory_new (0) };
  network->variables = nnc_variables_new (network->memory);
}

static void
network_clear (Network *network)
{
  g_clear_pointer (&network->plan, nnc_plan_free);
  g_clear_pointer (&network->graph, nnc_graph_free);
  g_clear_pointer (&network->variables, nnc_variables_free);
  g_clear_pointer (&network->memory, nnc_memory_unref);
  g_clear_pointer (&network->store, nnc_pack_store_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Network, network_clear)

static void
plan (Network *network)
{
  const NncPlanOptions options
      = { .threads = 1, .store = network->store, .memory = network->memory, .variables = network->variables };
  g_autoptr (GError) error = NULL;

  network->plan = nnc_plan_new (g_steal_pointer (&network->graph), &options, &error);
  fail_if (network->plan == NULL, "%s", error ? error->message : "");
}

static gboolean
run_plan (Network *network, GError **error)
{
  const NncRunContext context = { .memory = network->memory, .variables = network->variables };

  return nnc_plan_run (network->plan, &context, error);
}

static void
check_output (Network *network, guint i, float wanted)
{
  const NncTensor *output = nnc_plan_get_tensor (network->plan, nnc_plan_get_graph (network->plan)->outputs->pdata[i]);

  fail_unless_equals_int (output->desc.type, NNC_F32);
  fail_unless_equals_uint64 (nnc_desc_n_elements (&output->desc), 1);
  fail_unless_equals_float (*(const float *)output->data, wanted);
}

static NncConstant *
number (float value)
{
  const NncTensorDesc desc = { .type = NNC_F32 };

  return nnc_constant_new_take (g_memdup2 (&value, sizeof value), &desc);
}

static NncValue *
add_number (NncGraph *graph, float value)
{
  g_autoptr (NncConstant) constant = number (value);

  return nnc_graph_add_constant (graph, "number", constant);
}

/* The one output of a node. */
static NncValue *
add (NncGraph *graph, const char *op, NncValue *a, NncValue *b)
{
  NncValue *inputs[] = { a, b }, *output = nnc_graph_add_value (graph, op);

  nnc_graph_add_node (graph, nnc_op_find (op), op, inputs, b ? 2 : a ? 1 : 0, &output, 1);
  return output;
}

static NncValue *
add_handle (NncGraph *graph, const char *container, const char *name)
{
  NncValue *handle = add (graph, "VarHandle", NULL, NULL);

  nnc_node_set_string (handle->producer, "container", container);
  nnc_node_set_string (handle->producer, "shared_name", name);
  return handle;
}

static void
assign (NncGraph *graph, NncValue *handle, NncValue *value)
{
  NncValue *inputs[] = { handle, value };

  nnc_graph_add_node (graph, nnc_op_find ("AssignVariable"), "assign", inputs, 2, NULL, 0);
}

static NncValue *
read_with_initial (NncGraph *graph, NncValue *handle, float initial)
{
  NncValue *value = add (graph, "ReadVariable", handle, NULL);
  g_autoptr (NncConstant) constant = number (initial);

  nnc_node_set_constant (value->producer, "initial", constant);
  return value;
}

GST_START_TEST (a_variable_persists_until_it_is_reset)
{
  g_auto (Network) network;
  NncValue *handle, *sum;

  network_init (&network);
  handle = add_handle (network.graph, "", "sum");
  sum = add (network.graph, "Add", read_with_initial (network.graph, handle, 10), add_number (network.graph, 1));
  assign (network.graph, handle, sum);
  g_ptr_array_add (network.graph->outputs, sum);
  plan (&network);
  for (guint round = 0; round < 2; round++) {
    for (guint i = 1; i < 5; i++) {
      fail_unless (run_plan (&network, NULL));
      check_output (&network, 0, 10 + (float)i);
    }
    nnc_variables_reset (network.variables);
  }
}
GST_END_TEST

/* Nothing but the order of the nodes says when they happen; the second handle is another node of the same name. */
GST_START_TEST (effects_happen_in_their_order)
{
  g_auto (Network) network;
  NncValue *handle, *again;
  NncGraph *graph;

  network_init (&network);
  graph = network.graph;
  handle = add_handle (graph, "c", "v");
  again = add_handle (graph, "c", "v");
  g_ptr_array_add (graph->outputs, read_with_initial (graph, handle, 1));
  assign (graph, again, add_number (graph, 2));
  g_ptr_array_add (graph->outputs, read_with_initial (graph, handle, 1));
  assign (graph, handle, add_number (graph, 3));
  g_ptr_array_add (graph->outputs, read_with_initial (graph, again, 1));
  g_ptr_array_add (graph->outputs, read_with_initial (graph, add_handle (graph, "d", "v"), 9));
  plan (&network);
  fail_unless (run_plan (&network, NULL));
  check_output (&network, 0, 1);
  check_output (&network, 1, 2);
  check_output (&network, 2, 3);
  check_output (&network, 3, 9);
  fail_unless (run_plan (&network, NULL));
  check_output (&network, 0, 3);
}
GST_END_TEST

GST_START_TEST (what_was_never_assigned_cannot_be_read)
{
  g_auto (Network) network;
  g_autoptr (GError) error = NULL;
  NncValue *value;

  network_init (&network);
  value = add (network.graph, "ReadVariable", add_handle (network.graph, "", "v"), NULL);
  nnc_node_set_int (value->producer, "type", NNC_F32);
  nnc_node_set_ints (value->producer, "shape", NULL, 0);
  g_ptr_array_add (network.graph->outputs, value);
  plan (&network);
  fail_if (run_plan (&network, &error));
  fail_unless (g_error_matches (error, NNC_ERROR, NNC_ERROR_DATA), "%s", error->message);
}
GST_END_TEST

/* The variable is read without a word about its shape, and was made to be another than was said. */
GST_START_TEST (a_variable_has_the_shape_that_was_assigned)
{
  g_auto (Network) network;
  g_autoptr (GError) error = NULL;
  NncValue *handle, *value;
  const gint64 two[] = { 2 };

  network_init (&network);
  handle = add_handle (network.graph, "", "v");
  assign (network.graph, handle, add_number (network.graph, 5));
  value = add (network.graph, "ReadVariable", handle, NULL);
  g_ptr_array_add (network.graph->outputs, add (network.graph, "Add", value, add_number (network.graph, 1)));
  value = add (network.graph, "ReadVariable", handle, NULL);
  nnc_node_set_int (value->producer, "type", NNC_F32);
  nnc_node_set_ints (value->producer, "shape", two, 1);
  plan (&network);
  fail_if (run_plan (&network, &error));
  check_output (&network, 0, 6);
  fail_unless (strstr (error->message, "f32 [2]") != NULL, "%s", error->message);
}
GST_END_TEST

/* CallOnce { v = 7 }, and a While { v = v + 1 } that goes on while i < n, which is 3: cond is n - i as a bool. */
static NncGraph *
once_body (void)
{
  NncGraph *body = nnc_graph_new ();

  assign (body, add_handle (body, "", "v"), add_number (body, 7));
  return body;
}

static NncValue *
add_state (NncGraph *graph)
{
  NncValue *state = nnc_graph_add_value (graph, "state");

  g_ptr_array_add (graph->inputs, state);
  return state;
}

static NncGraph *
while_condition (void)
{
  NncGraph *body = nnc_graph_new ();
  NncValue *again = add (body, "Cast", add (body, "Sub", add_number (body, 3), add_state (body)), NULL);

  nnc_node_set_int (again->producer, "to", NNC_BOOL);
  g_ptr_array_add (body->outputs, again);
  return body;
}

static NncGraph *
while_body (void)
{
  NncGraph *body = nnc_graph_new ();
  NncValue *handle = add_handle (body, "", "v");

  g_ptr_array_add (body->outputs, add (body, "Add", add_state (body), add_number (body, 1)));
  assign (body, handle, add (body, "Add", read_with_initial (body, handle, 0), add_number (body, 1)));
  return body;
}

GST_START_TEST (subgraphs_share_the_variables_around_them)
{
  g_auto (Network) network;
  NncGraph *graph;
  NncNode *once;
  NncValue *end;

  network_init (&network);
  graph = network.graph;
  once = nnc_graph_add_node (graph, nnc_op_find ("CallOnce"), "once", NULL, 0, NULL, 0);
  nnc_node_set_graph (once, "body", once_body ());
  end = add (graph, "While", add_number (graph, 0), NULL);
  nnc_node_set_graph (end->producer, "cond", while_condition ());
  nnc_node_set_graph (end->producer, "body", while_body ());
  g_ptr_array_add (graph->outputs, end);
  g_ptr_array_add (graph->outputs, read_with_initial (graph, add_handle (graph, "", "v"), 0));
  plan (&network);
  for (guint i = 1; i < 4; i++) {
    fail_unless (run_plan (&network, NULL));
    check_output (&network, 0, 3);
    check_output (&network, 1, 7 + 3 * (float)i);
  }
  nnc_variables_reset (network.variables);
  fail_unless (run_plan (&network, NULL));
  check_output (&network, 1, 10);
}
GST_END_TEST

static Suite *
variables_suite (void)
{
  Suite *suite = suite_create ("variables");
  TCase *tcase = tcase_create ("variables");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, a_variable_persists_until_it_is_reset);
  tcase_add_test (tcase, effects_happen_in_their_order);
  tcase_add_test (tcase, what_was_never_assigned_cannot_be_read);
  tcase_add_test (tcase, a_variable_has_the_shape_that_was_assigned);
  tcase_add_test (tcase, subgraphs_share_the_variables_around_them);
  return suite;
}

GST_CHECK_MAIN (variables)
