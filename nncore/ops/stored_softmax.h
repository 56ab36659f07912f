/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* stored_softmax.h: softmax of stored numbers, in integers. */
#pragma once

#include "interpolated_table.h"
#include "quantization.h"

typedef struct {
  NncDataType type;
  NncFixedPoint factor; /* from a difference of stored numbers to Q5.26; of i16: to -65,535 for -10 */
  gint32 smallest; /* differences below this add nothing */
  NncInterpolatedTable exponentials, reciprocals; /* of i16: e^x from -10 to 0, 1 / (1 + x) from 0 to 1 */
} NncStoredSoftmax;

/* beta: what x is multiplied by. */
gboolean nnc_stored_softmax_set (NncStoredSoftmax *softmax, const NncNode *node, NncDataType type, float beta,
                                 GError **error);
void nnc_stored_softmax_run (const NncStoredSoftmax *softmax, gpointer y, gconstpointer x, gsize rows, gsize columns);
