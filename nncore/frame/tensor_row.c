/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tensor_row.c: colour, normalization and layout: floats go straight into the tensor, bytes by way of a row of floats
 * that lie as the bytes will. */
#include "tensor_row.h"

static gint
n_channels (const NncTensorSpec *spec)
{
  return spec->order == NNC_ORDER_GRAY ? 1 : 3;
}

/* (value - mean) / std of a value that is clamped to 0..255. */
static void
set_channel (NncMix *mix, gint c, const NncColorTransform *color, double mean, double std)
{
  float black = (float)(-mean / std), white = (float)((255 - mean) / std);
  for (gint k = 0; k < 3; k++)
    mix->matrix[c][k] = (float)((double)color->matrix[c][k] / std);
  mix->offset[c] = (float)(((double)color->offset[c] - mean) / std);
  mix->minimum[c] = MIN (black, white);
  mix->maximum[c] = MAX (black, white);
}

gboolean
nnc_tensor_row_init (NncTensorRow *row, const NncTensorSpec *spec, const NncColorTransform *color,
                     const NncPreprocess *how)
{
  row->spec = *spec;
  row->kernel = nnc_kernel_find (NNC_SLOT_mix_f32)->mix;
  row->mix.channels = n_channels (spec);
  for (gint c = 0; c < row->mix.channels; c++)
    set_channel (&row->mix, c, color, (double)how->mean[c], (double)how->std[c]);
  if (spec->type == NNC_F32)
    return TRUE;
  row->floats = g_try_new (float, (gsize)spec->width *(gsize)row->mix.channels);
  return row->floats != NULL;
}

void
nnc_tensor_row_clear (NncTensorRow *row)
{
  g_clear_pointer (&row->floats, g_free);
}

static void
round_to_bytes (guint8 *restrict y, const float *restrict x, gint n)
{
  for (gint i = 0; i < n; i++)
    y[i] = (guint8)(gint)(x[i] + .5f);
}

/* The element of channel c where row y begins. */
static gsize
row_begin (const NncTensorSpec *spec, gint c, gint y)
{
  gsize width = (gsize)spec->width, channels = (gsize)n_channels (spec);
  if (spec->layout == NNC_LAYOUT_NHWC)
    return (gsize)y * width * channels + (gsize)c;
  return ((gsize)c * (gsize)spec->height + (gsize)y) * width;
}

static gboolean
side_by_side (const NncTensorSpec *spec)
{
  return spec->layout == NNC_LAYOUT_NHWC && n_channels (spec) == 3;
}

static void
write_floats (const NncTensorRow *row, const float *const components[3], float *tensor, gint y)
{
  float *channels[3] = { NULL };
  for (gint c = 0; c < row->mix.channels; c++)
    channels[c] = tensor + row_begin (&row->spec, c, y);
  row->kernel (channels, side_by_side (&row->spec) ? 3 : 1, components, &row->mix, (gsize)row->spec.width);
}

static void
write_bytes (const NncTensorRow *row, const float *const components[3], guint8 *tensor, gint y)
{
  gint n = row->spec.width, channels = row->mix.channels, step = side_by_side (&row->spec) ? 3 : 1;
  float *to[3] = { NULL };
  for (gint c = 0; c < channels; c++)
    to[c] = row->floats + (step == 3 ? c : c * n);
  row->kernel (to, step, components, &row->mix, (gsize)n);
  if (step == 3)
    round_to_bytes (tensor + row_begin (&row->spec, 0, y), row->floats, 3 * n);
  else
    for (gint c = 0; c < channels; c++)
      round_to_bytes (tensor + row_begin (&row->spec, c, y), to[c], n);
}

void
nnc_tensor_row_write (const NncTensorRow *row, const float *const components[3], gpointer tensor, gint y)
{
  if (row->spec.type == NNC_F32)
    write_floats (row, components, tensor, y);
  else
    write_bytes (row, components, tensor, y);
}
