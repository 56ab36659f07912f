/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* resize_axis.h: Resize along one axis: where each output number comes from. */
#pragma once

#include "op.h"

typedef enum { NNC_RESIZE_NEAREST, NNC_RESIZE_LINEAR, NNC_RESIZE_CUBIC } NncResizeMode;

/* How attribute coordinate_transformation_mode maps output places to input places. */
typedef enum {
  NNC_RESIZE_HALF_PIXEL,
  NNC_RESIZE_HALF_PIXEL_SYMMETRIC,
  NNC_RESIZE_PYTORCH_HALF_PIXEL,
  NNC_RESIZE_ALIGN_CORNERS,
  NNC_RESIZE_ASYMMETRIC,
  NNC_RESIZE_CROP, /* tf_crop_and_resize */
} NncResizeCoordinates;

/* What all axes share. */
typedef struct {
  NncResizeMode mode;
  NncResizeCoordinates coordinates;
  gboolean antialias, exclude_outside;
  float cubic_coefficient;
  const char *nearest_mode; /* "round_prefer_floor", … */
} NncResizeStyle;

typedef struct {
  gsize in, out;
  double scale;
  double roi_begin, roi_end; /* of the axis, 0 to 1 */
  gboolean moves; /* output i is not simply input i */
  gsize n_taps; /* inputs of an output number */
  guint32 *indices; /* [out][n_taps], into the axis */
  float *weights; /* [out][n_taps] */
  guint8 *outside; /* [out]: it has the extrapolation value; NULL: none has */
} NncResizeAxis;

gboolean nnc_resize_style_read (NncResizeStyle *style, const NncNode *node, GError **error);
/* Fills what follows from in, out, scale and roi. */
gboolean nnc_resize_axis_fill (NncResizeAxis *axis, const NncResizeStyle *style, GError **error);
void nnc_resize_axis_clear (NncResizeAxis *axis);
