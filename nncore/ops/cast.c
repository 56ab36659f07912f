/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* cast.c: y = x as another type, as convert.h has it: Cast, to attribute `to` (an NncDataType), and CastLike, to the
 * type of input 1. With attribute `saturate` 0, what is too large for a float of 8 bits becomes infinite or NaN. */
#include "convert.h"
#include "float8.h"
#include "op_inputs.h"

static gboolean
infer_cast (NncInference *inference, GError **error)
{
  const NncTensorDesc *x = &inference->inputs[0]->desc;
  gint64 to = nnc_node_get_int (inference->node, "to", NNC_INVALID);

  if (to <= NNC_INVALID || to > NNC_F8E5M2FNUZ)
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

/* To a float of 8 bits. */
static gboolean
run_not_saturating (const NncStep *step, NncRunContext *context, GError **error)
{
  const NncTensor *x = step->inputs[0], *y = step->outputs[0];
  gsize size = nnc_data_type_get_size (x->desc.type), n = nnc_desc_n_elements (&y->desc);
  float value;

  for (gsize i = 0; i < n; i++) {
    nnc_convert (NNC_F32, &value, x->desc.type, (const guint8 *)x->data + i * size, 1);
    ((guint8 *)y->data)[i] = nnc_float8_from_float (y->desc.type, value, FALSE);
  }
  return TRUE;
}

static gboolean
prepare_cast (NncPreparation *prepare, GError **error)
{
  gboolean saturate = nnc_node_get_int (prepare->node, "saturate", 1) != 0;

  prepare->run = saturate || !nnc_is_float8 (prepare->outputs[0]->desc.type) ? run : run_not_saturating;
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
