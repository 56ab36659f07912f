/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* det.c: Det: y[…] = the determinant of the square matrix x[…][:][:], as a double, by elimination with pivots. */
#include "step_work.h"
#include "wide.h"

#include <math.h>

static gboolean
infer (NncInference *inference, GError **error)
{
  const NncTensorDesc *x = &inference->inputs[0]->desc;

  if (!nnc_input_check_types (inference->inputs, 0, NNC_TYPES_FLOAT, error))
    return FALSE;
  if (x->rank < 2 || x->shape[x->rank - 1] != x->shape[x->rank - 2]) {
    g_autofree char *text = nnc_desc_to_string (x);
    return nnc_op_error (error, "input 0 is %s, square matrices are right", text);
  }
  return nnc_desc_set (&inference->outputs[0], x->type, x->rank - 2, x->shape, error);
}

static gsize
find_pivot (const double *matrix, gsize n, gsize column)
{
  gsize pivot = column;

  for (gsize i = column + 1; i < n; i++)
    if (fabs (matrix[i * n + column]) > fabs (matrix[pivot * n + column]))
      pivot = i;
  return pivot;
}

static void
swap_rows (double *matrix, gsize n, gsize a, gsize b)
{
  for (gsize j = 0; j < n; j++) {
    double number = matrix[a * n + j];

    matrix[a * n + j] = matrix[b * n + j];
    matrix[b * n + j] = number;
  }
}

/* matrix: [n,n], and lost */
static double
determinant (double *matrix, gsize n)
{
  double product = 1;

  for (gsize c = 0; c < n; c++) {
    gsize pivot = find_pivot (matrix, n, c);

    if (matrix[pivot * n + c] == 0)
      return 0;
    if (pivot != c) {
      swap_rows (matrix, n, c, pivot);
      product = -product;
    }
    product *= matrix[c * n + c];
    for (gsize i = c + 1; i < n; i++) {
      double factor = matrix[i * n + c] / matrix[c * n + c];

      for (gsize j = c + 1; j < n; j++)
        matrix[i * n + j] -= factor * matrix[c * n + j];
    }
  }
  return product;
}

static gboolean
run (const NncStep *step, NncRunContext *context, GError **error)
{
  const NncTensor *x = step->inputs[0], *y = step->outputs[0];
  gsize n = (gsize)x->desc.shape[x->desc.rank - 1], size = nnc_data_type_get_size (x->desc.type);
  double *matrix = nnc_run_scratch (context, 0);
  const guint8 *from = x->data;

  for (gsize i = 0; i < nnc_desc_n_elements (&y->desc); i++, from += n * n * size) {
    double value;

    nnc_convert (NNC_F64, matrix, x->desc.type, from, n * n);
    value = determinant (matrix, n);
    nnc_convert (y->desc.type, (guint8 *)y->data + i * size, NNC_F64, &value, 1);
  }
  return TRUE;
}

static gboolean
prepare_det (NncPreparation *prepare, GError **error)
{
  const NncTensorDesc *x = &prepare->inputs[0]->desc;
  gsize n = (gsize)x->shape[x->rank - 1];

  prepare->scratch = n * n * sizeof (double);
  prepare->run = run;
  return TRUE;
}

const NncOp nnc_op_Det = {
  .name = "Det",
  .min_inputs = 1,
  .max_inputs = 1,
  .max_outputs = 1,
  .infer = infer,
  .prepare = prepare_det,
};
