/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* reverse_sequence.c: ReverseSequence: y = x with the first lengths[b] steps of sequence b in reverse order. Attributes
 * batch_axis (1), time_axis (0): the first two axes of x, in either order. */
#include "axes.h"
#include "op_inputs.h"
#include "step_work.h"

#include <string.h>

enum { X, LENGTHS };

typedef struct {
  gboolean time_first;
  gsize batches, times, size; /* bytes of a step of a sequence */
} Params;

static gboolean
read_time_axis (const NncNode *node, gboolean *time_first, GError **error)
{
  gint64 batch_axis = nnc_node_get_int (node, "batch_axis", 1), time_axis = nnc_node_get_int (node, "time_axis", 0);

  *time_first = time_axis == 0;
  if (MIN (batch_axis, time_axis) == 0 && MAX (batch_axis, time_axis) == 1)
    return TRUE;
  return nnc_op_error (error,
                       "attributes 'batch_axis' and 'time_axis' are %" G_GINT64_FORMAT " and %" G_GINT64_FORMAT
                       ", 0 and 1 are right",
                       batch_axis, time_axis);
}

static gboolean
infer (NncInference *inference, GError **error)
{
  const NncTensorDesc *x = &inference->inputs[X]->desc;
  gboolean time_first;

  if (!read_time_axis (inference->node, &time_first, error)
      || !nnc_input_check_type (inference->inputs, LENGTHS, NNC_I64, error))
    return FALSE;
  if (x->rank < 2)
    return nnc_op_error (error, "input 0 has %u dimensions, at least 2 are right", x->rank);
  return nnc_input_check_vector (inference->inputs, LENGTHS, x->shape[time_first ? 1 : 0], error)
         && nnc_infer_same (inference, error);
}

static gboolean
run (const NncStep *step, NncRunContext *context, GError **error)
{
  const Params *params = step->params;
  const gint64 *lengths = step->inputs[LENGTHS]->data;
  const guint8 *x = step->inputs[X]->data;
  guint8 *y = step->outputs[0]->data;
  gsize batch_step = params->time_first ? 1 : params->times, time_step = params->time_first ? params->batches : 1;

  for (gsize b = 0; b < params->batches; b++) {
    if (lengths[b] < 0 || lengths[b] > (gint64)params->times) {
      g_set_error (error, NNC_ERROR, NNC_ERROR_DATA,
                   "sequence %" G_GSIZE_FORMAT " has length %" G_GINT64_FORMAT ", at most %" G_GSIZE_FORMAT " is right",
                   b, lengths[b], params->times);
      return FALSE;
    }
    for (gsize t = 0; t < params->times; t++) {
      gsize from = t < (gsize)lengths[b] ? (gsize)lengths[b] - 1 - t : t;

      memcpy (y + (b * batch_step + t * time_step) * params->size,
              x + (b * batch_step + from * time_step) * params->size, params->size);
    }
  }
  return TRUE;
}

static gboolean
prepare_reverse_sequence (NncPreparation *prepare, GError **error)
{
  Params *params = nnc_prepare_params (prepare, sizeof *params);
  const NncTensorDesc *x = &prepare->inputs[X]->desc;

  if (!read_time_axis (prepare->node, &params->time_first, error))
    return FALSE;
  params->times = (gsize)x->shape[params->time_first ? 0 : 1];
  params->batches = (gsize)x->shape[params->time_first ? 1 : 0];
  params->size = nnc_desc_split (x, 1).inner * nnc_data_type_get_size (x->type);
  prepare->run = nnc_desc_size (x) ? run : nnc_run_nothing;
  return TRUE;
}

const NncOp nnc_op_ReverseSequence = {
  .name = "ReverseSequence",
  .min_inputs = 2,
  .max_inputs = 2,
  .max_outputs = 1,
  .infer = infer,
  .prepare = prepare_reverse_sequence,
};
