/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* convolution_bf16.c: dense convolution, NHWC, of inputs and weights rounded to
 * bf16, without im2col.
 * y[p][n] = clamp (bias[n] + sum over taps t, c of bf16 (x[pixel of p under t][c]) * bf16 (w[t][c][n]))
 * The rows of the image that some rows of the output see are rounded once, into scratch, with their padding around
 * them: there no pixel is at a border, and a kernel row is one run of memory. Numbers are multiplied in pairs, so an
 * even number of them has to lie together: an odd number of channels gets a zero beside it, or where a kernel row is
 * short enough for a vector, as in first layers, each pixel of the output gets a row of its own with one zero at its
 * end. */
#include <immintrin.h>
#include <string.h>

#include "kernel_list.h"
#include "tile_bf16.h"
#include "vector.h"
#include "window.h"

/* --- the layout of rounded rows ----------------------------------------------- */

static size_t
even (size_t n)
{
  return (n + 1) / 2 * 2;
}

static size_t
row_numbers (const NncWindow *w)
{
  return w->kernel_width * w->in_channels;
}

/* Whether each pixel of the output has a kernel row of its own. */
static bool
is_gathered (const NncWindow *w)
{
  return w->in_channels % 2 && w->kernel_width > 1 && w->dilation_x == 1 && row_numbers (w) <= 32;
}

/* From one column of the image to the next, within a kernel row. */
static size_t
column_step (const NncWindow *w)
{
  return is_gathered (w) ? w->in_channels : even (w->in_channels);
}

/* Numbers of a kernel row, zeros included. */
static size_t
kernel_row (const NncWindow *w)
{
  return is_gathered (w) ? even (row_numbers (w)) : w->kernel_width * column_step (w);
}

/* Columns of an image's row that windows see, padding included. */
static size_t
seen_width (const NncWindow *w)
{
  return (w->out_width - 1) * w->stride_x + (w->kernel_width - 1) * w->dilation_x + 1;
}

/* From one pixel of the output to the next. */
static size_t
pixel_step (const NncWindow *w)
{
  return is_gathered (w) ? kernel_row (w) : w->stride_x * column_step (w);
}

/* From row to row. */
static size_t
row_step (const NncWindow *w)
{
  return is_gathered (w) ? w->out_width * kernel_row (w) : seen_width (w) * column_step (w);
}

/* --- packed --------------------------------------------------------------------- */

static size_t
pairs (const NncWindow *window)
{
  return window->kernel_height * kernel_row (window) / 2;
}

static size_t
bf16_packed_size (const NncWindow *window)
{
  return nnc_bf16_panels_size (window->out_channels, pairs (window));
}

typedef struct {
  const NncWindow *window;
  const NncFilter *filter;
} Weights;

static void
get_weights (const void *user_data, size_t k, size_t column, size_t n, float *row)
{
  const Weights *weights = user_data;
  const NncWindow *w = weights->window;
  size_t ky = k / kernel_row (w), kx = k % kernel_row (w) / column_step (w);
  size_t channel = k % kernel_row (w) % column_step (w);
  bool zero = kx >= w->kernel_width || channel >= w->in_channels;
  for (size_t j = 0; j < n; j++)
    row[j] = zero ? 0 : nnc_filter_weight (weights->filter, column + j, channel, ky, kx);
}

static void
bf16_pack (const NncWindow *window, const NncFilter *filter, void *packed)
{
  const Weights weights = { window, filter };
  nnc_bf16_panels_pack (packed, window->out_channels, pairs (window), filter->bias, get_weights, &weights);
}

/* --- chunks: [rounded rows][a row to gather from][pixels' inputs][pixels' outputs][offsets of runs] -- */

static size_t
seen_height (const NncWindow *w, size_t out_rows)
{
  return (out_rows - 1) * w->stride_y + (w->kernel_height - 1) * w->dilation_y + 1;
}

/* Rows of the output a chunk: what it reads and writes stays in the second-level cache while every panel passes over
 * it; and at least so many pixels that reading the panels pays. */
static size_t
chunk_rows (const NncWindow *w)
{
  const size_t bytes = 1 << 18, pixels = 64;
  size_t row = row_step (w) * w->stride_y * sizeof (uint16_t) + w->out_width * w->out_channels * sizeof (float);
  size_t by_bytes = bytes / row, by_pixels = (pixels + w->out_width - 1) / w->out_width;
  size_t rows = by_bytes > by_pixels ? by_bytes : by_pixels;
  return rows < w->out_height ? rows : w->out_height;
}

/* Gathering reads and writes whole vectors. */
enum { VECTOR = 32 };

static size_t
rounded_numbers (const NncWindow *w)
{
  return (seen_height (w, chunk_rows (w)) * row_step (w) + 2 * VECTOR - 1) / VECTOR * VECTOR;
}

static size_t
source_numbers (const NncWindow *w)
{
  return is_gathered (w) ? (seen_width (w) * column_step (w) + VECTOR - 1) / VECTOR * VECTOR : 0;
}

/* A run of inputs is a kernel row, or with dilation a tap. */
static size_t
row_runs (const NncWindow *w)
{
  return w->dilation_x == 1 ? 1 : w->kernel_width;
}

static size_t
bf16_scratch_size (const NncWindow *w)
{
  if (w->out_height == 0 || w->out_width == 0)
    return 0;
  return (rounded_numbers (w) + source_numbers (w)) * sizeof (uint16_t)
         + (chunk_rows (w) * w->out_width * 2 + w->kernel_height * row_runs (w)) * sizeof (void *);
}

/* n pixels that lie in a row of the image. */
static void
convert_pixels (const NncWindow *w, uint16_t *to, const float *from, size_t n)
{
  size_t channels = w->in_channels, step = column_step (w);
  if (channels == step && w->in_pixel == (ptrdiff_t)channels) {
    nnc_bf16_convert (to, from, n * channels);
    return;
  }
  for (size_t i = 0; i < n; i++, to += step, from += w->in_pixel) {
    to[step - 1] = 0;
    nnc_bf16_convert (to, from, channels);
  }
}

/* One row of the image, with its padding. */
static void
convert_row (const NncWindow *w, uint16_t *to, const float *from)
{
  size_t width = seen_width (w), step = column_step (w);
  size_t left = w->pad_left < width ? w->pad_left : width;
  size_t inside = width - left < w->in_width ? width - left : w->in_width;
  memset (to, 0, left * step * sizeof *to);
  convert_pixels (w, to + left * step, from, inside);
  memset (to + (left + inside) * step, 0, (width - left - inside) * step * sizeof *to);
}

/* Each pixel's kernel row; what is written beyond it is the next one's, or nobody's. */
static void
gather_row (const NncWindow *w, uint16_t *to, const uint16_t *from)
{
  const size_t step = kernel_row (w), from_step = w->stride_x * w->in_channels, n = w->out_width;
  const __mmask32 mask = (__mmask32)((1ull << row_numbers (w)) - 1);
  if (step <= 16)
    for (size_t x = 0; x < n; x++, to += step, from += from_step)
      _mm256_storeu_si256 ((__m256i *)(void *)to, _mm256_maskz_loadu_epi16 ((__mmask16)mask, from));
  else
    for (size_t x = 0; x < n; x++, to += step, from += from_step)
      _mm512_storeu_si512 (to, _mm512_maskz_loadu_epi16 (mask, from));
}

typedef struct {
  const NncWindow *window;
  NncBf16Tile tile;
  uint16_t *rounded, *source;
  const uint16_t **inputs; /* of each pixel */
  float **outputs;
} Chunk;

static Chunk
chunk_new (const NncWindow *w, void *scratch)
{
  size_t pixels = chunk_rows (w) * w->out_width;
  Chunk chunk = { .window = w, .rounded = scratch };
  chunk.source = chunk.rounded + rounded_numbers (w);
  chunk.inputs = (const uint16_t **)(void *)(chunk.source + source_numbers (w));
  chunk.outputs = (float **)(void *)(chunk.inputs + pixels);
  ptrdiff_t *offsets = (ptrdiff_t *)(void *)(chunk.outputs + pixels);
  chunk.tile = (NncBf16Tile){ .pairs = kernel_row (w) / row_runs (w) / 2,
                              .offsets = offsets,
                              .n = w->out_channels,
                              .minimum = w->minimum,
                              .maximum = w->maximum };
  for (size_t ky = 0; ky < w->kernel_height; ky++)
    for (size_t kx = 0; kx < row_runs (w); kx++)
      offsets[chunk.tile.runs++]
          = (ptrdiff_t)(ky * w->dilation_y * row_step (w) + kx * w->dilation_x * column_step (w));
  return chunk;
}

/* Row y of the image, which may lie above or below it. */
static void
chunk_fill_row (const Chunk *chunk, uint16_t *to, const float *image, ptrdiff_t y)
{
  const NncWindow *w = chunk->window;
  const float *from = image + y * w->in_row;
  if (y < 0 || (size_t)y >= w->in_height) {
    memset (to, 0, row_step (w) * sizeof *to);
  } else if (is_gathered (w)) {
    convert_row (w, chunk->source, from);
    gather_row (w, to, chunk->source);
  } else {
    convert_row (w, to, from);
  }
}

/* Output rows [row, row + n) of one image. */
static void
chunk_fill (const Chunk *chunk, const float *image, float *y, size_t row, size_t n)
{
  const NncWindow *w = chunk->window;
  const size_t row_length = row_step (w), step = pixel_step (w);
  size_t pixel = 0;
  for (size_t i = 0; i < seen_height (w, n); i++)
    chunk_fill_row (chunk, chunk->rounded + i * row_length, image,
                    (ptrdiff_t)(row * w->stride_y + i) - (ptrdiff_t)w->pad_top);
  for (size_t i = 0; i < n; i++)
    for (size_t x = 0; x < w->out_width; x++, pixel++) {
      chunk->inputs[pixel] = chunk->rounded + i * w->stride_y * row_length + x * step;
      chunk->outputs[pixel] = y + (ptrdiff_t)(row + i) * w->out_row + (ptrdiff_t)x * w->out_pixel;
    }
}

static void
chunk_run (const Chunk *chunk, const void *panels, size_t pixels)
{
  const NncWindow *w = chunk->window;
  for (size_t column = 0; column < w->out_channels; column += BF16_TILE_COLUMNS)
    nnc_bf16_panel_run (&chunk->tile, pixels, chunk->inputs, nnc_bf16_panel (panels, column, pairs (w)), column,
                        chunk->outputs);
}

/* Rows [row, row + n) of one image, in chunks of nearly the same size. */
static void
run_image (const Chunk *chunk, const float *image, const void *packed, float *y, size_t row, size_t n)
{
  size_t chunks = (n + chunk_rows (chunk->window) - 1) / chunk_rows (chunk->window);
  for (size_t i = 0, begin = row; i < chunks; i++) {
    size_t end = row + n * (i + 1) / chunks;
    chunk_fill (chunk, image, y, begin, end - begin);
    chunk_run (chunk, packed, (end - begin) * chunk->window->out_width);
    begin = end;
  }
}

static void
bf16_run (const NncWindow *w, const float *x, const void *packed, float *y, void *scratch, size_t begin, size_t end)
{
  if (begin == end || w->out_width == 0)
    return;
  const Chunk chunk = chunk_new (w, scratch);
  while (begin < end) {
    size_t image = begin / w->out_height, row = begin % w->out_height, left = w->out_height - row;
    size_t n = end - begin < left ? end - begin : left;
    run_image (&chunk, x + (ptrdiff_t)image * w->in_image, packed, y + (ptrdiff_t)image * w->out_image, row, n);
    begin += n;
  }
}

/* One channel without a kernel row to gather would have nothing but zeros for partners: floats are as fast. */
/* Rounded rows are as wide and as many as windows with dilation and padding see: what is absurd is left to f32, which has no
 * such rows. Each product here is of numbers that were bounded before. */
static bool
rows_are_of_moderate_size (const NncWindow *w)
{
  const size_t columns = 1 << 24, factor = 1 << 16, row = 1 << 24, all = 1 << 30;
  return w->out_width > 0 && w->out_height > 0 && seen_width (w) <= columns && w->in_channels <= factor
         && w->kernel_width <= factor && w->stride_y <= factor && row_step (w) <= row
         && seen_height (w, chunk_rows (w)) <= all / row_step (w);
}

static bool
bf16_accepts (const NncWindow *w)
{
  return rows_are_of_moderate_size (w) && !w->ordered && w->groups == 1 && (w->in_channels > 1 || is_gathered (w));
}

const NncConvolution nnc_convolution_bf16_avx512 = {
  .accepts = bf16_accepts,
  .packed_size = bf16_packed_size,
  .pack = bf16_pack,
  .scratch_size = bf16_scratch_size,
  .run = bf16_run,
};
