/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* interpolated_table.c: see interpolated_table.h. */
#include "interpolated_table.h"

#include <math.h>

#define INTERVAL_BITS 7

/* What overflowed is as large as can be. */
static gint16
clamp_16 (float x)
{
  return x < (float)G_MAXINT16 ? (gint16)MAX (x, (float)G_MININT16) : G_MAXINT16;
}

typedef struct {
  float (*function) (float x);
  float factor; /* from y to stored */
  float largest; /* y, where the function has none */
} Curve;

static float
curve_at (const Curve *curve, float x)
{
  float y = curve->function (x);

  return (isfinite (y) ? y : curve->largest) * curve->factor;
}

/* A value is moved by half of what the line from it is off in the middle. */
void
nnc_interpolated_table_fill (NncInterpolatedTable *table, float (*function) (float x), NncScale x, NncScale y)
{
  const float first = x.scale * (float)(G_MININT16 - x.zero_point), last = x.scale * (float)(G_MAXINT16 - x.zero_point);
  const float y_first = y.scale * (float)(G_MININT16 - y.zero_point),
              y_last = y.scale * (float)(G_MAXINT16 - y.zero_point);
  const float step = (last - first) / NNC_INTERPOLATED_INTERVALS, half = step / 2;
  const Curve curve = { function, 65536 / (y_last - y_first), y_last };

  for (int i = 0; i < NNC_INTERPOLATED_INTERVALS; i++) {
    float value = roundf (curve_at (&curve, first + (float)i * step));
    float next = curve_at (&curve, first + (float)(i + 1) * step);
    float middle = roundf (curve_at (&curve, first + (float)i * step + half));
    float error = roundf ((next + value) / 2) - middle;

    table->values[i] = clamp_16 (value - roundf (error / 2));
  }
  table->values[NNC_INTERPOLATED_INTERVALS] = clamp_16 (roundf (curve_at (&curve, last)));
}

gint32
nnc_interpolated_table_get (const NncInterpolatedTable *table, gint32 x)
{
  const gint32 size = 1 << INTERVAL_BITS;
  const gint16 *at = &table->values[(x - G_MININT16) >> INTERVAL_BITS];
  gint32 slope = (gint16)(at[1] - at[0]);

  return (gint16)(at[0] + ((slope * (x & (size - 1)) + size / 2) >> INTERVAL_BITS));
}
