/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* onnx_constant.c: Constant: no node, but numbers of a value. */
#include "onnx_translate.h"

static NncConstant *
constant_from_ints (const gint64 *values, guint n, guint rank)
{
  NncTensorDesc desc = { .type = NNC_I64, .rank = rank, .shape = { n } };

  return nnc_constant_new_take (n ? g_memdup2 (values, n * sizeof *values) : g_malloc0 (sizeof *values), &desc);
}

static NncConstant *
constant_from_floats (const float *values, guint n, guint rank)
{
  NncTensorDesc desc = { .type = NNC_F32, .rank = rank, .shape = { n } };

  return nnc_constant_new_take (n ? g_memdup2 (values, n * sizeof *values) : g_malloc0 (sizeof *values), &desc);
}

/* Attributes value, value_int, value_ints, value_float, value_floats. */
static NncConstant *
constant_from_attribute (const NncAttribute *attribute)
{
  switch (attribute->kind) {
  case NNC_ATTRIBUTE_CONSTANT:
    return nnc_constant_ref (attribute->constant);
  case NNC_ATTRIBUTE_INT:
    return constant_from_ints (&attribute->i, 1, 0);
  case NNC_ATTRIBUTE_INTS:
    return constant_from_ints (attribute->ints, attribute->n, 1);
  case NNC_ATTRIBUTE_FLOAT:
    return constant_from_floats (&attribute->f, 1, 0);
  case NNC_ATTRIBUTE_FLOATS:
    return constant_from_floats (attribute->floats, attribute->n, 1);
  default:
    return NULL;
  }
}

gboolean
nnc_onnx_translate_constant (NncOnnxTranslation *translation, GError **error)
{
  const GArray *attributes = translation->draft.attributes;
  g_autoptr (NncConstant) constant = NULL;

  if (attributes->len == 1)
    constant = constant_from_attribute (&g_array_index (attributes, NncAttribute, 0));
  if (constant == NULL || translation->outputs->len != 1) {
    g_set_error (error, NNC_ERROR, NNC_ERROR_FORMAT, "it has %u values and %u outputs instead of one of each",
                 attributes->len, translation->outputs->len);
    return FALSE;
  }
  nnc_value_set_constant (nnc_onnx_output (translation, 0), constant);
  return TRUE;
}
