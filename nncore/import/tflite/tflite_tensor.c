/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tflite_tensor.c: Tensor -> NncValue. */
#include "tflite_tensor.h"

#include <math.h>
#include <string.h>

/* Fields of Tensor. */
enum {
  TENSOR_SHAPE = 0,
  TENSOR_TYPE = 1,
  TENSOR_BUFFER = 2,
  TENSOR_NAME = 3,
  TENSOR_QUANTIZATION = 4,
  TENSOR_SPARSITY = 6,
  TENSOR_SHAPE_SIGNATURE = 7,
  TENSOR_HAS_RANK = 8,
};

/* Fields of QuantizationParameters. */
enum {
  QUANTIZATION_SCALE = 2,
  QUANTIZATION_ZERO_POINT = 3,
  QUANTIZATION_DETAILS_TYPE = 4,
  QUANTIZATION_DIMENSION = 6,
};

/* Of the union QuantizationDetails: nothing that a reader must know. */
#define DETAILS_CUSTOM 1

#define TYPE_RESOURCE 13 /* a variable's handle, which is a number */

NncDataType
nnc_tflite_type (gint64 type)
{
  static const NncDataType types[] = {
    [0] = NNC_F32,
    [1] = NNC_F16,
    [2] = NNC_I32,
    [3] = NNC_U8,
    [4] = NNC_I64,
    [6] = NNC_BOOL,
    [7] = NNC_I16,
    [9] = NNC_I8,
    [10] = NNC_F64,
    [12] = NNC_U64,
    [TYPE_RESOURCE] = NNC_I32,
    [15] = NNC_U32,
    [16] = NNC_U16,
  };

  return type >= 0 && type < (gint64)G_N_ELEMENTS (types) ? types[type] : NNC_INVALID;
}

static gboolean
format_error (GError **error, const char *text)
{
  g_set_error_literal (error, NNC_ERROR, NNC_ERROR_FORMAT, text);
  return FALSE;
}

/* A dimension that the signature leaves free is -1. */
static gboolean
read_shape (const NncTable *tensor, NncValue *value, GError **error)
{
  NncVector shape = nnc_table_get_vector (tensor, TENSOR_SHAPE, 4);
  NncVector signature = nnc_table_get_vector (tensor, TENSOR_SHAPE_SIGNATURE, 4);
  gboolean has_rank = nnc_table_get_uint (tensor, TENSOR_HAS_RANK, 1, 0) != 0;

  if (shape.n > NNC_MAX_RANK) {
    g_set_error (error, NNC_ERROR, NNC_ERROR_UNSUPPORTED,
                 "it has %" G_GSIZE_FORMAT " dimensions, at most %d are supported", shape.n, NNC_MAX_RANK);
    return FALSE;
  }
  value->rank = shape.n > 0 || has_rank ? (gint)shape.n : -1;
  for (gsize i = 0; i < shape.n; i++) {
    value->shape[i] = nnc_vector_get_int (&shape, i);
    if (signature.n == shape.n && nnc_vector_get_int (&signature, i) < 0)
      value->shape[i] = -1;
    if (value->shape[i] < -1)
      return format_error (error, "it has a negative dimension");
  }
  return TRUE;
}

/* Numbers of 16 bits are symmetric. */
static gboolean
check_zero_point (gint64 zero_point, NncDataType type, GError **error)
{
  gint64 minimum = type == NNC_I8 ? G_MININT8 : 0, maximum = type == NNC_I8   ? G_MAXINT8
                                                             : type == NNC_U8 ? G_MAXUINT8
                                                                              : 0;

  if (zero_point >= minimum && zero_point <= maximum)
    return TRUE;
  g_set_error (error, NNC_ERROR, NNC_ERROR_FORMAT,
               "its quantization has the zero point %" G_GINT64_FORMAT ", %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT
               " are right for %s",
               zero_point, minimum, maximum, nnc_data_type_to_string (type));
  return FALSE;
}

static gboolean
read_steps (const NncTable *table, NncDataType type, NncQuantization *quantization, GError **error)
{
  NncVector scales = nnc_table_get_vector (table, QUANTIZATION_SCALE, 4);
  NncVector zero_points = nnc_table_get_vector (table, QUANTIZATION_ZERO_POINT, 8);

  if (zero_points.n != 0 && zero_points.n != 1 && zero_points.n != scales.n) {
    g_set_error (error, NNC_ERROR, NNC_ERROR_FORMAT,
                 "its quantization has %" G_GSIZE_FORMAT " scales and %" G_GSIZE_FORMAT " zero points", scales.n,
                 zero_points.n);
    return FALSE;
  }
  for (gsize i = 0; i < scales.n; i++) {
    gint64 zero_point = zero_points.n ? nnc_vector_get_int (&zero_points, zero_points.n == 1 ? 0 : i) : 0;

    quantization->scale[i] = nnc_vector_get_float (&scales, i);
    quantization->zero_point[i] = (gint32)zero_point;
    if (!isfinite (quantization->scale[i]) || quantization->scale[i] < 0)
      return format_error (error, "its quantization has a scale that is no number from 0 up");
    if (!check_zero_point (zero_point, type, error))
      return FALSE;
  }
  return TRUE;
}

static gboolean
check_axis (const NncQuantization *quantization, const NncValue *value, GError **error)
{
  gint axis = quantization->axis;

  if (quantization->n == 1 || (axis >= 0 && axis < value->rank && value->shape[axis] == (gint64)quantization->n))
    return TRUE;
  g_set_error (error, NNC_ERROR, NNC_ERROR_FORMAT, "its quantization has %u scales along axis %d, which does not fit",
               quantization->n, axis);
  return FALSE;
}

static gboolean
read_quantization (const NncTable *tensor, NncValue *value, GError **error)
{
  NncTable table = nnc_table_get_table (tensor, TENSOR_QUANTIZATION);
  NncVector scales = nnc_table_get_vector (&table, QUANTIZATION_SCALE, 4);

  if (nnc_table_get_uint (&table, QUANTIZATION_DETAILS_TYPE, 1, 0) > DETAILS_CUSTOM) {
    g_set_error_literal (error, NNC_ERROR, NNC_ERROR_UNSUPPORTED, "its quantization in blocks is not supported");
    return FALSE;
  }
  if (scales.n == 0 || (value->type != NNC_I8 && value->type != NNC_U8 && value->type != NNC_I16))
    return TRUE;
  if (scales.n > G_MAXINT32)
    return format_error (error, "its quantization has too many scales");
  value->quantization = nnc_quantization_new ((guint)scales.n);
  value->quantization->axis = (gint)nnc_table_get_int (&table, QUANTIZATION_DIMENSION, 4, 0);
  return read_steps (&table, value->type, value->quantization, error) && check_axis (value->quantization, value, error);
}

static gboolean
read_numbers (NncTfliteModel *model, const NncTable *tensor, NncValue *value, GError **error)
{
  gsize buffer = (gsize)nnc_table_get_uint (tensor, TENSOR_BUFFER, 4, 0), offset, size;
  g_autoptr (NncConstant) constant = NULL;
  NncTensorDesc desc;

  if (!nnc_tflite_model_find_buffer (model, buffer, &offset, &size, error))
    return FALSE;
  if (size == 0)
    return TRUE;
  if (nnc_table_has (tensor, TENSOR_SPARSITY)) {
    g_set_error_literal (error, NNC_ERROR, NNC_ERROR_UNSUPPORTED, "sparse numbers are not supported");
    return FALSE;
  }
  if (!nnc_desc_set (&desc, value->type, (guint)MAX (value->rank, 0), value->shape, error))
    return FALSE;
  constant = nnc_constant_new_from_source (model->source, offset, size, &desc, error);
  if (constant == NULL)
    return FALSE;
  nnc_value_set_constant (value, constant);
  return TRUE;
}

NncValue *
nnc_tflite_read_tensor (NncTfliteModel *model, const NncTable *tensor, NncGraph *graph, GError **error)
{
  g_autofree char *name = nnc_table_dup_string (tensor, TENSOR_NAME);
  gint64 type = nnc_table_get_int (tensor, TENSOR_TYPE, 1, 0);
  NncValue *value = nnc_graph_add_value (graph, name);

  value->type = nnc_tflite_type (type);
  if (value->type == NNC_INVALID) {
    g_set_error (error, NNC_ERROR, NNC_ERROR_UNSUPPORTED,
                 "tensor '%s': its type (number %" G_GINT64_FORMAT " of the format) is not supported", name, type);
    return NULL;
  }
  if (type == TYPE_RESOURCE) {
    value->rank = 0;
    return value;
  }
  if (read_shape (tensor, value, error) && read_quantization (tensor, value, error)
      && read_numbers (model, tensor, value, error))
    return value;
  g_prefix_error (error, "tensor '%s': ", name);
  return NULL;
}
