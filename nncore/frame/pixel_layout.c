/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* pixel_layout.c: the table of pixel formats; a further format is one line. */
#include "pixel_layout.h"

#define PACKED_RGB(name, step, r, g, b)                                                                                \
  {                                                                                                                    \
    name, TRUE, 1, 3,                                                                                                  \
    {                                                                                                                  \
      { 0, r, step, 0, 0 }, { 0, g, step, 0, 0 },                                                                      \
      {                                                                                                                \
        0, b, step, 0, 0                                                                                               \
      }                                                                                                                \
    }                                                                                                                  \
  }
#define PACKED_422(name, y, cb, cr)                                                                                    \
  {                                                                                                                    \
    name, FALSE, 1, 3,                                                                                                 \
    {                                                                                                                  \
      { 0, y, 2, 0, 0 }, { 0, cb, 4, 1, 0 },                                                                           \
      {                                                                                                                \
        0, cr, 4, 1, 0                                                                                                 \
      }                                                                                                                \
    }                                                                                                                  \
  }
/* In planes of their own, or with Cb and Cr in one; the shifts are of chroma. */
#define PLANAR(name, cb, cr, shift_x, shift_y)                                                                         \
  {                                                                                                                    \
    name, FALSE, 3, 3,                                                                                                 \
    {                                                                                                                  \
      { 0, 0, 1, 0, 0 }, { cb, 0, 1, shift_x, shift_y },                                                               \
      {                                                                                                                \
        cr, 0, 1, shift_x, shift_y                                                                                     \
      }                                                                                                                \
    }                                                                                                                  \
  }
#define SEMIPLANAR(name, cb, cr, shift_x, shift_y)                                                                     \
  {                                                                                                                    \
    name, FALSE, 2, 3,                                                                                                 \
    {                                                                                                                  \
      { 0, 0, 1, 0, 0 }, { 1, cb, 2, shift_x, shift_y },                                                               \
      {                                                                                                                \
        1, cr, 2, shift_x, shift_y                                                                                     \
      }                                                                                                                \
    }                                                                                                                  \
  }

static const NncPixelLayout layouts[] = {
  [NNC_PIXEL_GRAY8] = { "GRAY8", FALSE, 1, 1, { { 0, 0, 1, 0, 0 } } },
  [NNC_PIXEL_I420] = PLANAR ("I420", 1, 2, 1, 1),
  [NNC_PIXEL_YV12] = PLANAR ("YV12", 2, 1, 1, 1),
  [NNC_PIXEL_Y42B] = PLANAR ("Y42B", 1, 2, 1, 0),
  [NNC_PIXEL_Y444] = PLANAR ("Y444", 1, 2, 0, 0),
  [NNC_PIXEL_NV12] = SEMIPLANAR ("NV12", 0, 1, 1, 1),
  [NNC_PIXEL_NV21] = SEMIPLANAR ("NV21", 1, 0, 1, 1),
  [NNC_PIXEL_NV16] = SEMIPLANAR ("NV16", 0, 1, 1, 0),
  [NNC_PIXEL_NV61] = SEMIPLANAR ("NV61", 1, 0, 1, 0),
  [NNC_PIXEL_NV24] = SEMIPLANAR ("NV24", 0, 1, 0, 0),
  [NNC_PIXEL_YUY2] = PACKED_422 ("YUY2", 0, 1, 3),
  [NNC_PIXEL_UYVY] = PACKED_422 ("UYVY", 1, 0, 2),
  [NNC_PIXEL_YVYU] = PACKED_422 ("YVYU", 0, 3, 1),
  [NNC_PIXEL_VYUY] = PACKED_422 ("VYUY", 1, 2, 0),
  [NNC_PIXEL_RGB] = PACKED_RGB ("RGB", 3, 0, 1, 2),
  [NNC_PIXEL_BGR] = PACKED_RGB ("BGR", 3, 2, 1, 0),
  [NNC_PIXEL_RGBX] = PACKED_RGB ("RGBx", 4, 0, 1, 2),
  [NNC_PIXEL_BGRX] = PACKED_RGB ("BGRx", 4, 2, 1, 0),
  [NNC_PIXEL_XRGB] = PACKED_RGB ("xRGB", 4, 1, 2, 3),
  [NNC_PIXEL_XBGR] = PACKED_RGB ("xBGR", 4, 3, 2, 1),
};

const NncPixelLayout *
nnc_pixel_layout (NncPixelFormat format)
{
  return (guint)format < G_N_ELEMENTS (layouts) ? &layouts[format] : NULL;
}
