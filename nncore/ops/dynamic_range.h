/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* dynamic_range.h: numbers as TFLite's hybrid layers store them, in 8 bits on a scale found from the numbers
 * themselves. */
#pragma once

#include "kernel.h"

#include <glib.h>

typedef struct {
  NncLimitsF32 limits;
  NncQuantizeF32 quantize;
  gboolean asymmetric; /* zero points are not 0 */
} NncDynamicQuantizer;

/* real = scale * (stored - zero point) */
typedef struct {
  float scale;
  gint32 zero_point;
} NncDynamicRange;

NncDynamicQuantizer nnc_dynamic_quantizer (gboolean asymmetric);
/* y[i] = 128 + x[i] as it is stored: round (x / scale + zero point). */
NncDynamicRange nnc_dynamic_quantize (const NncDynamicQuantizer *quantizer, guint8 *y, const float *x, gsize n);
/* y = scale * (stored - zero point); y may be x. */
void nnc_dynamic_fake_quantize (const NncDynamicQuantizer *quantizer, float *y, const float *x, gsize n);
