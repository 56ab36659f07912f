/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* axes.c: axes of a tensor. */
#include "axes.h"

#include "op_inputs.h"

NncSplit
nnc_desc_split (const NncTensorDesc *desc, guint axis)
{
  NncSplit split = { 1, (gsize)desc->shape[axis], 1 };

  for (guint i = 0; i < axis; i++)
    split.outer *= (gsize)desc->shape[i];
  for (guint i = axis + 1; i < desc->rank; i++)
    split.inner *= (gsize)desc->shape[i];
  return split;
}

gboolean
nnc_axes_read (const NncTensor *axes, guint rank, gboolean marks[NNC_MAX_RANK], GError **error)
{
  gint64 values[NNC_MAX_RANK];
  guint n = 0, axis;

  for (guint i = 0; i < NNC_MAX_RANK; i++)
    marks[i] = FALSE;
  if (axes && !nnc_input_get_ints (axes, "the list of axes", values, NNC_MAX_RANK, &n, error))
    return FALSE;
  for (guint i = 0; i < n; i++) {
    if (!nnc_axis_resolve (values[i], rank, &axis, error))
      return FALSE;
    if (marks[axis])
      return nnc_op_error (error, "axis %u is named twice", axis);
    marks[axis] = TRUE;
  }
  return TRUE;
}

/* Where the axis has gone. */
static gint64
new_axis (guint axis, const guint *permutation, guint rank)
{
  guint i = 0;

  while (i + 1 < rank && permutation[i] != axis)
    i++;
  return i;
}

gboolean
nnc_permute_axis (NncNode *node, gint64 otherwise, const guint *permutation, guint rank)
{
  guint axis;

  if (!nnc_node_get_axis (node, otherwise, rank, &axis, NULL))
    return FALSE;
  nnc_node_set_int (node, "axis", new_axis (axis, permutation, rank));
  return TRUE;
}

/* The constant as a tensor to read; FALSE: it is none. */
static gboolean
read_constant_ints (const NncValue *value, gint64 *values, guint *n)
{
  NncTensor tensor = { .name = value->name };

  if (value->constant == NULL)
    return FALSE;
  tensor.desc = value->constant->desc;
  tensor.strides[0] = value->constant->strides[0];
  tensor.data = (gpointer)nnc_constant_get_data (value->constant);
  return nnc_input_get_ints (&tensor, value->name, values, NNC_MAX_RANK, n, NULL);
}

gboolean
nnc_permute_axes_input (NncGraph *graph, NncNode *node, guint input, guint n_implied, const guint *permutation,
                        guint rank)
{
  gint64 values[NNC_MAX_RANK];
  guint n = n_implied, axis;
  NncTensorDesc desc = { .type = NNC_I64, .rank = 1 };
  g_autoptr (NncConstant) constant = NULL;

  for (guint i = 0; i < MIN (n_implied, NNC_MAX_RANK); i++)
    values[i] = i;
  if (n_implied > NNC_MAX_RANK
      || (input < node->n_inputs && node->inputs[input] && !read_constant_ints (node->inputs[input], values, &n)))
    return FALSE;
  for (guint i = 0; i < n; i++) {
    if (!nnc_axis_resolve (values[i], rank, &axis, NULL))
      return FALSE;
    values[i] = new_axis (axis, permutation, rank);
  }
  desc.shape[0] = n;
  constant = nnc_constant_new_take (g_memdup2 (values, MAX (n, 1) * sizeof *values), &desc);
  nnc_node_set_input (node, input, nnc_graph_add_constant (graph, "axes", constant));
  return TRUE;
}
