/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* depth_space.c: squares of b = attribute blocksize pixels as channels of one, and back, channels last.
 * DepthToSpace: y[n][h*b+i][w*b+j][c] = x[n][h][w][(i*b+j)*C+c], or with attribute mode (DCR) "CRD" x[…][c*b*b+i*b+j].
 * SpaceToDepth: y[n][h][w][(i*b+j)*C+c] = x[n][h*b+i][w*b+j][c]. */
#include "op_inputs.h"
#include "step_work.h"
#include "strided_move.h"

#include <string.h>

static gboolean
read_block_size (const NncInference *inference, gint64 *b, GError **error)
{
  const NncTensorDesc *x = &inference->inputs[0]->desc;

  *b = nnc_node_get_int (inference->node, "blocksize", 0);
  if (x->rank != 4)
    return nnc_op_error (error, "input 0 has %u dimensions, 4 are right", x->rank);
  if (*b < 1 || *b > G_MAXINT16)
    return nnc_op_error (error, "attribute 'blocksize' is %" G_GINT64_FORMAT, *b);
  return TRUE;
}

static gboolean
run (const NncStep *step, NncRunContext *context, GError **error)
{
  nnc_move_run (step->params, step->outputs[0]->data, step->inputs[0]->data);
  return TRUE;
}

/* Moves [n,h,w,i,j,c] from and to the strides of these six axes. */
static gboolean
prepare_move (NncPreparation *prepare, const gint64 *shape, const gint64 *to, const gint64 *from)
{
  NncMove *move = nnc_prepare_params (prepare, sizeof *move);
  NncTensorDesc desc = { .type = prepare->inputs[0]->desc.type, .rank = 6 };

  for (guint i = 0; i < 6; i++)
    desc.shape[i] = shape[i];
  nnc_move_set (move, prepare, &desc, to, from);
  prepare->run = nnc_desc_size (&desc) ? run : nnc_run_nothing;
  return TRUE;
}

/* --- DepthToSpace -------------------------------------------------------------- */

static gboolean
infer_depth_to_space (NncInference *inference, GError **error)
{
  const NncTensorDesc *x = &inference->inputs[0]->desc;
  const char *mode = nnc_node_get_string (inference->node, "mode", "DCR");
  gint64 b, shape[4] = { x->shape[0] };

  if (!read_block_size (inference, &b, error))
    return FALSE;
  if (strcmp (mode, "DCR") != 0 && strcmp (mode, "CRD") != 0)
    return nnc_op_error (error, "attribute 'mode' is '%s', 'DCR' and 'CRD' are right", mode);
  if (x->shape[3] % (b * b) != 0)
    return nnc_op_error (error, "%" G_GINT64_FORMAT " channels cannot be cut into squares of %" G_GINT64_FORMAT,
                         x->shape[3], b);
  for (guint i = 1; i < 3; i++)
    if (__builtin_mul_overflow (x->shape[i], b, &shape[i]))
      return nnc_op_error (error, "dimension %u is %" G_GINT64_FORMAT ", too large", i, x->shape[i]);
  shape[3] = x->shape[3] / (b * b);
  return nnc_desc_set (&inference->outputs[0], x->type, 4, shape, error);
}

static gboolean
prepare_depth_to_space (NncPreparation *prepare, GError **error)
{
  const NncTensorDesc *x = &prepare->inputs[0]->desc;
  gint64 b = nnc_node_get_int (prepare->node, "blocksize", 1), c = x->shape[3] / (b * b);
  gboolean columns_last = strcmp (nnc_node_get_string (prepare->node, "mode", "DCR"), "CRD") == 0;
  gint64 in[NNC_MAX_RANK], out[NNC_MAX_RANK], size = (gint64)nnc_data_type_get_size (x->type);

  nnc_desc_contiguous_strides (x, in);
  nnc_desc_contiguous_strides (&prepare->outputs[0]->desc, out);
  const gint64 shape[] = { x->shape[0], x->shape[1], x->shape[2], b, b, c };
  const gint64 to[] = { out[0], out[1] * b, out[2] * b, out[1], out[2], out[3] };
  const gint64 from[] = { in[0],
                          in[1],
                          in[2],
                          columns_last ? b * size : b * c * size,
                          columns_last ? size : c * size,
                          columns_last ? b * b * size : size };

  return prepare_move (prepare, shape, to, from);
}

const NncOp nnc_op_DepthToSpace = {
  .name = "DepthToSpace",
  .min_inputs = 1,
  .max_inputs = 1,
  .max_outputs = 1,
  .infer = infer_depth_to_space,
  .prepare = prepare_depth_to_space,
};

/* --- SpaceToDepth -------------------------------------------------------------- */

static gboolean
infer_space_to_depth (NncInference *inference, GError **error)
{
  const NncTensorDesc *x = &inference->inputs[0]->desc;
  gint64 b, shape[4] = { x->shape[0] };

  if (!read_block_size (inference, &b, error))
    return FALSE;
  for (guint i = 1; i < 3; i++) {
    if (x->shape[i] % b != 0)
      return nnc_op_error (error,
                           "dimension %u is %" G_GINT64_FORMAT ", which cannot be cut into pieces of %" G_GINT64_FORMAT,
                           i, x->shape[i], b);
    shape[i] = x->shape[i] / b;
  }
  if (__builtin_mul_overflow (x->shape[3], b * b, &shape[3]))
    return nnc_op_error (error, "%" G_GINT64_FORMAT " channels are too many", x->shape[3]);
  return nnc_desc_set (&inference->outputs[0], x->type, 4, shape, error);
}

static gboolean
prepare_space_to_depth (NncPreparation *prepare, GError **error)
{
  const NncTensorDesc *x = &prepare->inputs[0]->desc, *y = &prepare->outputs[0]->desc;
  gint64 b = nnc_node_get_int (prepare->node, "blocksize", 1), c = x->shape[3];
  gint64 in[NNC_MAX_RANK], out[NNC_MAX_RANK], size = (gint64)nnc_data_type_get_size (x->type);

  nnc_desc_contiguous_strides (x, in);
  nnc_desc_contiguous_strides (y, out);
  const gint64 shape[] = { y->shape[0], y->shape[1], y->shape[2], b, b, c };
  const gint64 to[] = { out[0], out[1], out[2], b * c * size, c * size, size };
  const gint64 from[] = { in[0], in[1] * b, in[2] * b, in[1], in[2], in[3] };

  return prepare_move (prepare, shape, to, from);
}

const NncOp nnc_op_SpaceToDepth = {
  .name = "SpaceToDepth",
  .min_inputs = 1,
  .max_inputs = 1,
  .max_outputs = 1,
  .infer = infer_space_to_depth,
  .prepare = prepare_space_to_depth,
};
