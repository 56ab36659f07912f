/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* reshape.c: Reshape: the numbers of x in the shape that input 1 names: 0 is x's own size (with allowzero: 0), and one
 * -1 is what remains. */
#include "op_inputs.h"

/* What -1 stands for: x's elements divided by the product of the others. */
static gboolean
fill_rest (gint64 *shape, guint n, guint rest, gsize elements, GError **error)
{
  gsize known = 1;

  shape[rest] = 1;
  for (guint i = 0; i < n; i++)
    if (!nnc_size_mul (known, (gsize)shape[i], &known))
      return nnc_op_error (error, "the shape asked for is too large");
  if (known == 0 || elements % known != 0)
    return nnc_op_error (error,
                         "%" G_GSIZE_FORMAT " elements cannot be cut into pieces of %" G_GSIZE_FORMAT
                         " for the -1 of dimension %u",
                         elements, known, rest);
  shape[rest] = (gint64)(elements / known);
  return TRUE;
}

static gboolean
resolve (gint64 *shape, guint n, const NncTensorDesc *x, gboolean allow_zero, GError **error)
{
  gint rest = -1;

  for (guint i = 0; i < n; i++) {
    if (shape[i] == 0 && !allow_zero) {
      if (i >= x->rank)
        return nnc_op_error (error, "dimension %u is to be input 0's, which has %u", i, x->rank);
      shape[i] = x->shape[i];
    } else if (shape[i] == -1 && rest >= 0) {
      return nnc_op_error (error, "dimensions %d and %u are both -1", rest, i);
    } else if (shape[i] == -1) {
      rest = (gint)i;
    } else if (shape[i] < 0) {
      return nnc_op_error (error, "dimension %u is %" G_GINT64_FORMAT, i, shape[i]);
    }
  }
  return rest < 0 || fill_rest (shape, n, (guint)rest, nnc_desc_n_elements (x), error);
}

static gboolean
infer (NncInference *inference, GError **error)
{
  const NncTensorDesc *x = &inference->inputs[0]->desc;
  NncTensorDesc *y = &inference->outputs[0];
  gboolean allow_zero = nnc_node_get_int (inference->node, "allowzero", 0) != 0;
  gint64 shape[NNC_MAX_RANK];
  guint n;

  if (nnc_infer_waits_for (inference, 1))
    return TRUE;
  if (!nnc_input_get_ints (inference->inputs[1], "the shape", shape, NNC_MAX_RANK, &n, error)
      || !resolve (shape, n, x, allow_zero, error) || !nnc_desc_set (y, x->type, n, shape, error))
    return FALSE;
  if (nnc_desc_n_elements (x) != nnc_desc_n_elements (y))
    return nnc_op_error (error, "%" G_GSIZE_FORMAT " elements cannot take a shape of %" G_GSIZE_FORMAT,
                         nnc_desc_n_elements (x), nnc_desc_n_elements (y));
  return TRUE;
}

const NncOp nnc_op_Reshape = {
  .name = "Reshape",
  .traits = NNC_OP_VIEW | NNC_OP_DATA_SHAPE,
  .min_inputs = 2,
  .max_inputs = 2,
  .max_outputs = 1,
  .infer = infer,
};
