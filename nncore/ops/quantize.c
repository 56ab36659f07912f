/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* quantize.c: Quantize: y = round (x / scale) + zero point of output 0, as attribute to (an NncDataType: i8, u8, i16);
 * x is f32, stored on another scale, or sums, i32 on a scale. */
#include "op_inputs.h"
#include "stored_table.h"

typedef struct {
  NncScale scale;
  NncFixedPoint factor; /* of sums */
} Params;

static gboolean
infer (NncInference *inference, GError **error)
{
  const NncTensorDesc *x = &inference->inputs[0]->desc;
  gint64 to = nnc_node_get_int (inference->node, "to", NNC_INVALID);

  if (to <= NNC_INVALID || to > NNC_BOOL || !nnc_type_is_stored ((NncDataType)to))
    return nnc_op_error (error, "attribute 'to' is %" G_GINT64_FORMAT ", which no numbers are stored in", to);
  if (x->type != NNC_F32 && x->type != NNC_I32 && !nnc_type_is_stored (x->type))
    return nnc_op_unsupported (error, "type %s is not supported", nnc_data_type_to_string (x->type));
  return nnc_desc_set (&inference->outputs[0], (NncDataType)to, x->rank, x->shape, error);
}

static gboolean
run (const NncStep *step, NncRunContext *context, GError **error)
{
  const Params *params = step->params;
  const float *x = step->inputs[0]->data;
  NncDataType type = step->outputs[0]->desc.type;
  gsize n = nnc_desc_n_elements (&step->outputs[0]->desc);

  for (gsize i = 0; i < n; i++)
    nnc_stored_set (step->outputs[0]->data, type, i, nnc_stored_from_real (x[i], params->scale, type));
  return TRUE;
}

static gboolean
run_sums (const NncStep *step, NncRunContext *context, GError **error)
{
  const Params *params = step->params;
  const gint32 *x = step->inputs[0]->data;
  NncDataType type = step->outputs[0]->desc.type;
  gint32 minimum, maximum;

  nnc_stored_limits (type, &minimum, &maximum);
  for (gsize i = 0; i < nnc_desc_n_elements (&step->outputs[0]->desc); i++) {
    gint64 y = (gint64)nnc_multiply_twice (x[i], params->factor) + params->scale.zero_point;

    nnc_stored_set (step->outputs[0]->data, type, i, (gint32)CLAMP (y, minimum, maximum));
  }
  return TRUE;
}

static gboolean
prepare_sums (NncPreparation *prepare, GError **error)
{
  Params *params = nnc_prepare_params (prepare, sizeof *params);
  NncScale sums;

  if (!nnc_node_get_input_scale (prepare->node, 0, &sums, error)
      || !nnc_node_get_output_scale (prepare->node, 0, &params->scale, error))
    return FALSE;
  params->factor = nnc_fixed_point ((double)sums.scale / (double)params->scale.scale);
  prepare->run = run_sums;
  return TRUE;
}

static gboolean
prepare_quantize (NncPreparation *prepare, GError **error)
{
  gint32 minimum, maximum;
  NncScale scale;

  if (prepare->inputs[0]->desc.type == NNC_I32)
    return prepare_sums (prepare, error);
  if (prepare->inputs[0]->desc.type != NNC_F32) {
    nnc_stored_limits (prepare->outputs[0]->desc.type, &minimum, &maximum);
    return nnc_stored_rescale_prepare (prepare, minimum, maximum, FALSE, error);
  }
  if (!nnc_node_get_output_scale (prepare->node, 0, &scale, error))
    return FALSE;
  ((Params *)nnc_prepare_params (prepare, sizeof (Params)))->scale = scale;
  prepare->run = run;
  return TRUE;
}

const NncOp nnc_op_Quantize = {
  .name = "Quantize",
  .traits = NNC_OP_ELEMENTWISE,
  .min_inputs = 1,
  .max_inputs = 1,
  .max_outputs = 1,
  .infer = infer,
  .prepare = prepare_quantize,
};
