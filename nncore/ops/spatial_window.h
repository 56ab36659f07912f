/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* spatial_window.h: windows over images of any number of spatial axes, tap by
 * tap, for what kernels do not do: three axes and more, indices, other types. */
#pragma once

#include "sliding_window.h"

/* x: [N,…,C] */
typedef struct {
  guint n; /* spatial axes */
  NncWindowAxis axes[NNC_MAX_SPATIAL];
  gsize batch, channels; /* of x */
  gsize in_pixels, out_pixels; /* of an image */
  gsize n_taps; /* of a window */
} NncSpatialWindow;

/* Where the taps of one window lie. */
typedef struct {
  gsize n; /* inside the image */
  gsize *pixels; /* [n] of the image */
  gsize *taps; /* [n] of the kernel */
} NncSpatialTaps;

/* kernel: [rank - 2] sizes; reads the attributes that nnc_window_set() reads. */
gboolean nnc_spatial_window_set (NncSpatialWindow *window, const NncNode *node, const NncTensorDesc *x,
                                 const gint64 *kernel, GError **error);
/* What comes out: [N,…,channels]. */
gboolean nnc_spatial_window_get_output (const NncSpatialWindow *window, NncDataType type, gint64 channels,
                                        NncTensorDesc *desc, GError **error);
/* Bytes that a NncSpatialTaps' arrays need, a multiple of 64. */
gsize nnc_spatial_taps_size (const NncSpatialWindow *window);
/* The window of an output pixel; memory: as large as nnc_spatial_taps_size() says. */
NncSpatialTaps nnc_spatial_taps (const NncSpatialWindow *window, gsize out_pixel, gpointer memory);
/* How many taps lie in the image or in the padding that was asked for; with ceil_mode a window reaches beyond it. */
gsize nnc_spatial_count_padded (const NncSpatialWindow *window, gsize out_pixel);
