/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* pixel_layout.h: where the components of a pixel lie in memory. */
#pragma once

#include <nncore/picture.h>

/* Sample (x, y) of a component: planes[plane][y * stride + offset + x * step];
 * it covers 1 << shift_x by 1 << shift_y pixels. */
typedef struct {
  guint8 plane, offset, step, shift_x, shift_y;
} NncComponent;

typedef struct {
  const char *name;
  gboolean is_rgb; /* R, G, B; else Y' or Y', Cb, Cr */
  guint8 n_planes, n_components;
  NncComponent components[3];
} NncPixelLayout;

/* NULL for a format that does not exist. */
const NncPixelLayout *nnc_pixel_layout (NncPixelFormat format);
