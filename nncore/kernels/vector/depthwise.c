/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* depthwise.c: convolution of each channel alone, NHWC.
 * y[p][c] = clamp (bias[c] + sum over taps t of x[pixel of p under t][c] * w[t][c])
 * A tile is a block of neighbouring pixels. Inside the image its input lies at
 * fixed distances; at the borders a table says where each pixel under it lies,
 * and padding points at zeros. The common kernels load an input pixel once for all
 * the output pixels that see it. */
#include <string.h>

#include "kernel_list.h"
#include "vector.h"
#include "window.h"

/* Sums, the weights of 3x3 and an input stay in 32 registers; with 16 the weights come from the cache. */
#define TILE_ROWS (VECTOR_REGISTERS == 32 ? 4 : 2)
#define TILE_PIXELS 4
#define LARGE_KERNEL 5

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
  const float *input; /* the first input pixel under a tile inside the image */
  const float **table; /* [lines][span] where each input pixel under another tile lies */
  size_t lines, span; /* of the input under a tile */
} Depthwise;

/* Input rows under `rows` output rows that a table has: under blocks of them there is no dilation. */
static size_t
tile_lines (const NncWindow *w, size_t rows)
{
  return rows == 1 ? w->kernel_height : (rows - 1) * w->stride_y + w->kernel_height;
}

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

/* What is constant of a tile; kernel 0: any, stride 0: ordered. */
typedef struct {
  size_t rows, pixels, kernel, stride;
  bool inside; /* the image */
} Tile;

static ALWAYS_INLINE const float *
input_pixel (const Depthwise *d, const size_t line, const size_t column, const size_t span, const bool inside)
{
  if (!inside)
    return d->table[line * span + column];
  return d->input + (ptrdiff_t)line * d->window->in_row + (ptrdiff_t)column * d->window->in_pixel;
}

/* A small kernel whose size and stride are constants: an input pixel is loaded once. */
static ALWAYS_INLINE void
sum_pixels (const Depthwise *d, Vector sums[][TILE_PIXELS], const Tile t, size_t c, const float *weights,
            VectorMask mask, bool whole)
{
  const size_t lines = (t.rows - 1) * t.stride + t.kernel, span = (t.pixels - 1) * t.stride + t.kernel;
  UNROLL for (size_t line = 0; line < lines; line++)
  {
    UNROLL for (size_t column = 0; column < span; column++)
    {
      Vector x = load_lanes (input_pixel (d, line, column, span, t.inside) + c, mask, whole);
      UNROLL for (size_t r = 0; r < t.rows; r++)
      {
        UNROLL for (size_t i = 0; i < t.pixels; i++)
        {
          const size_t ky = line - r * t.stride, kx = column - i * t.stride; /* not below 0: then they are very large */
          if (ky < t.kernel && kx < t.kernel)
            sums[r][i] = vector_fma (x, vector_load (weights + (ky * t.kernel + kx) * VECTOR_WIDTH), sums[r][i]);
        }
      }
    }
  }
}

/* A larger one: a row of its weights stays in registers, and an input pixel is loaded once for it. */
static ALWAYS_INLINE void
sum_kernel_rows (const Depthwise *d, Vector sums[][TILE_PIXELS], const Tile t, size_t c, const float *weights,
                 VectorMask mask, bool whole)
{
  const size_t span = (t.pixels - 1) * t.stride + t.kernel;
  for (size_t ky = 0; ky < t.kernel; ky++, weights += t.kernel * VECTOR_WIDTH) {
    Vector row[LARGE_KERNEL];
    UNROLL for (size_t kx = 0; kx < t.kernel; kx++) row[kx] = vector_load (weights + kx * VECTOR_WIDTH);
    UNROLL for (size_t r = 0; r < t.rows; r++)
    {
      UNROLL for (size_t column = 0; column < span; column++)
      {
        Vector x = load_lanes (input_pixel (d, r * t.stride + ky, column, span, t.inside) + c, mask, whole);
        UNROLL for (size_t i = 0; i < t.pixels; i++)
        {
          const size_t kx = column - i * t.stride; /* not below 0: then it is very large */
          if (kx < t.kernel)
            sums[r][i] = vector_fma (x, row[kx], sums[r][i]);
        }
      }
    }
  }
}

/* Any kernel, one row of pixels. */
static ALWAYS_INLINE void
sum_taps (const Depthwise *d, Vector *sums, const Tile t, size_t c, const float *weights, VectorMask mask, bool whole)
{
  const NncWindow *w = d->window;
  const bool ordered = t.stride == 0;
  for (size_t ky = 0; ky < w->kernel_height; ky++) {
    const float *const *pixel = d->table + ky * d->span;
    for (size_t kx = 0; kx < w->kernel_width; kx++, weights += VECTOR_WIDTH, pixel += w->dilation_x) {
      Vector weight = vector_load (weights);
      UNROLL for (size_t i = 0; i < t.pixels; i++)
      {
        Vector x = load_lanes (pixel[i * w->stride_x] + c, mask, whole);
        sums[i] = ordered ? vector_multiply_add (x, weight, sums[i]) : vector_fma (x, weight, sums[i]);
      }
    }
  }
}

/* One block of channels of one tile. */
static ALWAYS_INLINE void
run_block (const Depthwise *d, float *y, size_t c, bool whole, const Tile t)
{
  const bool ordered = t.stride == 0;
  const NncWindow *w = d->window;
  const float *weights = d->blocks + c * (taps (w) + 1);
  const Vector bias = vector_load (weights), minimum = vector_splat (w->minimum), maximum = vector_splat (w->maximum);
  VectorMask mask = vector_mask (w->in_channels - c);
  Vector sums[TILE_ROWS][TILE_PIXELS];
  UNROLL for (size_t r = 0; r < t.rows; r++) UNROLL for (size_t i = 0; i < t.pixels; i++) sums[r][i]
      = ordered ? vector_zero () : bias;
  if (t.kernel == LARGE_KERNEL)
    sum_kernel_rows (d, sums, t, c, weights + VECTOR_WIDTH, mask, whole);
  else if (t.kernel > 0)
    sum_pixels (d, sums, t, c, weights + VECTOR_WIDTH, mask, whole);
  else
    sum_taps (d, sums[0], t, c, weights + VECTOR_WIDTH, mask, whole);
  UNROLL for (size_t r = 0; r < t.rows; r++)
  {
    UNROLL for (size_t i = 0; i < t.pixels; i++)
    {
      float *out = y + (ptrdiff_t)r * w->out_row + (ptrdiff_t)i * w->out_pixel + c;
      Vector sum = vector_clamp (ordered ? vector_add (sums[r][i], bias) : sums[r][i], minimum, maximum);
      if (whole)
        vector_store (out, sum);
      else
        vector_store_masked (out, mask, sum);
    }
  }
}

static ALWAYS_INLINE void
run_tile (const Depthwise *d, float *y, const Tile t)
{
  size_t c = 0;
  for (; c + VECTOR_WIDTH <= d->window->in_channels; c += VECTOR_WIDTH)
    run_block (d, y, c, true, t);
  if (c < d->window->in_channels)
    run_block (d, y, c, false, t);
}

typedef void (*TileRun) (const Depthwise *d, float *y);

/* The tiles of a kernel by their rows and pixels. */
typedef struct {
  TileRun inside; /* the largest, inside the image */
  TileRun run[TILE_ROWS + 1][TILE_PIXELS + 1];
} Tiles;

#define TILE(name, ...)                                                                                                \
  static void name (const Depthwise *d, float *y)                                                                      \
  {                                                                                                                    \
    run_tile (d, y, (Tile){ __VA_ARGS__ });                                                                            \
  }

/* Any kernel, a row of pixels. */
#define LINES(name, stride)                                                                                            \
  TILE (name##_1, 1, 1, 0, stride, false)                                                                              \
  TILE (name##_3, 1, 3, 0, stride, false)                                                                              \
  TILE (name##_4, 1, 4, 0, stride, false)                                                                              \
  static const Tiles name = { NULL, { [1] = { [1] = name##_1, [3] = name##_3, [4] = name##_4 } } };
LINES (ordered, 0)
LINES (any, 1)

/* A block of rows; single ones are left to those. */
#define TILE_ROW(name, rows, kernel, stride)                                                                           \
  TILE (name##_##rows##x3, rows, 3, kernel, stride, false)                                                             \
  TILE (name##_##rows##x4, rows, 4, kernel, stride, false)
#define RUN_ROW(name, rows) [rows] = { [3] = name##_##rows##x3, [4] = name##_##rows##x4 }
#if TILE_ROWS == 4
#define BLOCKS(name, kernel, stride)                                                                                   \
  TILE_ROW (name, 3, kernel, stride)                                                                                   \
  TILE_ROW (name, 4, kernel, stride)                                                                                   \
  TILE (name##_inside, 4, 4, kernel, stride, true)                                                                     \
  static const Tiles name = { name##_inside, { RUN_ROW (name, 3), RUN_ROW (name, 4) } };
#else
#define BLOCKS(name, kernel, stride)                                                                                   \
  TILE_ROW (name, 2, kernel, stride)                                                                                   \
  TILE (name##_inside, 2, 4, kernel, stride, true)                                                                     \
  static const Tiles name = { name##_inside, { RUN_ROW (name, 2) } };
#endif
BLOCKS (three_by_three, 3, 1)
BLOCKS (three_by_three_by_two, 3, 2)
BLOCKS (five_by_five, 5, 1)
BLOCKS (five_by_five_by_two, 5, 2)

static const Tiles *
choose_tiles (const NncWindow *w)
{
  if (w->ordered)
    return &ordered;
  if (w->kernel_height != w->kernel_width || w->stride_y != w->stride_x || w->stride_x > 2 || w->dilation_y != 1
      || w->dilation_x != 1)
    return &any;
  if (w->kernel_width == 3)
    return w->stride_x == 1 ? &three_by_three : &three_by_three_by_two;
  if (w->kernel_width == 5)
    return w->stride_x == 1 ? &five_by_five : &five_by_five_by_two;
  return &any;
}

/* --- run -------------------------------------------------------------------- */

static bool
inside (ptrdiff_t first, size_t n, size_t size)
{
  return first >= 0 && (size_t)first + n <= size;
}

/* Where the input pixels under a tile lie; those that do not exist are zeros. */
static void
fill_table (const Depthwise *d, const float *image, ptrdiff_t y, ptrdiff_t x)
{
  const NncWindow *w = d->window;
  const float **out = d->table;
  for (size_t line = 0; line < d->lines; line++) {
    const ptrdiff_t row = y + (ptrdiff_t)(line * w->dilation_y);
    const bool missing_line = !inside (row, 1, w->in_height);
    const float *pixel = image + row * w->in_row + x * w->in_pixel;
    for (size_t i = 0; i < d->span; i++, pixel += w->in_pixel)
      *out++ = missing_line || !inside (x + (ptrdiff_t)i, 1, w->in_width) ? d->zeros : pixel;
  }
}

/* Tiles are of so many elements along an axis, of one less where that is not one, and of one. */
static size_t
least_of (size_t most)
{
  return most > 2 ? most - 1 : most;
}

/* How many tiles n elements are cut into, of nearly the same size; single ones where n is smaller than what there is.
 */
static size_t
count_tiles (size_t n, size_t most)
{
  return n < least_of (most) ? n : (n + most - 1) / most;
}

/* The size of tile t of those, and where it begins. Where there is none so small, it lies over its neighbour: what lies
 * under both is the same. */
static size_t
tile_size (size_t n, size_t most, size_t tiles, size_t t, size_t *begin)
{
  *begin = n * t / tiles;
  const size_t size = n * (t + 1) / tiles - *begin, least = least_of (most);
  if (size >= least || n < least)
    return size;
  *begin = *begin + least <= n ? *begin : n - least;
  return least;
}

/* `rows` rows of the image, from `row` on. */
static void
run_rows (Depthwise *d, const Tiles *tiles, const float *image, float *out, size_t row, size_t rows)
{
  const NncWindow *w = d->window;
  const size_t n = count_tiles (w->out_width, TILE_PIXELS);
  const ptrdiff_t y = (ptrdiff_t)(row * w->stride_y) - (ptrdiff_t)w->pad_top;
  d->lines = tile_lines (w, rows);
  const bool inside_y = rows == TILE_ROWS && inside (y, d->lines, w->in_height);
  for (size_t t = 0, column; t < n; t++) {
    const size_t pixels = tile_size (w->out_width, TILE_PIXELS, n, t, &column);
    const ptrdiff_t x = (ptrdiff_t)(column * w->stride_x) - (ptrdiff_t)w->pad_left;
    float *to = out + (ptrdiff_t)row * w->out_row + (ptrdiff_t)column * w->out_pixel;
    d->span = tile_span (w, pixels);
    if (inside_y && pixels == TILE_PIXELS && inside (x, d->span, w->in_width)) {
      d->input = image + y * w->in_row + x * w->in_pixel;
      tiles->inside (d, to);
    } else {
      fill_table (d, image, y, x);
      tiles->run[rows][pixels](d, to);
    }
  }
}

static size_t
depthwise_scratch_size (const NncWindow *window)
{
  const size_t rows = choose_tiles (window)->inside ? TILE_ROWS : 1;
  return tile_lines (window, rows) * tile_span (window, TILE_PIXELS) * sizeof (float *);
}

static void
depthwise_run (const NncWindow *window, const float *x, const void *packed, float *y, void *scratch, size_t begin,
               size_t end)
{
  Depthwise d = { .window = window, .zeros = packed, .table = scratch };
  const Tiles *blocks = choose_tiles (window), *lines = window->ordered ? &ordered : &any;
  const size_t most = blocks->inside && window->out_width >= least_of (TILE_PIXELS) ? TILE_ROWS : 1;
  d.blocks = d.zeros + padded_channels (window);
  while (begin < end) {
    const size_t image = begin / window->out_height, first = begin % window->out_height;
    const size_t left = end - image * window->out_height;
    const size_t last = left < window->out_height ? left : window->out_height, n = count_tiles (last - first, most);
    for (size_t t = 0, row; t < n; t++) {
      const size_t rows = tile_size (last - first, most, n, t, &row);
      run_rows (&d, rows == 1 ? lines : blocks, x + (ptrdiff_t)image * window->in_image,
                y + (ptrdiff_t)image * window->out_image, first + row, rows);
    }
    begin += last - first;
  }
}

static bool
depthwise_accepts (const NncWindow *window)
{
  return window->groups == window->in_channels && window->out_channels == window->in_channels
         && (VECTOR_WIDTH <= FEW_CHANNELS || window->in_channels > FEW_CHANNELS);
}

const NncConvolution NNC_ISA (nnc_depthwise_f32) = {
  .accepts = depthwise_accepts,
  .packed_size = depthwise_packed_size,
  .pack = depthwise_pack,
  .scratch_size = depthwise_scratch_size,
  .run = depthwise_run,
};
