/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* convolution_x86.c: dense and grouped convolution, NHWC, without im2col.
 * y[p][n] = clamp (bias[n] + sum over taps t, c of x[pixel of p under t][c] * w[t][c][n])
 * For each tile of pixels a table says where its input lies: one run a kernel
 * row where that row's kernel_width * channels numbers lie together in memory,
 * one a tap at the borders, where padded taps point at zeros, and with dilation. */
#include <string.h>

#include "kernel_list.h"
#include "tile.h"
#include "window.h"

static size_t
group_in (const NncWindow *window)
{
  return window->in_channels / window->groups;
}

static size_t
group_out (const NncWindow *window)
{
  return window->out_channels / window->groups;
}

static size_t
taps (const NncWindow *window)
{
  return window->kernel_height * window->kernel_width;
}

/* --- packed: [zeros of one kernel row][panels of each group] --------------- */

static size_t
zeros_length (const NncWindow *window)
{
  return (window->kernel_width * group_in (window) + 15) / 16 * 16;
}

static size_t
group_panels (const NncWindow *window)
{
  return NNC_ISA (nnc_panels_size) (group_out (window), taps (window) * group_in (window));
}

static size_t
convolution_packed_size (const NncWindow *window)
{
  return (zeros_length (window) + window->groups * group_panels (window)) * sizeof (float);
}

typedef struct {
  const NncWindow *window;
  const NncFilter *filter;
  size_t first; /* output channel of the group's first */
} GroupFilter;

static float
filter_value (const void *user_data, size_t k, size_t column)
{
  const GroupFilter *group = user_data;
  size_t channels = group_in (group->window), tap = k / channels;
  return nnc_filter_weight (group->filter, group->first + column, k % channels, tap / group->window->kernel_width,
                            tap % group->window->kernel_width);
}

static void
convolution_pack (const NncWindow *window, const NncFilter *filter, void *packed)
{
  float *panels = packed;
  memset (panels, 0, zeros_length (window) * sizeof *panels);
  panels += zeros_length (window);
  for (size_t group = 0; group < window->groups; group++, panels += group_panels (window)) {
    GroupFilter part = { window, filter, group * group_out (window) };
    NNC_ISA (nnc_panels_pack)
    (panels, group_out (window), taps (window) * group_in (window), filter->bias ? filter->bias + part.first : NULL,
     filter_value, &part);
  }
}

/* --- the table of a chunk of tiles, in scratch ------------------------------ */

/* Tiles a chunk: its input stays in the second-level cache while every panel passes over it. */
static size_t
chunk_tiles (const NncWindow *window)
{
  const size_t pointers = 4096, floats = 1 << 16;
  size_t by_table = pointers / (TILE_ROWS * (taps (window) + 1));
  size_t by_input = floats / (TILE_ROWS * group_in (window) * window->stride_x * window->stride_y);
  size_t tiles = by_table < by_input ? by_table : by_input;
  return tiles > 0 ? tiles : 1;
}

static size_t
convolution_scratch_size (const NncWindow *window)
{
  size_t pixels = chunk_tiles (window) * TILE_ROWS;
  return chunk_tiles (window) * sizeof (NncTile) + pixels * (taps (window) + 1) * sizeof (float *);
}

typedef struct {
  const NncWindow *window;
  const float *x, *zeros; /* x: at the group's first channel */
  float *y;
  NncTile *tiles;
  size_t n_tiles;
  const float **a; /* where the next table goes */
  float **outputs;
} Chunk;

/* Where an output pixel is, and where its window begins. */
typedef struct {
  const float *image;
  ptrdiff_t x, y;
} Pixel;

static Pixel
pixel_at (const Chunk *chunk, size_t row, size_t column)
{
  const NncWindow *w = chunk->window;
  return (Pixel){ chunk->x + (ptrdiff_t)(row / w->out_height) * w->in_image,
                  (ptrdiff_t)(column * w->stride_x) - (ptrdiff_t)w->pad_left,
                  (ptrdiff_t)(row % w->out_height * w->stride_y) - (ptrdiff_t)w->pad_top };
}

static bool
inside (ptrdiff_t i, size_t length, size_t size)
{
  return i >= 0 && (size_t)i + length <= size;
}

/* A run is a whole kernel row where that is one piece of memory for all the tile's pixels. */
static bool
rows_are_runs (const NncWindow *w, const Pixel *pixels, size_t n)
{
  if (w->kernel_width > 1 && (w->dilation_x != 1 || w->groups != 1 || w->in_pixel != (ptrdiff_t)w->in_channels))
    return false;
  for (size_t i = 0; i < n; i++)
    if (!inside (pixels[i].x, w->kernel_width, w->in_width))
      return false;
  return true;
}

/* Fills a tile's table: for each run, where each pixel's input begins. */
static void
tile_table (Chunk *chunk, NncTile *tile, const Pixel *pixels)
{
  const NncWindow *w = chunk->window;
  size_t row_runs = rows_are_runs (w, pixels, tile->rows) ? 1 : w->kernel_width;
  tile->a = chunk->a;
  tile->runs = w->kernel_height * row_runs;
  tile->length = w->kernel_width / row_runs * group_in (w);
  for (size_t ky = 0; ky < w->kernel_height; ky++)
    for (size_t kx = 0; kx < row_runs; kx++)
      for (size_t i = 0; i < tile->rows; i++) {
        ptrdiff_t y = pixels[i].y + (ptrdiff_t)(ky * w->dilation_y);
        ptrdiff_t x = pixels[i].x + (ptrdiff_t)(kx * w->dilation_x);
        bool padded = !inside (y, 1, w->in_height) || !inside (x, 1, w->in_width);
        *chunk->a++ = padded ? chunk->zeros : pixels[i].image + y * w->in_row + x * w->in_pixel;
      }
}

/* Cuts `n` pixels from `pixel` on, counted along the rows, into tiles of nearly the same size. */
static void
chunk_fill (Chunk *chunk, size_t pixel, size_t n)
{
  const NncWindow *w = chunk->window;
  size_t row = pixel / w->out_width, column = pixel % w->out_width, done = 0;
  chunk->n_tiles = (n + TILE_ROWS - 1) / TILE_ROWS;
  for (size_t t = 0; t < chunk->n_tiles; t++) {
    NncTile *tile = &chunk->tiles[t];
    Pixel pixels[TILE_ROWS];
    tile->rows = n * (t + 1) / chunk->n_tiles - done;
    tile->y = chunk->outputs;
    for (size_t i = 0; i < tile->rows; i++) {
      pixels[i] = pixel_at (chunk, row, column);
      *chunk->outputs++ = chunk->y + (ptrdiff_t)(row / w->out_height) * w->out_image
                          + (ptrdiff_t)(row % w->out_height) * w->out_row + (ptrdiff_t)column * w->out_pixel;
      if (++column == w->out_width)
        column = 0, row++;
    }
    done += tile->rows;
    tile_table (chunk, tile, pixels);
  }
}

/* --- run -------------------------------------------------------------------- */

static void
chunk_run (const Chunk *chunk, const float *panels)
{
  const NncWindow *w = chunk->window;
  size_t n = group_out (w), k = taps (w) * group_in (w);
  for (size_t column = 0; column < n; column += TILE_COLUMNS)
    for (size_t t = 0; t < chunk->n_tiles; t++)
      NNC_ISA (nnc_tile_run)
  (&chunk->tiles[t], nnc_panel (panels, column, k), column, n, w->minimum, w->maximum);
}

static void
convolution_run (const NncWindow *window, const float *x, const void *packed, float *y, void *scratch, size_t begin,
                 size_t end)
{
  size_t tiles = chunk_tiles (window), pixels = tiles * TILE_ROWS;
  Chunk chunk = { .window = window, .zeros = packed, .tiles = scratch };
  const float **table = (const float **)(void *)(chunk.tiles + tiles);
  const float *panels = chunk.zeros + zeros_length (window);

  for (size_t group = 0; group < window->groups; group++, panels += group_panels (window)) {
    chunk.x = x + group * group_in (window);
    chunk.y = y + group * group_out (window);
    for (size_t pixel = begin * window->out_width; pixel < end * window->out_width; pixel += pixels) {
      size_t left = end * window->out_width - pixel;
      chunk.a = table;
      chunk.outputs = (float **)(void *)(table + pixels * taps (window));
      chunk_fill (&chunk, pixel, left < pixels ? left : pixels);
      chunk_run (&chunk, panels);
    }
  }
}

static bool
convolution_accepts (const NncWindow *window)
{
  return true;
}

const NncConvolution NNC_ISA (nnc_convolution_f32) = {
  .accepts = convolution_accepts,
  .packed_size = convolution_packed_size,
  .pack = convolution_pack,
  .scratch_size = convolution_scratch_size,
  .run = convolution_run,
};
