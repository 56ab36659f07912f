/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* color.c: the matrices of ITU-R BT.601, BT.709 and BT.2020, and ranges. */
#include "color.h"

/* Shares of red and blue in luma; green has the rest. */
static const struct {
  double red, blue;
} luma_weights[] = {
  [NNC_MATRIX_BT601] = { .299, .114 },
  [NNC_MATRIX_BT709] = { .2126, .0722 },
  [NNC_MATRIX_BT2020] = { .2627, .0593 },
};

/* One channel of R, G, B from Y', Cb, Cr, whose share of Cb and Cr is given. */
static void
set_row (NncColorTransform *t, gint channel, gboolean full_range, double cb, double cr)
{
  double luma = full_range ? 1 : 255. / 219, chroma = full_range ? 1 : 255. / 224;
  t->matrix[channel][0] = (float)luma;
  t->matrix[channel][1] = (float)(chroma * cb);
  t->matrix[channel][2] = (float)(chroma * cr);
  t->offset[channel] = (float)(-(full_range ? 0 : 16 * luma) - 128 * chroma * (cb + cr));
}

static void
from_luma (NncColorTransform *t, const NncPictureFormat *in)
{
  for (gint channel = 0; channel < 3; channel++)
    set_row (t, channel, in->full_range, 0, 0);
}

static void
from_yuv (NncColorTransform *t, const NncPictureFormat *in, NncColorOrder order)
{
  gint red = order == NNC_ORDER_RGB ? 0 : 2;
  double kr = luma_weights[in->matrix].red, kb = luma_weights[in->matrix].blue, kg = 1 - kr - kb;
  set_row (t, red, in->full_range, 0, 2 * (1 - kr));
  set_row (t, 1, in->full_range, -2 * kb * (1 - kb) / kg, -2 * kr * (1 - kr) / kg);
  set_row (t, 2 - red, in->full_range, 2 * (1 - kb), 0);
}

static void
from_rgb (NncColorTransform *t, NncColorOrder order)
{
  gint red = order == NNC_ORDER_BGR ? 2 : 0;
  double kr = luma_weights[NNC_MATRIX_BT601].red, kb = luma_weights[NNC_MATRIX_BT601].blue;
  if (order == NNC_ORDER_GRAY) {
    t->matrix[0][0] = (float)kr, t->matrix[0][1] = (float)(1 - kr - kb), t->matrix[0][2] = (float)kb;
    return;
  }
  t->matrix[red][0] = t->matrix[1][1] = t->matrix[2 - red][2] = 1;
}

void
nnc_color_transform_init (NncColorTransform *transform, const NncPictureFormat *in, NncColorOrder order)
{
  const NncPixelLayout *layout = nnc_pixel_layout (in->format);
  *transform = (NncColorTransform){ .offset = { 0 } };
  if (layout->is_rgb)
    from_rgb (transform, order);
  else if (order == NNC_ORDER_GRAY || layout->n_components == 1)
    from_luma (transform, in);
  else
    from_yuv (transform, in, order);
}
