/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tensor.h: what goes into a network and comes out of it. */
#pragma once

#include <glib-object.h>
#include <nncore/api.h>

G_BEGIN_DECLS

/**
 * NNC_MAX_RANK:
 *
 * The most dimensions a tensor can have.
 */
#define NNC_MAX_RANK 8

/**
 * NncDataType:
 * @NNC_INVALID: no type
 * @NNC_F32: IEEE 754 binary32
 * @NNC_F16: IEEE 754 binary16
 * @NNC_F64: IEEE 754 binary64
 * @NNC_I8: signed, 8 bit
 * @NNC_U8: unsigned, 8 bit
 * @NNC_I16: signed, 16 bit
 * @NNC_U16: unsigned, 16 bit
 * @NNC_I32: signed, 32 bit
 * @NNC_U32: unsigned, 32 bit
 * @NNC_I64: signed, 64 bit
 * @NNC_U64: unsigned, 64 bit
 * @NNC_BOOL: one byte, 0 or 1
 * @NNC_F8E4M3FN: 4 bits of exponent, 3 of fraction; no infinity
 * @NNC_F8E4M3FNUZ: the same, without a negative 0
 * @NNC_F8E5M2: 5 bits of exponent, 2 of fraction
 * @NNC_F8E5M2FNUZ: the same, without infinity and a negative 0
 *
 * The type of a tensor's elements.
 */
typedef enum {
  NNC_INVALID,
  NNC_F32,
  NNC_F16,
  NNC_F64,
  NNC_I8,
  NNC_U8,
  NNC_I16,
  NNC_U16,
  NNC_I32,
  NNC_U32,
  NNC_I64,
  NNC_U64,
  NNC_BOOL,
  NNC_F8E4M3FN,
  NNC_F8E4M3FNUZ,
  NNC_F8E5M2,
  NNC_F8E5M2FNUZ,
} NncDataType;

NNC_API const char *nnc_data_type_to_string (NncDataType type);
NNC_API gsize nnc_data_type_get_size (NncDataType type);

/**
 * NncTensor:
 *
 * A typed, shaped view of memory. Tensors belong to their session; they are
 * valid until the session is reshaped or freed.
 */
typedef struct _NncTensor NncTensor;

NNC_API const char *nnc_tensor_get_name (const NncTensor *tensor);
NNC_API NncDataType nnc_tensor_get_data_type (const NncTensor *tensor);
NNC_API guint nnc_tensor_get_rank (const NncTensor *tensor);
NNC_API const gint64 *nnc_tensor_get_shape (const NncTensor *tensor, guint *rank);
NNC_API gsize nnc_tensor_get_n_elements (const NncTensor *tensor);
NNC_API gsize nnc_tensor_get_size (const NncTensor *tensor);
NNC_API gpointer nnc_tensor_get_data (const NncTensor *tensor);
NNC_API gboolean nnc_tensor_get_quantization (const NncTensor *tensor, float *scale, gint32 *zero_point);

G_END_DECLS
