/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* onnx_control_flow.c: Scan until opset 8, which had a batch: one of today
 * over the images of the batch, whose body is one over the sequence. */
#include "onnx_translate.h"

/* What the two Scans are made of. */
typedef struct {
  const NncGraph *body; /* the draft's */
  guint n_own, n_captures; /* inputs of the body */
  guint n_scans;
} Batched;

static NncNode *
add_inner_scan (NncOnnxTranslation *translation, NncGraph *outer_body, const Batched *batched)
{
  guint n_inputs = batched->n_own + batched->n_captures, n_outputs = batched->body->outputs->len;
  g_autofree NncValue **inputs = g_new0 (NncValue *, n_inputs + 1);
  g_autofree NncValue **outputs = g_new0 (NncValue *, n_outputs + 1);

  for (guint i = 0; i < n_inputs; i++) {
    inputs[i] = nnc_graph_add_value (outer_body, ((const NncValue *)batched->body->inputs->pdata[i])->name);
    g_ptr_array_add (outer_body->inputs, inputs[i]);
  }
  for (guint i = 0; i < n_outputs; i++) {
    outputs[i] = nnc_graph_add_value (outer_body, ((const NncValue *)batched->body->outputs->pdata[i])->name);
    g_ptr_array_add (outer_body->outputs, outputs[i]);
  }
  return nnc_graph_add_node (outer_body, nnc_op_find ("Scan"), nnc_onnx_node_get_label (translation->node), inputs,
                             n_inputs, outputs, n_outputs);
}

static void
move_directions (NncNode *draft, NncNode *inner)
{
  guint n;
  const gint64 *directions = nnc_node_get_ints (draft, "directions", &n);

  if (directions)
    nnc_node_set_ints (inner, "scan_input_directions", directions, n);
  nnc_node_remove_attribute (draft, "directions");
}

/* The inner Scan's captured values are inputs of its body, after its own. */
static void
set_inner_attributes (NncNode *draft, NncNode *inner, const Batched *batched)
{
  g_autofree gint64 *captures = g_new (gint64, batched->n_captures + 1);

  for (guint i = 0; i < batched->n_captures; i++)
    captures[i] = batched->n_own + i;
  nnc_node_set_graph (inner, "body", nnc_graph_copy (batched->body));
  nnc_node_set_ints (inner, "body_captures", captures, batched->n_captures);
  nnc_node_set_int (inner, "num_scan_inputs", batched->n_scans);
  move_directions (draft, inner);
}

/* Input 0, the lengths of sequences, goes; the values after it move one place forwards. */
static void
set_outer_attributes (NncOnnxTranslation *translation, NncGraph *outer_body, const Batched *batched)
{
  NncNode *draft = &translation->draft;
  g_autofree gint64 *captures = g_new (gint64, batched->n_captures + 1);
  guint n;
  const gint64 *old = nnc_node_get_ints (draft, "body_captures", &n);

  for (guint i = 0; i < batched->n_captures; i++)
    captures[i] = old[i] - 1;
  nnc_node_set_ints (draft, "body_captures", captures, batched->n_captures);
  nnc_node_set_graph (draft, "body", outer_body);
  nnc_node_set_int (draft, "num_scan_inputs", batched->n_own);
  g_ptr_array_remove_index (translation->inputs, 0);
}

static gboolean
translate_batched (NncOnnxTranslation *translation, GError **error)
{
  NncNode *draft = &translation->draft, *inner;
  Batched batched = { .body = nnc_node_get_graph (draft, "body") };
  gint64 n_scans = nnc_node_get_int (draft, "num_scan_inputs", 0);
  NncGraph *outer_body;

  if (batched.body == NULL || translation->inputs->len == 0)
    return nnc_onnx_unsupported (error, "it has no body, or no inputs");
  if (translation->inputs->pdata[0])
    return nnc_onnx_unsupported (error, "lengths of sequences (input 0) are not supported");
  nnc_node_get_ints (draft, "body_captures", &batched.n_captures);
  batched.n_own = batched.body->inputs->len - batched.n_captures;
  batched.n_scans = (guint)CLAMP (n_scans, 0, (gint64)batched.n_own);
  outer_body = nnc_graph_new ();
  inner = add_inner_scan (translation, outer_body, &batched);
  set_inner_attributes (draft, inner, &batched);
  set_outer_attributes (translation, outer_body, &batched);
  return nnc_onnx_translate_plain (translation, error);
}

gboolean
nnc_onnx_translate_scan (NncOnnxTranslation *translation, GError **error)
{
  return translation->opset >= 9 ? nnc_onnx_translate_plain (translation, error)
                                 : translate_batched (translation, error);
}
