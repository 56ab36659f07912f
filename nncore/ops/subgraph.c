/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* subgraph.c: graphs inside of nodes: described for inference, planned, run. */
#include "subgraph.h"

#include "planner.h"

#include <string.h>

static const gint64 *
get_captures (const NncNode *node, const char *name, guint *n)
{
  g_autofree char *captures = g_strconcat (name, "_captures", NULL);

  return nnc_node_get_ints (node, captures, n);
}

static gboolean
check_captures (const NncNode *node, const gint64 *captures, guint n, GError **error)
{
  for (guint i = 0; i < n; i++)
    if (captures[i] < 0 || captures[i] >= (gint64)node->n_inputs || node->inputs[captures[i]] == NULL)
      return nnc_op_error (error, "a captured value is input %" G_GINT64_FORMAT ", which is absent", captures[i]);
  return TRUE;
}

void
nnc_subgraph_set_input (NncGraph *body, guint i, const NncTensorDesc *desc, NncConstant *constant)
{
  NncValue *value = body->inputs->pdata[i];

  value->desc = *desc;
  if (constant)
    nnc_value_set_constant (value, constant);
}

const NncTensorDesc *
nnc_subgraph_get_output (const NncGraph *body, guint i)
{
  return &((const NncValue *)body->outputs->pdata[i])->desc;
}

NncGraph *
nnc_subgraph_copy (const NncNode *node, const char *name, guint n_own, guint n_outputs, GError **error)
{
  const NncGraph *graph = nnc_node_get_graph (node, name);
  guint n_captures;
  const gint64 *captures = get_captures (node, name, &n_captures);
  NncGraph *copy;

  if (graph == NULL) {
    nnc_op_error (error, "attribute '%s' is absent", name);
    return NULL;
  }
  if (graph->inputs->len != n_own + n_captures || graph->outputs->len < n_outputs) {
    nnc_op_error (error, "attribute '%s' has %u inputs and %u outputs instead of %u and %u", name,
                  graph->inputs->len - MIN (n_captures, graph->inputs->len), graph->outputs->len, n_own, n_outputs);
    return NULL;
  }
  if (!check_captures (node, captures, n_captures, error))
    return NULL;
  copy = nnc_graph_copy (graph);
  for (guint i = 0; i < n_captures; i++) {
    const NncValue *outer = node->inputs[captures[i]];

    nnc_subgraph_set_input (copy, n_own + i, &outer->desc, outer->constant);
  }
  return copy;
}

/* --- bodies --------------------------------------------------------------------------- */

struct _NncBody {
  const NncSubgraphPlanning *functions;
  NncPlan *plan;
  const gint64 *captures; /* the node's */
  guint n_own, n_captures;
};

NncBody *
nnc_body_new (NncPreparation *prepare, const char *name, NncGraph *graph, guint n_own_inputs, GError **error)
{
  const NncPlanner *planner = prepare->planner;
  NncBody *body;
  NncPlan *plan;

  if (planner->subgraphs == NULL) {
    nnc_graph_free (graph);
    nnc_op_error (error, "there are no subgraphs outside of a session");
    return NULL;
  }
  body = g_new0 (NncBody, 1);
  body->captures = get_captures (prepare->node, name, &body->n_captures);
  body->n_own = graph->inputs->len - body->n_captures;
  body->functions = planner->subgraphs;
  plan = planner->subgraphs->plan (planner->subgraphs_data, graph, error);
  if (plan == NULL) {
    g_free (body);
    g_prefix_error (error, "in '%s': ", name);
    return NULL;
  }
  body->plan = plan;
  /* Constants are inside of the body. */
  for (guint i = 0; i < body->n_captures; i++)
    if (body->captures[i] >= n_own_inputs)
      nnc_prepare_consume (prepare, (guint)body->captures[i]);
  return body;
}

void
nnc_body_free (NncBody *body)
{
  body->functions->free (body->plan);
  g_free (body);
}

gboolean
nnc_body_begin (NncBody *body, const NncStep *step, GError **error)
{
  for (guint i = 0; i < body->n_captures; i++)
    if (!nnc_body_bind (body, body->n_own + i, step->inputs[body->captures[i]], error))
      return FALSE;
  return TRUE;
}

gboolean
nnc_body_bind (NncBody *body, guint i, const NncTensor *tensor, GError **error)
{
  return body->functions->bind (body->plan, i, tensor, error);
}

gboolean
nnc_body_run (NncBody *body, NncRunContext *context, GError **error)
{
  return body->functions->run (body->plan, context, error);
}

const NncTensor *
nnc_body_get_output (NncBody *body, guint i)
{
  return body->functions->get_output (body->plan, i);
}

void
nnc_body_describe_output (NncBody *body, guint i, NncTensorDesc *desc)
{
  body->functions->describe_output (body->plan, i, desc);
}

gboolean
nnc_run_copy_output (NncRunContext *context, NncTensor *output, const NncTensor *from, GError **error)
{
  if (output == NULL)
    return TRUE;
  if (!nnc_run_make_output (context, output, &from->desc, error))
    return FALSE;
  if (nnc_desc_size (&from->desc) > 0)
    memcpy (output->data, from->data, nnc_desc_size (&from->desc));
  return TRUE;
}

void
nnc_body_end (NncBody *body)
{
  body->functions->end (body->plan);
}

guint64
nnc_body_get_macs (NncBody *body)
{
  return body->functions->get_macs (body->plan);
}

guint64
nnc_body_get_other_work (NncBody *body)
{
  return body->functions->get_other_work (body->plan);
}
