/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* color.h: from a picture's components to a tensor's channels. */
#pragma once

#include "pixel_layout.h"

/* channel[c] = clamp (sum over k of matrix[c][k] * component[k] + offset[c], 0, 255). */
typedef struct {
  float matrix[3][3];
  float offset[3];
} NncColorTransform;

void nnc_color_transform_init (NncColorTransform *transform, const NncPictureFormat *in, NncColorOrder order);
