/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* onnx_value_info.c: ValueInfoProto, TypeProto and TensorShapeProto. */
#include "onnx_value_info.h"

#include "onnx_tensor.h"

enum { VALUE_INFO_NAME = 1, VALUE_INFO_TYPE = 2 };
enum { TYPE_TENSOR = 1, TYPE_DENOTATION = 6 };
enum { TENSOR_TYPE_ELEM = 1, TENSOR_TYPE_SHAPE = 2 };
enum { SHAPE_DIM = 1 };
enum { DIMENSION_VALUE = 1, DIMENSION_PARAM = 2 };

static gboolean
read_dimension (NncOnnxValueInfo *info, NncMessage *message, GError **error)
{
  NncField field;
  gint64 size = -1;
  char *symbol = NULL;

  while (nnc_message_next (message, &field)) {
    if (field.number == DIMENSION_VALUE)
      nnc_field_get_int (message, &field, &size);
    else if (field.number == DIMENSION_PARAM)
      nnc_field_get_string (message, &field, &symbol);
  }
  g_array_append_val (info->shape, size);
  g_ptr_array_add (info->symbols, symbol);
  return nnc_message_finish (message, error);
}

static gboolean
read_shape (NncOnnxValueInfo *info, NncMessage *message, GError **error)
{
  NncField field;
  NncMessage inner;

  info->has_shape = TRUE;
  while (nnc_message_next (message, &field))
    if (field.number == SHAPE_DIM && nnc_field_get_message (message, &field, &inner)
        && !read_dimension (info, &inner, error))
      return FALSE;
  return nnc_message_finish (message, error);
}

static gboolean
read_tensor_type (NncOnnxValueInfo *info, NncMessage *message, GError **error)
{
  NncField field;
  NncMessage inner;

  info->is_tensor = TRUE;
  while (nnc_message_next (message, &field)) {
    if (field.number == TENSOR_TYPE_ELEM)
      nnc_field_get_int (message, &field, &info->data_type);
    else if (field.number == TENSOR_TYPE_SHAPE && nnc_field_get_message (message, &field, &inner)
             && !read_shape (info, &inner, error))
      return FALSE;
  }
  return nnc_message_finish (message, error);
}

static gboolean
read_type (NncOnnxValueInfo *info, NncMessage *message, GError **error)
{
  NncField field;
  NncMessage inner;

  while (nnc_message_next (message, &field)) {
    if (field.number == TYPE_DENOTATION)
      continue;
    info->has_type = TRUE;
    if (field.number == TYPE_TENSOR && nnc_field_get_message (message, &field, &inner)
        && !read_tensor_type (info, &inner, error))
      return FALSE;
  }
  return nnc_message_finish (message, error);
}

static gboolean
read_value_info (NncOnnxValueInfo *info, NncMessage *message, GError **error)
{
  NncField field;
  NncMessage inner;

  while (nnc_message_next (message, &field)) {
    if (field.number == VALUE_INFO_NAME)
      nnc_field_get_string (message, &field, &info->name);
    else if (field.number == VALUE_INFO_TYPE && nnc_field_get_message (message, &field, &inner)
             && !read_type (info, &inner, error))
      return FALSE;
  }
  return nnc_message_finish (message, error);
}

NncOnnxValueInfo *
nnc_onnx_value_info_read (NncMessage *message, GError **error)
{
  g_autoptr (NncOnnxValueInfo) info = g_new0 (NncOnnxValueInfo, 1);

  info->name = g_strdup ("");
  info->shape = g_array_new (FALSE, FALSE, sizeof (gint64));
  info->symbols = g_ptr_array_new_with_free_func (g_free);
  if (read_value_info (info, message, error))
    return g_steal_pointer (&info);
  g_prefix_error (error, "value '%s': ", info->name);
  return NULL;
}

void
nnc_onnx_value_info_free (NncOnnxValueInfo *info)
{
  g_free (info->name);
  g_array_unref (info->shape);
  g_ptr_array_unref (info->symbols);
  g_free (info);
}

/* Converters write -1 for a free dimension; anything else below 0 is a mistake. */
static gboolean
check_shape (const NncOnnxValueInfo *info, NncDataType type, GError **error)
{
  gint64 shape[NNC_MAX_RANK] = { 0 };
  NncTensorDesc desc;

  for (guint i = 0; i < info->shape->len && i < NNC_MAX_RANK; i++) {
    shape[i] = g_array_index (info->shape, gint64, i);
    if (shape[i] == -1)
      shape[i] = 1;
  }
  return nnc_desc_set (&desc, type, info->shape->len, shape, error);
}

gboolean
nnc_onnx_value_info_check (const NncOnnxValueInfo *info, GError **error)
{
  NncDataType type = nnc_onnx_data_type (info->data_type);
  g_autofree char *text = NULL;

  if (!info->is_tensor) {
    g_set_error (error, NNC_ERROR, NNC_ERROR_UNSUPPORTED, "value '%s': it is %s, only tensors are supported",
                 info->name, info->has_type ? "a sequence, map, optional or sparse tensor" : "of no type");
    return FALSE;
  }
  if (type == NNC_INVALID) {
    text = nnc_onnx_data_type_to_string (info->data_type);
    g_set_error (error, NNC_ERROR, NNC_ERROR_UNSUPPORTED, "value '%s': its data type is %s, which is not supported",
                 info->name, text);
    return FALSE;
  }
  if (check_shape (info, type, error))
    return TRUE;
  g_prefix_error (error, "value '%s': ", info->name);
  return FALSE;
}

void
nnc_onnx_value_info_apply (const NncOnnxValueInfo *info, NncValue *value)
{
  value->type = nnc_onnx_data_type (info->data_type);
  if (!info->has_shape || info->shape->len > NNC_MAX_RANK)
    return;
  value->rank = (gint)info->shape->len;
  for (guint i = 0; i < info->shape->len; i++) {
    value->shape[i] = MAX (g_array_index (info->shape, gint64, i), -1);
    g_free (value->symbols[i]);
    value->symbols[i] = g_strdup (info->symbols->pdata[i]);
  }
}
