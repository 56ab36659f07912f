/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* onnx_simplify.c: operators that lose what is for training only, and
 * attributes whose numbers mean something in ONNX alone. */
#include "onnx_tensor.h"
#include "onnx_translate.h"

/* The attribute becomes an NncDataType. */
static gboolean
translate_data_type (NncNode *draft, const char *attribute, GError **error)
{
  gint64 number = nnc_node_get_int (draft, attribute, 0);
  NncDataType type = nnc_onnx_data_type (number);

  if (type == NNC_INVALID) {
    g_autofree char *name = nnc_onnx_data_type_to_string (number);
    return nnc_onnx_unsupported (error, "attribute '%s' is %s, a data type that is not supported", attribute, name);
  }
  nnc_node_set_int (draft, attribute, type);
  return TRUE;
}

gboolean
nnc_onnx_translate_cast (NncOnnxTranslation *translation, GError **error)
{
  nnc_node_remove_attribute (&translation->draft, "round_mode"); /* for float8e8m0 alone */
  return translate_data_type (&translation->draft, "to", error) && nnc_onnx_translate_plain (translation, error);
}

/* An attribute dtype that may be absent. */
gboolean
nnc_onnx_translate_dtype (NncOnnxTranslation *translation, GError **error)
{
  return (nnc_node_get_attribute (&translation->draft, "dtype") == NULL
          || translate_data_type (&translation->draft, "dtype", error))
         && nnc_onnx_translate_plain (translation, error);
}

gboolean
nnc_onnx_translate_cast_like (NncOnnxTranslation *translation, GError **error)
{
  nnc_node_remove_attribute (&translation->draft, "round_mode");
  return nnc_onnx_translate_plain (translation, error);
}

/* Whether a constant bool is given, and false. */
static gboolean
is_false (const NncValue *value)
{
  const NncConstant *constant = value->constant;

  return constant && constant->desc.type == NNC_BOOL && nnc_desc_n_elements (&constant->desc) == 1
         && *(const guint8 *)nnc_constant_get_data (constant) == 0;
}

/* As large as x, and all true; until opset 9 of the type of x. */
static gboolean
emit_mask (NncOnnxTranslation *translation, NncValue *x, NncValue *mask, GError **error)
{
  NncValue *shape = nnc_onnx_new_value (translation, "shape");
  NncValue *kept = translation->opset < 10 ? nnc_onnx_new_value (translation, "kept") : mask;
  NncTensorDesc one = { .type = NNC_BOOL };
  guint8 *yes = g_new (guint8, 1);
  g_autoptr (NncConstant) constant = nnc_constant_new_take (yes, &one);
  NncNode *node;

  *yes = 1;
  node = nnc_onnx_emit (translation, "Shape", &x, 1, &shape, 1, error)
             ? nnc_onnx_emit (translation, "ConstantOfShape", &shape, 1, &kept, 1, error)
             : NULL;
  if (node == NULL)
    return FALSE;
  nnc_node_set_constant (node, "value", constant);
  return kept == mask
         || nnc_onnx_emit (translation, "CastLike", (NncValue *const[]){ kept, x }, 2, &mask, 1, error) != NULL;
}

/* Until opset 6 an attribute says that it is not. */
static gboolean
is_training (const NncOnnxTranslation *translation)
{
  return translation->opset < 7 && nnc_node_get_int (&translation->draft, "is_test", 0) == 0;
}

/* Dropout keeps everything when it is not trained. */
gboolean
nnc_onnx_translate_dropout (NncOnnxTranslation *translation, GError **error)
{
  NncValue *x = nnc_onnx_input (translation, 0), *y = nnc_onnx_output (translation, 0);
  NncValue *mask = nnc_onnx_output (translation, 1), *training_mode = nnc_onnx_input (translation, 2);

  if (training_mode && !is_false (training_mode))
    return nnc_onnx_unsupported (error, "training is not supported");
  if (is_training (translation))
    return nnc_onnx_unsupported (error, "training is not supported");
  return (mask == NULL || emit_mask (translation, x, mask, error))
         && nnc_onnx_emit (translation, "Identity", &x, 1, &y, 1, error) != NULL;
}

/* Statistics are given, not computed; channels are axis 1. */
gboolean
nnc_onnx_translate_batch_normalization (NncOnnxTranslation *translation, GError **error)
{
  NncNode *draft = &translation->draft;

  if (nnc_node_get_int (draft, "training_mode", 0) != 0 || translation->outputs->len > 1 || is_training (translation))
    return nnc_onnx_unsupported (error, "training is not supported");
  if (nnc_node_get_int (draft, "spatial", 1) != 1)
    return nnc_onnx_unsupported (error, "statistics for every pixel (spatial = 0) are not supported");
  nnc_node_remove_attribute (draft, "training_mode");
  nnc_node_remove_attribute (draft, "is_test");
  nnc_node_remove_attribute (draft, "spatial");
  nnc_node_remove_attribute (draft, "momentum");
  nnc_node_set_int (draft, "axis", 1);
  return nnc_onnx_translate_plain (translation, error);
}

/* stash_type: the type that statistics are computed in, f32 always. */
gboolean
nnc_onnx_translate_normalization (NncOnnxTranslation *translation, GError **error)
{
  nnc_node_remove_attribute (&translation->draft, "stash_type");
  return nnc_onnx_translate_plain (translation, error);
}

/* softmax_precision: f32 always. */
gboolean
nnc_onnx_translate_attention (NncOnnxTranslation *translation, GError **error)
{
  nnc_node_remove_attribute (&translation->draft, "softmax_precision");
  return nnc_onnx_translate_plain (translation, error);
}

/* Attribute output_datatype (float) is a Cast of what is computed as f32. */
gboolean
nnc_onnx_translate_typed (NncOnnxTranslation *translation, GError **error)
{
  gint64 number = nnc_node_get_int (&translation->draft, "output_datatype", 1);
  NncDataType type = nnc_onnx_data_type (number);
  NncValue *y = nnc_onnx_output (translation, 0), *computed = nnc_onnx_new_value (translation, "computed");
  NncNode *cast;

  if (type == NNC_INVALID) {
    g_autofree char *name = nnc_onnx_data_type_to_string (number);
    return nnc_onnx_unsupported (error, "attribute 'output_datatype' is %s, a data type that is not supported", name);
  }
  nnc_node_remove_attribute (&translation->draft, "output_datatype");
  if (type == NNC_F32)
    return nnc_onnx_translate_plain (translation, error);
  if (nnc_onnx_emit_draft (translation, (NncValue **)translation->inputs->pdata, translation->inputs->len, &computed, 1,
                           error)
      == NULL)
    return FALSE;
  cast = nnc_onnx_emit (translation, "Cast", &computed, 1, &y, 1, error);
  if (cast)
    nnc_node_set_int (cast, "to", type);
  return cast != NULL;
}
