/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* stored_reduction.h: sums, means and products of stored numbers. */
#pragma once

#include "axes.h"
#include "quantization.h"

typedef enum {
  NNC_STORED_REDUCTION_NONE, /* not of stored numbers */
  NNC_STORED_SUM,
  NNC_STORED_MEAN,
  NNC_STORED_PRODUCT,
} NncStoredReductionKind;

typedef struct {
  NncStoredReductionKind kind;
  NncDataType type;
  NncFixedPoint factor; /* from a sum to the result; of products after each step, too */
  gint32 x_zero_point, y_zero_point;
} NncStoredReduction;

/* n: how many numbers go into one. */
gboolean nnc_stored_reduction_set (NncStoredReduction *reduction, NncStoredReductionKind kind, const NncNode *node,
                                   NncDataType type, gsize n, GError **error);
/* Over split's axis. */
void nnc_stored_reduction_run (const NncStoredReduction *reduction, gpointer y, gconstpointer x, const NncSplit *split);
