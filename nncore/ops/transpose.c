/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* transpose.c: Transpose: axis i of y is axis perm[i] of x; without perm: the axes in reverse order. */
#include "op_inputs.h"
#include "step_work.h"
#include "strided_move.h"

static gboolean
read_permutation (const NncNode *node, guint rank, guint *permutation, GError **error)
{
  guint n, seen = 0;
  const gint64 *given = nnc_node_get_ints (node, "perm", &n);

  if (given && n != rank)
    return nnc_op_error (error, "attribute 'perm' has %u numbers instead of %u", n, rank);
  for (guint i = 0; i < rank; i++) {
    gint64 axis = given ? given[i] : rank - 1 - i;

    if (axis < 0 || axis >= rank || (seen & 1u << axis))
      return nnc_op_error (error, "attribute 'perm' has %" G_GINT64_FORMAT " at %u: each of 0 to %u is right once",
                           axis, i, rank - 1);
    seen |= 1u << axis;
    permutation[i] = (guint)axis;
  }
  return TRUE;
}

static gboolean
infer (NncInference *inference, GError **error)
{
  const NncTensorDesc *x = &inference->inputs[0]->desc;
  guint permutation[NNC_MAX_RANK];
  gint64 shape[NNC_MAX_RANK];

  if (!read_permutation (inference->node, x->rank, permutation, error))
    return FALSE;
  for (guint i = 0; i < x->rank; i++)
    shape[i] = x->shape[permutation[i]];
  return nnc_desc_set (&inference->outputs[0], x->type, x->rank, shape, error);
}

static gboolean
run (const NncStep *step, NncRunContext *context, GError **error)
{
  nnc_move_run (step->params, step->outputs[0]->data, step->inputs[0]->data);
  return TRUE;
}

static gboolean
prepare_transpose (NncPreparation *prepare, GError **error)
{
  NncMove *move = nnc_prepare_params (prepare, sizeof *move);
  const NncTensor *y = prepare->outputs[0];
  guint permutation[NNC_MAX_RANK];
  gint64 contiguous[NNC_MAX_RANK], from[NNC_MAX_RANK];

  if (!read_permutation (prepare->node, y->desc.rank, permutation, error))
    return FALSE;
  nnc_desc_contiguous_strides (&prepare->inputs[0]->desc, contiguous);
  for (guint i = 0; i < y->desc.rank; i++)
    from[i] = contiguous[permutation[i]];
  nnc_move_set (move, prepare, &y->desc, y->strides, from);
  prepare->run = nnc_desc_size (&y->desc) ? run : nnc_run_nothing;
  return TRUE;
}

const NncOp nnc_op_Transpose = {
  .name = "Transpose",
  .min_inputs = 1,
  .max_inputs = 1,
  .max_outputs = 1,
  .infer = infer,
  .prepare = prepare_transpose,
};
