/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* shape.h: shapes, strides and memory of one value, and the checked
 * arithmetic that every size from outside goes through. */
#pragma once

#include <nncore/error.h>
#include <nncore/tensor.h>

/* Affine quantization: real = scale * (stored - zero_point), per tensor
 * (n == 1) or along an axis. */
typedef struct {
  guint n;
  gint axis;
  float *scale;
  gint32 *zero_point;
} NncQuantization;

/* Type and shape; every dimension known, all at least 0. */
typedef struct {
  NncDataType type;
  guint rank;
  gint64 shape[NNC_MAX_RANK];
} NncTensorDesc;

struct _NncTensor {
  NncTensorDesc desc;
  gint64 strides[NNC_MAX_RANK]; /* bytes; only constants may be other than contiguous */
  void *data; /* NULL while a value is not known yet */
  const char *name;
  const NncQuantization *quantization;
};

/* Checked arithmetic on sizes: FALSE on overflow. */
static inline gboolean
nnc_size_mul (gsize a, gsize b, gsize *product)
{
  return !__builtin_mul_overflow (a, b, product);
}

static inline gboolean
nnc_size_add (gsize a, gsize b, gsize *sum)
{
  return !__builtin_add_overflow (a, b, sum);
}

gboolean nnc_desc_set (NncTensorDesc *desc, NncDataType type, guint rank, const gint64 *shape, GError **error);
gboolean nnc_desc_equal (const NncTensorDesc *a, const NncTensorDesc *b);
/* Elements and bytes; both always fit (nnc_desc_set() has seen to that: at most 2^40 bytes). */
gsize nnc_desc_n_elements (const NncTensorDesc *desc);
gsize nnc_desc_size (const NncTensorDesc *desc);
/* "f32 [1,28,28,1]"; free it. */
char *nnc_desc_to_string (const NncTensorDesc *desc);
void nnc_desc_contiguous_strides (const NncTensorDesc *desc, gint64 strides[NNC_MAX_RANK]);
/* Dimensions of 1 may have any stride. */
gboolean nnc_strides_are_contiguous (const NncTensorDesc *desc, const gint64 *strides);
gboolean nnc_tensor_is_contiguous (const NncTensor *tensor);

/* Counts an axis from the end where it is negative; FALSE with an error when it is outside rank. */
gboolean nnc_axis_resolve (gint64 axis, guint rank, guint *resolved, GError **error);
/* The shape that NumPy's broadcasting rule gives. */
gboolean nnc_desc_broadcast (const NncTensorDesc *a, const NncTensorDesc *b, NncTensorDesc *result, GError **error);
