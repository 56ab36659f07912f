/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* stored_pool.h: the taps of a pooling window that lie inside the image. */
#pragma once

#include "window.h"

typedef struct {
  ptrdiff_t start; /* the element of the first */
  size_t rows, columns;
  ptrdiff_t row, column; /* elements from tap to tap */
} NncPoolTaps;

/* row: of all batch * out_height there are. */
static inline NncPoolTaps
nnc_pool_taps (const NncWindow *w, size_t row, size_t out_x)
{
  NncTaps ys = nnc_taps_y (w, row % w->out_height), xs = nnc_taps_x (w, out_x);
  return (NncPoolTaps){ .start = (ptrdiff_t)(row / w->out_height) * w->in_image
                                 + (ys.start + (ptrdiff_t)(ys.begin * w->dilation_y)) * w->in_row
                                 + (xs.start + (ptrdiff_t)(xs.begin * w->dilation_x)) * w->in_pixel,
                        .rows = ys.end - ys.begin,
                        .columns = xs.end - xs.begin,
                        .row = w->in_row * (ptrdiff_t)w->dilation_y,
                        .column = w->in_pixel * (ptrdiff_t)w->dilation_x };
}
