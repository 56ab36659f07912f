/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* shape_op.c: Shape: y = x's dimensions [start, end), as i64. */
#include "op.h"

static gint64
cut (gint64 index, gint64 rank)
{
  return index < 0 ? (index < -rank ? 0 : index + rank) : MIN (index, rank);
}

static void
read_range (const NncNode *node, const NncTensorDesc *x, gint64 *start, gint64 *n)
{
  gint64 rank = x->rank, end = cut (nnc_node_get_int (node, "end", rank), rank);

  *start = cut (nnc_node_get_int (node, "start", 0), rank);
  *n = MAX (end - *start, 0);
}

static gboolean
infer (NncInference *inference, GError **error)
{
  gint64 start, n;

  read_range (inference->node, &inference->inputs[0]->desc, &start, &n);
  return nnc_desc_set (&inference->outputs[0], NNC_I64, 1, &n, error);
}

static gboolean
run (const NncStep *step, NncRunContext *context, GError **error)
{
  const NncTensorDesc *x = &step->inputs[0]->desc;
  gint64 *y = step->outputs[0]->data, start, n;

  read_range (step->node, x, &start, &n);
  for (gint64 i = 0; i < n; i++)
    y[i] = x->shape[start + i];
  return TRUE;
}

static gboolean
prepare_shape (NncPreparation *prepare, GError **error)
{
  nnc_prepare_consume (prepare, 0);
  prepare->run = run;
  return TRUE;
}

const NncOp nnc_op_Shape = {
  .name = "Shape",
  .traits = NNC_OP_SHAPE_ONLY,
  .min_inputs = 1,
  .max_inputs = 1,
  .max_outputs = 1,
  .infer = infer,
  .prepare = prepare_shape,
};
