/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* split.c: Split: x cut along attribute axis (0) into pieces of the sizes that input 1 names, or else into equal ones,
 * of which the last may be smaller: num_outputs of them, or as many as the node has outputs. */
#include "axes.h"
#include "op_inputs.h"

#include <string.h>

enum { X, SIZES };

static gboolean
check_sizes (const gint64 *sizes, guint n, gint64 whole, GError **error)
{
  gint64 rest = whole;

  for (guint i = 0; i < n; i++) {
    if (sizes[i] < 0 || sizes[i] > rest)
      return nnc_op_error (error,
                           "piece %u is %" G_GINT64_FORMAT ", %" G_GINT64_FORMAT " are left of %" G_GINT64_FORMAT, i,
                           sizes[i], rest, whole);
    rest -= sizes[i];
  }
  if (rest > 0)
    return nnc_op_error (error, "the pieces leave %" G_GINT64_FORMAT " of %" G_GINT64_FORMAT, rest, whole);
  return TRUE;
}

/* sizes: one for each of the node's outputs, which may be fewer than there are pieces. */
static gboolean
cut_equally (const NncNode *node, gint64 whole, gint64 *sizes, GError **error)
{
  gint64 n = nnc_node_get_int (node, "num_outputs", node->n_outputs), piece;

  if (n < (gint64)node->n_outputs || n < 1)
    return nnc_op_error (error, "there are %" G_GINT64_FORMAT " pieces for %u outputs", n, node->n_outputs);
  piece = whole / n + (whole % n != 0);
  for (guint i = 0; i < node->n_outputs; i++)
    sizes[i] = CLAMP (whole - (gint64)MIN ((guint64)whole, (guint64)i * (guint64)piece), 0, piece);
  return TRUE;
}

static gboolean
read_sizes (const NncNode *node, const NncTensor *const *inputs, guint n_inputs, gint64 whole, gint64 *sizes,
            GError **error)
{
  guint n;

  if (n_inputs <= SIZES || inputs[SIZES] == NULL)
    return cut_equally (node, whole, sizes, error);
  if (!nnc_input_get_ints (inputs[SIZES], "the list of sizes", sizes, node->n_outputs, &n, error))
    return FALSE;
  if (n != node->n_outputs)
    return nnc_op_error (error, "there are %u sizes for %u outputs", n, node->n_outputs);
  return check_sizes (sizes, n, whole, error);
}

static gboolean
infer (NncInference *inference, GError **error)
{
  const NncTensorDesc *x = &inference->inputs[X]->desc;
  g_autofree gint64 *sizes = g_new0 (gint64, inference->n_outputs);
  NncTensorDesc y = *x;
  guint axis;

  if (!nnc_node_get_axis (inference->node, 0, x->rank, &axis, error))
    return FALSE;
  if (nnc_infer_waits_for (inference, SIZES))
    return TRUE;
  if (!read_sizes (inference->node, inference->inputs, inference->n_inputs, x->shape[axis], sizes, error))
    return FALSE;
  for (guint i = 0; i < inference->n_outputs; i++) {
    y.shape[axis] = sizes[i];
    inference->outputs[i] = y;
  }
  return TRUE;
}

typedef struct {
  gsize outer, row; /* bytes of x in one index of outer */
  gsize bytes[]; /* of each output, in the same */
} Params;

static gboolean
run (const NncStep *step, NncRunContext *context, GError **error)
{
  const Params *params = step->params;
  const guint8 *x = step->inputs[X]->data;

  for (guint i = 0; i < step->n_outputs; x += params->bytes[i++])
    for (gsize o = 0; step->outputs[i] && params->bytes[i] && o < params->outer; o++)
      memcpy ((guint8 *)step->outputs[i]->data + o * params->bytes[i], x + o * params->row, params->bytes[i]);
  return TRUE;
}

static gboolean
prepare_split (NncPreparation *prepare, GError **error)
{
  Params *params = nnc_prepare_params (prepare, sizeof *params + prepare->n_outputs * sizeof *params->bytes);
  g_autofree gint64 *sizes = g_new0 (gint64, prepare->n_outputs);
  const NncTensorDesc *x = &prepare->inputs[X]->desc;
  NncSplit split;
  gsize element = nnc_data_type_get_size (x->type);
  guint axis;

  if (!nnc_node_get_axis (prepare->node, 0, x->rank, &axis, error)
      || !read_sizes (prepare->node, prepare->inputs, prepare->n_inputs, x->shape[axis], sizes, error))
    return FALSE;
  split = nnc_desc_split (x, axis);
  params->outer = split.outer;
  params->row = split.axis * split.inner * element;
  for (guint i = 0; i < prepare->n_outputs; i++)
    params->bytes[i] = (gsize)sizes[i] * split.inner * element;
  prepare->run = run;
  return TRUE;
}

static gboolean
permute (NncGraph *graph, NncNode *node, const guint *permutation, guint rank)
{
  return nnc_permute_axis (node, 0, permutation, rank);
}

const NncOp nnc_op_Split = {
  .name = "Split",
  .traits = NNC_OP_DATA_SHAPE,
  .min_inputs = 1,
  .max_inputs = 2,
  .max_outputs = G_MAXUINT,
  .infer = infer,
  .prepare = prepare_split,
  .permute = permute,
};
