/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* linear_quantization.h: real = scale * (stored - zero point), where scales and zero points are tensors: one number,
 * one for each index of attribute axis (1), or with block_size one for each block of so many along the axis. */
#pragma once

#include "axes.h"
#include "op.h"
#include "wide.h"

/* What numbers may be stored as. */
#define NNC_TYPES_STORED                                                                                               \
  (NNC_TYPE_BIT (NNC_I8) | NNC_TYPE_BIT (NNC_U8) | NNC_TYPE_BIT (NNC_I16) | NNC_TYPE_BIT (NNC_U16)                     \
   | NNC_TYPE_BIT (NNC_I32))

/* Inputs of QuantizeLinear and DequantizeLinear. */
enum { NNC_LINEAR_X, NNC_LINEAR_SCALE, NNC_LINEAR_ZERO_POINT };

/* Or NULL: there is none. */
static inline const NncTensor *
nnc_linear_zero_point (const NncTensor *const *inputs, guint n_inputs)
{
  return n_inputs > NNC_LINEAR_ZERO_POINT ? inputs[NNC_LINEAR_ZERO_POINT] : NULL;
}

/* Which scale belongs to element [outer][axis][inner]. */
typedef struct {
  NncSplit split;
  gsize block; /* along the axis */
  gsize outer_stride, block_stride, inner_stride; /* in the tensor of scales */
} NncScales;

static inline gsize
nnc_scales_at (const NncScales *scales, gsize outer, gsize axis, gsize inner)
{
  return outer * scales->outer_stride + axis / scales->block * scales->block_stride + inner * scales->inner_stride;
}

/* Checks scales against x, and zero points (or NULL) against scales. */
gboolean nnc_scales_set (NncScales *scales, const NncNode *node, const NncTensorDesc *x, const NncTensor *scale,
                         const NncTensor *zero_point, GError **error);

/* prepare and permute of both; the params of a step are its NncScales. */
gboolean nnc_scales_prepare (NncPreparation *prepare, NncRun run, GError **error);
gboolean nnc_scales_permute (NncGraph *graph, NncNode *node, const guint *permutation, guint rank);

/* Number i of a stored type. */
static inline gint32
nnc_linear_get (gconstpointer data, NncDataType type, gsize i)
{
  switch (type) {
  case NNC_I8:
    return ((const gint8 *)data)[i];
  case NNC_U8:
    return ((const guint8 *)data)[i];
  case NNC_I16:
    return ((const gint16 *)data)[i];
  case NNC_U16:
    return ((const guint16 *)data)[i];
  default:
    return ((const gint32 *)data)[i];
  }
}

/* How many numbers are computed at a time, in an order that the compiler may vectorize. */
#define NNC_LINEAR_BLOCK 16

/* Half to even, of numbers below 2^22. */
static inline gint32
nnc_linear_round (float x)
{
  const float whole = 12582912.0f; /* 1.5 * 2^23: no bits are left for fractions */

  return (gint32)((x + whole) - whole);
}

/* round (x / scale) + zero_point, half to even, within a type of 8 or 16 bits. */
gint32 nnc_linear_quantize (float x, float scale, gint32 zero_point, NncDataType type);
/* The same of n numbers with one scale, to i8 or u8. */
void nnc_linear_quantize_bytes (const float *x, gsize n, float scale, gint32 zero_point, NncDataType type, guint8 *y);
void nnc_linear_set (gpointer data, NncDataType type, gsize i, gint32 value);
