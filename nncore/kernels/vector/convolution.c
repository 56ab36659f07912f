/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* convolution.c: dense and grouped convolution, NHWC, without im2col.
 * y[p][n] = clamp (bias[n] + sum over taps t, c of x[pixel of p under t][c] * w[t][c][n])
 * Input is read in runs: one a kernel row where that row's kernel_width *
 * channels numbers lie together in memory. The runs of neighbouring pixels inside
 * the image lie at the same distance. For other tiles a table says where each
 * run lies: one a tap at the borders, where padded taps point at zeros, and with
 * dilation. */
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

/* --- the tiles of a chunk, in scratch ---------------------------------------- */

/* Pixels of a chunk: its input stays in the second-level cache while every panel passes over it, its tiles in the
 * first. */
static size_t
chunk_pixels (const NncWindow *window)
{
  const size_t most = 512, pointers = 4096, floats = 1 << 16;
  size_t by_table = pointers / (taps (window) + 1);
  size_t by_input = floats / group_in (window) / window->stride_x / window->stride_y; /* their product may be too large */
  size_t pixels = by_table < by_input ? by_table : by_input;
  pixels = pixels < most ? pixels : most;
  return pixels > TILE_MOST_ROWS ? pixels : TILE_MOST_ROWS;
}

/* Tiles have at least this many rows, but for one at either end of a chunk. */
#define FEW_ROWS (TILE_ROWS / 2)

static size_t
chunk_tiles (const NncWindow *window)
{
  return chunk_pixels (window) / FEW_ROWS + 2;
}

/* What the tiles and tables of a chunk take. */
static size_t
chunk_size (const NncWindow *window)
{
  return chunk_tiles (window) * sizeof (NncTile) + chunk_pixels (window) * (taps (window) + 1) * sizeof (float *);
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

/* The pixels of a tile with a table: where their windows begin, which may be outside the image. */
typedef struct {
  const float *images[TILE_MOST_ROWS];
  ptrdiff_t x[TILE_MOST_ROWS], y[TILE_MOST_ROWS];
  bool inside_x;
} TilePixels;

/* A row of a window is one run of memory. */
static bool
rows_are_runs (const NncWindow *w)
{
  return taps (w) == 1 || (w->dilation_x == 1 && w->groups == 1 && w->in_pixel == (ptrdiff_t)w->in_channels);
}

static bool
inside (ptrdiff_t i, size_t length, size_t size)
{
  return i >= 0 && (size_t)i + length <= size;
}

static size_t
window_width (const NncWindow *w)
{
  return (w->kernel_width - 1) * w->dilation_x + 1;
}

static ptrdiff_t
window_x (const NncWindow *w, size_t column)
{
  return (ptrdiff_t)(column * w->stride_x) - (ptrdiff_t)w->pad_left;
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

/* The image row under row ky of pixel i's window; NULL: there is none. */
static const float *
tap_row (const NncWindow *w, const TilePixels *pixels, size_t i, size_t ky)
{
  const ptrdiff_t y = pixels->y[i] + (ptrdiff_t)(ky * w->dilation_y);
  return inside (y, 1, w->in_height) ? pixels->images[i] + y * w->in_row : NULL;
}

/* Fills a tile's table: for each run, where each pixel's input begins. A run is a whole kernel row
 * where that is one piece of memory for all the tile's pixels. */
static void
tile_table (Chunk *chunk, NncTile *tile, const TilePixels *pixels)
{
  const NncWindow *w = chunk->window;
  const size_t row_runs = chunk->rows_are_runs && pixels->inside_x ? 1 : w->kernel_width;
  tile->a = chunk->a;
  tile->runs = w->kernel_height * row_runs;
  tile->length = w->kernel_width / row_runs * group_in (w);
  for (size_t ky = 0; ky < w->kernel_height; ky++, chunk->a += row_runs * tile->rows)
    for (size_t i = 0; i < tile->rows; i++) {
      const float *row = tap_row (w, pixels, i, ky);
      ptrdiff_t x = pixels->x[i];
      for (size_t kx = 0; kx < row_runs; kx++, x += (ptrdiff_t)w->dilation_x)
        chunk->a[kx * tile->rows + i] = row && inside (x, 1, w->in_width) ? row + x * w->in_pixel : chunk->zeros;
    }
}

/* Moves `pixels` on, which are of this row. */
static void
move_on (const Chunk *chunk, OutputRow *line, size_t *column, size_t pixels)
{
  *column += pixels;
  if (*column == chunk->window->out_width) {
    *column = 0;
    *line = output_row (chunk, line->row + 1);
  }
}

/* The next pixels of the output, counted along the rows; moves line and column on. */
static void
tile_pixels (Chunk *chunk, NncTile *tile, OutputRow *line, size_t *column)
{
  const NncWindow *w = chunk->window;
  TilePixels pixels = { .inside_x = true };
  tile->y_rows = chunk->outputs;
  for (size_t i = 0; i < tile->rows; i++) {
    pixels.images[i] = line->image;
    pixels.x[i] = window_x (w, *column);
    pixels.y[i] = line->y;
    pixels.inside_x &= inside (pixels.x[i], window_width (w), w->in_width);
    *chunk->outputs++ = line->out + (ptrdiff_t)*column * w->out_pixel;
    move_on (chunk, line, column, 1);
  }
  tile_table (chunk, tile, &pixels);
}

/* Neighbours of one row inside the image lie at the same distance: no table is needed. */
static bool
tile_is_regular (const Chunk *chunk, const NncTile *tile, const OutputRow *line, size_t column)
{
  const NncWindow *w = chunk->window;
  return chunk->rows_are_runs && line->inside && column + tile->rows <= w->out_width
         && inside (window_x (w, column), (tile->rows - 1) * w->stride_x + window_width (w), w->in_width);
}

static void
tile_regular (const Chunk *chunk, NncTile *tile, OutputRow *line, size_t *column)
{
  const NncWindow *w = chunk->window;
  tile->runs = w->kernel_height;
  tile->length = w->kernel_width * group_in (w);
  tile->x = line->image + line->y * w->in_row + window_x (w, *column) * w->in_pixel;
  tile->x_row = (ptrdiff_t)w->stride_x * w->in_pixel;
  tile->x_run = (ptrdiff_t)w->dilation_y * w->in_row;
  tile->y = line->out + (ptrdiff_t)*column * w->out_pixel;
  tile->y_row = w->out_pixel;
  move_on (chunk, line, column, tile->rows);
}

/* Cuts `n` pixels from line and column on into tiles of nearly the same size. */
static void
chunk_cut (Chunk *chunk, size_t n, OutputRow *line, size_t *column)
{
  const NncWindow *w = chunk->window;
  const size_t most = nnc_tile_most_rows (group_out (w)), n_tiles = (n + most - 1) / most;
  const size_t rows = n / n_tiles, larger = n % n_tiles;
  for (size_t t = 0; t < n_tiles; t++) {
    NncTile *tile = &chunk->tiles[chunk->n_tiles++];
    *tile = (NncTile){ .rows = rows + (t < larger), .alone = w->batch * w->out_height * w->out_width == 1 };
    if (tile_is_regular (chunk, tile, line, *column))
      tile_regular (chunk, tile, line, column);
    else
      tile_pixels (chunk, tile, line, column);
  }
}

/* Whether tiles end where rows end: where kernels are small, tables cost more than smaller tiles. */
static bool
cuts_rows (const NncWindow *w)
{
  return w->out_width >= FEW_ROWS && taps (w) * group_in (w) < 256;
}

/* `n` pixels from `first` on. */
static void
chunk_fill (Chunk *chunk, size_t first, size_t n)
{
  const size_t width = chunk->window->out_width;
  const bool cut = cuts_rows (chunk->window);
  size_t column = first % width;
  OutputRow line = output_row (chunk, first / width);
  chunk->n_tiles = 0;
  while (n > 0) {
    const size_t part = !cut || n < width - column ? n : width - column;
    chunk_cut (chunk, part, &line, &column);
    n -= part;
  }
}

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

/* Output pixels [begin, end), counted along the rows. */
static void
run_pixels (const NncWindow *w, const float *x, const float *zeros, float *y, void *scratch, size_t begin, size_t end)
{
  const size_t most = chunk_pixels (w), pixels = most > w->out_width ? most / w->out_width * w->out_width : most;
  Chunk chunk = { .window = w, .zeros = zeros, .tiles = scratch, .rows_are_runs = rows_are_runs (w) };
  const float **table = (const float **)(void *)(chunk.tiles + chunk_tiles (w)), *panels = zeros + zeros_length (w);

  for (size_t group = 0; group < w->groups; group++, panels += group_panels (w)) {
    chunk.x = x + group * group_in (w);
    chunk.y = y + group * group_out (w);
    for (size_t pixel = begin; pixel < end; pixel += pixels) {
      chunk.a = table;
      chunk.outputs = (float **)(void *)(table + most * taps (w));
      chunk_fill (&chunk, pixel, end - pixel < pixels ? end - pixel : pixels);
      chunk_run (&chunk, panels);
    }
  }
}

/* --- a few rows with their padding, in scratch ------------------------------- */

/* Input elements under n output elements, along one axis without dilation. */
static size_t
span (size_t n, size_t stride, size_t kernel)
{
  return (n - 1) * stride + kernel;
}

/* Where a row of the kernel has few numbers, as in first layers, tables that say where each of them lies cost more than
 * to copy the input. Strides within the kernel's size bound the copy. */
static bool
pads_rows (const NncWindow *w)
{
  return rows_are_runs (w) && cuts_rows (w) && taps (w) > 1 && w->in_channels <= 8 && w->dilation_y == 1
         && w->stride_y <= w->kernel_height && w->stride_x <= w->kernel_width
         && (w->pad_left > 0 || span (w->out_width, w->stride_x, w->kernel_width) > w->in_width);
}

/* Output rows that are computed from one copy. */
static size_t
padded_rows (const NncWindow *w)
{
  const size_t rows = chunk_pixels (w) / w->out_width;
  return rows < 1 ? 1 : rows < w->out_height ? rows : w->out_height;
}

static size_t
padded_size (const NncWindow *w, size_t rows)
{
  return span (rows, w->stride_y, w->kernel_height) * span (w->out_width, w->stride_x, w->kernel_width)
         * w->in_channels;
}

static size_t
convolution_scratch_size (const NncWindow *window)
{
  size_t padded = pads_rows (window) ? padded_size (window, padded_rows (window)) * sizeof (float) : 0;
  return chunk_size (window) + padded;
}

/* The window of output rows [row, row + rows) of an image alone, whose input is copied to `copy`, padding and all. */
static NncWindow
copy_rows (const NncWindow *w, const float *image, size_t row, size_t rows, float *copy)
{
  const size_t height = span (rows, w->stride_y, w->kernel_height);
  const size_t width = span (w->out_width, w->stride_x, w->kernel_width), channels = w->in_channels;
  const size_t left = w->pad_left < width ? w->pad_left : width;
  const size_t inner = width - left < w->in_width ? width - left : w->in_width, right = width - left - inner;
  const ptrdiff_t y = (ptrdiff_t)(row * w->stride_y) - (ptrdiff_t)w->pad_top;
  NncWindow part = *w;
  for (size_t line = 0; line < height; line++, copy += width * channels) {
    if (!inside (y + (ptrdiff_t)line, 1, w->in_height)) {
      memset (copy, 0, width * channels * sizeof *copy);
      continue;
    }
    memset (copy, 0, left * channels * sizeof *copy);
    memcpy (copy + left * channels, image + (y + (ptrdiff_t)line) * w->in_row, inner * channels * sizeof *copy);
    memset (copy + (left + inner) * channels, 0, right * channels * sizeof *copy);
  }
  part.batch = 1;
  part.pad_top = part.pad_left = 0;
  part.in_height = height;
  part.in_width = width;
  part.in_row = (ptrdiff_t)(width * channels);
  part.out_height = rows;
  return part;
}

static void
run_padded (const NncWindow *w, const float *x, const float *zeros, float *y, void *scratch, size_t begin, size_t end)
{
  float *copy = (float *)(void *)((char *)scratch + chunk_size (w));
  const size_t most = padded_rows (w);
  for (size_t rows; begin < end; begin += rows) {
    const size_t image = begin / w->out_height, row = begin % w->out_height, left = w->out_height - row;
    rows = end - begin < most ? end - begin : most;
    rows = rows < left ? rows : left;
    const NncWindow part = copy_rows (w, x + (ptrdiff_t)image * w->in_image, row, rows, copy);
    run_pixels (&part, copy, zeros, y + (ptrdiff_t)image * w->out_image + (ptrdiff_t)row * w->out_row, scratch, 0,
                rows * w->out_width);
  }
}

/* --- run --------------------------------------------------------------------- */

/* A 1x1 convolution that leaves no pixel out is the product of a matrix whose rows are pixels: one long row of them. */
static NncWindow
as_one_row (const NncWindow *w)
{
  NncWindow row = *w;
  const ptrdiff_t in_row = (ptrdiff_t)w->in_width * w->in_pixel, out_row = (ptrdiff_t)w->out_width * w->out_pixel;
  if (taps (w) != 1 || w->stride_y != 1 || w->stride_x != 1 || w->in_height != w->out_height
      || w->in_width != w->out_width || w->in_row != in_row || w->out_row != out_row
      || w->in_image != in_row * (ptrdiff_t)w->in_height || w->out_image != out_row * (ptrdiff_t)w->out_height)
    return row;
  row.in_width = row.out_width = w->batch * w->out_height * w->out_width;
  row.batch = row.in_height = row.out_height = 1;
  return row;
}

static void
convolution_run (const NncWindow *window, const float *x, const void *packed, float *y, void *scratch, size_t begin,
                 size_t end)
{
  if (pads_rows (window)) {
    run_padded (window, x, packed, y, scratch, begin, end);
    return;
  }
  const NncWindow row = as_one_row (window);
  run_pixels (&row, x, packed, y, scratch, begin * window->out_width, end * window->out_width);
}

/* Groups of few channels are left to narrower vectors. */
static bool
convolution_accepts (const NncWindow *window)
{
  return !window->ordered && (VECTOR_WIDTH <= FEW_CHANNELS || window->groups == 1 || group_out (window) > FEW_CHANNELS);
}

const NncConvolution NNC_ISA (nnc_convolution_f32) = {
  .accepts = convolution_accepts,
  .packed_size = convolution_packed_size,
  .pack = convolution_pack,
  .scratch_size = convolution_scratch_size,
  .run = convolution_run,
};
