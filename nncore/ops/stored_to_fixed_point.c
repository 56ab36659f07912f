/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* stored_to_fixed_point.c: StoredToFixedPoint: y = scale * (x - zero point), an i32 with 8 bits behind the point,
 * rounded as TFLite does before it compares stored numbers of different scales. */
#include "op_inputs.h"
#include "quantization.h"

#define FRACTION_BITS 8

typedef struct {
  NncFixedPoint factor;
  gint32 zero_point;
} Params;

static gboolean
infer (NncInference *inference, GError **error)
{
  const NncTensorDesc *x = &inference->inputs[0]->desc;

  if (!nnc_type_is_stored (x->type))
    return nnc_op_unsupported (error, "type %s is not supported", nnc_data_type_to_string (x->type));
  return nnc_desc_set (&inference->outputs[0], NNC_I32, x->rank, x->shape, error);
}

static gboolean
run (const NncStep *step, NncRunContext *context, GError **error)
{
  const Params *params = step->params;
  const NncTensor *x = step->inputs[0];
  gint32 *y = step->outputs[0]->data;

  for (gsize i = 0; i < nnc_desc_n_elements (&x->desc); i++)
    y[i] = nnc_multiply_twice ((nnc_stored_get (x->data, x->desc.type, i) - params->zero_point) * (1 << FRACTION_BITS),
                               params->factor);
  return TRUE;
}

static gboolean
prepare_stored_to_fixed_point (NncPreparation *prepare, GError **error)
{
  Params *params = nnc_prepare_params (prepare, sizeof *params);
  NncScale scale;

  if (!nnc_node_get_input_scale (prepare->node, 0, &scale, error))
    return FALSE;
  params->factor = nnc_fixed_point ((double)scale.scale);
  params->zero_point = scale.zero_point;
  prepare->run = run;
  return TRUE;
}

const NncOp nnc_op_StoredToFixedPoint = {
  .name = "StoredToFixedPoint",
  .min_inputs = 1,
  .max_inputs = 1,
  .max_outputs = 1,
  .infer = infer,
  .prepare = prepare_stored_to_fixed_point,
};
