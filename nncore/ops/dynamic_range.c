/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* dynamic_range.c: see dynamic_range.h. */
#include "dynamic_range.h"

#include <math.h>

#define CHUNK 1024 /* numbers that are bytes for a while */

typedef struct {
  NncByteScale bytes;
  float scale;
} Range;

NncDynamicQuantizer
nnc_dynamic_quantizer (gboolean asymmetric)
{
  return (NncDynamicQuantizer){ nnc_kernel_find (NNC_SLOT_limits_f32)->limits,
                                nnc_kernel_find (NNC_SLOT_quantize_f32)->quantize, asymmetric };
}

static Range
symmetric_range (float minimum, float maximum)
{
  float largest = MAX (-minimum, maximum);

  return (Range){ { 127 / largest, 0, -127, 127 }, largest / 127 };
}

/* The zero point comes from the end of the range where less is lost by it. */
static Range
asymmetric_range (float minimum, float maximum)
{
  double low = (double)minimum, high = (double)maximum, scale = (high - low) / 255;
  double from_low = -128 - low / scale, from_high = 127 - high / scale;
  double zero = 128 + fabs (low / scale) < 127 + fabs (high / scale) ? from_low : from_high;
  double zero_point = !(zero > -128) ? -128 : zero >= 127 ? 127 : round (zero); /* NaN: x is infinite */

  return (Range){ { 1 / (float)scale, (float)zero_point, -128, 127 }, (float)scale };
}

static Range
find_range (const NncDynamicQuantizer *quantizer, const float *x, gsize n)
{
  float limits[2];

  quantizer->limits (limits, x, n);
  if (limits[0] == limits[1])
    return (Range){ { 0, 0, 0, 0 }, 1 };
  return quantizer->asymmetric ? asymmetric_range (limits[0], limits[1]) : symmetric_range (limits[0], limits[1]);
}

NncDynamicRange
nnc_dynamic_quantize (const NncDynamicQuantizer *quantizer, guint8 *y, const float *x, gsize n)
{
  Range range = find_range (quantizer, x, n);

  quantizer->quantize (y, x, n, &range.bytes);
  return (NncDynamicRange){ range.scale, (gint32)range.bytes.zero_point };
}

void
nnc_dynamic_fake_quantize (const NncDynamicQuantizer *quantizer, float *y, const float *x, gsize n)
{
  Range range = find_range (quantizer, x, n);
  gint32 zero = 128 + (gint32)range.bytes.zero_point;
  guint8 bytes[CHUNK];

  for (gsize i = 0; i < n; i += CHUNK) {
    gsize end = MIN (n - i, CHUNK);

    quantizer->quantize (bytes, x + i, end, &range.bytes);
    for (gsize j = 0; j < end; j++)
      y[i + j] = (float)(bytes[j] - zero) * range.scale;
  }
}
