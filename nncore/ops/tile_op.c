/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tile_op.c: Tile: x repeated along each axis as often as input 1 says. */
#include "op_inputs.h"
#include "step_work.h"

#include <string.h>

static gboolean
read_repeats (const NncTensor *const *inputs, gint64 *repeats, GError **error)
{
  guint rank = inputs[0]->desc.rank, n;

  if (!nnc_input_get_ints (inputs[1], "the repeats", repeats, NNC_MAX_RANK, &n, error))
    return FALSE;
  if (n != rank)
    return nnc_op_error (error, "there are %u repeats for %u dimensions", n, rank);
  return TRUE;
}

static gboolean
infer (NncInference *inference, GError **error)
{
  const NncTensorDesc *x = &inference->inputs[0]->desc;
  gint64 shape[NNC_MAX_RANK];

  if (nnc_infer_waits_for (inference, 1))
    return TRUE;
  if (!read_repeats (inference->inputs, shape, error))
    return FALSE;
  for (guint i = 0; i < x->rank; i++)
    if (shape[i] < 0 || __builtin_mul_overflow (shape[i], x->shape[i], &shape[i]))
      return nnc_op_error (error, "dimension %u of %" G_GINT64_FORMAT " cannot be repeated so often", i, x->shape[i]);
  return nnc_desc_set (&inference->outputs[0], x->type, x->rank, shape, error);
}

typedef struct {
  guint rank; /* of the axes before those that are copied as one */
  gsize shape[NNC_MAX_RANK], repeats[NNC_MAX_RANK];
  gsize bytes; /* of what is copied as one */
} Params;

/* Writes all from axis on, once; *x moves on. Returns the bytes written. */
static gsize
tile (const Params *params, guint axis, guint8 *y, const guint8 **x)
{
  gsize once = 0;

  if (axis == params->rank) {
    memcpy (y, *x, params->bytes);
    *x += params->bytes;
    return params->bytes;
  }
  for (gsize i = 0; i < params->shape[axis]; i++)
    once += tile (params, axis + 1, y + once, x);
  for (gsize i = 1; i < params->repeats[axis]; i++)
    memcpy (y + i * once, y, once);
  return once * params->repeats[axis];
}

static gboolean
run (const NncStep *step, NncRunContext *context, GError **error)
{
  const guint8 *x = step->inputs[0]->data;

  tile (step->params, 0, step->outputs[0]->data, &x);
  return TRUE;
}

static gboolean
prepare_tile (NncPreparation *prepare, GError **error)
{
  Params *params = nnc_prepare_params (prepare, sizeof *params);
  const NncTensorDesc *x = &prepare->inputs[0]->desc, *y = &prepare->outputs[0]->desc;

  prepare->run = nnc_run_nothing;
  if (nnc_desc_size (y) == 0)
    return TRUE;
  params->bytes = nnc_data_type_get_size (x->type);
  params->rank = x->rank;
  while (params->rank > 0 && x->shape[params->rank - 1] == y->shape[params->rank - 1])
    params->bytes *= (gsize)x->shape[--params->rank];
  for (guint i = 0; i < params->rank; i++) {
    params->shape[i] = (gsize)x->shape[i];
    params->repeats[i] = (gsize)(y->shape[i] / x->shape[i]);
  }
  prepare->run = run;
  return TRUE;
}

const NncOp nnc_op_Tile = {
  .name = "Tile",
  .traits = NNC_OP_DATA_SHAPE,
  .min_inputs = 2,
  .max_inputs = 2,
  .max_outputs = 1,
  .infer = infer,
  .prepare = prepare_tile,
};
