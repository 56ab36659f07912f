/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* convolution_bf16.c: dense convolution, NHWC, of inputs and weights rounded to
 * bf16, without im2col.
 * y[p][n] = clamp (bias[n] + sum over taps t, c of bf16 (x[pixel of p under t][c]) * bf16 (w[t][c][n]))
 * The rows of the image that some rows of the output see are rounded once, into scratch, with their padding around them
 * and an even number of channels: there a kernel row is one run of memory, and no pixel is at a border. */
#include <immintrin.h>
#include <string.h>

#include "kernel_list.h"
#include "tile_bf16.h"
#include "vector.h"
#include "window.h"

/* Channels of a pixel in scratch. */
static size_t
even_channels (const NncWindow *window)
{
  return (window->in_channels + 1) / 2 * 2;
}

static size_t
taps (const NncWindow *window)
{
  return window->kernel_height * window->kernel_width;
}

static size_t
pairs (const NncWindow *window)
{
  return taps (window) * even_channels (window) / 2;
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
  size_t tap = k / even_channels (w), channel = k % even_channels (w);
  size_t ky = tap / w->kernel_width, kx = tap % w->kernel_width;
  for (size_t j = 0; j < n; j++)
    row[j] = channel < w->in_channels ? nnc_filter_weight (weights->filter, column + j, channel, ky, kx) : 0;
}

static void
bf16_pack (const NncWindow *window, const NncFilter *filter, void *packed)
{
  const Weights weights = { window, filter };
  nnc_bf16_panels_pack (packed, window->out_channels, pairs (window), filter->bias, get_weights, &weights);
}

/* --- chunks: [rounded rows][pixels' inputs][pixels' outputs][offsets of runs] -- */

/* Columns of an image's row that windows see, padding included. */
static size_t
seen_width (const NncWindow *w)
{
  return (w->out_width - 1) * w->stride_x + (w->kernel_width - 1) * w->dilation_x + 1;
}

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
  size_t row = seen_width (w) * even_channels (w) * w->stride_y * sizeof (uint16_t)
               + w->out_width * w->out_channels * sizeof (float);
  size_t by_bytes = bytes / row, by_pixels = (pixels + w->out_width - 1) / w->out_width;
  size_t rows = by_bytes > by_pixels ? by_bytes : by_pixels;
  return rows < w->out_height ? rows : w->out_height;
}

static size_t
rounded_size (const NncWindow *w)
{
  return (seen_height (w, chunk_rows (w)) * seen_width (w) * even_channels (w) * sizeof (uint16_t) + 63) / 64 * 64;
}

static size_t
bf16_scratch_size (const NncWindow *window)
{
  if (window->out_height == 0 || window->out_width == 0)
    return 0;
  return rounded_size (window) + (chunk_rows (window) * window->out_width * 2 + taps (window)) * sizeof (void *);
}

/* Three channels become four: sixteen pixels at a time. */
static void
convert_three_channels (uint16_t *to, const float *from, size_t n)
{
  static const uint16_t low[32] = { 0,  1,  2,  0, 3,  4,  5,  0, 6,  7,  8,  0, 9,  10, 11, 0,
                                    12, 13, 14, 0, 15, 16, 17, 0, 18, 19, 20, 0, 21, 22, 23, 0 };
  const __m512i first = _mm512_loadu_si512 (low), second = _mm512_add_epi16 (first, _mm512_set1_epi16 (24));
  const __mmask32 three = 0x77777777;
  size_t i = 0;
  for (; i + 16 <= n; i += 16, from += 48, to += 64) {
    __m512i a = (__m512i)_mm512_cvtne2ps_pbh (vector_load (from + 16), vector_load (from));
    __m512i b = (__m512i)_mm512_cvtne2ps_pbh (vector_zero (), vector_load (from + 32));
    _mm512_storeu_si512 (to, _mm512_maskz_permutex2var_epi16 (three, a, first, b));
    _mm512_storeu_si512 (to + 32, _mm512_maskz_permutex2var_epi16 (three, a, second, b));
  }
  for (; i < n; i++, from += 3, to += 4) {
    nnc_bf16_convert (to, from, 3);
    to[3] = 0;
  }
}

/* n pixels that lie in a row of the image. */
static void
convert_pixels (const NncWindow *w, uint16_t *to, const float *from, size_t n)
{
  size_t channels = w->in_channels, even = even_channels (w);
  if (channels == even && w->in_pixel == (ptrdiff_t)channels) {
    nnc_bf16_convert (to, from, n * channels);
    return;
  }
  if (channels == 3 && w->in_pixel == 3) {
    convert_three_channels (to, from, n);
    return;
  }
  for (size_t i = 0; i < n; i++, to += even, from += w->in_pixel) {
    to[even - 1] = 0;
    nnc_bf16_convert (to, from, channels);
  }
}

/* One row of the image, which may lie above or below it. */
static void
convert_row (const NncWindow *w, uint16_t *to, const float *image, ptrdiff_t y)
{
  size_t width = seen_width (w), even = even_channels (w);
  size_t left = w->pad_left < width ? w->pad_left : width;
  size_t inside = width - left < w->in_width ? width - left : w->in_width;
  if (y < 0 || (size_t)y >= w->in_height) {
    memset (to, 0, width * even * sizeof *to);
    return;
  }
  memset (to, 0, left * even * sizeof *to);
  convert_pixels (w, to + left * even, image + y * w->in_row, inside);
  memset (to + (left + inside) * even, 0, (width - left - inside) * even * sizeof *to);
}

/* A run of inputs is a kernel row, or with dilation a tap. */
static size_t
row_runs (const NncWindow *w)
{
  return w->dilation_x == 1 ? 1 : w->kernel_width;
}

typedef struct {
  const NncWindow *window;
  NncBf16Tile tile;
  uint16_t *rounded;
  const uint16_t **inputs; /* of each pixel */
  float **outputs;
} Chunk;

static Chunk
chunk_new (const NncWindow *w, void *scratch)
{
  size_t even = even_channels (w), pitch = seen_width (w) * even, pixels = chunk_rows (w) * w->out_width;
  Chunk chunk = { .window = w, .rounded = scratch };
  chunk.inputs = (const uint16_t **)(void *)((char *)scratch + rounded_size (w));
  chunk.outputs = (float **)(void *)(chunk.inputs + pixels);
  ptrdiff_t *offsets = (ptrdiff_t *)(void *)(chunk.outputs + pixels);
  chunk.tile = (NncBf16Tile){ .pairs = w->kernel_width / row_runs (w) * even / 2,
                              .offsets = offsets,
                              .n = w->out_channels,
                              .minimum = w->minimum,
                              .maximum = w->maximum };
  for (size_t ky = 0; ky < w->kernel_height; ky++)
    for (size_t kx = 0; kx < row_runs (w); kx++)
      offsets[chunk.tile.runs++] = (ptrdiff_t)(ky * w->dilation_y * pitch + kx * w->dilation_x * even);
  return chunk;
}

/* Output rows [row, row + n) of one image. */
static void
chunk_fill (const Chunk *chunk, const float *image, float *y, size_t row, size_t n)
{
  const NncWindow *w = chunk->window;
  size_t pitch = seen_width (w) * even_channels (w), pixel = 0;
  for (size_t i = 0; i < seen_height (w, n); i++)
    convert_row (w, chunk->rounded + i * pitch, image, (ptrdiff_t)(row * w->stride_y + i) - (ptrdiff_t)w->pad_top);
  for (size_t i = 0; i < n; i++)
    for (size_t x = 0; x < w->out_width; x++, pixel++) {
      chunk->inputs[pixel] = chunk->rounded + i * w->stride_y * pitch + x * w->stride_x * even_channels (w);
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

/* One channel would have nothing but zeros for partners: floats are as fast. */
static bool
bf16_accepts (const NncWindow *window)
{
  return !window->ordered && window->groups == 1 && window->in_channels > 1;
}

const NncConvolution nnc_convolution_bf16_avx512 = {
  .accepts = bf16_accepts,
  .packed_size = bf16_packed_size,
  .pack = bf16_pack,
  .scratch_size = bf16_scratch_size,
  .run = bf16_run,
};
