/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* eye_like.c: EyeLike: y[i][j] = 1 where j - i is attribute k (0), else 0: as large as x, of attribute dtype (an
 * NncDataType) or the type of x. */
#include "convert.h"
#include "op.h"
#include "step_work.h"

#include <string.h>

static gboolean
infer (NncInference *inference, GError **error)
{
  const NncTensorDesc *x = &inference->inputs[0]->desc;
  gint64 type = nnc_node_get_int (inference->node, "dtype", x->type);

  if (x->rank != 2)
    return nnc_op_error (error, "input 0 has %u dimensions, 2 are right", x->rank);
  if (type <= NNC_INVALID || type > NNC_BOOL)
    return nnc_op_error (error, "attribute 'dtype' is %" G_GINT64_FORMAT ", which is no data type", type);
  return nnc_desc_set (&inference->outputs[0], (NncDataType)type, 2, x->shape, error);
}

static gboolean
run (const NncStep *step, NncRunContext *context, GError **error)
{
  const NncTensorDesc *desc = &step->outputs[0]->desc;
  gsize size = nnc_data_type_get_size (desc->type);
  gint64 k = nnc_node_get_int (step->node, "k", 0), rows = desc->shape[0], columns = desc->shape[1];
  guint8 *y = step->outputs[0]->data;
  const float one = 1;

  memset (y, 0, nnc_desc_size (desc));
  for (gint64 i = 0; i < rows; i++) {
    gint64 j;

    if (!__builtin_add_overflow (i, k, &j) && j >= 0 && j < columns)
      nnc_convert (desc->type, y + (gsize)(i * columns + j) * size, NNC_F32, &one, 1);
  }
  return TRUE;
}

static gboolean
prepare_eye_like (NncPreparation *prepare, GError **error)
{
  nnc_prepare_consume (prepare, 0);
  prepare->run = nnc_desc_size (&prepare->outputs[0]->desc) ? run : nnc_run_nothing;
  return TRUE;
}

const NncOp nnc_op_EyeLike = {
  .name = "EyeLike",
  .traits = NNC_OP_SHAPE_ONLY,
  .min_inputs = 1,
  .max_inputs = 1,
  .max_outputs = 1,
  .infer = infer,
  .prepare = prepare_eye_like,
};
