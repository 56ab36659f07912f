/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* unscaled.c: gray by a table, R, G and B in another order by libyuv, which only moves bytes here and so is exact.
 * Its names are of words and not of memory: ARGB lies as B, G, R, A; RGB24 as B, G, R; RAW as R, G, B. */
#include "unscaled.h"

#include <libyuv.h>

static void
gray_to_floats (const NncUnscaled *self, const guint8 *pixels, gint stride, gpointer tensor)
{
  float *restrict y = tensor;
  for (gint row = 0; row < self->height; row++, y += self->width)
    for (gint i = 0; i < self->width; i++)
      y[i] = self->values[pixels[(gssize)row * stride + i]];
}

static void
gray_to_bytes (const NncUnscaled *self, const guint8 *pixels, gint stride, gpointer tensor)
{
  CopyPlane (pixels, stride, tensor, self->width, self->width, self->height);
}

static void
three_as_they_lie (const NncUnscaled *self, const guint8 *pixels, gint stride, gpointer tensor)
{
  CopyPlane (pixels, stride, tensor, 3 * self->width, 3 * self->width, self->height);
}

static void
three_reversed (const NncUnscaled *self, const guint8 *pixels, gint stride, gpointer tensor)
{
  RAWToRGB24 (pixels, stride, tensor, 3 * self->width, self->width, self->height);
}

static void
four_as_they_lie (const NncUnscaled *self, const guint8 *pixels, gint stride, gpointer tensor)
{
  ARGBToRGB24 (pixels, stride, tensor, 3 * self->width, self->width, self->height);
}

static void
four_reversed (const NncUnscaled *self, const guint8 *pixels, gint stride, gpointer tensor)
{
  ARGBToRAW (pixels, stride, tensor, 3 * self->width, self->width, self->height);
}

/* Channels in memory are the tensor's from the first on, or from the last. */
typedef enum { AS_THEY_LIE, REVERSED, ELSEWHERE } Order;

static Order
order_of (const NncPixelLayout *layout, NncColorOrder order)
{
  gint red = layout->components[0].offset;
  if (red != (order == NNC_ORDER_RGB ? 0 : 2))
    return red == (order == NNC_ORDER_RGB ? 2 : 0) ? REVERSED : ELSEWHERE;
  return AS_THEY_LIE;
}

static void
set_color (NncUnscaled *self, const NncPixelLayout *layout, const NncTensorSpec *out)
{
  gboolean three = layout->components[0].step == 3;
  Order order = order_of (layout, out->order);
  if (out->type != NNC_U8 || out->layout != NNC_LAYOUT_NHWC || out->order == NNC_ORDER_GRAY
      || layout->components[1].offset != 1 || order == ELSEWHERE)
    return;
  if (order == AS_THEY_LIE)
    self->run = three ? three_as_they_lie : four_as_they_lie;
  else
    self->run = three ? three_reversed : four_reversed;
}

static void
set_gray (NncUnscaled *self, const NncPictureFormat *in, const NncTensorSpec *out, const NncPreprocess *how)
{
  if (out->order != NNC_ORDER_GRAY || !in->full_range || nnc_pixel_layout (in->format)->components[0].step != 1)
    return;
  for (gint i = 0; i < 256; i++)
    self->values[i] = ((float)i - how->mean[0]) / how->std[0];
  self->run = out->type == NNC_F32 ? gray_to_floats : gray_to_bytes;
}

void
nnc_unscaled_init (NncUnscaled *self, const NncPictureFormat *in, const NncTensorSpec *out, const NncPreprocess *how)
{
  self->width = out->width;
  self->height = out->height;
  if (nnc_pixel_layout (in->format)->is_rgb)
    set_color (self, nnc_pixel_layout (in->format), out);
  else
    set_gray (self, in, out, how);
}
