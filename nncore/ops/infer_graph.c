/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* infer_graph.c: types and shapes of every value, and constant folding: they go
 * together, since the shapes that come out of Reshape or Slice follow from
 * numbers that come out of Shape, Gather, Concat. */
#include "infer_graph.h"

#include "execute.h"
#include "half_casts.h"
#include "unsupported.h"

#include <string.h>

/* What folding may make out of a node and of a graph, and how much it may compute for it: a small file can ask for any
 * amount of both. What is more is computed when the network runs, within the session's limits. */
#define MAX_FOLDED_BYTES ((gsize)1 << 26)
#define MAX_FOLDED_BYTES_TOGETHER ((gsize)1 << 28)
#define MAX_FOLDED_MACS ((guint64)1 << 28)

typedef struct {
  NncTensor *tensors;
  NncTensor **inputs;
  NncConstant **constants;
  guint n;
  gsize folded; /* bytes of all constants made so far */
  gboolean keeps_stored;
} Scratch;

static void
scratch_clear (Scratch *scratch)
{
  g_free (scratch->tensors);
  g_free (scratch->inputs);
  g_free (scratch->constants);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Scratch, scratch_clear)

static void
scratch_grow (Scratch *scratch, guint n)
{
  if (n <= scratch->n)
    return;
  scratch->tensors = g_renew (NncTensor, scratch->tensors, n);
  scratch->inputs = g_renew (NncTensor *, scratch->inputs, n);
  scratch->constants = g_renew (NncConstant *, scratch->constants, n);
  scratch->n = n;
}

/* Whether the op may read the numbers: those of files are not aligned, so infer sees copies of small ones only. */
static gboolean
describe_input (NncTensor *tensor, NncValue *value)
{
  memset (tensor, 0, sizeof *tensor);
  tensor->desc = value->desc;
  tensor->name = value->name;
  tensor->quantization = value->quantization;
  nnc_desc_contiguous_strides (&value->desc, tensor->strides);
  if (value->constant == NULL)
    return TRUE;
  if ((guintptr)nnc_constant_get_data (value->constant) % nnc_data_type_get_size (value->desc.type)
      && nnc_desc_size (&value->desc) <= 4096) {
    g_autoptr (NncConstant) aligned = nnc_constant_flatten (value->constant, NULL);

    if (aligned == NULL)
      return FALSE;
    nnc_value_set_constant (value, aligned);
  }
  if ((guintptr)nnc_constant_get_data (value->constant) % nnc_data_type_get_size (value->desc.type) == 0)
    tensor->data = (gpointer)nnc_constant_get_data (value->constant);
  memcpy (tensor->strides, value->constant->strides, sizeof tensor->strides);
  return TRUE;
}

/* FALSE: some input is not known yet. */
static gboolean
describe_inputs (const NncNode *node, Scratch *scratch)
{
  scratch_grow (scratch, node->n_inputs);
  for (guint i = 0; i < node->n_inputs; i++) {
    NncValue *value = node->inputs[i];

    scratch->inputs[i] = NULL;
    scratch->constants[i] = NULL;
    if (value == NULL)
      continue;
    if ((value->desc.type == NNC_INVALID && !(node->op->traits & NNC_OP_SUBGRAPH))
        || !describe_input (&scratch->tensors[i], value))
      return FALSE;
    scratch->inputs[i] = &scratch->tensors[i];
    scratch->constants[i] = value->constant;
  }
  return TRUE;
}

/* Stands for numbers that nobody reads. */
static NncConstant *
shape_without_numbers (const NncTensorDesc *desc)
{
  static const gint64 no_strides[NNC_MAX_RANK];
  NncTensorDesc one = { .type = desc->type };
  g_autoptr (NncConstant) zero = nnc_constant_new_take (g_malloc0 (sizeof (gint64)), &one);

  return nnc_constant_new_view (zero, desc, no_strides);
}

static gboolean
can_fold (const NncNode *node, Scratch *scratch, const NncTensorDesc *outputs)
{
  gsize total = 0;

  if (scratch->keeps_stored && strcmp (node->op->name, "DequantizeLinear") == 0)
    return FALSE;
  if ((node->op->traits & (NNC_OP_SUBGRAPH | NNC_OP_VIEW)) || nnc_node_has_effect (node))
    return FALSE;
  for (guint i = 0; i < node->n_outputs; i++) {
    if (outputs[i].type == NNC_INVALID && !(node->op->traits & NNC_OP_DATA_SHAPE))
      return FALSE;
    if (!nnc_size_add (total, nnc_desc_size (&outputs[i]), &total))
      return FALSE;
  }
  for (guint i = 0; i < node->n_inputs && !(node->op->traits & NNC_OP_SHAPE_ONLY); i++)
    if (node->inputs[i] && scratch->constants[i] == NULL)
      return FALSE;
  return total <= MAX_FOLDED_BYTES && scratch->folded + total <= MAX_FOLDED_BYTES_TOGETHER;
}

/* What the numbers make impossible, or a limit, is an error of the run: it may never come to this node. */
static gboolean
can_wait (const GError *error)
{
  return g_error_matches (error, NNC_ERROR, NNC_ERROR_DATA) || g_error_matches (error, NNC_ERROR, NNC_ERROR_MEMORY)
         || g_error_matches (error, NNC_ERROR, NNC_ERROR_LIMIT);
}

static gboolean
fold (NncNode *node, Scratch *scratch, gboolean *folded, GError **error)
{
  g_autoptr (GPtrArray) owned = g_ptr_array_new_with_free_func ((GDestroyNotify)nnc_constant_unref);
  g_autofree NncConstant **results = g_new0 (NncConstant *, node->n_outputs + 1);
  g_autoptr (GError) failure = NULL;

  for (guint i = 0; i < node->n_inputs; i++) {
    if (node->inputs[i] == NULL || scratch->constants[i])
      continue;
    scratch->constants[i] = shape_without_numbers (&node->inputs[i]->desc);
    g_ptr_array_add (owned, scratch->constants[i]);
  }
  if (!nnc_node_execute (node, scratch->constants, MAX_FOLDED_BYTES, MAX_FOLDED_MACS, results, &failure)) {
    if (can_wait (failure))
      return TRUE;
    g_propagate_error (error, g_steal_pointer (&failure));
    return FALSE;
  }
  for (guint i = 0; i < node->n_outputs; i++) {
    scratch->folded += results[i] ? nnc_desc_size (&results[i]->desc) : 0;
    if (node->outputs[i]) {
      nnc_value_set_constant (node->outputs[i], results[i]);
      node->outputs[i]->producer = NULL;
    }
    nnc_constant_unref (results[i]);
  }
  *folded = TRUE;
  return TRUE;
}

/* Constants of views (Reshape, Squeeze, …) are the same bytes with another shape, where they are contiguous. */
static gboolean
fold_view (NncNode *node, const NncTensorDesc *desc, gboolean *folded, GError **error)
{
  NncConstant *from = node->inputs[0] ? node->inputs[0]->constant : NULL;
  g_autoptr (NncConstant) flat = NULL;
  g_autoptr (NncConstant) view = NULL;
  gint64 strides[NNC_MAX_RANK] = { 0 };

  if (from == NULL || desc->type == NNC_INVALID)
    return TRUE;
  if (!nnc_strides_are_contiguous (&from->desc, from->strides))
    from = flat = nnc_constant_flatten (from, error);
  if (from == NULL)
    return FALSE;
  nnc_desc_contiguous_strides (desc, strides);
  view = nnc_constant_new_view (from, desc, strides);
  nnc_value_set_constant (node->outputs[0], view);
  node->outputs[0]->producer = NULL;
  *folded = TRUE;
  return TRUE;
}

/* A constant's transpose is the same bytes read in another order. */
static gboolean
fold_transpose (NncNode *node, const NncTensorDesc *desc)
{
  NncConstant *from = node->inputs[0] ? node->inputs[0]->constant : NULL;
  g_autoptr (NncConstant) view = NULL;
  gint64 strides[NNC_MAX_RANK] = { 0 };
  const gint64 *permutation;
  guint n;

  if (from == NULL || strcmp (node->op->name, "Transpose") != 0 || desc->type == NNC_INVALID)
    return FALSE;
  permutation = nnc_node_get_ints (node, "perm", &n);
  for (guint i = 0; i < desc->rank; i++)
    strides[i] = from->strides[n == desc->rank ? permutation[i] : desc->rank - 1 - i];
  view = nnc_constant_new_view (from, desc, strides);
  nnc_value_set_constant (node->outputs[0], view);
  node->outputs[0]->producer = NULL;
  return TRUE;
}

/* TRUE in *folded: the node's outputs are constants now, and it is not needed. */
static gboolean
infer_node (NncNode *node, Scratch *scratch, gboolean *folded, GError **error)
{
  g_autofree NncTensorDesc *outputs = g_new0 (NncTensorDesc, node->n_outputs + 1);
  gboolean known;

  *folded = FALSE;
  if (!nnc_node_check (node, error))
    return FALSE;
  known = describe_inputs (node, scratch);
  if (known && !nnc_node_infer (node, (const NncTensor *const *)scratch->inputs, outputs, error))
    return FALSE;
  for (guint i = 0; i < node->n_outputs; i++)
    if (node->outputs[i])
      node->outputs[i]->desc = outputs[i];
  if (!known)
    return TRUE;
  if (node->op->traits & NNC_OP_VIEW)
    return node->outputs[0] == NULL || fold_view (node, outputs, folded, error);
  *folded = node->outputs[0] && fold_transpose (node, outputs);
  if (nnc_half_casts_wanted (node)) /* its outputs are about to change their type */
    return TRUE;
  return *folded || !can_fold (node, scratch, outputs) || fold (node, scratch, folded, error);
}

gboolean
nnc_graph_infer (NncGraph *graph, GError **error)
{
  g_auto (Scratch) scratch = { .keeps_stored = graph->keeps_stored };
  g_auto (NncUnsupported) unsupported = { 0 };
  g_autoptr (GError) failure = NULL;
  guint kept = 0;

  for (guint i = 0; i < graph->nodes->len; i++) {
    NncNode *node;
    gboolean folded;

    nnc_half_casts_before (graph, i);
    node = graph->nodes->pdata[i];
    if (!infer_node (node, &scratch, &folded, &failure) && !nnc_unsupported_take (&unsupported, &failure)) {
      g_propagate_error (error, g_steal_pointer (&failure));
      return FALSE;
    }
    if (nnc_half_casts_wanted (node))
      nnc_half_casts_behind (graph, i);
    /* Folded nodes gather at the end, where they are dropped together. */
    if (!folded) {
      graph->nodes->pdata[i] = graph->nodes->pdata[kept];
      graph->nodes->pdata[kept++] = node;
    }
  }
  if (kept < graph->nodes->len)
    g_ptr_array_remove_range (graph->nodes, kept, graph->nodes->len - kept);
  return nnc_unsupported_finish (&unsupported, error);
}
