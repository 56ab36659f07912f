/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* mat_mul.c: MatMul: y[…][m][n] = clamp (scale[n] * sum over k of a[…][m][k] * b[…][k][n] + bias[n]); the axes before
 * the last two are broadcast. A vector a is [1,k], a vector b is [k,1], and that 1 is missing from y. */
#include "op_inputs.h"
#include "product_step.h"
#include "step_work.h"

enum { A, B, BIAS, SCALE };

/* One operand, or the result, as matrices [batch…][rows][columns]. */
typedef struct {
  NncTensorDesc batch; /* rank - 2 axes */
  gint64 rows, columns;
} Matrices;

typedef struct {
  NncProductStep step;
  NncMatrix b; /* strides */
  guint rank; /* of the batch */
  gsize shape[NNC_MAX_RANK];
  gsize a_strides[NNC_MAX_RANK], b_strides[NNC_MAX_RANK]; /* matrices */
} Params;

static void
as_matrices (const NncTensorDesc *desc, gboolean vector_is_row, Matrices *matrices)
{
  guint rank = desc->rank;

  matrices->batch = *desc;
  matrices->batch.rank = rank > 2 ? rank - 2 : 0;
  if (rank == 1) {
    matrices->rows = vector_is_row ? 1 : desc->shape[0];
    matrices->columns = vector_is_row ? desc->shape[0] : 1;
    return;
  }
  matrices->rows = desc->shape[rank - 2];
  matrices->columns = desc->shape[rank - 1];
}

static gboolean
infer_shape (const NncTensorDesc *a, const NncTensorDesc *b, NncTensorDesc *y, GError **error)
{
  Matrices left, right;
  NncTensorDesc batch;
  gint64 shape[NNC_MAX_RANK + 2];
  guint rank;

  if (a->rank == 0 || b->rank == 0)
    return nnc_op_error (error, "inputs have %u and %u dimensions, at least 1 is right", a->rank, b->rank);
  as_matrices (a, TRUE, &left);
  as_matrices (b, FALSE, &right);
  if (left.columns != right.rows)
    return nnc_op_error (error, "input 0 has %" G_GINT64_FORMAT " columns, input 1 has %" G_GINT64_FORMAT " rows",
                         left.columns, right.rows);
  if (!nnc_desc_broadcast (&left.batch, &right.batch, &batch, error))
    return FALSE;
  rank = batch.rank;
  for (guint i = 0; i < rank; i++)
    shape[i] = batch.shape[i];
  if (a->rank > 1)
    shape[rank++] = left.rows;
  if (b->rank > 1)
    shape[rank++] = right.columns;
  return nnc_desc_set (y, NNC_F32, rank, shape, error);
}

static gboolean
infer (NncInference *inference, GError **error)
{
  const NncTensor *const *inputs = inference->inputs;
  Matrices right;

  for (guint i = 0; i < inference->n_inputs; i++)
    if (!nnc_input_check_type (inputs, i, NNC_F32, error))
      return FALSE;
  if (!infer_shape (&inputs[A]->desc, &inputs[B]->desc, &inference->outputs[0], error))
    return FALSE;
  as_matrices (&inputs[B]->desc, FALSE, &right);
  for (guint i = BIAS; i < inference->n_inputs; i++)
    if (!nnc_input_check_vector (inputs, i, right.columns, error))
      return FALSE;
  return TRUE;
}

static const float *
input_data (const NncTensor *const *inputs, guint n, guint i)
{
  return i < n && inputs[i] ? inputs[i]->data : NULL;
}

/* Each run of the batch through one product. Returns where y goes on. */
static float *
run_batch (const Params *params, NncRunContext *context, guint axis, const float *a, NncMatrix b, gsize matrix,
           float *y)
{
  const NncProduct *product = &params->step.product;

  if (axis == params->rank) {
    nnc_product_run (&params->step, context, a, &b, matrix, y);
    return y + product->m * product->n;
  }
  for (gsize i = 0; i < params->shape[axis]; i++) {
    y = run_batch (params, context, axis + 1, a, b, matrix, y);
    a += params->a_strides[axis] * product->m * product->k;
    if (b.data)
      b.data += params->b_strides[axis] * product->k * product->n;
    matrix += params->b_strides[axis];
  }
  return y;
}

static gboolean
run (const NncStep *step, NncRunContext *context, GError **error)
{
  const Params *params = step->params;
  const NncTensor *const *inputs = (const NncTensor *const *)step->inputs;
  NncMatrix b = params->b;

  if (params->step.packed == NULL) {
    b.data = inputs[B]->data;
    b.bias = input_data (inputs, step->n_inputs, BIAS);
    b.scale = input_data (inputs, step->n_inputs, SCALE);
  }
  run_batch (params, context, 0, inputs[A]->data, b, 0, step->outputs[0]->data);
  return TRUE;
}

static void
matrix_strides (const NncTensorDesc *operand, guint rank, gsize *strides)
{
  gsize stride = 1;
  guint missing = rank - operand->rank;

  for (guint i = rank; i-- > 0;) {
    gsize size = i < missing ? 1 : (gsize)operand->shape[i - missing];

    strides[i] = size == 1 ? 0 : stride;
    stride *= size;
  }
}

/* One matrix b for all: the batch is more rows of a. */
static void
describe (Params *params, NncProduct *product, const NncPreparation *prepare, gsize *n_matrices)
{
  Matrices a, b;
  NncTensorDesc batch = { .rank = 0 };

  as_matrices (&prepare->inputs[A]->desc, TRUE, &a);
  as_matrices (&prepare->inputs[B]->desc, FALSE, &b);
  *product = (NncProduct){ .m = (gsize)a.rows, .n = (gsize)b.columns, .k = (gsize)a.columns };
  params->b = (NncMatrix){ .k = (ptrdiff_t)b.columns, .n = 1 };
  *n_matrices = 1;
  for (guint i = 0; i < b.batch.rank; i++)
    *n_matrices *= (gsize)b.batch.shape[i];
  if (b.batch.rank == 0) {
    for (guint i = 0; i < a.batch.rank; i++)
      product->m *= (gsize)a.batch.shape[i];
  } else if (nnc_desc_broadcast (&a.batch, &b.batch, &batch, NULL)) {
    params->rank = batch.rank;
    for (guint i = 0; i < batch.rank; i++)
      params->shape[i] = (gsize)batch.shape[i];
    matrix_strides (&a.batch, batch.rank, params->a_strides);
    matrix_strides (&b.batch, batch.rank, params->b_strides);
  }
  product->a_row = (ptrdiff_t)product->k;
  product->y_row = (ptrdiff_t)product->n;
  nnc_node_get_clamp (prepare->node, &product->minimum, &product->maximum);
}

/* b may be a transposed view when it is one matrix; the others must be contiguous. */
static gboolean
weights_are_constant (const NncPreparation *prepare)
{
  for (guint i = B; i < prepare->n_inputs; i++) {
    const NncTensor *input = prepare->inputs[i];

    if (input && (input->data == NULL || (!nnc_tensor_is_contiguous (input) && (i != B || input->desc.rank != 2))))
      return FALSE;
  }
  return TRUE;
}

/* The first of b's matrices. */
static NncMatrix
constant_matrix (const NncPreparation *prepare, const Params *params)
{
  const NncTensor *tensor = prepare->inputs[B];
  NncMatrix b = params->b;

  b.data = tensor->data;
  b.bias = input_data (prepare->inputs, prepare->n_inputs, BIAS);
  b.scale = input_data (prepare->inputs, prepare->n_inputs, SCALE);
  if (tensor->desc.rank == 2) {
    b.k = tensor->strides[0] / (ptrdiff_t)sizeof (float);
    b.n = tensor->strides[1] / (ptrdiff_t)sizeof (float);
  }
  return b;
}

static gboolean
pack_constant (NncPreparation *prepare, Params *params, const NncMatrix *b, gsize n_matrices, GError **error)
{
  const guint inputs[] = { B, BIAS, SCALE };

  return nnc_product_pack (&params->step, prepare, b, (ptrdiff_t)(params->step.product.k * params->step.product.n),
                           n_matrices, inputs, prepare->n_inputs - 1, (const float[]){ 1, 1 }, error);
}

static gboolean
prepare_mat_mul (NncPreparation *prepare, GError **error)
{
  Params *params = nnc_prepare_params (prepare, sizeof *params);
  gboolean constant = weights_are_constant (prepare);
  gsize n_matrices, times = 1;
  NncProduct product;
  NncMatrix b;

  prepare->run = nnc_run_nothing;
  if (nnc_desc_size (&prepare->outputs[0]->desc) == 0)
    return TRUE;
  describe (params, &product, prepare, &n_matrices);
  for (guint i = 0; i < params->rank; i++)
    times *= params->shape[i];
  b = constant_matrix (prepare, params);
  product.half = constant && n_matrices == 1 && b.scale == NULL && nnc_product_is_of_halves (&product, &b);
  nnc_product_prepare (&params->step, prepare, &product, constant, times);
  prepare->run = run;
  return !constant || pack_constant (prepare, params, &b, n_matrices, error);
}

const NncOp nnc_op_MatMul = {
  .name = "MatMul",
  .traits = NNC_OP_F32 | NNC_OP_CLAMP,
  .min_inputs = 2,
  .max_inputs = 4,
  .max_outputs = 1,
  .infer = infer,
  .prepare = prepare_mat_mul,
};
