/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* bit_cast.c: BitCast: y = x's bytes as numbers of attribute `to` (an NncDataType) of the same size. A view. */
#include "op.h"

static gboolean
infer (NncInference *inference, GError **error)
{
  const NncTensorDesc *x = &inference->inputs[0]->desc;
  gint64 to = nnc_node_get_int (inference->node, "to", NNC_INVALID);

  if (to <= NNC_INVALID || to > NNC_BOOL)
    return nnc_op_error (error, "attribute 'to' is %" G_GINT64_FORMAT ", which is no data type", to);
  /* Not every byte is a bool. */
  if (nnc_data_type_get_size ((NncDataType)to) != nnc_data_type_get_size (x->type)
      || (to == NNC_BOOL && x->type != NNC_BOOL))
    return nnc_op_unsupported (error, "%s as %s is not supported", nnc_data_type_to_string (x->type),
                               nnc_data_type_to_string ((NncDataType)to));
  return nnc_desc_set (&inference->outputs[0], (NncDataType)to, x->rank, x->shape, error);
}

const NncOp nnc_op_BitCast = {
  .name = "BitCast",
  .traits = NNC_OP_VIEW,
  .min_inputs = 1,
  .max_inputs = 1,
  .max_outputs = 1,
  .infer = infer,
};
