/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* stored_binary.h: sums, differences and products of stored numbers. */
#pragma once

#include "quantization.h"

typedef enum { NNC_STORED_ADD, NNC_STORED_SUBTRACT, NNC_STORED_MULTIPLY } NncStoredOperation;

/* y = clamp (y_zero_point + factor * (a' op b')); of sums a' = a_factor * ((a - a_zero_point) << shift), b' likewise,
 * of products a' = a - a_zero_point. */
typedef struct {
  NncStoredOperation operation;
  NncDataType type;
  int shift;
  NncFixedPoint a_factor, b_factor, factor;
  gint32 a_zero_point, b_zero_point, y_zero_point, minimum, maximum;
} NncStoredBinary;

gboolean nnc_stored_binary_set (NncStoredBinary *binary, const NncNode *node, NncStoredOperation operation,
                                NncDataType type, GError **error);
void nnc_stored_binary_run (const NncStoredBinary *binary, gpointer y, gconstpointer a, gconstpointer b,
                            const NncBroadcast *shape);
