/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* wide.h: arithmetic is written for f32, f64, i64 and u64. Numbers of the other types are widened to the one of these
 * that holds them (f16 to f32, a bool to u64), computed, and narrowed again: integers wrap around as in their own type.
 */
#pragma once

#include "convert.h"
#include "op.h"

/* Sets of types, for what an op supports. */
#define NNC_TYPE_BIT(type) (1u << (type))
#define NNC_TYPES_FLOAT (NNC_TYPE_BIT (NNC_F32) | NNC_TYPE_BIT (NNC_F16) | NNC_TYPE_BIT (NNC_F64))
#define NNC_TYPES_SIGNED                                                                                               \
  (NNC_TYPE_BIT (NNC_I8) | NNC_TYPE_BIT (NNC_I16) | NNC_TYPE_BIT (NNC_I32) | NNC_TYPE_BIT (NNC_I64))
#define NNC_TYPES_UNSIGNED                                                                                             \
  (NNC_TYPE_BIT (NNC_U8) | NNC_TYPE_BIT (NNC_U16) | NNC_TYPE_BIT (NNC_U32) | NNC_TYPE_BIT (NNC_U64))
#define NNC_TYPES_INTEGER (NNC_TYPES_SIGNED | NNC_TYPES_UNSIGNED)
#define NNC_TYPES_NUMBER (NNC_TYPES_FLOAT | NNC_TYPES_INTEGER)
#define NNC_TYPES_ALL (NNC_TYPES_NUMBER | NNC_TYPE_BIT (NNC_BOOL))

/* FALSE with an error: input i's type is not in the set; absent inputs pass. */
gboolean nnc_input_check_types (const NncTensor *const *inputs, guint i, guint types, GError **error);

/* f32, f64, i64 or u64. */
NncDataType nnc_wide_type (NncDataType type);

/* --- whole tensors, where an op needs to see them at once ------------------------ */

/* Bytes of scratch for a widened copy, a multiple of 64; 0: its type is wide. */
gsize nnc_wide_scratch_size (const NncTensorDesc *desc);
/* The numbers in their wide type: the tensor's own memory, or the scratch. */
gconstpointer nnc_wide_read (const NncTensor *tensor, gpointer scratch);
/* Where to compute them; nnc_wide_finish() then narrows what was put into the scratch. */
gpointer nnc_wide_output (const NncTensor *tensor, gpointer scratch);
void nnc_wide_finish (const NncTensor *tensor, gconstpointer scratch);

/* --- number by number ---------------------------------------------------------- */

#define NNC_WIDE_PIECE 256 /* numbers that are widened at a time */

typedef void (*NncWideMap) (gpointer y, gconstpointer x, gsize n, gconstpointer user_data);

/* y = map (x), where map reads x_wide and writes y_wide. y may be x. */
void nnc_wide_map (NncWideMap map, gconstpointer user_data, NncDataType y_wide, const NncTensor *y, NncDataType x_wide,
                   const NncTensor *x);
