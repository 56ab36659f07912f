/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* dynamic_fake_quantize.c: DynamicFakeQuantize: x as it would be after being stored in 8 bits, on a scale found from
 * its own numbers: y = scale * (round (x / scale + zero point) - zero point), a scale for each index of the axes before
 * attribute axis (1). asymmetric (0): zero points are not 0. With float weights that came from 8 bits the sums of a
 * layer are those of TFLite's hybrid ones, which multiply integers. */
#include "axes.h"
#include "dynamic_range.h"
#include "op_inputs.h"
#include "step_work.h"

typedef struct {
  gsize rows, columns;
  NncDynamicQuantizer quantizer;
} Params;

static gboolean
infer (NncInference *inference, GError **error)
{
  gint64 axis = nnc_node_get_int (inference->node, "axis", 1);
  guint rank = inference->inputs[0]->desc.rank;

  if (axis < 0 || axis > rank)
    return nnc_op_error (error, "axis %" G_GINT64_FORMAT " is outside of 0 to %u", axis, rank);
  return nnc_infer_same_f32 (inference, error);
}

static gboolean
run (const NncStep *step, NncRunContext *context, GError **error)
{
  const Params *params = step->params;
  const float *x = step->inputs[0]->data;
  float *y = step->outputs[0]->data;

  for (gsize r = 0; r < params->rows; r++)
    nnc_dynamic_fake_quantize (&params->quantizer, y + r * params->columns, x + r * params->columns, params->columns);
  return TRUE;
}

static gboolean
prepare_dynamic_fake_quantize (NncPreparation *prepare, GError **error)
{
  Params *params = nnc_prepare_params (prepare, sizeof *params);
  const NncTensorDesc *x = &prepare->inputs[0]->desc;
  gint64 axis = nnc_node_get_int (prepare->node, "axis", 1);

  params->quantizer = nnc_dynamic_quantizer (nnc_node_get_int (prepare->node, "asymmetric", 0) != 0);
  params->rows = params->columns = 1;
  for (guint i = 0; i < x->rank; i++)
    *(i < axis ? &params->rows : &params->columns) *= (gsize)x->shape[i];
  prepare->run = nnc_desc_size (x) ? run : nnc_run_nothing;
  return TRUE;
}

const NncOp nnc_op_DynamicFakeQuantize = {
  .name = "DynamicFakeQuantize",
  .traits = NNC_OP_IN_PLACE,
  .min_inputs = 1,
  .max_inputs = 1,
  .max_outputs = 1,
  .infer = infer,
  .prepare = prepare_dynamic_fake_quantize,
};
