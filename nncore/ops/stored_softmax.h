/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* stored_softmax.h: softmax of stored numbers of 8 bits, in integers. */
#pragma once

#include "quantization.h"

typedef struct {
  NncDataType type;
  NncFixedPoint factor; /* from a difference of stored numbers to Q5.26 */
  gint32 smallest; /* differences below this add nothing */
} NncStoredSoftmax;

/* beta: what x is multiplied by. */
gboolean nnc_stored_softmax_set (NncStoredSoftmax *softmax, const NncNode *node, NncDataType type, float beta,
                                 GError **error);
void nnc_stored_softmax_run (const NncStoredSoftmax *softmax, gpointer y, gconstpointer x, gsize rows, gsize columns);
