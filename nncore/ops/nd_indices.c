/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* nd_indices.c: each row of the indices [b…,i…,k] names one place of the first k axes of x, behind attribute batch_dims
 * (0) axes b… that both share. GatherND: y[b…][i…] = x[b…][indices[b…][i…]]. ScatterND: y = x, and then
 * y[indices[i…]] = updates[i…], or by attribute reduction (none) y[…] and that, added, multiplied, the larger, the
 * smaller. An index counts from the end where negative; one outside its axis is an error of the run. */
#include "op_inputs.h"
#include "step_work.h"
#include "update.h"

#include <string.h>

enum { X, INDICES, UPDATES };

typedef struct {
  guint batch_dims, k;
  gsize n_batches, n_rows; /* rows of indices in a batch */
  gsize batch_size, size; /* bytes: of x in a batch, of what a row names */
  gsize n_named; /* elements of what a row names */
  gint64 strides[NNC_MAX_RANK]; /* bytes, of x */
  NncUpdate update;
} Params;

static gboolean
read_batch_dims (const NncNode *node, const NncTensorDesc *x, const NncTensorDesc *indices, guint *batch_dims,
                 GError **error)
{
  gint64 given = nnc_node_get_int (node, "batch_dims", 0);

  if (given < 0 || given >= MIN (x->rank, indices->rank))
    return nnc_op_error (error, "attribute 'batch_dims' is %" G_GINT64_FORMAT ", 0 to below %u are possible", given,
                         MIN (x->rank, indices->rank));
  *batch_dims = (guint)given;
  for (guint i = 0; i < *batch_dims; i++)
    if (x->shape[i] != indices->shape[i])
      return nnc_op_error (error, "dimension %u of input 0 is %" G_GINT64_FORMAT ", of the indices %" G_GINT64_FORMAT,
                           i, x->shape[i], indices->shape[i]);
  return TRUE;
}

/* Sizes of everything; result: what gathering gives, and what is scattered. */
static gboolean
read_shapes (Params *params, const NncNode *node, const NncTensor *const *inputs, NncTensorDesc *result, GError **error)
{
  const NncTensorDesc *x = &inputs[X]->desc, *indices = &inputs[INDICES]->desc;
  gint64 shape[2 * NNC_MAX_RANK], k;
  guint rank = 0;

  if (!nnc_input_check_indices (inputs, INDICES, error))
    return FALSE;
  if (x->rank == 0 || indices->rank == 0)
    return nnc_op_error (error, "input %u has 0 dimensions, at least 1 is right", x->rank == 0 ? X : INDICES);
  if (!read_batch_dims (node, x, indices, &params->batch_dims, error))
    return FALSE;
  k = indices->shape[indices->rank - 1];
  if (k > x->rank - params->batch_dims)
    return nnc_op_error (error, "the indices name %" G_GINT64_FORMAT " axes, there are %u", k,
                         x->rank - params->batch_dims);
  params->k = (guint)k;
  for (guint i = 0; i + 1 < indices->rank; i++)
    shape[rank++] = indices->shape[i];
  for (guint i = params->batch_dims + params->k; i < x->rank; i++)
    shape[rank++] = x->shape[i];
  return nnc_desc_set (result, x->type, rank, shape, error);
}

/* Where a row of the indices of a batch points to. */
static gboolean
read_row (const Params *params, const NncStep *step, gsize row, gsize *offset, GError **error)
{
  const NncTensor *x = step->inputs[X];

  *offset = 0;
  for (guint i = 0; i < params->k; i++) {
    guint axis = params->batch_dims + i;
    gint64 index;

    if (!nnc_input_get_index (step->inputs[INDICES], row * params->k + i, x->desc.shape[axis], &index, error))
      return FALSE;
    *offset += (gsize)(index * params->strides[axis]);
  }
  return TRUE;
}

static Params *
prepare_params (NncPreparation *prepare, GError **error)
{
  Params *params = nnc_prepare_params (prepare, sizeof *params);
  const NncTensorDesc *x = &prepare->inputs[X]->desc, *indices = &prepare->inputs[INDICES]->desc;
  NncTensorDesc result;

  if (!read_shapes (params, prepare->node, prepare->inputs, &result, error))
    return NULL;
  nnc_desc_contiguous_strides (x, params->strides);
  params->n_batches = params->n_rows = params->n_named = 1;
  for (guint i = 0; i + 1 < indices->rank; i++)
    *(i < params->batch_dims ? &params->n_batches : &params->n_rows) *= (gsize)indices->shape[i];
  for (guint i = params->batch_dims + params->k; i < x->rank; i++)
    params->n_named *= (gsize)x->shape[i];
  params->size = params->n_named * nnc_data_type_get_size (x->type);
  params->batch_size = params->n_batches ? nnc_desc_size (x) / params->n_batches : 0;
  return params;
}

/* --- GatherND ---------------------------------------------------------------------- */

static gboolean
infer_gather (NncInference *inference, GError **error)
{
  Params params;

  return read_shapes (&params, inference->node, inference->inputs, &inference->outputs[0], error);
}

static gboolean
run_gather (const NncStep *step, NncRunContext *context, GError **error)
{
  const Params *params = step->params;
  const guint8 *x = step->inputs[X]->data;
  guint8 *y = step->outputs[0]->data;

  for (gsize b = 0; b < params->n_batches; b++, x += params->batch_size)
    for (gsize i = 0; i < params->n_rows; i++, y += params->size) {
      gsize offset;

      if (!read_row (params, step, b * params->n_rows + i, &offset, error))
        return FALSE;
      memcpy (y, x + offset, params->size);
    }
  return TRUE;
}

static gboolean
prepare_gather (NncPreparation *prepare, GError **error)
{
  prepare->run = nnc_desc_size (&prepare->outputs[0]->desc) ? run_gather : nnc_run_nothing;
  return prepare_params (prepare, error) != NULL;
}

const NncOp nnc_op_GatherND = {
  .name = "GatherND",
  .min_inputs = 2,
  .max_inputs = 2,
  .max_outputs = 1,
  .infer = infer_gather,
  .prepare = prepare_gather,
};

/* --- ScatterND ----------------------------------------------------------------------- */

static gboolean
infer_scatter (NncInference *inference, GError **error)
{
  const NncTensorDesc *x = &inference->inputs[X]->desc, *updates = &inference->inputs[UPDATES]->desc;
  NncTensorDesc wanted;
  Params params;

  if (!read_shapes (&params, inference->node, inference->inputs, &wanted, error)
      || !nnc_update_read (inference->node, x->type, &params.update, error))
    return FALSE;
  if (!nnc_desc_equal (updates, &wanted)) {
    g_autofree char *text = nnc_desc_to_string (updates), *right = nnc_desc_to_string (&wanted);
    return nnc_op_error (error, "the updates are %s, %s is right", text, right);
  }
  return nnc_infer_same (inference, error);
}

static gboolean
run_scatter (const NncStep *step, NncRunContext *context, GError **error)
{
  const Params *params = step->params;
  const NncTensor *x = step->inputs[X];
  const guint8 *updates = step->inputs[UPDATES]->data;
  guint8 *y = step->outputs[0]->data;

  memcpy (y, x->data, nnc_desc_size (&x->desc));
  for (gsize i = 0; i < params->n_rows; i++, updates += params->size) {
    gsize offset;

    if (!read_row (params, step, i, &offset, error))
      return FALSE;
    nnc_update (params->update, x->desc.type, y + offset, updates, params->n_named);
  }
  return TRUE;
}

static gboolean
prepare_scatter (NncPreparation *prepare, GError **error)
{
  const NncTensorDesc *x = &prepare->inputs[X]->desc;
  Params *params = prepare_params (prepare, error);

  prepare->run = nnc_desc_size (x) ? run_scatter : nnc_run_nothing;
  return params && nnc_update_read (prepare->node, x->type, &params->update, error);
}

const NncOp nnc_op_ScatterND = {
  .name = "ScatterND",
  .min_inputs = 3,
  .max_inputs = 3,
  .max_outputs = 1,
  .infer = infer_scatter,
  .prepare = prepare_scatter,
};
