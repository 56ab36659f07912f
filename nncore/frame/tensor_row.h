/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tensor_row.h: a row of components becomes a row of the tensor. */
#pragma once

#include "color.h"

typedef struct {
  NncTensorSpec spec;
  NncColorTransform color;
  float mean[3], std[3];
} NncTensorRow;

/* components: [n_components][width], each 0..255; channel: scratch of width. */
void nnc_tensor_row_write (const NncTensorRow *row, const float *const *components, gint n_components, float *channel,
                           gpointer tensor, gint y);

/* For one channel whose bytes are already its values. */
void nnc_tensor_row_write_bytes (const NncTensorRow *row, const guint8 *bytes, gpointer tensor, gint y);
