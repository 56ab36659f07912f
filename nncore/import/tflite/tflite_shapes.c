/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tflite_shapes.c: operators that move numbers and change none, or reduce
 * axes: TFLite says in options or inputs what ours want as attributes or inputs. */
#include "tflite_tensor.h"
#include "tflite_translate.h"

gboolean
nnc_tflite_translate_reshape (NncTfliteTranslation *translation, GError **error)
{
  NncVector numbers = nnc_table_get_vector (&translation->options, 0, 4);
  NncValue *inputs[2] = { translation->inputs[0], nnc_tflite_input (translation, 1) };
  gint64 shape[NNC_MAX_RANK];
  NncNode *node;

  if (inputs[1] == NULL) {
    if (numbers.n > NNC_MAX_RANK)
      return nnc_tflite_unsupported (
          error, "its new shape has %" G_GSIZE_FORMAT " dimensions, at most %d are supported", numbers.n, NNC_MAX_RANK);
    for (gsize i = 0; i < numbers.n; i++)
      shape[i] = nnc_vector_get_int (&numbers, i);
    inputs[1] = nnc_tflite_new_ints (translation, "shape", shape, (guint)numbers.n);
  }
  node = nnc_tflite_emit (translation, "Reshape", inputs, 2, translation->outputs, 1);
  nnc_node_set_int (node, "allowzero", 1);
  return TRUE;
}

gboolean
nnc_tflite_translate_squeeze (NncTfliteTranslation *translation, GError **error)
{
  NncVector numbers = nnc_table_get_vector (&translation->options, 0, 4);
  NncValue *inputs[2] = { translation->inputs[0], NULL };
  gint64 axes[NNC_MAX_RANK];

  if (numbers.n > NNC_MAX_RANK)
    return nnc_tflite_unsupported (error, "it has %" G_GSIZE_FORMAT " axes, at most %d are supported", numbers.n,
                                   NNC_MAX_RANK);
  for (gsize i = 0; i < numbers.n; i++)
    axes[i] = nnc_vector_get_int (&numbers, i);
  if (numbers.n > 0)
    inputs[1] = nnc_tflite_new_ints (translation, "axes", axes, (guint)numbers.n);
  nnc_tflite_emit (translation, "Squeeze", inputs, numbers.n > 0 ? 2 : 1, translation->outputs, 1);
  return TRUE;
}

gboolean
nnc_tflite_translate_expand_dims (NncTfliteTranslation *translation, GError **error)
{
  nnc_tflite_emit (translation, "Unsqueeze", translation->inputs, 2, translation->outputs, 1);
  return TRUE;
}

gboolean
nnc_tflite_translate_transpose (NncTfliteTranslation *translation, GError **error)
{
  gint64 permutation[NNC_MAX_RANK];
  guint n;
  NncNode *node;

  if (!nnc_tflite_get_ints (translation->inputs[1], "its permutation", permutation, NNC_MAX_RANK, &n, error))
    return FALSE;
  node = nnc_tflite_emit_unary (translation, "Transpose", translation->inputs[0], translation->outputs[0]);
  nnc_node_set_ints (node, "perm", permutation, n);
  return TRUE;
}

gboolean
nnc_tflite_translate_concatenation (NncTfliteTranslation *translation, GError **error)
{
  NncNode *node = nnc_tflite_emit_activated (translation, "Concat", translation->inputs, translation->n_inputs, error);

  if (node == NULL)
    return FALSE;
  nnc_node_set_int (node, "axis", nnc_tflite_option (translation, 0, 4, 0));
  return TRUE;
}

/* TFLite's list is [[begin, end], …], ours begins and then ends. */
static NncNode *
emit_pad (NncTfliteTranslation *translation)
{
  static const gint64 flat[1] = { -1 };
  static const gint64 swap[2] = { 1, 0 };
  NncValue *pads = translation->inputs[1];
  NncValue *turned = nnc_tflite_new_value (translation, "turned", pads);
  NncValue *list = nnc_tflite_new_value (translation, "pads", pads);
  NncValue *reshape[2] = { turned, nnc_tflite_new_ints (translation, "list", flat, 1) };
  NncValue *inputs[3] = { translation->inputs[0], list, nnc_tflite_input (translation, 2) };
  NncNode *transpose = nnc_tflite_emit_unary (translation, "Transpose", pads, turned);

  nnc_node_set_ints (transpose, "perm", swap, 2);
  nnc_tflite_emit (translation, "Reshape", reshape, 2, &list, 1);
  return nnc_tflite_emit (translation, "Pad", inputs, inputs[2] ? 3 : 2, translation->outputs, 1);
}

gboolean
nnc_tflite_translate_pad (NncTfliteTranslation *translation, GError **error)
{
  emit_pad (translation);
  return TRUE;
}

gboolean
nnc_tflite_translate_mirror_pad (NncTfliteTranslation *translation, GError **error)
{
  nnc_node_set_string (emit_pad (translation), "mode",
                       nnc_tflite_option (translation, 0, 1, 0) ? "symmetric" : "reflect");
  return TRUE;
}

gboolean
nnc_tflite_translate_reduce (NncTfliteTranslation *translation, GError **error)
{
  NncNode *node
      = nnc_tflite_emit (translation, translation->operator->op, translation->inputs, 2, translation->outputs, 1);

  nnc_node_set_int (node, "keepdims", nnc_tflite_option (translation, 0, 1, 0) != 0);
  nnc_node_set_int (node, "noop_with_empty_axes", 1);
  return TRUE;
}

/* The output's declared type counts: old files leave the options out. */
gboolean
nnc_tflite_translate_cast (NncTfliteTranslation *translation, GError **error)
{
  NncNode *node = nnc_tflite_emit_unary (translation, "Cast", translation->inputs[0], translation->outputs[0]);

  nnc_node_set_int (node, "to", translation->outputs[0]->type);
  return TRUE;
}
