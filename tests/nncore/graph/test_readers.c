/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test_readers.c: who reads a value is known without a look at all nodes, whatever has been rewritten. */
#include "op.h"

#include <gst/check/gstcheck.h>

typedef struct {
  NncGraph *graph;
  NncValue *x, *constant, *a, *b, *y;
  NncNode *exp, *add, *mul;
} Network;

static NncNode *
add_node (NncGraph *graph, const char *op, NncValue *first, NncValue *second, NncValue *output)
{
  NncValue *inputs[] = { first, second };

  return nnc_graph_add_node (graph, nnc_op_find (op), op, inputs, second ? 2 : 1, &output, 1);
}

/* a = Exp (x), b = a + constant, y = b * b */
static Network
make (void)
{
  Network n = { .graph = nnc_graph_new () };
  NncTensorDesc desc = { .type = NNC_F32 };
  g_autoptr (NncConstant) constant = nnc_constant_new_take (g_new0 (float, 1), &desc);

  n.x = nnc_graph_add_value (n.graph, "x");
  n.a = nnc_graph_add_value (n.graph, "a");
  n.b = nnc_graph_add_value (n.graph, "b");
  n.y = nnc_graph_add_value (n.graph, "y");
  n.constant = nnc_graph_add_constant (n.graph, "constant", constant);
  n.exp = add_node (n.graph, "Exp", n.x, NULL, n.a);
  n.add = add_node (n.graph, "Add", n.a, n.constant, n.b);
  n.mul = add_node (n.graph, "Mul", n.b, n.b, n.y);
  g_ptr_array_add (n.graph->inputs, n.x);
  g_ptr_array_add (n.graph->outputs, n.y);
  return n;
}

/* Every value's readers are those that a look at all nodes finds. */
static void
check (const NncGraph *graph)
{
  for (guint i = 0; i < graph->values->len; i++) {
    NncValue *value = graph->values->pdata[i];
    guint reads = 0, is_output = g_ptr_array_find (graph->outputs, value, NULL);

    for (guint j = 0; j < graph->nodes->len; j++) {
      const NncNode *node = graph->nodes->pdata[j];

      for (guint k = 0; k < node->n_inputs; k++) {
        reads += node->inputs[k] == value;
        fail_unless (node->inputs[k] != value || g_ptr_array_find (value->readers, node, NULL));
      }
    }
    fail_unless_equals_int (nnc_graph_count_readers (graph, value), reads + is_output);
  }
}

GST_START_TEST (a_node_that_reads_twice_counts_twice)
{
  Network n = make ();

  fail_unless_equals_int (nnc_graph_count_readers (n.graph, n.b), 2);
  fail_unless_equals_int (nnc_graph_count_readers (n.graph, n.y), 1); /* the graph's output */
  check (n.graph);
  nnc_graph_free (n.graph);
}
GST_END_TEST

GST_START_TEST (a_replaced_value_has_no_readers)
{
  Network n = make ();

  nnc_graph_replace_value (n.graph, n.b, n.a);
  fail_unless_equals_int (nnc_graph_count_readers (n.graph, n.b), 0);
  fail_unless_equals_int (nnc_graph_count_readers (n.graph, n.a), 3);
  check (n.graph);
  nnc_graph_free (n.graph);
}
GST_END_TEST

GST_START_TEST (a_bypassed_node_reads_its_input_no_more)
{
  Network n = make ();

  nnc_graph_bypass_node (n.graph, n.add, 0);
  fail_unless (n.add->inputs[0] == NULL);
  fail_unless_equals_int (nnc_graph_count_readers (n.graph, n.a), 2);
  check (n.graph);
  nnc_graph_free (n.graph);
}
GST_END_TEST

GST_START_TEST (an_input_can_be_set_beyond_those_there_are)
{
  Network n = make ();

  nnc_node_set_input (n.exp, 2, n.constant);
  fail_unless_equals_int (n.exp->n_inputs, 3);
  fail_unless (n.exp->inputs[1] == NULL && n.exp->inputs[3] == NULL);
  check (n.graph);
  nnc_node_set_input (n.exp, 2, n.x);
  fail_unless_equals_int (nnc_graph_count_readers (n.graph, n.constant), 1);
  check (n.graph);
  nnc_graph_free (n.graph);
}
GST_END_TEST

GST_START_TEST (a_copy_has_readers_of_its_own)
{
  Network n = make ();
  NncGraph *copy = nnc_graph_copy (n.graph);

  nnc_graph_free (n.graph);
  check (copy);
  nnc_graph_free (copy);
}
GST_END_TEST

static gboolean
no_effect (const NncNode *node)
{
  return FALSE;
}

GST_START_TEST (dead_nodes_go_and_the_others_keep_their_order)
{
  Network n = make ();
  NncValue *dead = nnc_graph_add_value (n.graph, "dead"), *late = nnc_graph_add_value (n.graph, "late");

  add_node (n.graph, "Exp", n.b, NULL, dead);
  add_node (n.graph, "Exp", dead, NULL, nnc_graph_add_value (n.graph, "too"));
  add_node (n.graph, "Exp", n.y, NULL, late);
  n.graph->outputs->pdata[0] = late;
  nnc_graph_remove_dead (n.graph, no_effect);
  fail_unless_equals_int (n.graph->nodes->len, 4);
  fail_unless (n.graph->nodes->pdata[0] == n.exp && n.graph->nodes->pdata[1] == n.add
               && n.graph->nodes->pdata[2] == n.mul && n.graph->nodes->pdata[3] == late->producer);
  fail_unless_equals_int (nnc_graph_count_readers (n.graph, n.b), 2);
  check (n.graph);
  nnc_graph_free (n.graph);
}
GST_END_TEST

static Suite *
readers_suite (void)
{
  Suite *suite = suite_create ("readers");
  TCase *tcase = tcase_create ("readers");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, a_node_that_reads_twice_counts_twice);
  tcase_add_test (tcase, a_replaced_value_has_no_readers);
  tcase_add_test (tcase, a_bypassed_node_reads_its_input_no_more);
  tcase_add_test (tcase, an_input_can_be_set_beyond_those_there_are);
  tcase_add_test (tcase, a_copy_has_readers_of_its_own);
  tcase_add_test (tcase, dead_nodes_go_and_the_others_keep_their_order);
  return suite;
}

GST_CHECK_MAIN (readers)
