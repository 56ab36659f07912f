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
  gboolean wide; /* i64, not i32 */
} Params;

static gboolean
infer (NncInference *inference, GError **error)
{
  const NncTensorDesc *x = &inference->inputs[X]->desc, *indices = &inference->inputs[INDICES]->desc;
  gint64 shape[2 * NNC_MAX_RANK];
  guint axis, rank = 0;

  if (indices->type != NNC_I64 && indices->type != NNC_I32)
    return nnc_op_error (error, "the indices are %s, i32 or i64 is right", nnc_data_type_to_string (indices->type));
  if (!nnc_node_get_axis (inference->node, 0, x->rank, &axis, error))
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
gather_block (const Params *params, guint8 *y, const guint8 *x, gconstpointer indices, GError **error)
{
  gint64 size = (gint64)params->split.axis;

  for (gsize i = 0; i < params->n_indices; i++, y += params->bytes) {
    gint64 index = params->wide ? ((const gint64 *)indices)[i] : ((const gint32 *)indices)[i];

    if (index < -size || index >= size) {
      g_set_error (error, NNC_ERROR, NNC_ERROR_DATA,
                   "index %" G_GINT64_FORMAT " is outside an axis of %" G_GINT64_FORMAT, index, size);
      return FALSE;
    }
    if (params->bytes)
      memcpy (y, x + (gsize)(index < 0 ? index + size : index) * params->bytes, params->bytes);
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
    if (!gather_block (params, y, x, step->inputs[INDICES]->data, error))
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
  params->wide = indices->type == NNC_I64;
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
