/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* stored_mean.h: means of stored numbers. */
#pragma once

#include "axes.h"
#include "quantization.h"

typedef struct {
  NncDataType type;
  NncFixedPoint factor; /* from a sum to the mean */
  gint32 x_zero_point, y_zero_point;
} NncStoredMean;

/* n: how many numbers go into one. */
gboolean nnc_stored_mean_set (NncStoredMean *mean, const NncNode *node, NncDataType type, gsize n, GError **error);
/* Over split's axis. */
void nnc_stored_mean_run (const NncStoredMean *mean, gpointer y, gconstpointer x, const NncSplit *split);
