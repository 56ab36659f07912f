/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* axes.h: axes of a tensor: lists of them, the sizes around one, and what a
 * permutation of the data does to them. */
#pragma once

#include "op.h"

/* x as [outer][axis][inner]. */
typedef struct {
  gsize outer, axis, inner;
} NncSplit;

NncSplit nnc_desc_split (const NncTensorDesc *desc, guint axis);

/* Marks the axes that a list names; each at most once. Absent or empty: none. */
gboolean nnc_axes_read (const NncTensor *axes, guint rank, gboolean marks[NNC_MAX_RANK], GError **error);

/* For permute(): attribute axis follows the data. */
gboolean nnc_permute_axis (NncNode *node, gint64 otherwise, const guint *permutation, guint rank);
/* For permute(): the list of axes in `input` follows the data. Where it is absent, a new one names the first n_implied
 * axes. FALSE when it is not a constant. */
gboolean nnc_permute_axes_input (NncGraph *graph, NncNode *node, guint input, guint n_implied, const guint *permutation,
                                 guint rank);
