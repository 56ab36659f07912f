/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* onnx_broadcast.c: how opset 6 broadcasts. The second input's axes lie beside
 * those of the first from an attribute on; since opset 7 they end where the
 * first input's end, as NumPy's do. */
#include "onnx_translate.h"

/* Gives input 1 n more axes of one element at its end. */
static gboolean
add_axes (NncOnnxTranslation *translation, gint n, GError **error)
{
  gint64 axes[NNC_MAX_RANK];
  NncValue *inputs[2], *longer;

  for (gint i = 0; i < n; i++)
    axes[i] = i - n;
  inputs[0] = nnc_onnx_input (translation, 1);
  inputs[1] = nnc_onnx_new_ints (translation, "axes", axes, (guint)n);
  longer = nnc_onnx_new_value (translation, "broadcast");
  translation->inputs->pdata[1] = longer;
  return nnc_onnx_emit (translation, "Unsqueeze", inputs, 2, &longer, 1, error) != NULL;
}

/* Puts input 1 beside axis `axis` of input 0 and those after it. */
static gboolean
align (NncOnnxTranslation *translation, gint64 axis, GError **error)
{
  NncValue *a = nnc_onnx_input (translation, 0), *b = nnc_onnx_input (translation, 1);
  gint n;

  if (a == NULL || b == NULL)
    return TRUE;
  if (a->rank < 0 || b->rank < 0)
    return nnc_onnx_unsupported (error, "attribute 'axis' is not supported where the inputs' ranks are not declared");
  n = axis < -a->rank || axis > a->rank ? -1 : a->rank - (gint)(axis < 0 ? axis + a->rank : axis) - b->rank;
  if (n < 0) {
    g_set_error (error, NNC_ERROR, NNC_ERROR_SHAPE,
                 "an input of rank %d cannot lie beside axis %" G_GINT64_FORMAT " of one of rank %d", b->rank, axis,
                 a->rank);
    return FALSE;
  }
  return n == 0 || add_axes (translation, n, error);
}

gboolean
nnc_onnx_translate_broadcast (NncOnnxTranslation *translation, GError **error)
{
  NncNode *draft = &translation->draft;
  const NncAttribute *axis = nnc_node_get_attribute (draft, "axis");

  if (translation->opset >= 7 && (axis || nnc_node_get_attribute (draft, "broadcast")))
    return nnc_onnx_unsupported (error, "attributes 'axis' and 'broadcast' are not supported from opset 7 on");
  if (axis && !align (translation, axis->i, error))
    return FALSE;
  nnc_node_remove_attribute (draft, "axis");
  nnc_node_remove_attribute (draft, "broadcast");
  return nnc_onnx_translate_plain (translation, error);
}

/* Slopes of channels, which are axis 1, have one axis until opset 6. */
gboolean
nnc_onnx_translate_prelu (NncOnnxTranslation *translation, GError **error)
{
  NncValue *slope = nnc_onnx_input (translation, 1);

  if (translation->opset < 7 && slope && slope->rank == 1 && !align (translation, 1, error))
    return FALSE;
  return nnc_onnx_translate_plain (translation, error);
}
