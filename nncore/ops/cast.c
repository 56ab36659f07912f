/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* cast.c: y = x as another type, as convert.h has it: Cast, to attribute `to` (an NncDataType), and CastLike, to the
 * type of input 1. */
#include "convert.h"
#include "op_inputs.h"

static gboolean
infer_cast (NncInference *inference, GError **error)
{
  const NncTensorDesc *x = &inference->inputs[0]->desc;
  gint64 to = nnc_node_get_int (inference->node, "to", NNC_INVALID);

  if (to <= NNC_INVALID || to > NNC_BOOL)
    return nnc_op_error (error, "attribute 'to' is %" G_GINT64_FORMAT ", which is no data type", to);
  return nnc_desc_set (&inference->outputs[0], (NncDataType)to, x->rank, x->shape, error);
}

static gboolean
infer_cast_like (NncInference *inference, GError **error)
{
  const NncTensorDesc *x = &inference->inputs[0]->desc;

  return nnc_desc_set (&inference->outputs[0], inference->inputs[1]->desc.type, x->rank, x->shape, error);
}

static gboolean
run (const NncStep *step, NncRunContext *context, GError **error)
{
  const NncTensor *x = step->inputs[0], *y = step->outputs[0];

  nnc_convert (y->desc.type, y->data, x->desc.type, x->data, nnc_desc_n_elements (&y->desc));
  return TRUE;
}

static gboolean
prepare_cast (NncPreparation *prepare, GError **error)
{
  prepare->run = run;
  return TRUE;
}

const NncOp nnc_op_Cast = {
  .name = "Cast",
  .traits = NNC_OP_ELEMENTWISE,
  .min_inputs = 1,
  .max_inputs = 1,
  .max_outputs = 1,
  .infer = infer_cast,
  .prepare = prepare_cast,
};

const NncOp nnc_op_CastLike = {
  .name = "CastLike",
  .min_inputs = 2,
  .max_inputs = 2,
  .max_outputs = 1,
  .infer = infer_cast_like,
  .prepare = prepare_cast,
};
