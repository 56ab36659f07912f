/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* one_hot.c: OneHot: y[…][i][…] = values[1] where i is indices[…], values[0] elsewhere, with a new axis of input 1
 * (depth) places at attribute axis (-1). An index counts from the end where negative; one outside has no place. */
#include "axes.h"
#include "op_inputs.h"
#include "step_work.h"
#include "wide.h"

#include <string.h>

enum { INDICES, DEPTH, VALUES };

typedef struct {
  NncSplit split; /* of y, at the new axis */
  gsize size; /* bytes of an element */
} Params;

static gboolean
read_depth (const NncTensor *depth, gint64 *value, GError **error)
{
  nnc_convert (NNC_I64, value, depth->desc.type, depth->data, 1);
  return *value >= 0 || nnc_op_error (error, "the depth is %" G_GINT64_FORMAT, *value);
}

static gboolean
check_inputs (const NncTensor *const *inputs, GError **error)
{
  if (!nnc_input_check_types (inputs, INDICES, NNC_TYPES_NUMBER, error)
      || !nnc_input_check_types (inputs, DEPTH, NNC_TYPES_NUMBER, error))
    return FALSE;
  if (nnc_desc_n_elements (&inputs[DEPTH]->desc) != 1)
    return nnc_op_error (error, "the depth has %" G_GSIZE_FORMAT " numbers instead of 1",
                         nnc_desc_n_elements (&inputs[DEPTH]->desc));
  return nnc_input_check_vector (inputs, VALUES, 2, error);
}

static gboolean
infer (NncInference *inference, GError **error)
{
  const NncTensorDesc *indices = &inference->inputs[INDICES]->desc;
  gint64 shape[NNC_MAX_RANK + 1], depth;
  guint axis, rank = 0;

  if (!check_inputs (inference->inputs, error)
      || !nnc_node_get_axis (inference->node, -1, indices->rank + 1, &axis, error))
    return FALSE;
  if (nnc_infer_waits_for (inference, DEPTH))
    return TRUE;
  if (!read_depth (inference->inputs[DEPTH], &depth, error))
    return FALSE;
  for (guint i = 0; i <= indices->rank; i++)
    shape[rank++] = i == axis ? depth : indices->shape[i < axis ? i : i - 1];
  return nnc_desc_set (&inference->outputs[0], inference->inputs[VALUES]->desc.type, rank, shape, error);
}

static void
fill (guint8 *y, const guint8 *value, gsize n, gsize size)
{
  for (gsize i = 0; i < n; i++, y += size)
    memcpy (y, value, size);
}

static gboolean
run (const NncStep *step, NncRunContext *context, GError **error)
{
  const Params *params = step->params;
  const NncSplit *split = &params->split;
  const NncTensor *indices = step->inputs[INDICES];
  gsize index_size = nnc_data_type_get_size (indices->desc.type), size = params->size;
  gint64 depth = (gint64)split->axis;
  const guint8 *index = indices->data, *values = step->inputs[VALUES]->data;
  guint8 *y = step->outputs[0]->data;

  fill (y, values, split->outer * split->axis * split->inner, size);
  for (gsize m = 0; m < split->outer; m++)
    for (gsize k = 0; k < split->inner; k++, index += index_size) {
      gint64 i;

      nnc_convert (NNC_I64, &i, indices->desc.type, index, 1);
      i += i < 0 ? depth : 0;
      if (i >= 0 && i < depth)
        memcpy (y + ((m * split->axis + (gsize)i) * split->inner + k) * size, values + size, size);
    }
  return TRUE;
}

static gboolean
prepare_one_hot (NncPreparation *prepare, GError **error)
{
  Params *params = nnc_prepare_params (prepare, sizeof *params);
  const NncTensorDesc *y = &prepare->outputs[0]->desc;
  guint axis;

  if (!nnc_node_get_axis (prepare->node, -1, y->rank, &axis, error))
    return FALSE;
  params->split = nnc_desc_split (y, axis);
  params->size = nnc_data_type_get_size (y->type);
  prepare->run = nnc_desc_size (y) ? run : nnc_run_nothing;
  return TRUE;
}

const NncOp nnc_op_OneHot = {
  .name = "OneHot",
  .traits = NNC_OP_DATA_SHAPE,
  .min_inputs = 3,
  .max_inputs = 3,
  .max_outputs = 1,
  .infer = infer,
  .prepare = prepare_one_hot,
};
