/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* depthwise.c: convolution of each channel alone, NHWC.
 * y[p][c] = clamp (bias[c] + sum over taps t of x[pixel of p under t][c] * w[t][c])
 * A tile is a few neighbouring pixels of an output row. A table says where each
 * input column under it lies in each kernel row; padding points at zeros. The
 * common kernels load a column once for all the pixels that see it. */
#include <string.h>

#include "kernel_list.h"
#include "vector.h"
#include "window.h"

#define TILE_PIXELS 4

/* --- packed: [zeros of one pixel][blocks of channels: bias, taps] ----------- */

static size_t
padded_channels (const NncWindow *window)
{
  return (window->in_channels + VECTOR_WIDTH - 1) / VECTOR_WIDTH * VECTOR_WIDTH;
}

static size_t
taps (const NncWindow *window)
{
  return window->kernel_height * window->kernel_width;
}

static size_t
depthwise_packed_size (const NncWindow *window)
{
  return padded_channels (window) * (taps (window) + 2) * sizeof (float);
}

static void
depthwise_pack (const NncWindow *window, const NncFilter *filter, void *packed)
{
  size_t n = taps (window);
  float *blocks = (float *)packed + padded_channels (window);
  memset (packed, 0, depthwise_packed_size (window));
  for (size_t c = 0; c < window->in_channels; c++) {
    float *lane = blocks + c / VECTOR_WIDTH * VECTOR_WIDTH * (n + 1) + c % VECTOR_WIDTH;
    lane[0] = nnc_filter_bias (filter, c);
    for (size_t tap = 0; tap < n; tap++)
      lane[(tap + 1) * VECTOR_WIDTH]
          = nnc_filter_weight (filter, c, 0, tap / window->kernel_width, tap % window->kernel_width);
  }
}

/* --- the tile --------------------------------------------------------------- */

typedef struct {
  const NncWindow *window;
  const float *zeros, *blocks;
  const float **columns; /* [kernel_height][span] where each input column under the tile lies */
  size_t span;
} Depthwise;

static size_t
tile_span (const NncWindow *w, size_t pixels)
{
  return (pixels - 1) * w->stride_x + (w->kernel_width - 1) * w->dilation_x + 1;
}

static ALWAYS_INLINE Vector
load_lanes (const float *p, VectorMask mask, bool whole)
{
  return whole ? vector_load (p) : vector_load_masked (p, mask);
}

/* A kernel whose size and stride are constants: a column is loaded once. */
static ALWAYS_INLINE void
sum_columns (const Depthwise *d, Vector *sums, size_t pixels, size_t c, const float *weights, VectorMask mask,
             bool whole, const size_t kernel, const size_t stride)
{
  const size_t span = (pixels - 1) * stride + kernel;
  const float *const *columns = d->columns;
  UNROLL for (size_t ky = 0; ky < kernel; ky++)
  {
    UNROLL for (size_t column = 0; column < span; column++)
    {
      Vector x = load_lanes (columns[ky * span + column] + c, mask, whole);
      UNROLL for (size_t i = 0; i < pixels; i++) if (column >= i * stride && column - i * stride < kernel) sums[i]
          = vector_fma (x, vector_load (weights + (ky * kernel + column - i * stride) * VECTOR_WIDTH), sums[i]);
    }
  }
}

/* Any kernel. */
static ALWAYS_INLINE void
sum_taps (const Depthwise *d, Vector *sums, size_t pixels, size_t c, const float *weights, VectorMask mask, bool whole,
          const bool ordered)
{
  const NncWindow *w = d->window;
  for (size_t ky = 0; ky < w->kernel_height; ky++)
    for (size_t kx = 0; kx < w->kernel_width; kx++, weights += VECTOR_WIDTH) {
      const float *const *column = d->columns + ky * d->span + kx * w->dilation_x;
      Vector weight = vector_load (weights);
      UNROLL for (size_t i = 0; i < pixels; i++)
      {
        Vector x = load_lanes (column[i * w->stride_x] + c, mask, whole);
        sums[i] = ordered ? vector_multiply_add (x, weight, sums[i]) : vector_fma (x, weight, sums[i]);
      }
    }
}

/* One block of channels of one tile; kernel 0: any; stride 0: ordered. */
static ALWAYS_INLINE void
run_block (const Depthwise *d, float *y, size_t c, bool whole, const size_t pixels, const size_t kernel,
           const size_t stride)
{
  const bool ordered = stride == 0;
  const NncWindow *w = d->window;
  const float *weights = d->blocks + c * (taps (w) + 1);
  VectorMask mask = vector_mask (w->in_channels - c);
  Vector sums[TILE_PIXELS], minimum = vector_splat (w->minimum), maximum = vector_splat (w->maximum);
  UNROLL for (size_t i = 0; i < pixels; i++) sums[i] = ordered ? vector_splat (0) : vector_load (weights);
  if (kernel > 0)
    sum_columns (d, sums, pixels, c, weights + VECTOR_WIDTH, mask, whole, kernel, stride);
  else
    sum_taps (d, sums, pixels, c, weights + VECTOR_WIDTH, mask, whole, ordered);
  UNROLL for (size_t i = 0; i < pixels; i++)
  {
    if (ordered)
      sums[i] = vector_add (sums[i], vector_load (weights));
    float *out = y + (ptrdiff_t)i * w->out_pixel + c;
    if (whole)
      vector_store (out, vector_clamp (sums[i], minimum, maximum));
    else
      vector_store_masked (out, mask, vector_clamp (sums[i], minimum, maximum));
  }
}

static ALWAYS_INLINE void
run_tile (const Depthwise *d, float *y, const size_t pixels, const size_t kernel, const size_t stride)
{
  size_t c = 0;
  for (; c + VECTOR_WIDTH <= d->window->in_channels; c += VECTOR_WIDTH)
    run_block (d, y, c, true, pixels, kernel, stride);
  if (c < d->window->in_channels)
    run_block (d, y, c, false, pixels, kernel, stride);
}

typedef void (*TileRun) (const Depthwise *d, float *y);

#define TILE(name, pixels, kernel, stride)                                                                             \
  static void name##_##pixels (const Depthwise *d, float *y)                                                           \
  {                                                                                                                    \
    run_tile (d, y, pixels, kernel, stride);                                                                           \
  }
#define TILES(name, kernel, stride)                                                                                    \
  TILE (name, 1, kernel, stride)                                                                                       \
  TILE (name, 2, kernel, stride)                                                                                       \
  TILE (name, 3, kernel, stride)                                                                                       \
  TILE (name, 4, kernel, stride)                                                                                       \
  static const TileRun name[TILE_PIXELS] = { name##_1, name##_2, name##_3, name##_4 };

TILES (ordered, 0, 0)
TILES (any, 0, 1)
TILES (three_by_three, 3, 1)
TILES (three_by_three_by_two, 3, 2)
TILES (five_by_five, 5, 1)
TILES (five_by_five_by_two, 5, 2)

/* The tiles of this window, by the number of pixels less one. */
static const TileRun *
choose_tiles (const NncWindow *w)
{
  if (w->ordered)
    return ordered;
  if (w->kernel_height != w->kernel_width || w->dilation_x != 1 || w->stride_x > 2)
    return any;
  if (w->kernel_width == 3)
    return w->stride_x == 1 ? three_by_three : three_by_three_by_two;
  if (w->kernel_width == 5)
    return w->stride_x == 1 ? five_by_five : five_by_five_by_two;
  return any;
}

/* --- run -------------------------------------------------------------------- */

/* Where the input columns under a tile lie; image rows and columns that do not exist are zeros. */
static void
fill_columns (Depthwise *d, const float *image, ptrdiff_t y, ptrdiff_t x)
{
  const NncWindow *w = d->window;
  const float **out = d->columns;
  for (size_t ky = 0; ky < w->kernel_height; ky++) {
    ptrdiff_t row = y + (ptrdiff_t)(ky * w->dilation_y);
    bool padded = row < 0 || row >= (ptrdiff_t)w->in_height;
    for (size_t i = 0; i < d->span; i++) {
      ptrdiff_t column = x + (ptrdiff_t)i;
      bool missing = padded || column < 0 || column >= (ptrdiff_t)w->in_width;
      *out++ = missing ? d->zeros : image + row * w->in_row + column * w->in_pixel;
    }
  }
}

static void
run_output_row (Depthwise *d, const TileRun *tiles, const float *image, float *y, size_t row)
{
  const NncWindow *w = d->window;
  ptrdiff_t top = (ptrdiff_t)(row * w->stride_y) - (ptrdiff_t)w->pad_top;
  size_t n_tiles = (w->out_width + TILE_PIXELS - 1) / TILE_PIXELS;
  for (size_t t = 0, column = 0; t < n_tiles; t++) {
    size_t pixels = w->out_width * (t + 1) / n_tiles - column;
    d->span = tile_span (w, pixels);
    fill_columns (d, image, top, (ptrdiff_t)(column * w->stride_x) - (ptrdiff_t)w->pad_left);
    tiles[pixels - 1](d, y + (ptrdiff_t)column * w->out_pixel);
    column += pixels;
  }
}

static size_t
depthwise_scratch_size (const NncWindow *window)
{
  return window->kernel_height * tile_span (window, TILE_PIXELS) * sizeof (float *);
}

static void
depthwise_run (const NncWindow *window, const float *x, const void *packed, float *y, void *scratch, size_t begin,
               size_t end)
{
  Depthwise d = { .window = window, .zeros = packed, .columns = scratch };
  const TileRun *tiles = choose_tiles (window);
  d.blocks = d.zeros + padded_channels (window);
  for (size_t row = begin; row < end; row++) {
    ptrdiff_t image = (ptrdiff_t)(row / window->out_height), line = (ptrdiff_t)(row % window->out_height);
    run_output_row (&d, tiles, x + image * window->in_image, y + image * window->out_image + line * window->out_row,
                    (size_t)line);
  }
}

static bool
depthwise_accepts (const NncWindow *window)
{
  return window->groups == window->in_channels && window->out_channels == window->in_channels
         && (VECTOR_WIDTH == FEW_CHANNELS || window->in_channels > FEW_CHANNELS);
}

const NncConvolution NNC_ISA (nnc_depthwise_f32) = {
  .accepts = depthwise_accepts,
  .packed_size = depthwise_packed_size,
  .pack = depthwise_pack,
  .scratch_size = depthwise_scratch_size,
  .run = depthwise_run,
};
