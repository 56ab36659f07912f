/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* onnx_upgrade.c: older forms of operators, brought to the newest: what was
 * an attribute becomes an input. */
#include "onnx_translate.h"

#include <string.h>

/* The attribute as a constant of ours, removed from the draft; NULL: absent. */
static NncValue *
take_ints (NncOnnxTranslation *translation, const char *name)
{
  guint n;
  const gint64 *values = nnc_node_get_ints (&translation->draft, name, &n);
  NncValue *value = NULL;

  if (nnc_node_get_attribute (&translation->draft, name)) {
    value = nnc_onnx_new_ints (translation, name, values, n);
    nnc_node_remove_attribute (&translation->draft, name);
  }
  return value;
}

static NncValue *
take_float (NncOnnxTranslation *translation, const char *name)
{
  NncValue *value = NULL;

  if (nnc_node_get_attribute (&translation->draft, name)) {
    value = nnc_onnx_new_float (translation, name, nnc_node_get_float (&translation->draft, name, 0));
    nnc_node_remove_attribute (&translation->draft, name);
  }
  return value;
}

/* Sets input `index`, unless it is there already or value is NULL. */
static void
set_input (NncOnnxTranslation *translation, guint index, NncValue *value)
{
  if (value == NULL || nnc_onnx_input (translation, index))
    return;
  if (index >= translation->inputs->len)
    g_ptr_array_set_size (translation->inputs, (gint)index + 1);
  translation->inputs->pdata[index] = value;
}

/* Until opset 10: attributes min, max. Now: inputs 1, 2. */
gboolean
nnc_onnx_translate_clip (NncOnnxTranslation *translation, GError **error)
{
  set_input (translation, 1, take_float (translation, "min"));
  set_input (translation, 2, take_float (translation, "max"));
  return nnc_onnx_translate_plain (translation, error);
}

/* Until opset 10: attributes pads, value. Now: inputs 1, 2. */
gboolean
nnc_onnx_translate_pad (NncOnnxTranslation *translation, GError **error)
{
  set_input (translation, 1, take_ints (translation, "pads"));
  set_input (translation, 2, take_float (translation, "value"));
  return nnc_onnx_translate_plain (translation, error);
}

/* Until opset 9: attributes starts, ends, axes. Now: inputs 1, 2, 3. */
gboolean
nnc_onnx_translate_slice (NncOnnxTranslation *translation, GError **error)
{
  set_input (translation, 1, take_ints (translation, "starts"));
  set_input (translation, 2, take_ints (translation, "ends"));
  set_input (translation, 3, take_ints (translation, "axes"));
  return nnc_onnx_translate_plain (translation, error);
}

/* Until opset 12: an attribute split. Now: input 1. */
gboolean
nnc_onnx_translate_split (NncOnnxTranslation *translation, GError **error)
{
  set_input (translation, 1, take_ints (translation, "split"));
  return nnc_onnx_translate_plain (translation, error);
}

/* Until opset 9: an attribute k. Now: input 1. The chosen are always in order. */
gboolean
nnc_onnx_translate_top_k (NncOnnxTranslation *translation, GError **error)
{
  gint64 k = nnc_node_get_int (&translation->draft, "k", 0);

  if (nnc_node_get_attribute (&translation->draft, "k"))
    set_input (translation, 1, nnc_onnx_new_ints (translation, "k", &k, 1));
  nnc_node_remove_attribute (&translation->draft, "k");
  nnc_node_remove_attribute (&translation->draft, "sorted");
  return nnc_onnx_translate_plain (translation, error);
}

/* Squeeze and Unsqueeze until opset 12, ReduceMean until opset 17: an attribute axes. Now: input 1. */
gboolean
nnc_onnx_translate_axes (NncOnnxTranslation *translation, GError **error)
{
  set_input (translation, 1, take_ints (translation, "axes"));
  return nnc_onnx_translate_plain (translation, error);
}

/* Flatten (x, axis) -> Softmax over the last axis -> the shape of x. */
static gboolean
softmax_of_matrix (NncOnnxTranslation *translation, gint64 axis, GError **error)
{
  NncValue *x = nnc_onnx_input (translation, 0), *y = nnc_onnx_output (translation, 0);
  NncValue *matrix = nnc_onnx_new_value (translation, "matrix");
  NncValue *shape = nnc_onnx_new_value (translation, "shape");
  NncValue *reshape_inputs[2] = { nnc_onnx_new_value (translation, "softmax"), shape };
  NncNode *flatten = nnc_onnx_emit (translation, "Flatten", &x, 1, &matrix, 1, error);
  NncNode *softmax = flatten ? nnc_onnx_emit_draft (translation, &matrix, 1, &reshape_inputs[0], 1, error) : NULL;

  if (softmax == NULL || nnc_onnx_emit (translation, "Shape", &x, 1, &shape, 1, error) == NULL)
    return FALSE;
  nnc_node_set_int (flatten, "axis", axis);
  nnc_node_set_int (softmax, "axis", -1);
  return nnc_onnx_emit (translation, "Reshape", reshape_inputs, 2, &y, 1, error) != NULL;
}

/* Until opset 12 Softmax was over all axes from `axis` on, by default 1. Now: over one axis, by default the last. */
gboolean
nnc_onnx_translate_softmax (NncOnnxTranslation *translation, GError **error)
{
  NncValue *x = nnc_onnx_input (translation, 0);
  gint64 axis = nnc_node_get_int (&translation->draft, "axis", 1);

  if (translation->opset >= 13 || x == NULL || nnc_onnx_output (translation, 0) == NULL)
    return nnc_onnx_translate_plain (translation, error);
  if (axis == -1 || (x->rank >= 1 && axis == x->rank - 1)) {
    nnc_node_set_int (&translation->draft, "axis", -1);
    return nnc_onnx_translate_plain (translation, error);
  }
  return softmax_of_matrix (translation, axis, error);
}

/* Until opset 10 there was one way to place output numbers, and inputs x, scales. Now: x, roi, scales, sizes. */
static gboolean
resize_from_edges (NncOnnxTranslation *translation, GError **error)
{
  NncValue *scales = nnc_onnx_input (translation, 1);

  if (scales) {
    translation->inputs->pdata[1] = NULL;
    set_input (translation, 2, scales);
  }
  nnc_node_set_string (&translation->draft, "coordinate_transformation_mode", "asymmetric");
  nnc_node_set_string (&translation->draft, "nearest_mode", "floor");
  return nnc_onnx_translate_plain (translation, error);
}

gboolean
nnc_onnx_translate_resize (NncOnnxTranslation *translation, GError **error)
{
  return translation->opset < 11 ? resize_from_edges (translation, error)
                                 : nnc_onnx_translate_plain (translation, error);
}

/* Until opset 8: an attribute scales. Then: input 1. */
gboolean
nnc_onnx_translate_upsample (NncOnnxTranslation *translation, GError **error)
{
  NncNode *draft = &translation->draft;
  const NncAttribute *scales = nnc_node_get_attribute (draft, "scales");

  if (scales)
    set_input (translation, 1, nnc_onnx_new_floats (translation, "scales", scales->floats, scales->n));
  nnc_node_remove_attribute (draft, "scales");
  if (strcmp (nnc_node_get_string (draft, "mode", "nearest"), "bilinear") == 0)
    nnc_node_set_string (draft, "mode", "linear");
  return resize_from_edges (translation, error);
}

/* Until opset 19: an attribute axis, 1. Now: input 2. */
gboolean
nnc_onnx_translate_dft (NncOnnxTranslation *translation, GError **error)
{
  gint64 axis = nnc_node_get_int (&translation->draft, "axis", 1);

  if (translation->opset < 20)
    set_input (translation, 2, nnc_onnx_new_ints (translation, "axis", &axis, 1));
  nnc_node_remove_attribute (&translation->draft, "axis");
  return nnc_onnx_translate_plain (translation, error);
}
