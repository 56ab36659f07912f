/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* trilu.c: Trilu: y = x where j - i is at least input 1 (k `[]`, 0), i and j being the last two axes, else 0; with
 * attribute upper (1) 0 where it is at most k. */
#include "op_inputs.h"
#include "step_work.h"

#include <string.h>

enum { X, K };

static gboolean
infer (NncInference *inference, GError **error)
{
  const NncTensorDesc *x = &inference->inputs[X]->desc;
  const NncTensor *k = inference->n_inputs > K ? inference->inputs[K] : NULL;

  if (x->rank < 2)
    return nnc_op_error (error, "input 0 has %u dimensions, at least 2 are right", x->rank);
  if (k && (k->desc.type != NNC_I64 || nnc_desc_n_elements (&k->desc) != 1)) {
    g_autofree char *text = nnc_desc_to_string (&k->desc);
    return nnc_op_error (error, "k is %s, one i64 is right", text);
  }
  return nnc_infer_same (inference, error);
}

/* Columns [begin, end) of row i stay. */
static void
find_triangle (gboolean upper, gint64 k, gint64 i, gint64 columns, gint64 *begin, gint64 *end)
{
  gint64 diagonal;

  if (__builtin_add_overflow (i, k, &diagonal))
    diagonal = columns; /* k is far to the right */
  *begin = upper ? CLAMP (diagonal, 0, columns) : 0;
  *end = upper ? columns : CLAMP (diagonal, -1, columns - 1) + 1;
}

static gboolean
run (const NncStep *step, NncRunContext *context, GError **error)
{
  const NncTensor *x = step->inputs[X];
  gint64 k = step->n_inputs > K && step->inputs[K] ? *(const gint64 *)step->inputs[K]->data : 0;
  gint64 rows = x->desc.shape[x->desc.rank - 2], columns = x->desc.shape[x->desc.rank - 1];
  gsize size = nnc_data_type_get_size (x->desc.type), row = (gsize)columns * size;
  gboolean upper = nnc_node_get_int (step->node, "upper", 1) != 0;
  const guint8 *from = x->data;
  guint8 *y = step->outputs[0]->data;

  for (gsize r = 0; r < nnc_desc_n_elements (&x->desc) / (gsize)columns; r++, from += row, y += row) {
    gint64 begin, end;

    find_triangle (upper, k, (gint64)r % rows, columns, &begin, &end);
    memset (y, 0, (gsize)begin * size);
    memmove (y + (gsize)begin * size, from + (gsize)begin * size, (gsize)(end - begin) * size);
    memset (y + (gsize)end * size, 0, (gsize)(columns - end) * size);
  }
  return TRUE;
}

static gboolean
prepare_trilu (NncPreparation *prepare, GError **error)
{
  prepare->run = nnc_desc_size (&prepare->inputs[X]->desc) ? run : nnc_run_nothing;
  return TRUE;
}

const NncOp nnc_op_Trilu = {
  .name = "Trilu",
  .traits = NNC_OP_IN_PLACE,
  .min_inputs = 1,
  .max_inputs = 2,
  .max_outputs = 1,
  .infer = infer,
  .prepare = prepare_trilu,
};
