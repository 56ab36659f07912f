/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tensor_scatter.c: TensorScatter: y = x (a cache), with the update's steps along attribute axis (-2) written from step
 * first[b] on, input 2 or 0, of each index b of axis 0. Attribute mode (linear): what reaches beyond the end is an
 * error of the run, or with "circular" goes on at the beginning. */
#include "axes.h"
#include "op_inputs.h"
#include "step_work.h"

#include <string.h>

enum { X, UPDATE, FIRST };

typedef struct {
  gboolean circular;
  gsize batches, outer; /* indices between axis 0 and the axis */
  gsize steps, new_steps, size; /* bytes of a step */
} Params;

static gboolean
read_mode (const NncNode *node, gboolean *circular, GError **error)
{
  const char *mode = nnc_node_get_string (node, "mode", "linear");

  *circular = strcmp (mode, "circular") == 0;
  return *circular || strcmp (mode, "linear") == 0
         || nnc_op_error (error, "attribute 'mode' is '%s', 'linear' and 'circular' are right", mode);
}

static gboolean
infer (NncInference *inference, GError **error)
{
  const NncTensorDesc *x = &inference->inputs[X]->desc, *update = &inference->inputs[UPDATE]->desc;
  NncTensorDesc wanted = *x;
  gboolean circular;
  guint axis;

  if (!read_mode (inference->node, &circular, error) || !nnc_node_get_axis (inference->node, -2, x->rank, &axis, error))
    return FALSE;
  if (axis == 0)
    return nnc_op_error (error, "attribute 'axis' names axis 0, which counts sequences");
  wanted.shape[axis] = update->rank == x->rank ? MIN (update->shape[axis], x->shape[axis]) : x->shape[axis];
  if (!nnc_desc_equal (update, &wanted)) {
    g_autofree char *text = nnc_desc_to_string (update), *right = nnc_desc_to_string (&wanted);
    return nnc_op_error (error, "the update is %s, %s is right", text, right);
  }
  if (inference->n_inputs > FIRST
      && (!nnc_input_check_type (inference->inputs, FIRST, NNC_I64, error)
          || !nnc_input_check_vector (inference->inputs, FIRST, x->shape[0], error)))
    return FALSE;
  return nnc_infer_same (inference, error);
}

/* The steps of one sequence, for every index between. */
static void
write_steps (const Params *params, guint8 *y, const guint8 *update, gsize first)
{
  for (gsize o = 0; o < params->outer; o++)
    for (gsize t = 0; t < params->new_steps; t++, update += params->size)
      memcpy (y + (o * params->steps + (first + t) % params->steps) * params->size, update, params->size);
}

static gboolean
run (const NncStep *step, NncRunContext *context, GError **error)
{
  const Params *params = step->params;
  const gint64 *first = step->n_inputs > FIRST && step->inputs[FIRST] ? step->inputs[FIRST]->data : NULL;
  const guint8 *update = step->inputs[UPDATE]->data;
  guint8 *y = step->outputs[0]->data;
  gint64 steps = (gint64)params->steps, last = params->circular ? steps - 1 : steps - (gint64)params->new_steps;

  memcpy (y, step->inputs[X]->data, nnc_desc_size (&step->inputs[X]->desc));
  for (gsize b = 0; b < params->batches; b++) {
    gint64 begin = first ? first[b] : 0;

    if (begin < 0 || begin > last) {
      g_set_error (error, NNC_ERROR, NNC_ERROR_DATA,
                   "%" G_GSIZE_FORMAT " steps are to be written from %" G_GINT64_FORMAT
                   " on into a cache of %" G_GINT64_FORMAT,
                   params->new_steps, begin, steps);
      return FALSE;
    }
    write_steps (params, y + b * params->outer * params->steps * params->size,
                 update + b * params->outer * params->new_steps * params->size, (gsize)begin);
  }
  return TRUE;
}

static gboolean
prepare_tensor_scatter (NncPreparation *prepare, GError **error)
{
  Params *params = nnc_prepare_params (prepare, sizeof *params);
  const NncTensorDesc *x = &prepare->inputs[X]->desc;
  NncSplit split;
  guint axis;

  if (!nnc_node_get_axis (prepare->node, -2, x->rank, &axis, error)
      || !read_mode (prepare->node, &params->circular, error))
    return FALSE;
  prepare->run = nnc_run_nothing;
  if (nnc_desc_size (x) == 0)
    return TRUE;
  split = nnc_desc_split (x, axis);
  params->batches = (gsize)x->shape[0];
  params->outer = split.outer / params->batches;
  params->steps = split.axis;
  params->new_steps = (gsize)prepare->inputs[UPDATE]->desc.shape[axis];
  params->size = split.inner * nnc_data_type_get_size (x->type);
  prepare->run = run;
  return TRUE;
}

const NncOp nnc_op_TensorScatter = {
  .name = "TensorScatter",
  .min_inputs = 2,
  .max_inputs = 3,
  .max_outputs = 1,
  .infer = infer,
  .prepare = prepare_tensor_scatter,
};
