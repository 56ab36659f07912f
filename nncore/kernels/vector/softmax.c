/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* softmax.c: y[r][c] = e^(x[r][c] - max) / sum over j of e^(x[r][j] - max) */
#include <math.h>

#include "kernel_list.h"
#include "vector_math.h"

static float
row_maximum (const float *x, size_t n)
{
  Vector largest = vector_splat (-INFINITY);
  for (size_t i = 0; i < n; i += VECTOR_WIDTH)
    largest = vector_max (vector_load_or (x + i, vector_mask (n - i), largest), largest);
  return vector_reduce_max (largest);
}

/* y = e^(x - maximum); returns its sum. */
static float
row_exponentials (float *y, const float *x, size_t n, float maximum)
{
  const Vector offset = vector_splat (maximum), none = vector_splat (-INFINITY);
  Vector sum = vector_zero ();
  for (size_t i = 0; i < n; i += VECTOR_WIDTH) {
    VectorMask mask = vector_mask (n - i);
    Vector e = vector_exp (vector_sub (vector_load_or (x + i, mask, none), offset));
    vector_store_masked (y + i, mask, e);
    sum = vector_add (sum, e); /* outside the mask: e^-infinity */
  }
  return vector_reduce_add (sum);
}

static void
row_divide (float *y, size_t n, float divisor)
{
  const Vector d = vector_splat (divisor);
  for (size_t i = 0; i < n; i += VECTOR_WIDTH) {
    VectorMask mask = vector_mask (n - i);
    vector_store_masked (y + i, mask, vector_div (vector_load_masked (y + i, mask), d));
  }
}

/* Rows that are one vector: nothing goes through memory in between, and the next row need not wait for this one. */
static void
narrow_rows (float *y, const float *x, size_t rows, size_t columns)
{
  const VectorMask mask = vector_mask (columns);
  const Vector none = vector_splat (-INFINITY);
  for (size_t r = 0; r < rows; r++, y += columns, x += columns) {
    Vector v = vector_load_or (x, mask, none);
    Vector e = vector_exp (vector_sub (v, vector_splat (vector_reduce_max (v))));
    vector_store_masked (y, mask, vector_div (e, vector_splat (vector_reduce_add (e))));
  }
}

/* As many rows of at most half a vector as there are lanes, one a lane: sums and maxima go from vector to vector. */
static void
lane_rows (float *y, const float *x, size_t columns)
{
  float turned[VECTOR_WIDTH / 2 * VECTOR_WIDTH];
  for (size_t r = 0; r < VECTOR_WIDTH; r++)
    for (size_t c = 0; c < columns; c++)
      turned[c * VECTOR_WIDTH + r] = x[r * columns + c];

  Vector largest = vector_splat (-INFINITY), sum = vector_zero ();
  for (size_t c = 0; c < columns; c++)
    largest = vector_max (vector_load (turned + c * VECTOR_WIDTH), largest);
  for (size_t c = 0; c < columns; c++) {
    Vector e = vector_exp (vector_sub (vector_load (turned + c * VECTOR_WIDTH), largest));
    vector_store (turned + c * VECTOR_WIDTH, e);
    sum = vector_add (sum, e);
  }
  for (size_t c = 0; c < columns; c++)
    vector_store (turned + c * VECTOR_WIDTH, vector_div (vector_load (turned + c * VECTOR_WIDTH), sum));

  for (size_t r = 0; r < VECTOR_WIDTH; r++)
    for (size_t c = 0; c < columns; c++)
      y[r * columns + c] = turned[c * VECTOR_WIDTH + r];
}

void
NNC_ISA (nnc_softmax_f32) (float *y, const float *x, size_t rows, size_t columns)
{
  if (columns <= VECTOR_WIDTH / 2)
    for (; rows >= VECTOR_WIDTH; rows -= VECTOR_WIDTH, y += VECTOR_WIDTH * columns, x += VECTOR_WIDTH * columns)
      lane_rows (y, x, columns);
  if (columns <= VECTOR_WIDTH) {
    narrow_rows (y, x, rows, columns);
    return;
  }
  for (size_t r = 0; r < rows; r++, y += columns, x += columns)
    row_divide (y, columns, row_exponentials (y, x, columns, row_maximum (x, columns)));
}
