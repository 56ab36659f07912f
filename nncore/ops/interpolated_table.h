/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* interpolated_table.h: functions of numbers of 16 bits, by a value every 128 numbers and a line between two: the
 * arithmetic that TFLite's reference kernels are defined by. */
#pragma once

#include "scale.h"

#include <glib.h>

#define NNC_INTERPOLATED_INTERVALS 512

typedef struct {
  gint16 values[NNC_INTERPOLATED_INTERVALS + 1];
} NncInterpolatedTable;

/* y = function (x), both stored on their scales; the largest y where that is no finite number. */
void nnc_interpolated_table_fill (NncInterpolatedTable *table, float (*function) (float x), NncScale x, NncScale y);
gint32 nnc_interpolated_table_get (const NncInterpolatedTable *table, gint32 x);
