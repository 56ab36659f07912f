/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* where.c: Where: y = condition ? a : b, of three inputs that are broadcast to each other. */
#include "op_inputs.h"
#include "step_work.h"

#include <string.h>

enum { CONDITION, A, B, N_INPUTS };

static gboolean
infer (NncInference *inference, GError **error)
{
  const NncTensor *const *inputs = inference->inputs;
  NncTensorDesc both;

  if (!nnc_input_check_type (inputs, CONDITION, NNC_BOOL, error))
    return FALSE;
  if (inputs[A]->desc.type != inputs[B]->desc.type)
    return nnc_op_error (error, "input 1 is %s, input 2 is %s", nnc_data_type_to_string (inputs[A]->desc.type),
                         nnc_data_type_to_string (inputs[B]->desc.type));
  return nnc_desc_broadcast (&inputs[A]->desc, &inputs[B]->desc, &both, error)
         && nnc_desc_broadcast (&both, &inputs[CONDITION]->desc, &inference->outputs[0], error);
}

typedef struct {
  guint rank;
  gsize shape[NNC_MAX_RANK];
  gsize strides[N_INPUTS][NNC_MAX_RANK]; /* bytes; 0 where it is broadcast */
  gsize size; /* of an element */
} Params;

#define SELECT(name, type)                                                                                             \
  static void name (guint8 *y, const guint8 *const *inputs, const gsize *steps, gsize n)                               \
  {                                                                                                                    \
    const guint8 *condition = inputs[CONDITION], *a = inputs[A], *b = inputs[B];                                       \
    for (gsize i = 0; i < n; i++, condition += steps[CONDITION], a += steps[A], b += steps[B])                         \
      ((type *)y)[i] = *(const type *)(*condition ? a : b);                                                            \
  }
SELECT (select_1, guint8)
SELECT (select_2, guint16)
SELECT (select_4, guint32)
SELECT (select_8, guint64)

static void
select_row (const Params *params, guint8 *y, const guint8 *const *inputs, const gsize *steps, gsize n)
{
  switch (params->size) {
  case 1:
    select_1 (y, inputs, steps, n);
    break;
  case 2:
    select_2 (y, inputs, steps, n);
    break;
  case 4:
    select_4 (y, inputs, steps, n);
    break;
  default:
    select_8 (y, inputs, steps, n);
  }
}

/* Returns where y goes on. */
static guint8 *
select_all (const Params *params, guint axis, guint8 *y, const guint8 *const *inputs)
{
  const guint8 *at[N_INPUTS] = { inputs[CONDITION], inputs[A], inputs[B] };
  gsize steps[N_INPUTS];

  if (params->rank == 0) {
    select_row (params, y, inputs, (const gsize[N_INPUTS]){ 0 }, 1);
    return y + params->size;
  }
  for (guint i = 0; i < N_INPUTS; i++)
    steps[i] = params->strides[i][axis];
  if (axis + 1 == params->rank) {
    select_row (params, y, inputs, steps, params->shape[axis]);
    return y + params->shape[axis] * params->size;
  }
  for (gsize j = 0; j < params->shape[axis]; j++) {
    y = select_all (params, axis + 1, y, at);
    for (guint i = 0; i < N_INPUTS; i++)
      at[i] += steps[i];
  }
  return y;
}

static gboolean
run (const NncStep *step, NncRunContext *context, GError **error)
{
  const guint8 *inputs[] = { step->inputs[CONDITION]->data, step->inputs[A]->data, step->inputs[B]->data };

  select_all (step->params, 0, step->outputs[0]->data, inputs);
  return TRUE;
}

static void
set_strides (const NncTensorDesc *x, const NncTensorDesc *y, gsize *strides)
{
  guint missing = y->rank - x->rank;
  gint64 contiguous[NNC_MAX_RANK];

  nnc_desc_contiguous_strides (x, contiguous);
  for (guint i = 0; i < x->rank; i++)
    strides[missing + i] = x->shape[i] == 1 ? 0 : (gsize)contiguous[i];
}

static gboolean
prepare_where (NncPreparation *prepare, GError **error)
{
  Params *params = nnc_prepare_params (prepare, sizeof *params);
  const NncTensorDesc *y = &prepare->outputs[0]->desc;

  params->rank = y->rank;
  params->size = nnc_data_type_get_size (y->type);
  for (guint i = 0; i < y->rank; i++)
    params->shape[i] = (gsize)y->shape[i];
  for (guint i = 0; i < N_INPUTS; i++)
    set_strides (&prepare->inputs[i]->desc, y, params->strides[i]);
  prepare->run = nnc_desc_size (y) ? run : nnc_run_nothing;
  return TRUE;
}

const NncOp nnc_op_Where = {
  .name = "Where",
  .traits = NNC_OP_ELEMENTWISE,
  .min_inputs = 3,
  .max_inputs = 3,
  .max_outputs = 1,
  .infer = infer,
  .prepare = prepare_where,
};
