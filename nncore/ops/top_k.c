/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* top_k.c: TopK: the k (input 1, one number) largest numbers along attribute axis (-1), or with largest=0 the smallest,
 * in order; output 1: where they were, i64. Equal ones come in the order of their places. */
#include "axes.h"
#include "op_inputs.h"
#include "sort_keys.h"

#include <string.h>

enum { X, K };
enum { VALUES, INDICES };

static gboolean
infer (NncInference *inference, GError **error)
{
  const NncTensorDesc *x = &inference->inputs[X]->desc;
  NncTensorDesc y = *x;
  gint64 k;
  guint axis, n;

  if (!nnc_node_get_axis (inference->node, -1, x->rank, &axis, error))
    return FALSE;
  if (nnc_infer_waits_for (inference, K))
    return TRUE;
  if (!nnc_input_get_ints (inference->inputs[K], "k", &k, 1, &n, error))
    return FALSE;
  if (n != 1 || k < 0 || k > x->shape[axis])
    return nnc_op_error (error, "%" G_GINT64_FORMAT " of %" G_GINT64_FORMAT " elements cannot be chosen", n ? k : 0,
                         x->shape[axis]);
  y.shape[axis] = k;
  inference->outputs[VALUES] = y;
  y.type = NNC_I64;
  if (inference->n_outputs > INDICES)
    return nnc_desc_set (&inference->outputs[INDICES], y.type, y.rank, y.shape, error);
  return TRUE;
}

typedef struct {
  NncSplit split; /* of x */
  gsize k, size;
  NncDataType type;
  gboolean largest;
} Params;

/* A row to choose from: element i is at + i * stride. */
typedef struct {
  const Params *params;
  const guint8 *at;
  gsize stride;
} Row;

static guint64
key_of (const Row *row, gsize i)
{
  return nnc_sort_key (row->params->type, row->at + i * row->stride);
}

static gboolean
comes_before (gsize a, gsize b, gconstpointer user_data)
{
  const Row *row = user_data;
  guint64 x = key_of (row, a), y = key_of (row, b);

  if (x == y)
    return a < b;
  return row->params->largest ? x > y : x < y;
}

static void
write_row (const NncStep *step, const Row *row, const gsize *chosen, gsize at)
{
  const Params *params = row->params;

  for (gsize i = 0; i < params->k; i++, at += params->split.inner) {
    if (step->outputs[VALUES])
      memcpy ((guint8 *)step->outputs[VALUES]->data + at * params->size, row->at + chosen[i] * row->stride,
              params->size);
    if (step->n_outputs > INDICES && step->outputs[INDICES])
      ((gint64 *)step->outputs[INDICES]->data)[at] = (gint64)chosen[i];
  }
}

static gboolean
run (const NncStep *step, NncRunContext *context, GError **error)
{
  const Params *params = step->params;
  gsize *chosen = nnc_run_scratch (context, 0);
  NncSplit split = params->split;
  Row row = { .params = params, .stride = split.inner * params->size };

  for (gsize o = 0; o < split.outer; o++)
    for (gsize i = 0; i < split.inner; i++) {
      row.at = (const guint8 *)step->inputs[X]->data + (o * split.axis * split.inner + i) * params->size;
      nnc_sort_first (chosen, split.axis, params->k, comes_before, &row);
      write_row (step, &row, chosen, o * params->k * split.inner + i);
    }
  return TRUE;
}

static gboolean
prepare_top_k (NncPreparation *prepare, GError **error)
{
  Params *params = nnc_prepare_params (prepare, sizeof *params);
  const NncTensorDesc *x = &prepare->inputs[X]->desc;
  gint64 k;
  guint axis, n;

  if (!nnc_node_get_axis (prepare->node, -1, x->rank, &axis, error)
      || !nnc_input_get_ints (prepare->inputs[K], "k", &k, 1, &n, error))
    return FALSE;
  params->split = nnc_desc_split (x, axis);
  params->k = (gsize)k;
  params->type = x->type;
  params->size = nnc_data_type_get_size (x->type);
  params->largest = nnc_node_get_int (prepare->node, "largest", 1) != 0;
  prepare->scratch = params->k * sizeof (gsize);
  prepare->run = run;
  return TRUE;
}

static gboolean
permute (NncGraph *graph, NncNode *node, const guint *permutation, guint rank)
{
  return nnc_permute_axis (node, -1, permutation, rank);
}

const NncOp nnc_op_TopK = {
  .name = "TopK",
  .traits = NNC_OP_DATA_SHAPE,
  .min_inputs = 2,
  .max_inputs = 2,
  .max_outputs = 2,
  .infer = infer,
  .prepare = prepare_top_k,
  .permute = permute,
};
