/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* convolution.c: dense and grouped convolution, NHWC, without im2col.
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

static void
fill_panel (const void *user_data, size_t column, size_t n, size_t columns, float *rows)
{
  const GroupFilter *group = user_data;
  const NncFilter *f = group->filter;
  const NncWindow *w = group->window;
  size_t first = group->first + column;
  for (size_t ky = 0; ky < w->kernel_height; ky++)
    for (size_t kx = 0; kx < w->kernel_width; kx++, rows += group_in (w) * columns) {
      ptrdiff_t at = (ptrdiff_t)first * f->out + (ptrdiff_t)ky * f->row + (ptrdiff_t)kx * f->column;
      const NncPanelWeights weights
          = { f->data ? f->data + at : NULL, f->in, f->out, f->scale ? f->scale + first : NULL };
      NNC_ISA (nnc_panel_fill) (rows, columns, group_in (w), n, &weights);
    }
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
     fill_panel, &part);
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
  bool rows_are_runs; /* as far as no padding is in them */
  const float **a; /* where the next table goes */
  float **outputs;
} Chunk;

/* A row of output pixels. */
typedef struct {
  size_t row;
  const float *image;
  ptrdiff_t y; /* where the windows begin */
  bool inside; /* no window leaves the image above or below */
  float *out;
} OutputRow;

/* The pixels of a tile: where their windows begin, which may be outside the image. */
typedef struct {
  const float *images[TILE_ROWS], *origins[TILE_ROWS];
  ptrdiff_t x[TILE_ROWS], y[TILE_ROWS];
  bool inside_x, inside;
} TilePixels;

static bool
inside (ptrdiff_t i, size_t length, size_t size)
{
  return i >= 0 && (size_t)i + length <= size;
}

static OutputRow
output_row (const Chunk *chunk, size_t row)
{
  const NncWindow *w = chunk->window;
  ptrdiff_t image = (ptrdiff_t)(row / w->out_height), line = (ptrdiff_t)(row % w->out_height);
  ptrdiff_t y = line * (ptrdiff_t)w->stride_y - (ptrdiff_t)w->pad_top;
  return (OutputRow){ row, chunk->x + image * w->in_image, y,
                      inside (y, (w->kernel_height - 1) * w->dilation_y + 1, w->in_height),
                      chunk->y + image * w->out_image + line * w->out_row };
}

static const float *
tap_or_zeros (const Chunk *chunk, const TilePixels *pixels, size_t i, size_t ky, size_t kx)
{
  const NncWindow *w = chunk->window;
  ptrdiff_t y = pixels->y[i] + (ptrdiff_t)(ky * w->dilation_y), x = pixels->x[i] + (ptrdiff_t)(kx * w->dilation_x);
  if (!inside (y, 1, w->in_height) || !inside (x, 1, w->in_width))
    return chunk->zeros;
  return pixels->images[i] + y * w->in_row + x * w->in_pixel;
}

/* Fills a tile's table: for each run, where each pixel's input begins. A run is a whole kernel row
 * where that is one piece of memory for all the tile's pixels. */
static void
tile_table (Chunk *chunk, NncTile *tile, const TilePixels *pixels)
{
  const NncWindow *w = chunk->window;
  size_t row_runs = chunk->rows_are_runs && pixels->inside_x ? 1 : w->kernel_width;
  tile->a = chunk->a;
  tile->runs = w->kernel_height * row_runs;
  tile->length = w->kernel_width / row_runs * group_in (w);
  for (size_t ky = 0; ky < w->kernel_height; ky++)
    for (size_t kx = 0; kx < row_runs; kx++, chunk->a += TILE_ROWS) {
      ptrdiff_t offset = (ptrdiff_t)(ky * w->dilation_y) * w->in_row + (ptrdiff_t)(kx * w->dilation_x) * w->in_pixel;
      if (pixels->inside)
        UNROLL for (size_t i = 0; i < TILE_ROWS; i++) chunk->a[i] = pixels->origins[i] + offset;
      else
        for (size_t i = 0; i < tile->rows; i++)
          chunk->a[i] = tap_or_zeros (chunk, pixels, i, ky, kx);
    }
}

/* The next pixels of the output, counted along the rows; moves line and column on. */
static void
tile_pixels (Chunk *chunk, NncTile *tile, TilePixels *pixels, OutputRow *line, size_t *column)
{
  const NncWindow *w = chunk->window;
  const size_t width = (w->kernel_width - 1) * w->dilation_x + 1;
  pixels->inside_x = pixels->inside = true;
  for (size_t i = 0; i < tile->rows; i++) {
    ptrdiff_t x = (ptrdiff_t)(*column * w->stride_x) - (ptrdiff_t)w->pad_left;
    pixels->images[i] = line->image;
    pixels->origins[i] = line->image + line->y * w->in_row + x * w->in_pixel;
    pixels->x[i] = x;
    pixels->y[i] = line->y;
    pixels->inside_x &= inside (x, width, w->in_width);
    pixels->inside &= line->inside;
    chunk->outputs[i] = line->out + (ptrdiff_t)*column * w->out_pixel;
    if (++*column == w->out_width) {
      *column = 0;
      *line = output_row (chunk, line->row + 1);
    }
  }
  for (size_t i = tile->rows; i < TILE_ROWS; i++) /* tile_table() counts from all of them */
    pixels->origins[i] = pixels->origins[0];
  pixels->inside &= pixels->inside_x;
  tile->y = chunk->outputs;
  chunk->outputs += TILE_ROWS;
}

/* Cuts `n` pixels from `first` on into tiles of nearly the same size. */
static void
chunk_fill (Chunk *chunk, size_t first, size_t n)
{
  const NncWindow *w = chunk->window;
  size_t column = first % w->out_width;
  OutputRow line = output_row (chunk, first / w->out_width);
  TilePixels pixels = { .inside = false };
  chunk->n_tiles = (n + TILE_ROWS - 1) / TILE_ROWS;
  const size_t rows = n / chunk->n_tiles, larger = n % chunk->n_tiles;
  for (size_t t = 0; t < chunk->n_tiles; t++) {
    NncTile *tile = &chunk->tiles[t];
    tile->rows = rows + (t < larger);
    tile->alone = w->batch * w->out_height * w->out_width == 1;
    tile_pixels (chunk, tile, &pixels, &line, &column);
    tile_table (chunk, tile, &pixels);
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
  chunk.rows_are_runs
      = window->dilation_x == 1 && window->groups == 1 && window->in_pixel == (ptrdiff_t)window->in_channels;
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
  return !window->ordered && (VECTOR_WIDTH == FEW_CHANNELS || group_out (window) > FEW_CHANNELS);
}

const NncConvolution NNC_ISA (nnc_convolution_f32) = {
  .accepts = convolution_accepts,
  .packed_size = convolution_packed_size,
  .pack = convolution_pack,
  .scratch_size = convolution_scratch_size,
  .run = convolution_run,
};
