/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* onnx_tensor.c: TensorProto -> constant. Weights come as raw bytes or packed
 * floats, which are referenced; short tensors often come as varints, which
 * are decoded; those in a file beside the model are referenced there. Sizes are
 * checked against the file before memory is taken. */
#include "onnx_tensor.h"

#include "onnx_external_data.h"

#include <string.h>

/* Fields of TensorProto. */
enum {
  TENSOR_DIMS = 1,
  TENSOR_DATA_TYPE = 2,
  TENSOR_SEGMENT = 3,
  TENSOR_FLOAT_DATA = 4,
  TENSOR_INT32_DATA = 5,
  TENSOR_INT64_DATA = 7,
  TENSOR_NAME = 8,
  TENSOR_RAW_DATA = 9,
  TENSOR_DOUBLE_DATA = 10,
  TENSOR_UINT64_DATA = 11,
  TENSOR_EXTERNAL_DATA = 13,
  TENSOR_DATA_LOCATION = 14,
};

/* Indexed by TensorProto.DataType: our type, and the field that numbers of this type stand in when they are not raw. */
static const struct {
  const char *name;
  NncDataType type;
  guint32 field;
} data_types[] = {
  [0] = { "undefined", NNC_INVALID, 0 },
  [1] = { "float", NNC_F32, TENSOR_FLOAT_DATA },
  [2] = { "uint8", NNC_U8, TENSOR_INT32_DATA },
  [3] = { "int8", NNC_I8, TENSOR_INT32_DATA },
  [4] = { "uint16", NNC_U16, TENSOR_INT32_DATA },
  [5] = { "int16", NNC_I16, TENSOR_INT32_DATA },
  [6] = { "int32", NNC_I32, TENSOR_INT32_DATA },
  [7] = { "int64", NNC_I64, TENSOR_INT64_DATA },
  [8] = { "string", NNC_INVALID, 0 },
  [9] = { "bool", NNC_BOOL, TENSOR_INT32_DATA },
  [10] = { "float16", NNC_F16, TENSOR_INT32_DATA },
  [11] = { "double", NNC_F64, TENSOR_DOUBLE_DATA },
  [12] = { "uint32", NNC_U32, TENSOR_UINT64_DATA },
  [13] = { "uint64", NNC_U64, TENSOR_UINT64_DATA },
  [14] = { "complex64", NNC_INVALID, 0 },
  [15] = { "complex128", NNC_INVALID, 0 },
  [16] = { "bfloat16", NNC_INVALID, 0 },
  [17] = { "float8e4m3fn", NNC_F8E4M3FN, TENSOR_INT32_DATA },
  [18] = { "float8e4m3fnuz", NNC_F8E4M3FNUZ, TENSOR_INT32_DATA },
  [19] = { "float8e5m2", NNC_F8E5M2, TENSOR_INT32_DATA },
  [20] = { "float8e5m2fnuz", NNC_F8E5M2FNUZ, TENSOR_INT32_DATA },
  [21] = { "uint4", NNC_INVALID, 0 },
  [22] = { "int4", NNC_INVALID, 0 },
  [23] = { "float4e2m1", NNC_INVALID, 0 },
  [24] = { "float8e8m0", NNC_INVALID, 0 },
  [25] = { "uint2", NNC_INVALID, 0 },
  [26] = { "int2", NNC_INVALID, 0 },
};

static gboolean
is_known (gint64 number)
{
  return number >= 0 && number < (gint64)G_N_ELEMENTS (data_types);
}

NncDataType
nnc_onnx_data_type (gint64 number)
{
  return is_known (number) ? data_types[number].type : NNC_INVALID;
}

char *
nnc_onnx_data_type_to_string (gint64 number)
{
  return is_known (number) ? g_strdup (data_types[number].name) : g_strdup_printf ("type %" G_GINT64_FORMAT, number);
}

typedef struct {
  GArray *dims; /* gint64 */
  gint64 data_type;
  gboolean has_raw;
  NncCursor raw;
  gint64 location; /* 0: in this message; 1: external */
  NncOnnxExternalData external;
  gboolean is_segment;
} Tensor;

static gboolean
read_fields (NncMessage *message, Tensor *tensor, char **name, GError **error)
{
  NncField field;
  NncMessage entry;

  while (nnc_message_next (message, &field)) {
    switch (field.number) {
    case TENSOR_DIMS:
      nnc_field_append_ints (message, &field, tensor->dims);
      break;
    case TENSOR_DATA_TYPE:
      nnc_field_get_int (message, &field, &tensor->data_type);
      break;
    case TENSOR_SEGMENT:
      tensor->is_segment = TRUE;
      break;
    case TENSOR_NAME:
      nnc_field_get_string (message, &field, name);
      break;
    case TENSOR_RAW_DATA:
      tensor->has_raw = nnc_field_get_bytes (message, &field, &tensor->raw);
      break;
    case TENSOR_EXTERNAL_DATA:
      if (nnc_field_get_message (message, &field, &entry)
          && !nnc_onnx_external_data_read (&tensor->external, &entry, error))
        return FALSE;
      break;
    case TENSOR_DATA_LOCATION:
      nnc_field_get_int (message, &field, &tensor->location);
      break;
    }
  }
  return nnc_message_finish (message, error);
}

static gboolean
describe (const Tensor *tensor, NncTensorDesc *desc, GError **error)
{
  g_autofree char *type = NULL;

  if (tensor->is_segment) {
    g_set_error_literal (error, NNC_ERROR, NNC_ERROR_UNSUPPORTED,
                         "its numbers are split into segments, which is not supported");
    return FALSE;
  }
  if (nnc_onnx_data_type (tensor->data_type) == NNC_INVALID) {
    type = nnc_onnx_data_type_to_string (tensor->data_type);
    g_set_error (error, NNC_ERROR, NNC_ERROR_UNSUPPORTED, "its data type is %s, which is not supported", type);
    return FALSE;
  }
  return nnc_desc_set (desc, nnc_onnx_data_type (tensor->data_type), tensor->dims->len,
                       (const gint64 *)tensor->dims->data, error);
}

/* --- numbers in fields of their type ------------------------------------------ */

/* How many numbers a field holds: one, or as many as are packed into it. */
static gsize
count_numbers (const NncField *field, guint32 number)
{
  gsize n = 0;

  if (field->type != NNC_WIRE_BYTES)
    return 1;
  if (number == TENSOR_FLOAT_DATA)
    return field->bytes.size / 4;
  if (number == TENSOR_DOUBLE_DATA)
    return field->bytes.size / 8;
  for (gsize i = 0; i < field->bytes.size; i++)
    n += field->bytes.data[i] < 0x80;
  return n;
}

/* value: the number, or the bits of a float. */
static void
store (NncDataType type, guint8 *to, guint64 value)
{
  guint32 value32 = (guint32)value;
  guint16 value16 = (guint16)value;

  switch (nnc_data_type_get_size (type)) {
  case 8:
    memcpy (to, &value, 8);
    break;
  case 4:
    memcpy (to, &value32, 4);
    break;
  case 2:
    memcpy (to, &value16, 2);
    break;
  default:
    *to = type == NNC_BOOL ? value != 0 : (guint8)value;
  }
}

/* The next number of a packed field. */
static gboolean
read_packed (NncCursor *packed, guint32 number, guint64 *value)
{
  guint32 bits;

  if (number == TENSOR_DOUBLE_DATA)
    return nnc_cursor_read_u64 (packed, value);
  if (number != TENSOR_FLOAT_DATA)
    return nnc_cursor_read_varint (packed, value);
  if (!nnc_cursor_read_u32 (packed, &bits))
    return FALSE;
  *value = bits;
  return TRUE;
}

/* data: as many numbers as count_numbers() found. */
static gboolean
decode (NncMessage *message, guint32 number, NncDataType type, guint8 *data, GError **error)
{
  gsize size = nnc_data_type_get_size (type);
  NncField field;
  guint64 value;

  while (nnc_message_next (message, &field)) {
    if (field.number != number)
      continue;
    if (field.type != NNC_WIRE_BYTES) {
      store (type, data, field.integer);
      data += size;
      continue;
    }
    while (nnc_cursor_remaining (&field.bytes) > 0) {
      if (!read_packed (&field.bytes, number, &value)) {
        g_set_error_literal (error, NNC_ERROR, NNC_ERROR_FORMAT, "a packed number is cut off or too long");
        return FALSE;
      }
      store (type, data, value);
      data += size;
    }
  }
  return nnc_message_finish (message, error);
}

static guint8 *
allocate (gsize size, GError **error)
{
  guint8 *data = g_try_malloc (MAX (size, 1));

  if (data == NULL)
    g_set_error (error, NNC_ERROR, NNC_ERROR_MEMORY, "no memory for %" G_GSIZE_FORMAT " bytes of numbers", size);
  return data;
}

static NncConstant *
read_typed (NncSource *source, const NncMessage *whole, const NncTensorDesc *desc, guint32 number, GError **error)
{
  gboolean is_fixed = number == TENSOR_FLOAT_DATA || number == TENSOR_DOUBLE_DATA;
  NncMessage message = *whole;
  NncCursor bytes = { 0 };
  NncField field;
  guint chunks = 0;
  gsize n = 0, file_size;
  g_autofree guint8 *data = NULL;

  while (nnc_message_next (&message, &field)) {
    if (field.number == number) {
      n += count_numbers (&field, number);
      bytes = field.bytes;
      chunks++;
    }
  }
  if (is_fixed && chunks == 1 && bytes.size > 0)
    return nnc_constant_new_from_source (source, (gsize)(bytes.data - nnc_source_get_data (source, &file_size)),
                                         bytes.size, desc, error);
  if (n != nnc_desc_n_elements (desc)) {
    g_set_error (error, NNC_ERROR, NNC_ERROR_FORMAT, "%" G_GSIZE_FORMAT " numbers instead of %" G_GSIZE_FORMAT, n,
                 nnc_desc_n_elements (desc));
    return NULL;
  }
  message = *whole;
  data = allocate (nnc_desc_size (desc), error);
  if (data == NULL || !decode (&message, number, desc->type, data, error))
    return NULL;
  return nnc_constant_new_take (g_steal_pointer (&data), desc);
}

/* --- numbers as raw bytes ---------------------------------------------------------- */

/* What is not 0 is 1: kernels rely on it. */
static NncConstant *
read_raw_bools (const NncCursor *raw, const NncTensorDesc *desc, GError **error)
{
  guint8 *data = allocate (raw->size, error);

  if (data == NULL)
    return NULL;
  for (gsize i = 0; i < raw->size; i++)
    data[i] = raw->data[i] != 0;
  return nnc_constant_new_take (data, desc);
}

static NncConstant *
read_raw (NncSource *source, const NncCursor *raw, const NncTensorDesc *desc, GError **error)
{
  gsize file_size;

  if (desc->type == NNC_BOOL && raw->size == nnc_desc_size (desc))
    return read_raw_bools (raw, desc, error);
  return nnc_constant_new_from_source (source, (gsize)(raw->data - nnc_source_get_data (source, &file_size)), raw->size,
                                       desc, error);
}

/* --- numbers in another file --------------------------------------------------------- */

static NncConstant *
read_external (NncSource *source, const Tensor *tensor, const NncTensorDesc *desc, GError **error)
{
  NncCursor bytes;
  NncSource *file;

  if (tensor->location != 1) {
    g_set_error (error, NNC_ERROR, NNC_ERROR_UNSUPPORTED,
                 "data location %" G_GINT64_FORMAT " is not supported, 0 and 1 are", tensor->location);
    return NULL;
  }
  file = nnc_onnx_external_data_find (&tensor->external, source, desc, &bytes, error);
  return file ? read_raw (file, &bytes, desc, error) : NULL;
}

NncConstant *
nnc_onnx_read_tensor (NncSource *source, NncMessage *message, char **name, GError **error)
{
  g_autofree char *own_name = NULL;
  g_autoptr (GArray) dims = g_array_new (FALSE, FALSE, sizeof (gint64));
  Tensor tensor = { .dims = dims };
  const NncMessage whole = *message;
  NncConstant *constant;
  NncTensorDesc desc;

  if (!read_fields (message, &tensor, name ? name : &own_name, error) || !describe (&tensor, &desc, error))
    constant = NULL;
  else if (tensor.location != 0)
    constant = read_external (source, &tensor, &desc, error);
  else if (tensor.has_raw)
    constant = read_raw (source, &tensor.raw, &desc, error);
  else
    constant = read_typed (source, &whole, &desc, data_types[tensor.data_type].field, error);
  nnc_onnx_external_data_clear (&tensor.external);
  return constant;
}
