/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* shape.c: shapes, strides, and what can be asked of a tensor. */
#include "shape.h"

/* No tensor may be larger: far beyond a lightweight network, far below where sums of sizes overflow. */
#define MAX_TENSOR_BYTES ((gsize)1 << 40)

static const struct {
  const char *name;
  gsize size;
} data_types[] = {
  [NNC_INVALID] = { "invalid", 0 },
  [NNC_F32] = { "f32", 4 },
  [NNC_F16] = { "f16", 2 },
  [NNC_F64] = { "f64", 8 },
  [NNC_I8] = { "i8", 1 },
  [NNC_U8] = { "u8", 1 },
  [NNC_I16] = { "i16", 2 },
  [NNC_U16] = { "u16", 2 },
  [NNC_I32] = { "i32", 4 },
  [NNC_U32] = { "u32", 4 },
  [NNC_I64] = { "i64", 8 },
  [NNC_U64] = { "u64", 8 },
  [NNC_BOOL] = { "bool", 1 },
  [NNC_F8E4M3FN] = { "f8e4m3fn", 1 },
  [NNC_F8E4M3FNUZ] = { "f8e4m3fnuz", 1 },
  [NNC_F8E5M2] = { "f8e5m2", 1 },
  [NNC_F8E5M2FNUZ] = { "f8e5m2fnuz", 1 },
};

/**
 * nnc_data_type_to_string:
 * @type: a data type
 *
 * Returns: (transfer none): its short name, such as "f32"
 */
const char *
nnc_data_type_to_string (NncDataType type)
{
  return (guint)type < G_N_ELEMENTS (data_types) ? data_types[type].name : "invalid";
}

/**
 * nnc_data_type_get_size:
 * @type: a data type
 *
 * Returns: bytes an element takes; 0 for %NNC_INVALID
 */
gsize
nnc_data_type_get_size (NncDataType type)
{
  return (guint)type < G_N_ELEMENTS (data_types) ? data_types[type].size : 0;
}

gboolean
nnc_desc_set (NncTensorDesc *desc, NncDataType type, guint rank, const gint64 *shape, GError **error)
{
  gsize size = nnc_data_type_get_size (type);

  if (size == 0) {
    g_set_error_literal (error, NNC_ERROR, NNC_ERROR_SHAPE, "a tensor has no data type");
    return FALSE;
  }
  if (rank > NNC_MAX_RANK) {
    g_set_error (error, NNC_ERROR, NNC_ERROR_UNSUPPORTED, "a tensor has %u dimensions, at most %u are supported", rank,
                 NNC_MAX_RANK);
    return FALSE;
  }
  for (guint i = 0; i < rank; i++) {
    if (shape[i] < 0) {
      g_set_error (error, NNC_ERROR, NNC_ERROR_SHAPE, "dimension %u of a tensor is %" G_GINT64_FORMAT, i, shape[i]);
      return FALSE;
    }
    /* A dimension of 0 makes the tensor empty, but the others still have to be sane: strides are made of them. */
    if (!nnc_size_mul (size, MAX ((gsize)shape[i], 1), &size) || size > MAX_TENSOR_BYTES) {
      g_set_error (error, NNC_ERROR, NNC_ERROR_SHAPE,
                   "a tensor of %u dimensions is too large: over %" G_GSIZE_FORMAT
                   " bytes at dimension %u, which is %" G_GINT64_FORMAT,
                   rank, MAX_TENSOR_BYTES, i, shape[i]);
      return FALSE;
    }
  }
  desc->type = type;
  desc->rank = rank;
  for (guint i = 0; i < rank; i++)
    desc->shape[i] = shape[i];
  return TRUE;
}

gboolean
nnc_desc_equal (const NncTensorDesc *a, const NncTensorDesc *b)
{
  if (a->type != b->type || a->rank != b->rank)
    return FALSE;
  for (guint i = 0; i < a->rank; i++)
    if (a->shape[i] != b->shape[i])
      return FALSE;
  return TRUE;
}

gsize
nnc_desc_n_elements (const NncTensorDesc *desc)
{
  gsize n = 1;

  for (guint i = 0; i < desc->rank; i++)
    n *= (gsize)desc->shape[i];
  return n;
}

gsize
nnc_desc_size (const NncTensorDesc *desc)
{
  return nnc_desc_n_elements (desc) * nnc_data_type_get_size (desc->type);
}

char *
nnc_desc_to_string (const NncTensorDesc *desc)
{
  GString *text = g_string_new (nnc_data_type_to_string (desc->type));

  g_string_append (text, " [");
  for (guint i = 0; i < desc->rank; i++)
    g_string_append_printf (text, "%s%" G_GINT64_FORMAT, i ? "," : "", desc->shape[i]);
  g_string_append_c (text, ']');
  return g_string_free (text, FALSE);
}

void
nnc_desc_contiguous_strides (const NncTensorDesc *desc, gint64 strides[NNC_MAX_RANK])
{
  gint64 stride = (gint64)nnc_data_type_get_size (desc->type);

  for (guint i = desc->rank; i-- > 0;) {
    strides[i] = stride;
    stride *= MAX (desc->shape[i], 1);
  }
}

gboolean
nnc_strides_are_contiguous (const NncTensorDesc *desc, const gint64 *strides)
{
  gint64 wanted[NNC_MAX_RANK];

  nnc_desc_contiguous_strides (desc, wanted);
  for (guint i = 0; i < desc->rank; i++)
    if (desc->shape[i] != 1 && strides[i] != wanted[i])
      return FALSE;
  return TRUE;
}

gboolean
nnc_tensor_is_contiguous (const NncTensor *tensor)
{
  return nnc_strides_are_contiguous (&tensor->desc, tensor->strides);
}

gboolean
nnc_axis_resolve (gint64 axis, guint rank, guint *resolved, GError **error)
{
  if (axis < -(gint64)rank || axis >= (gint64)rank) {
    g_set_error (error, NNC_ERROR, NNC_ERROR_SHAPE, "axis %" G_GINT64_FORMAT " is outside a tensor of %u dimensions",
                 axis, rank);
    return FALSE;
  }
  *resolved = (guint)(axis < 0 ? axis + rank : axis);
  return TRUE;
}

gboolean
nnc_desc_broadcast (const NncTensorDesc *a, const NncTensorDesc *b, NncTensorDesc *result, GError **error)
{
  guint rank = MAX (a->rank, b->rank);
  gint64 shape[NNC_MAX_RANK];

  for (guint i = 0; i < rank; i++) {
    gint64 m = i + a->rank >= rank ? a->shape[i + a->rank - rank] : 1;
    gint64 n = i + b->rank >= rank ? b->shape[i + b->rank - rank] : 1;

    if (m != n && m != 1 && n != 1) {
      g_autofree char *left = nnc_desc_to_string (a), *right = nnc_desc_to_string (b);
      g_set_error (error, NNC_ERROR, NNC_ERROR_SHAPE,
                   "%s and %s cannot be broadcast: dimension %u is %" G_GINT64_FORMAT " and %" G_GINT64_FORMAT, left,
                   right, i, m, n);
      return FALSE;
    }
    shape[i] = m == 1 ? n : m;
  }
  return nnc_desc_set (result, a->type, rank, shape, error);
}

/**
 * nnc_tensor_get_name:
 * @tensor: a tensor
 *
 * Returns: (transfer none): its name in the model
 */
const char *
nnc_tensor_get_name (const NncTensor *tensor)
{
  return tensor->name;
}

/**
 * nnc_tensor_get_data_type:
 * @tensor: a tensor
 *
 * Returns: the type of its elements
 */
NncDataType
nnc_tensor_get_data_type (const NncTensor *tensor)
{
  return tensor->desc.type;
}

/**
 * nnc_tensor_get_rank:
 * @tensor: a tensor
 *
 * Returns: how many dimensions it has, 0 to %NNC_MAX_RANK
 */
guint
nnc_tensor_get_rank (const NncTensor *tensor)
{
  return tensor->desc.rank;
}

/**
 * nnc_tensor_get_shape:
 * @tensor: a tensor
 * @rank: (out) (optional): how many dimensions it has
 *
 * Returns: (array length=rank) (transfer none): its dimensions, outermost first
 */
const gint64 *
nnc_tensor_get_shape (const NncTensor *tensor, guint *rank)
{
  if (rank)
    *rank = tensor->desc.rank;
  return tensor->desc.shape;
}

/**
 * nnc_tensor_get_n_elements:
 * @tensor: a tensor
 *
 * Returns: the product of its dimensions
 */
gsize
nnc_tensor_get_n_elements (const NncTensor *tensor)
{
  return nnc_desc_n_elements (&tensor->desc);
}

/**
 * nnc_tensor_get_size:
 * @tensor: a tensor
 *
 * Returns: its size in bytes
 */
gsize
nnc_tensor_get_size (const NncTensor *tensor)
{
  return nnc_desc_size (&tensor->desc);
}

/**
 * nnc_tensor_get_data:
 * @tensor: a tensor
 *
 * Returns: (transfer none): its elements, contiguous, the last dimension fastest
 */
gpointer
nnc_tensor_get_data (const NncTensor *tensor)
{
  return tensor->data;
}

/**
 * nnc_tensor_get_quantization:
 * @tensor: a tensor
 * @scale: (out) (optional): real units a step
 * @zero_point: (out) (optional): the stored number that means 0
 *
 * Returns: %TRUE when the tensor is quantized with one scale and zero point
 */
gboolean
nnc_tensor_get_quantization (const NncTensor *tensor, float *scale, gint32 *zero_point)
{
  const NncQuantization *quantization = tensor->quantization;

  if (quantization == NULL || quantization->n != 1)
    return FALSE;
  if (scale)
    *scale = quantization->scale[0];
  if (zero_point)
    *zero_point = quantization->zero_point[0];
  return TRUE;
}
