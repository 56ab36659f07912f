/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tensor_row.c: colour, normalization and layout, (value - mean) / std. The
 * division is kept: byte values then become the very floats of the formula. */
#include "tensor_row.h"

#include <string.h>

static float
clamp_byte (float value)
{
  float above = value > 0 ? value : 0;
  return above < 255 ? above : 255;
}

static void
mix_one (float *restrict y, const float *restrict a, const float *matrix, float offset, gint n)
{
  float m = matrix[0];
  for (gint i = 0; i < n; i++)
    y[i] = clamp_byte (m * a[i] + offset);
}

static void
mix_three (float *restrict y, const float *const *components, const float *matrix, float offset, gint n)
{
  const float *restrict a = components[0], *restrict b = components[1], *restrict c = components[2];
  float m0 = matrix[0], m1 = matrix[1], m2 = matrix[2];
  for (gint i = 0; i < n; i++)
    y[i] = clamp_byte (m0 * a[i] + m1 * b[i] + m2 * c[i] + offset);
}

static void
store_floats (float *restrict y, gint step, const float *restrict x, float mean, float std, gint n)
{
  for (gint i = 0; i < n; i++)
    y[(gsize)i * step] = (x[i] - mean) / std;
}

static void
store_bytes (guint8 *restrict y, gint step, const float *restrict x, gint n)
{
  for (gint i = 0; i < n; i++)
    y[(gsize)i * step] = (guint8)(x[i] + .5f);
}

/* The element of channel c where row y begins; *step: elements from pixel to pixel. */
static gsize
row_begin (const NncTensorSpec *spec, gint c, gint y, gint *step)
{
  gsize width = (gsize)spec->width, channels = spec->order == NNC_ORDER_GRAY ? 1 : 3;
  if (spec->layout == NNC_LAYOUT_NHWC) {
    *step = (gint)channels;
    return (gsize)y * width * channels + (gsize)c;
  }
  *step = 1;
  return ((gsize)c * (gsize)spec->height + (gsize)y) * width;
}

void
nnc_tensor_row_write (const NncTensorRow *row, const float *const *components, gint n_components, float *channel,
                      gpointer tensor, gint y)
{
  gint n = row->spec.width, step;
  for (gint c = 0; c < (row->spec.order == NNC_ORDER_GRAY ? 1 : 3); c++) {
    gsize begin = row_begin (&row->spec, c, y, &step);
    if (n_components == 1)
      mix_one (channel, components[0], row->color.matrix[c], row->color.offset[c], n);
    else
      mix_three (channel, components, row->color.matrix[c], row->color.offset[c], n);
    if (row->spec.type == NNC_F32)
      store_floats ((float *)tensor + begin, step, channel, row->mean[c], row->std[c], n);
    else
      store_bytes ((guint8 *)tensor + begin, step, channel, n);
  }
}

void
nnc_tensor_row_write_bytes (const NncTensorRow *row, const guint8 *bytes, gpointer tensor, gint y)
{
  gsize n = (gsize)row->spec.width;
  float *restrict floats = (float *)tensor + (gsize)y * n;
  float mean = row->mean[0], std = row->std[0];
  if (row->spec.type == NNC_U8) {
    memcpy ((guint8 *)tensor + (gsize)y * n, bytes, n);
    return;
  }
  for (gsize i = 0; i < n; i++)
    floats[i] = ((float)bytes[i] - mean) / std;
}
