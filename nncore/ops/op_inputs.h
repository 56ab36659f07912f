/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* op_inputs.h: what most ops check or read of their inputs and attributes. */
#pragma once

#include "op.h"

/* The type that input i must have; absent inputs pass. */
gboolean nnc_input_check_type (const NncTensor *const *inputs, guint i, NncDataType type, GError **error);
/* Input i must be [size]; absent inputs pass. */
gboolean nnc_input_check_vector (const NncTensor *const *inputs, guint i, gint64 size, GError **error);
/* The numbers of an i32 or i64 tensor of rank 0 or 1 with known data, at most max of them. what: for the error. */
gboolean nnc_input_get_ints (const NncTensor *tensor, const char *what, gint64 *values, guint max, guint *n,
                             GError **error);

/* A list attribute of exactly n numbers in [minimum, maximum]; each is otherwise when the attribute is absent. */
gboolean nnc_node_get_n_ints (const NncNode *node, const char *name, guint n, gint64 otherwise, gint64 minimum,
                              gint64 maximum, gint64 *values, GError **error);
/* Attribute axis, counted from the end where negative. */
gboolean nnc_node_get_axis (const NncNode *node, gint64 otherwise, guint rank, guint *axis, GError **error);
/* What a fused Relu or Clip clamps to; infinities when there is none. */
void nnc_node_get_clamp (const NncNode *node, float *minimum, float *maximum);

/* Output 0 is described like input 0. */
gboolean nnc_infer_same (NncInference *inference, GError **error);
/* The same, and input 0 must be f32. */
gboolean nnc_infer_same_f32 (NncInference *inference, GError **error);
/* Input i is there and its numbers are not known: then output 0's shape is not known either. */
gboolean nnc_infer_waits_for (NncInference *inference, guint i);

/* Number i of an i32 or i64 tensor as a place on an axis of `size`, counted from the end where negative. FALSE with
 * NNC_ERROR_DATA when it lies outside. */
gboolean nnc_input_get_index (const NncTensor *tensor, gsize i, gint64 size, gint64 *index, GError **error);
/* Input i must be i32 or i64. */
gboolean nnc_input_check_indices (const NncTensor *const *inputs, guint i, GError **error);
