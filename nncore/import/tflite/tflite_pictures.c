/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tflite_pictures.c: images made larger or smaller, and their squares moved to channels or to the batch. */
#include "tflite_translate.h"

#include <string.h>

/* --- other sizes ------------------------------------------------------------------------- */

/* Signed ones; unsigned ones are interpolated as floats. */
static void
emit_stored_resize (NncTfliteTranslation *translation, gboolean corners, gboolean centers)
{
  NncNode *node = nnc_tflite_emit (translation, "StoredResize", translation->inputs, 2, translation->outputs, 1);

  nnc_node_set_int (node, "align_corners", corners);
  nnc_node_set_int (node, "half_pixel_centers", centers);
}

gboolean
nnc_tflite_translate_resize (NncTfliteTranslation *translation, GError **error)
{
  static const gint64 axes[2] = { 1, 2 };
  gboolean nearest = strcmp (translation->operator->name, "RESIZE_NEAREST_NEIGHBOR") == 0;
  guint option = nearest ? 0 : 2; /* behind two that are no longer used */
  gboolean corners = nnc_tflite_option (translation, option, 1, 0) != 0;
  gboolean centers = nnc_tflite_option (translation, option + 1, 1, 0) != 0;
  NncValue *inputs[4] = { NULL, NULL, NULL, translation->inputs[1] };
  NncNode *node;

  if (!nearest && translation->inputs[0]->quantization && translation->inputs[0]->type != NNC_U8) {
    emit_stored_resize (translation, corners, centers);
    return TRUE;
  }
  if (!nearest)
    nnc_tflite_make_real (translation);
  inputs[0] = translation->inputs[0];
  node = nnc_tflite_emit (translation, "Resize", inputs, 4, translation->outputs, 1);
  nnc_node_set_ints (node, "axes", axes, 2);
  nnc_node_set_string (node, "mode", nearest ? "nearest" : "linear");
  nnc_node_set_string (node, "coordinate_transformation_mode",
                       corners   ? "align_corners"
                       : centers ? "half_pixel"
                                 : "asymmetric");
  nnc_node_set_string (node, "nearest_mode", corners || centers ? "round_prefer_ceil" : "floor");
  return TRUE;
}

/* --- squares -------------------------------------------------------------------------------- */

gboolean
nnc_tflite_translate_depth_space (NncTfliteTranslation *translation, GError **error)
{
  NncNode *node
      = nnc_tflite_emit_unary (translation, translation->operator->op, translation->inputs[0], translation->outputs[0]);

  nnc_node_set_int (node, "blocksize", nnc_tflite_option (translation, 0, 4, 0));
  return TRUE;
}

/* The n axes behind the batch are cut into blocks. */
typedef struct {
  guint n;
  gint64 sizes[NNC_MAX_RANK]; /* of a block */
  gint64 edges[2 * NNC_MAX_RANK]; /* pads or crops: begin, end, an axis after the other */
} Blocks;

/* The inputs are x, the sizes, and pads or crops [n,2]. */
static gboolean
read_blocks (const NncTfliteTranslation *translation, Blocks *blocks, GError **error)
{
  const NncValue *x = translation->inputs[0], *edges = translation->inputs[2];
  NncConstant *constant = edges->constant;
  guint n;

  if (!nnc_tflite_get_ints (translation->inputs[1], "its list of block sizes", blocks->sizes, NNC_MAX_RANK, &blocks->n,
                            error))
    return FALSE;
  n = blocks->n;
  if (constant == NULL || edges->type != NNC_I32 || nnc_desc_n_elements (&constant->desc) != 2 * (gsize)n || x->rank < 0
      || n >= (guint)x->rank || 2 * n + ((guint)x->rank - n) > NNC_MAX_RANK)
    return nnc_tflite_unsupported (error, "its %u block sizes, their edges, or its input of rank %d do not fit", n,
                                   x->rank);
  for (guint i = 0; i < 2 * n; i++) {
    gint32 edge;

    memcpy (&edge, (const guint8 *)nnc_constant_get_data (constant) + i * sizeof edge, sizeof edge);
    blocks->edges[i] = edge;
  }
  for (guint i = 0; i < n; i++)
    if (blocks->sizes[i] < 1 || x->shape[1 + i] < 0 || blocks->edges[2 * i] < 0 || blocks->edges[2 * i + 1] < 0)
      return nnc_tflite_unsupported (
          error, "blocks of %" G_GINT64_FORMAT " on an axis of %" G_GINT64_FORMAT " elements are not supported",
          blocks->sizes[i], x->shape[1 + i]);
  return TRUE;
}

static void
emit_reshape (NncTfliteTranslation *translation, NncValue *x, const gint64 *shape, guint n, NncValue *y)
{
  NncValue *inputs[2] = { x, nnc_tflite_new_ints (translation, "shape", shape, n) };

  nnc_tflite_emit (translation, "Reshape", inputs, 2, &y, 1);
}

/* x with its axes cut, moved and put together again. */
static void
emit_rearranged (NncTfliteTranslation *translation, NncValue *x, const gint64 *cut, const gint64 *permutation,
                 guint n_cut, const gint64 *shape, guint n, NncValue *y)
{
  NncValue *parts = nnc_tflite_new_value (translation, "parts", x);
  NncValue *moved = nnc_tflite_new_value (translation, "moved", x);
  NncNode *node;

  emit_reshape (translation, x, cut, n_cut, parts);
  node = nnc_tflite_emit_unary (translation, "Transpose", parts, moved);
  nnc_node_set_ints (node, "perm", permutation, n_cut);
  emit_reshape (translation, moved, shape, n, y);
}

/* [N, H/b, b, W/b, b, …] to [b, b, N, H/b, W/b, …], whose first three are one. */
gboolean
nnc_tflite_translate_space_to_batch (NncTfliteTranslation *translation, GError **error)
{
  NncValue *x = translation->inputs[0], *padded = nnc_tflite_new_value (translation, "padded", x);
  gint64 pads[2 * NNC_MAX_RANK] = { 0 }, cut[NNC_MAX_RANK], permutation[NNC_MAX_RANK], shape[NNC_MAX_RANK];
  NncValue *inputs[2] = { x };
  guint rank = (guint)MAX (x->rank, 0), n_cut = 0, n_moved = 0;
  Blocks blocks;

  if (!read_blocks (translation, &blocks, error))
    return FALSE;
  cut[n_cut++] = shape[0] = -1;
  for (guint i = 0; i < blocks.n; i++) {
    gint64 size = x->shape[1 + i] + blocks.edges[2 * i] + blocks.edges[2 * i + 1];

    pads[1 + i] = blocks.edges[2 * i];
    pads[rank + 1 + i] = blocks.edges[2 * i + 1];
    shape[1 + i] = cut[n_cut++] = size / blocks.sizes[i];
    permutation[n_moved++] = n_cut;
    cut[n_cut++] = blocks.sizes[i];
  }
  permutation[n_moved++] = 0;
  for (guint i = 0; i < blocks.n; i++)
    permutation[n_moved++] = 1 + 2 * i;
  for (guint i = 1 + blocks.n; i < rank; i++) {
    permutation[n_moved++] = n_cut;
    shape[i] = cut[n_cut++] = x->shape[i];
  }
  inputs[1] = nnc_tflite_new_ints (translation, "pads", pads, 2 * rank);
  nnc_tflite_emit (translation, "Pad", inputs, 2, &padded, 1);
  emit_rearranged (translation, padded, cut, permutation, n_cut, shape, rank, translation->outputs[0]);
  return TRUE;
}

/* [b, b, N, H, W, …] to [N, H, b, W, b, …], whose pairs are one, and then cropped. */
gboolean
nnc_tflite_translate_batch_to_space (NncTfliteTranslation *translation, GError **error)
{
  NncValue *x = translation->inputs[0], *whole = nnc_tflite_new_value (translation, "whole", x);
  gint64 crops[2 * NNC_MAX_RANK] = { 0 }, cut[NNC_MAX_RANK], permutation[NNC_MAX_RANK], shape[NNC_MAX_RANK];
  NncValue *inputs[2] = { whole };
  guint rank = (guint)MAX (x->rank, 0), n_cut = 0, n_moved = 0;
  Blocks blocks;

  if (!read_blocks (translation, &blocks, error))
    return FALSE;
  for (guint i = 0; i < blocks.n; i++)
    cut[n_cut++] = blocks.sizes[i];
  cut[n_cut++] = shape[0] = -1;
  permutation[n_moved++] = blocks.n;
  for (guint i = 0; i < blocks.n; i++) {
    permutation[n_moved++] = n_cut;
    permutation[n_moved++] = i;
    cut[n_cut++] = x->shape[1 + i];
    if (__builtin_mul_overflow (x->shape[1 + i], blocks.sizes[i], &shape[1 + i]))
      return nnc_tflite_unsupported (error, "its output is too large");
    crops[1 + i] = -blocks.edges[2 * i];
    crops[rank + 1 + i] = -blocks.edges[2 * i + 1];
  }
  for (guint i = 1 + blocks.n; i < rank; i++) {
    permutation[n_moved++] = n_cut;
    shape[i] = cut[n_cut++] = x->shape[i];
  }
  emit_rearranged (translation, x, cut, permutation, n_cut, shape, rank, whole);
  inputs[1] = nnc_tflite_new_ints (translation, "crops", crops, 2 * rank);
  nnc_tflite_emit (translation, "Pad", inputs, 2, translation->outputs, 1);
  return TRUE;
}
