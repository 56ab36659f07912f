/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* mat_mul_integer.c: MatMulInteger: y = (a - zero point[m]) (b - zero point[n]), i32, of numbers of 8 bits; sums wrap
 * around. Axes before the last two are broadcast. A zero point is one number, or one a row of a, a column of b. */
#include "linear_quantization.h"
#include "op_inputs.h"
#include "step_work.h"

#include <string.h>

enum { A, B, A_ZERO_POINT, B_ZERO_POINT };

typedef struct {
  gsize m, n, k, matrices;
  guint rank; /* of the axes before the last two */
  gint64 shape[NNC_MAX_RANK];
  gsize a_strides[NNC_MAX_RANK], b_strides[NNC_MAX_RANK]; /* in matrices; 0: the same one again */
} Params;

/* The axes before the last two. */
static NncTensorDesc
batch_of (const NncTensorDesc *matrix)
{
  NncTensorDesc batch = *matrix;

  batch.rank -= 2;
  return batch;
}

static void
set_strides (const NncTensorDesc *batch, const NncTensorDesc *all, gsize *strides)
{
  gsize stride = 1;

  for (guint i = 0; i < batch->rank; i++) {
    guint from = batch->rank - 1 - i;

    strides[all->rank - 1 - i] = batch->shape[from] == 1 ? 0 : stride;
    stride *= (gsize)batch->shape[from];
  }
}

static gboolean
set_params (Params *params, const NncTensorDesc *a, const NncTensorDesc *b, NncTensorDesc *batch, GError **error)
{
  NncTensorDesc a_batch, b_batch;

  if (a->rank < 2 || b->rank < 2)
    return nnc_op_unsupported (error, "a has %u dimensions and b has %u, at least 2 are supported", a->rank, b->rank);
  if (a->shape[a->rank - 1] != b->shape[b->rank - 2])
    return nnc_op_error (error, "a has %" G_GINT64_FORMAT " columns, b has %" G_GINT64_FORMAT " rows",
                         a->shape[a->rank - 1], b->shape[b->rank - 2]);
  a_batch = batch_of (a);
  b_batch = batch_of (b);
  b_batch.type = a_batch.type; /* only shapes are compared */
  if (!nnc_desc_broadcast (&a_batch, &b_batch, batch, error))
    return FALSE;
  *params = (Params){ .m = (gsize)a->shape[a->rank - 2],
                      .n = (gsize)b->shape[b->rank - 1],
                      .k = (gsize)a->shape[a->rank - 1],
                      .matrices = nnc_desc_n_elements (batch),
                      .rank = batch->rank };
  memcpy (params->shape, batch->shape, sizeof params->shape);
  set_strides (&a_batch, batch, params->a_strides);
  set_strides (&b_batch, batch, params->b_strides);
  return TRUE;
}

static gboolean
check_zero_point (const NncInference *inference, guint i, gint64 size, GError **error)
{
  const NncTensor *zero = i < inference->n_inputs ? inference->inputs[i] : NULL;

  if (zero == NULL)
    return TRUE;
  return nnc_input_check_type (inference->inputs, i, inference->inputs[i - A_ZERO_POINT]->desc.type, error)
         && ((zero->desc.rank <= 1 && nnc_desc_n_elements (&zero->desc) == 1)
             || nnc_input_check_vector (inference->inputs, i, size, error));
}

static gboolean
infer (NncInference *inference, GError **error)
{
  const NncTensor *const *inputs = inference->inputs;
  const guint types = NNC_TYPE_BIT (NNC_I8) | NNC_TYPE_BIT (NNC_U8);
  NncTensorDesc batch;
  Params params;

  if (!nnc_input_check_types (inputs, A, types, error) || !nnc_input_check_types (inputs, B, types, error)
      || !set_params (&params, &inputs[A]->desc, &inputs[B]->desc, &batch, error)
      || !check_zero_point (inference, A_ZERO_POINT, (gint64)params.m, error)
      || !check_zero_point (inference, B_ZERO_POINT, (gint64)params.n, error))
    return FALSE;
  batch.shape[batch.rank] = (gint64)params.m;
  batch.shape[batch.rank + 1] = (gint64)params.n;
  return nnc_desc_set (&inference->outputs[0], NNC_I32, batch.rank + 2, batch.shape, error);
}

/* y += factor * (b - zero) along a row. */
#define ADD_ROW(name, type)                                                                                            \
  static void name (guint32 *y, const type *b, gint32 factor, gsize n)                                                 \
  {                                                                                                                    \
    for (gsize i = 0; i < n; i++)                                                                                      \
      y[i] += (guint32)(factor * b[i]);                                                                                \
  }
ADD_ROW (add_row_i8, gint8)
ADD_ROW (add_row_u8, guint8)

static gint32
zero_at (const NncStep *step, guint input, gsize i)
{
  const NncTensor *zero = input < step->n_inputs ? step->inputs[input] : NULL;

  if (zero == NULL)
    return 0;
  return nnc_linear_get (zero->data, zero->desc.type, nnc_desc_n_elements (&zero->desc) == 1 ? 0 : i);
}

/* Row m of y: the products with b, and then what b's zero points take away: the sum of a's row times each. */
static void
compute_row (const Params *params, const NncStep *step, gsize a_row, gsize b_matrix, gsize m, guint32 *y)
{
  const NncTensor *a = step->inputs[A], *b = step->inputs[B];
  gint32 a_zero = zero_at (step, A_ZERO_POINT, m);
  guint32 sum = 0;

  memset (y, 0, params->n * sizeof *y);
  for (gsize k = 0; k < params->k; k++) {
    gint32 factor = nnc_linear_get (a->data, a->desc.type, a_row * params->k + k) - a_zero;
    const guint8 *row = (const guint8 *)b->data + (b_matrix * params->k + k) * params->n;

    sum += (guint32)factor;
    if (b->desc.type == NNC_I8)
      add_row_i8 (y, (const gint8 *)row, factor, params->n);
    else
      add_row_u8 (y, row, factor, params->n);
  }
  for (gsize n = 0; step->n_inputs > B_ZERO_POINT && n < params->n; n++)
    y[n] -= sum * (guint32)zero_at (step, B_ZERO_POINT, n);
}

static gboolean
run (const NncStep *step, NncRunContext *context, GError **error)
{
  const Params *params = step->params;
  guint32 *y = step->outputs[0]->data;

  for (gsize matrix = 0; matrix < params->matrices; matrix++) {
    gsize a = 0, b = 0, rest = matrix;

    for (guint i = params->rank; i-- > 0; rest /= (gsize)params->shape[i]) {
      a += rest % (gsize)params->shape[i] * params->a_strides[i];
      b += rest % (gsize)params->shape[i] * params->b_strides[i];
    }
    for (gsize m = 0; m < params->m; m++, y += params->n)
      compute_row (params, step, a * params->m + m, b, m, y);
  }
  return TRUE;
}

static gboolean
prepare_mat_mul_integer (NncPreparation *prepare, GError **error)
{
  Params *params = nnc_prepare_params (prepare, sizeof *params);
  NncTensorDesc batch;

  if (!set_params (params, &prepare->inputs[A]->desc, &prepare->inputs[B]->desc, &batch, error))
    return FALSE;
  prepare->macs = nnc_count_work ((gsize[]){ params->matrices, params->m, params->n, params->k }, 4);
  prepare->run = nnc_desc_size (&prepare->outputs[0]->desc) ? run : nnc_run_nothing;
  return TRUE;
}

const NncOp nnc_op_MatMulInteger = {
  .name = "MatMulInteger",
  .min_inputs = 2,
  .max_inputs = 4,
  .max_outputs = 1,
  .infer = infer,
  .prepare = prepare_mat_mul_integer,
};
