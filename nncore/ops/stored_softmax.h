/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* stored_softmax.h: softmax of stored numbers, in integers. */
#pragma once

#include "interpolated_table.h"
#include "quantization.h"

typedef struct {
  NncDataType type;
  NncFixedPoint factor; /* from a difference of stored numbers to Q5.26; of i16: to -65,535 for -10 */
  gint32 smallest; /* differences below this add nothing */
  NncFixedPoint reverse; /* of a logarithm: from Q5.26 to stored numbers */
  NncInterpolatedTable exponentials, reciprocals; /* of i16: e^x from -10 to 0, 1 / (1 + x) from 0 to 1 */
} NncStoredSoftmax;

/* beta: what x is multiplied by. */
gboolean nnc_stored_softmax_set (NncStoredSoftmax *softmax, const NncNode *node, NncDataType type, float beta,
                                 GError **error);
/* Its logarithm, of i8: y is stored on the scale 1 / 16, 0 as 127. */
gboolean nnc_stored_log_softmax_set (NncStoredSoftmax *softmax, const NncNode *node, NncDataType type, GError **error);
void nnc_stored_log_softmax_run (const NncStoredSoftmax *softmax, gint8 *y, const gint8 *x, gsize rows, gsize columns);
void nnc_stored_softmax_run (const NncStoredSoftmax *softmax, gpointer y, gconstpointer x, gsize rows, gsize columns);
