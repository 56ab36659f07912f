/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* onnx_channels_last.c: convolutions and poolings. ONNX has channels second
 * (NCHW), our ops have them last (NHWC): a transpose is written before and
 * after, which the layout pass moves and cancels. Constant weights become
 * a strided view of the file's numbers. */
#include "onnx_translate.h"

#include <string.h>

/* What is assumed where a file says nothing: pictures. Inference refuses if that was wrong. */
#define USUAL_RANK 4

/* NCHW -> NHWC: 0, 2, 3, 1 */
static void
channels_last (guint rank, gint64 *permutation)
{
  permutation[0] = 0;
  for (guint i = 1; i + 1 < rank; i++)
    permutation[i] = i + 1;
  permutation[rank - 1] = 1;
}

/* NHWC -> NCHW: 0, 3, 1, 2 */
static void
channels_second (guint rank, gint64 *permutation)
{
  permutation[0] = 0;
  permutation[1] = rank - 1;
  for (guint i = 2; i < rank; i++)
    permutation[i] = i - 1;
}

static gboolean
emit_transpose (NncOnnxTranslation *translation, NncValue *from, NncValue *to, const gint64 *permutation, guint rank,
                GError **error)
{
  NncNode *node = nnc_onnx_emit (translation, "Transpose", &from, 1, &to, 1, error);

  if (node == NULL)
    return FALSE;
  nnc_node_set_ints (node, "perm", permutation, rank);
  nnc_onnx_note_ranks (node);
  return TRUE;
}

/* A view of the same numbers; its rank is rank. */
static NncConstant *
permute_constant (NncConstant *constant, const gint64 *permutation, guint rank)
{
  NncTensorDesc desc = { .type = constant->desc.type, .rank = rank };
  gint64 strides[NNC_MAX_RANK];

  for (guint i = 0; i < rank; i++) {
    desc.shape[i] = constant->desc.shape[permutation[i]];
    strides[i] = constant->strides[permutation[i]];
  }
  return nnc_constant_new_view (constant, &desc, strides);
}

/* The value with its channels last; NULL with an error. */
static NncValue *
to_channels_last (NncOnnxTranslation *translation, NncValue *value, guint rank, const char *suffix, GError **error)
{
  gint64 permutation[NNC_MAX_RANK];
  NncValue *result;

  channels_last (rank, permutation);
  if (value->constant && value->constant->desc.rank != rank) {
    g_set_error (error, NNC_ERROR, NNC_ERROR_SHAPE, "'%s' has %u dimensions instead of %u", value->name,
                 value->constant->desc.rank, rank);
    return NULL;
  }
  result = nnc_onnx_new_value (translation, suffix);
  if (value->constant) {
    g_autoptr (NncConstant) view = permute_constant (value->constant, permutation, rank);
    nnc_value_set_constant (result, view);
    return result;
  }
  return emit_transpose (translation, value, result, permutation, rank, error) ? result : NULL;
}

/* The node's inputs, the first n_spatial of them with their channels last; free it. NULL with an error. */
static NncValue **
inputs_channels_last (NncOnnxTranslation *translation, guint rank, guint n_spatial, GError **error)
{
  static const char *const suffixes[] = { "channels_last", "weights" };
  guint n = translation->inputs->len;
  g_autofree NncValue **inputs = g_memdup2 (translation->inputs->pdata, n * sizeof *inputs);

  for (guint i = 0; i < n_spatial; i++) {
    if (nnc_onnx_input (translation, i) == NULL) {
      g_set_error (error, NNC_ERROR, NNC_ERROR_FORMAT, "input %u is absent", i);
      return NULL;
    }
    inputs[i] = to_channels_last (translation, inputs[i], rank, suffixes[i], error);
    if (inputs[i] == NULL)
      return NULL;
  }
  return g_steal_pointer (&inputs);
}

/* Transposes, the draft between them, and its outputs brought back. */
static gboolean
emit_channels_last (NncOnnxTranslation *translation, guint rank, guint n_spatial, GError **error)
{
  g_autofree NncValue **inputs = inputs_channels_last (translation, rank, n_spatial, error);
  guint n_outputs = translation->outputs->len;
  gint64 permutation[NNC_MAX_RANK];
  NncValue *outputs[NNC_OP_MAX_OUTPUTS] = { NULL };

  if (inputs == NULL)
    return FALSE;
  if (n_outputs < 1 || n_outputs > NNC_OP_MAX_OUTPUTS) {
    g_set_error (error, NNC_ERROR, NNC_ERROR_FORMAT, "it has %u outputs, 1 to %d are possible", n_outputs,
                 NNC_OP_MAX_OUTPUTS);
    return FALSE;
  }
  for (guint i = 0; i < n_outputs; i++)
    if (nnc_onnx_output (translation, i))
      outputs[i] = nnc_onnx_new_value (translation, i == 0 ? "result" : "result 1");
  if (nnc_onnx_emit_draft (translation, inputs, translation->inputs->len, outputs, n_outputs, error) == NULL)
    return FALSE;
  channels_second (rank, permutation);
  for (guint i = 0; i < n_outputs; i++)
    if (outputs[i]
        && !emit_transpose (translation, outputs[i], nnc_onnx_output (translation, i), permutation, rank, error))
      return FALSE;
  return TRUE;
}

/* The rank of the images, from what the file says: the kernel's, or a value's. */
static gboolean
find_rank (NncOnnxTranslation *translation, guint *rank, GError **error)
{
  NncValue *x = nnc_onnx_input (translation, 0), *weights = nnc_onnx_input (translation, 1);
  guint n;

  if (nnc_node_get_ints (&translation->draft, "kernel_shape", &n))
    *rank = n <= NNC_MAX_RANK ? n + 2 : n;
  else if (weights && weights->rank >= 0)
    *rank = (guint)weights->rank;
  else if (x && x->rank >= 0)
    *rank = (guint)x->rank;
  else
    *rank = USUAL_RANK;
  if (*rank >= 3 && *rank <= NNC_MAX_RANK)
    return TRUE;
  g_set_error (error, NNC_ERROR, NNC_ERROR_SHAPE, "its tensors have %u dimensions, 3 to %u are possible", *rank,
               NNC_MAX_RANK);
  return FALSE;
}

gboolean
nnc_onnx_translate_convolution (NncOnnxTranslation *translation, GError **error)
{
  guint rank;

  return find_rank (translation, &rank, error) && emit_channels_last (translation, rank, 2, error);
}

gboolean
nnc_onnx_translate_pooling (NncOnnxTranslation *translation, GError **error)
{
  guint rank;

  /* Only indices depend on it. */
  if (translation->outputs->len < 2)
    nnc_node_remove_attribute (&translation->draft, "storage_order");
  return find_rank (translation, &rank, error) && emit_channels_last (translation, rank, 1, error);
}

gboolean
nnc_onnx_translate_image (NncOnnxTranslation *translation, GError **error)
{
  guint rank;

  return find_rank (translation, &rank, error) && emit_channels_last (translation, rank, 1, error);
}

/* Until opset 19 linear was bilinear, and cubic bicubic. */
gboolean
nnc_onnx_translate_grid_sample (NncOnnxTranslation *translation, GError **error)
{
  const char *mode = nnc_node_get_string (&translation->draft, "mode", "linear");

  if (g_str_has_prefix (mode, "bi"))
    nnc_node_set_string (&translation->draft, "mode", strcmp (mode, "bilinear") == 0 ? "linear" : "cubic");
  return nnc_onnx_translate_image (translation, error);
}

/* Until opset 15 rois were not moved by half a pixel. */
gboolean
nnc_onnx_translate_roi_align (NncOnnxTranslation *translation, GError **error)
{
  if (translation->opset < 16)
    nnc_node_set_string (&translation->draft, "coordinate_transformation_mode", "output_half_pixel");
  return emit_channels_last (translation, USUAL_RANK, 1, error);
}
