/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* move_transposes.c: importers write a Transpose around every operator that is
 * NHWC here and NCHW in the file. Those that follow each other are made one,
 * and others are moved towards the outputs through operators that do not mind,
 * until most have met their inverse and are gone. */
#include "pass.h"

#include <string.h>

/* Output axis i is input axis permutation[i]. FALSE: not a Transpose of known shape. */
static gboolean
read_permutation (const NncNode *node, guint permutation[NNC_MAX_RANK], guint *rank)
{
  const gint64 *axes;
  guint n;

  if (node == NULL || strcmp (node->op->name, "Transpose") != 0 || node->inputs[0]->desc.type == NNC_INVALID)
    return FALSE;
  *rank = node->inputs[0]->desc.rank;
  axes = nnc_node_get_ints (node, "perm", &n);
  for (guint i = 0; i < *rank; i++)
    permutation[i] = n ? (guint)axes[i] : *rank - 1 - i;
  return TRUE;
}

static void
write_permutation (NncNode *node, const guint *permutation, guint rank)
{
  gint64 axes[NNC_MAX_RANK];

  for (guint i = 0; i < rank; i++)
    axes[i] = permutation[i];
  nnc_node_set_ints (node, "perm", axes, rank);
}

static void
invert (const guint *permutation, guint rank, guint *inverse)
{
  for (guint i = 0; i < rank; i++)
    inverse[permutation[i]] = i;
}

static gboolean
is_identity (const guint *permutation, guint rank)
{
  for (guint i = 0; i < rank; i++)
    if (permutation[i] != i)
      return FALSE;
  return TRUE;
}

/* Transpose (Transpose (x)) is one Transpose of x, or x. */
static gboolean
merge_with_producer (NncGraph *graph, NncNode *node)
{
  guint first[NNC_MAX_RANK], second[NNC_MAX_RANK], both[NNC_MAX_RANK], rank;
  NncNode *producer = node->inputs[0] ? node->inputs[0]->producer : NULL;

  if (!read_permutation (node, second, &rank) || !read_permutation (producer, first, &rank))
    return FALSE;
  for (guint i = 0; i < rank; i++)
    both[i] = first[second[i]];
  if (is_identity (both, rank)) {
    guint readers = nnc_graph_count_readers (graph, node->outputs[0]);

    nnc_graph_replace_value (graph, node->outputs[0], producer->inputs[0]);
    return nnc_graph_count_readers (graph, node->outputs[0]) < readers; /* an output may have to stay */
  }
  nnc_node_set_input (node, 0, producer->inputs[0]);
  write_permutation (node, both, rank);
  return TRUE;
}

static gboolean
is_single (const NncValue *value)
{
  return value->constant && nnc_desc_n_elements (&value->desc) == 1;
}

/* A constant as it must lie for the data before the Transpose: leading dimensions of 1 are written out. */
static NncValue *
transpose_constant (NncGraph *graph, NncValue *value, const guint *inverse, guint rank)
{
  const NncConstant *from = value->constant;
  guint missing = rank - from->desc.rank;
  NncTensorDesc desc = { .type = from->desc.type, .rank = rank };
  gint64 strides[NNC_MAX_RANK] = { 0 };
  g_autoptr (NncConstant) view = NULL;
  NncValue *turned;

  for (guint i = 0; i < rank; i++) {
    guint axis = inverse[i];

    desc.shape[i] = axis < missing ? 1 : from->desc.shape[axis - missing];
    strides[i] = axis < missing ? 0 : from->strides[axis - missing];
  }
  view = nnc_constant_new_view (value->constant, &desc, strides);
  turned = nnc_graph_add_constant (graph, value->name, view);
  turned->quantization = nnc_quantization_copy (value->quantization);
  return turned;
}

/* Whether all data that the node reads comes through the same Transpose. */
static gboolean
reads_transposed (const NncNode *node, guint n_data, guint permutation[NNC_MAX_RANK], guint *rank)
{
  gboolean found = FALSE;

  for (guint i = 0; i < n_data; i++) {
    guint other[NNC_MAX_RANK], other_rank;
    NncValue *value = node->inputs[i];

    if (value == NULL || value->constant)
      continue;
    if (!read_permutation (value->producer, other, &other_rank))
      return FALSE;
    if (found && (other_rank != *rank || memcmp (other, permutation, *rank * sizeof *other) != 0))
      return FALSE;
    memcpy (permutation, other, other_rank * sizeof *other);
    *rank = other_rank;
    found = TRUE;
  }
  for (guint i = 0; found && i < n_data; i++)
    if (node->inputs[i] && node->inputs[i]->constant && node->inputs[i]->desc.rank > *rank)
      return FALSE;
  return found;
}

static void
transpose_output (NncGraph *graph, NncNode *node, guint i, const guint *permutation, guint rank)
{
  NncValue *before = nnc_graph_add_value (graph, node->outputs[i]->name);
  NncNode *transpose = nnc_graph_add_node (graph, nnc_op_find ("Transpose"), "", &before, 1, &node->outputs[i], 1);

  for (guint axis = 0; axis < rank; axis++)
    before->desc.shape[permutation[axis]] = node->outputs[i]->desc.shape[axis];
  before->desc.type = node->outputs[i]->desc.type;
  before->desc.rank = rank;
  before->quantization = nnc_quantization_copy (node->outputs[i]->quantization);
  before->producer = node;
  node->outputs[i] = before;
  write_permutation (transpose, permutation, rank);
}

static gboolean
move_below (NncGraph *graph, NncNode *node)
{
  gboolean elementwise = (node->op->traits & NNC_OP_ELEMENTWISE) != 0;
  gboolean all = elementwise || (node->op->traits & NNC_OP_PERMUTE_ALL);
  guint n_data = all ? node->n_inputs : MIN (node->n_inputs, 1);
  guint permutation[NNC_MAX_RANK], inverse[NNC_MAX_RANK], rank = 0;

  if ((!elementwise && node->op->permute == NULL) || !reads_transposed (node, n_data, permutation, &rank))
    return FALSE;
  for (guint i = 0; i < node->n_outputs; i++)
    if (node->outputs[i] == NULL || node->outputs[i]->desc.type == NNC_INVALID || node->outputs[i]->desc.rank != rank)
      return FALSE;
  invert (permutation, rank, inverse);
  if (node->op->permute && !node->op->permute (graph, node, inverse, rank))
    return FALSE;
  for (guint i = 0; i < n_data; i++) {
    if (node->inputs[i] == NULL || is_single (node->inputs[i]))
      continue;
    if (node->inputs[i]->constant)
      nnc_node_set_input (node, i, transpose_constant (graph, node->inputs[i], inverse, rank));
    else
      nnc_node_set_input (node, i, node->inputs[i]->producer->inputs[0]);
  }
  for (guint i = 0; i < node->n_outputs; i++)
    transpose_output (graph, node, i, permutation, rank);
  return TRUE;
}

gboolean
nnc_pass_move_transposes (NncGraph *graph, gboolean *changed, GError **error)
{
  gboolean again = TRUE;

  /* Each round moves a Transpose at least one node on, so there are at most as many rounds as nodes. */
  for (guint round = graph->nodes->len; again && round-- > 0;) {
    again = FALSE;
    for (guint i = 0; i < graph->nodes->len; i++) {
      NncNode *node = graph->nodes->pdata[i];

      if (node->outputs[0] && nnc_graph_count_readers (graph, node->outputs[0]) == 0)
        continue; /* dead since this round began */
      if (merge_with_producer (graph, node) || move_below (graph, node))
        again = *changed = TRUE;
    }
    if (again && !nnc_graph_sort (graph, nnc_node_has_effect, error))
      return FALSE;
    nnc_graph_remove_dead (graph, nnc_node_has_effect);
  }
  return TRUE;
}
