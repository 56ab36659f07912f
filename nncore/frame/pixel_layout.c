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
#define SEMIPLANAR_420(name, cb, cr)                                                                                   \
  {                                                                                                                    \
    name, FALSE, 2, 3,                                                                                                 \
    {                                                                                                                  \
      { 0, 0, 1, 0, 0 }, { 1, cb, 2, 1, 1 },                                                                           \
      {                                                                                                                \
        1, cr, 2, 1, 1                                                                                                 \
      }                                                                                                                \
    }                                                                                                                  \
  }

static const NncPixelLayout layouts[] = {
  [NNC_PIXEL_GRAY8] = { "GRAY8", FALSE, 1, 1, { { 0, 0, 1, 0, 0 } } },
  [NNC_PIXEL_I420] = { "I420", FALSE, 3, 3, { { 0, 0, 1, 0, 0 }, { 1, 0, 1, 1, 1 }, { 2, 0, 1, 1, 1 } } },
  [NNC_PIXEL_NV12] = SEMIPLANAR_420 ("NV12", 0, 1),
  [NNC_PIXEL_NV21] = SEMIPLANAR_420 ("NV21", 1, 0),
  [NNC_PIXEL_YUY2] = PACKED_422 ("YUY2", 0, 1, 3),
  [NNC_PIXEL_UYVY] = PACKED_422 ("UYVY", 1, 0, 2),
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
