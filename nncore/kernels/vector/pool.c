/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* pool.c: y[p][c] = max, or mean, over the taps of p inside the image of x[tap][c], NHWC. */
#include <math.h>

#include "kernel_list.h"
#include "vector.h"
#include "window.h"

/* The part of an output pixel's window that is inside the image. */
typedef struct {
  const float *x; /* its first tap */
  size_t rows, columns;
  ptrdiff_t row, column; /* elements from tap to tap */
  float divisor; /* of the mean */
} Taps;

/* What is done with each number, and with the result. */
typedef struct {
  float initial;
  Vector (*gather) (Vector x, Vector result);
  Vector (*finish) (Vector result, Vector divisor);
} Pooling;

/* One pixel's `vectors` vectors of channels; the last is masked where not whole. */
static ALWAYS_INLINE void
pool_channels (const Taps *taps, float *y, const NncWindow *w, size_t c, const bool whole, const size_t vectors,
               size_t rows, size_t columns, const Pooling pooling)
{
  const VectorMask mask = vector_mask (w->in_channels - c);
  Vector result[4];
  UNROLL for (size_t v = 0; v < vectors; v++) result[v] = vector_splat (pooling.initial);
  for (size_t ky = 0; ky < rows; ky++) {
    const float *x = taps->x + (ptrdiff_t)ky * taps->row + c;
    for (size_t kx = 0; kx < columns; kx++, x += taps->column)
      UNROLL for (size_t v = 0; v < vectors; v++)
      {
        const float *p = x + v * VECTOR_WIDTH;
        result[v] = pooling.gather (whole ? vector_load (p) : vector_load_masked (p, mask), result[v]);
      }
  }
  const Vector divisor = vector_splat (taps->divisor);
  const Vector minimum = vector_splat (w->minimum), maximum = vector_splat (w->maximum);
  UNROLL for (size_t v = 0; v < vectors; v++)
  {
    Vector value = vector_clamp (pooling.finish (result[v], divisor), minimum, maximum);
    if (whole)
      vector_store (y + c + v * VECTOR_WIDTH, value);
    else
      vector_store_masked (y + c, mask, value);
  }
}

static ALWAYS_INLINE void
pool_pixel (const Taps *taps, float *y, const NncWindow *w, size_t rows, size_t columns, const Pooling pooling)
{
  size_t c = 0, channels = w->in_channels;
  for (; c + 4 * VECTOR_WIDTH <= channels; c += 4 * VECTOR_WIDTH)
    pool_channels (taps, y, w, c, true, 4, rows, columns, pooling);
  for (; c + VECTOR_WIDTH <= channels; c += VECTOR_WIDTH)
    pool_channels (taps, y, w, c, true, 1, rows, columns, pooling);
  if (c < channels)
    pool_channels (taps, y, w, c, false, 1, rows, columns, pooling);
}

static ALWAYS_INLINE void
pool_row (const NncWindow *w, bool count_padding, const float *image, float *y, size_t row, const Pooling pooling)
{
  NncTaps ys = nnc_taps_y (w, row);
  Taps taps = { .rows = ys.end - ys.begin,
                .row = w->in_row * (ptrdiff_t)w->dilation_y,
                .column = w->in_pixel * (ptrdiff_t)w->dilation_x };
  for (size_t column = 0; column < w->out_width; column++, y += w->out_pixel) {
    NncTaps xs = nnc_taps_x (w, column);
    size_t divisor = nnc_pool_divisor (w, count_padding, ys, xs);
    taps.columns = xs.end - xs.begin;
    taps.x = nnc_tap (w, image, ys, xs, ys.begin, xs.begin);
    taps.divisor = divisor > 0 ? (float)divisor : 1;
    if (taps.rows == 2 && taps.columns == 2) /* by far the most frequent: the loops over taps vanish */
      pool_pixel (&taps, y, w, 2, 2, pooling);
    else
      pool_pixel (&taps, y, w, taps.rows, taps.columns, pooling);
  }
}

static ALWAYS_INLINE void
pool (const NncWindow *w, bool count_padding, const float *x, float *y, size_t begin, size_t end, const Pooling pooling)
{
  for (size_t row = begin; row < end; row++) {
    ptrdiff_t image = (ptrdiff_t)(row / w->out_height), line = (ptrdiff_t)(row % w->out_height);
    pool_row (w, count_padding, x + image * w->in_image, y + image * w->out_image + line * w->out_row, (size_t)line,
              pooling);
  }
}

static ALWAYS_INLINE Vector
keep (Vector result, Vector divisor)
{
  return result;
}

void
NNC_ISA (nnc_max_pool_f32) (const NncWindow *window, bool count_padding, const float *x, float *y, size_t begin,
                            size_t end)
{
  pool (window, count_padding, x, y, begin, end, (Pooling){ -INFINITY, vector_max, keep });
}

void
NNC_ISA (nnc_average_pool_f32) (const NncWindow *window, bool count_padding, const float *x, float *y, size_t begin,
                                size_t end)
{
  pool (window, count_padding, x, y, begin, end, (Pooling){ 0, vector_add, vector_div });
}
