/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* expand.c: Expand: x broadcast to the shape that input 1 names; where that has 1, x's own size is kept. */
#include "op_inputs.h"
#include "step_work.h"
#include "strided_move.h"

static gboolean
infer (NncInference *inference, GError **error)
{
  const NncTensorDesc *x = &inference->inputs[0]->desc;
  NncTensorDesc wanted;
  gint64 shape[NNC_MAX_RANK];
  guint n;

  if (nnc_infer_waits_for (inference, 1))
    return TRUE;
  return nnc_input_get_ints (inference->inputs[1], "the shape", shape, NNC_MAX_RANK, &n, error)
         && nnc_desc_set (&wanted, x->type, n, shape, error)
         && nnc_desc_broadcast (x, &wanted, &inference->outputs[0], error);
}

static gboolean
run (const NncStep *step, NncRunContext *context, GError **error)
{
  nnc_move_run (step->params, step->outputs[0]->data, step->inputs[0]->data);
  return TRUE;
}

static gboolean
prepare_expand (NncPreparation *prepare, GError **error)
{
  NncMove *move = nnc_prepare_params (prepare, sizeof *move);
  const NncTensorDesc *x = &prepare->inputs[0]->desc;
  const NncTensor *y = prepare->outputs[0];
  guint missing = y->desc.rank - x->rank;
  gint64 contiguous[NNC_MAX_RANK], from[NNC_MAX_RANK] = { 0 };

  nnc_desc_contiguous_strides (x, contiguous);
  for (guint i = 0; i < x->rank; i++)
    from[missing + i] = x->shape[i] == 1 ? 0 : contiguous[i];
  prepare->run = nnc_run_nothing;
  if (nnc_desc_size (&y->desc) == 0)
    return TRUE;
  nnc_move_set (move, prepare, &y->desc, y->strides, from);
  prepare->run = run;
  return TRUE;
}

const NncOp nnc_op_Expand = {
  .name = "Expand",
  .traits = NNC_OP_DATA_SHAPE,
  .min_inputs = 2,
  .max_inputs = 2,
  .max_outputs = 1,
  .infer = infer,
  .prepare = prepare_expand,
};
