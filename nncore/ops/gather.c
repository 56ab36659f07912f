/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* gather.c: Gather: y[before…][i…][after…] = x[before…][indices[i…]][after…] along attribute axis (0). An index counts
 * from the end where negative; one outside the axis is an error of the run. */
#include "axes.h"
#include "op_inputs.h"

#include <string.h>

enum { X, INDICES };

typedef struct {
  NncSplit split;
  gsize n_indices, bytes; /* of what one index picks */
} Params;

static gboolean
infer (NncInference *inference, GError **error)
{
  const NncTensorDesc *x = &inference->inputs[X]->desc, *indices = &inference->inputs[INDICES]->desc;
  gint64 shape[2 * NNC_MAX_RANK];
  guint axis, rank = 0;

  if (!nnc_input_check_indices (inference->inputs, INDICES, error)
      || !nnc_node_get_axis (inference->node, 0, x->rank, &axis, error))
    return FALSE;
  for (guint i = 0; i < axis; i++)
    shape[rank++] = x->shape[i];
  for (guint i = 0; i < indices->rank; i++)
    shape[rank++] = indices->shape[i];
  for (guint i = axis + 1; i < x->rank; i++)
    shape[rank++] = x->shape[i];
  return nnc_desc_set (&inference->outputs[0], x->type, rank, shape, error);
}

static gboolean
gather_block (const Params *params, guint8 *y, const guint8 *x, const NncTensor *indices, GError **error)
{
  for (gsize i = 0; i < params->n_indices; i++, y += params->bytes) {
    gint64 index;

    if (!nnc_input_get_index (indices, i, (gint64)params->split.axis, &index, error))
      return FALSE;
    if (params->bytes)
      memcpy (y, x + (gsize)index * params->bytes, params->bytes);
  }
  return TRUE;
}

static gboolean
run (const NncStep *step, NncRunContext *context, GError **error)
{
  const Params *params = step->params;
  const guint8 *x = step->inputs[X]->data;
  guint8 *y = step->outputs[0]->data;

  for (gsize i = 0; i < params->split.outer; i++) {
    if (!gather_block (params, y, x, step->inputs[INDICES], error))
      return FALSE;
    x += params->split.axis * params->bytes;
    y += params->n_indices * params->bytes;
  }
  return TRUE;
}

static gboolean
prepare_gather (NncPreparation *prepare, GError **error)
{
  Params *params = nnc_prepare_params (prepare, sizeof *params);
  const NncTensorDesc *x = &prepare->inputs[X]->desc, *indices = &prepare->inputs[INDICES]->desc;
  guint axis;

  if (!nnc_node_get_axis (prepare->node, 0, x->rank, &axis, error))
    return FALSE;
  params->split = nnc_desc_split (x, axis);
  params->n_indices = nnc_desc_n_elements (indices);
  params->bytes = params->split.inner * nnc_data_type_get_size (x->type);
  prepare->run = run;
  return TRUE;
}

const NncOp nnc_op_Gather = {
  .name = "Gather",
  .min_inputs = 2,
  .max_inputs = 2,
  .max_outputs = 1,
  .infer = infer,
  .prepare = prepare_gather,
};
