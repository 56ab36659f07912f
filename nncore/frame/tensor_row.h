/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tensor_row.h: a row of components becomes a row of the tensor. */
#pragma once

#include "color.h"
#include "kernel.h"

/* Colour, normalization and clamping in one matrix, and memory for a row. */
typedef struct {
  NncTensorSpec spec;
  NncMix mix;
  NncMixF32 kernel;
  float *floats; /* [width, channels] or [channels, width]: a row that is to become bytes */
} NncTensorRow;

/* Returns FALSE when memory is refused. */
gboolean nnc_tensor_row_init (NncTensorRow *row, const NncTensorSpec *spec, const NncColorTransform *color,
                              const NncPreprocess *how);
void nnc_tensor_row_clear (NncTensorRow *row);

/* components: [3][width], each 0..255. */
void nnc_tensor_row_write (const NncTensorRow *row, const float *const components[3], gpointer tensor, gint y);
