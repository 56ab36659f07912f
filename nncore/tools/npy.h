/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* npy.h: arrays in files as NumPy writes them (NEP 1), little-endian and C order. */
#pragma once

#include <nncore/tensor.h>

typedef struct {
  NncDataType type;
  guint rank;
  gint64 shape[NNC_MAX_RANK];
  gsize offset; /* of the numbers in contents */
  char *contents; /* g_free() it */
  gsize length;
} NpyArray;

gboolean npy_read (const char *path, NpyArray *array, GError **error);
gboolean npy_write (const char *path, const NncTensor *tensor, GError **error);
