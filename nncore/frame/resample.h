/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* resample.h: an axis in the integers of the kernels: the rows, and then the
 * columns, of a component. */
#pragma once

#include "axis.h"
#include "kernel.h"

/* The rows beneath a row of the destination, and their weights. */
typedef struct {
  const NncAxis *axis;
  guint16 *weights; /* [taps][2]: of the row before the whole ones and of the one after them; 0: not read */
  gint weight, fraction; /* of a whole row, and the bits of the others' that are rounded off */
  float unit; /* 1 of a sum is this much of 0..255: 1 / (length * weight) */
} NncRowTable;
/* Returns FALSE when memory is refused. The axis is kept. */
gboolean nnc_row_table_init (NncRowTable *table, const NncAxis *axis);
void nnc_row_table_clear (NncRowTable *table);

/* Tap i. x: row 0; stride may be negative. Returns what 0 of the sums stands
 * for, in units: kernel.h's 32768, and the middle of what truncation makes of it. */
float nnc_row_table_get (const NncRowTable *table, gint i, const guint8 *x, gssize stride, NncRowSum *sum);

/* The columns of one component: samples base + k * step of a row. */
typedef struct {
  NncColumns table;
  const NncSumColumns *kernel;
  gpointer packed; /* of the kernel */
  gint32 *first;
  gint16 *weights;
  gint one; /* the sum of a sample's weights is 1 << one */
  gboolean identity;
} NncColumnTable;
/* Returns FALSE when memory is refused. */
gboolean nnc_column_table_init (NncColumnTable *table, const NncAxis *axis, gint base, gint step);
void nnc_column_table_clear (NncColumnTable *table);

/* y[i] = sample i, 0..255, of sums with the given unit and zero. x is read up
 * to nnc_columns_read() elements beyond the first of the last sample. */
void nnc_column_table_run (const NncColumnTable *table, float *y, const gint16 *x, float unit, float zero);

/* y[i] (+)= share * the mean of `parts` numbers of x in a row; at first y is not added to. */
void nnc_add_parts (float *y, const float *x, gint n, gint parts, float share, gboolean first);
