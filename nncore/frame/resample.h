/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* resample.h: rows of bytes to a row of a tensor's height and width. */
#pragma once

#include "axis.h"

/* y[i] = weighted sum over the tap's rows of x[row * stride + i], i < n.
 * x: row 0; stride may be negative. sums: scratch of n. */
void nnc_resample_rows (float *y, guint16 *sums, const guint8 *x, gssize stride, const NncTap *tap, gint n);

/* y[i] = weighted sum over the samples k of tap i of x[base + k * step]. */
void nnc_resample_columns (float *y, const float *x, gssize base, gint step, const NncAxis *axis);
