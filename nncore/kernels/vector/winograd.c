/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* winograd.c: dense 3x3 convolution, NHWC, by Winograd's F(2x2, 3x3): 16
 * products for 4 outputs where 36 are needed otherwise.
 * y = A^T [sum over channels of (B^T d B) * (G g G^T)] A, for each tile of 2x2
 * outputs, with d: the 4x4 inputs under it, g: the 3x3 weights. The sums over
 * channels are 16 matrix products, one an element of the transformed tile. */
#include <math.h>
#include <string.h>

#include "kernel_list.h"
#include "tile.h"
#include "window.h"

#define ELEMENTS 16 /* of a transformed tile, 4x4 */

/* --- packed: [zeros of one pixel][panels of each element] ------------------- */

static size_t
zeros_length (const NncWindow *window)
{
  return (window->in_channels + 15) / 16 * 16;
}

static size_t
element_panels (const NncWindow *window)
{
  return NNC_ISA (nnc_panels_size) (window->out_channels, window->in_channels);
}

static size_t
winograd_packed_size (const NncWindow *window)
{
  return (zeros_length (window) + ELEMENTS * element_panels (window)) * sizeof (float);
}

/* G = [1 0 0; 1/2 1/2 1/2; 1/2 -1/2 1/2; 0 0 1]: G times a column of three. */
static void
transform_column (const float g[3], float u[4])
{
  float half_ends = .5f * (g[0] + g[2]), half_middle = .5f * g[1];
  u[0] = g[0];
  u[1] = half_ends + half_middle;
  u[2] = half_ends - half_middle;
  u[3] = g[2];
}

/* u = G g G^T */
static void
transform_weights (const NncFilter *filter, size_t out, size_t in, float u[ELEMENTS])
{
  float rows[3][4], column[3], transformed[4];
  for (size_t ky = 0; ky < 3; ky++) {
    for (size_t kx = 0; kx < 3; kx++)
      column[kx] = nnc_filter_weight (filter, out, in, ky, kx);
    transform_column (column, rows[ky]);
  }
  for (size_t x = 0; x < 4; x++) {
    for (size_t ky = 0; ky < 3; ky++)
      column[ky] = rows[ky][x];
    transform_column (column, transformed);
    for (size_t y = 0; y < 4; y++)
      u[y * 4 + x] = transformed[y];
  }
}

/* The constant 1 in element (1, 1) becomes 1 in each of the four outputs: the bias goes there. */
static void
winograd_pack (const NncWindow *window, const NncFilter *filter, void *packed)
{
  float *panels = (float *)packed + zeros_length (window), u[ELEMENTS];
  memset (packed, 0, winograd_packed_size (window));
  for (size_t out = 0; out < window->out_channels; out++) {
    const size_t k = window->in_channels;
    size_t columns = nnc_panel_columns (window->out_channels, out), lane = out % TILE_COLUMNS;
    float *panel = panels + (out - lane) * (k + 1) + lane;
    panel[5 * element_panels (window)] = nnc_filter_bias (filter, out);
    for (size_t in = 0; in < k; in++) {
      transform_weights (filter, out, in, u);
      for (size_t e = 0; e < ELEMENTS; e++)
        panel[e * element_panels (window) + (in + 1) * columns] = u[e];
    }
  }
}

static size_t
image_tiles (const NncWindow *window)
{
  return (window->out_height + 1) / 2 * ((window->out_width + 1) / 2);
}

/* --- scratch: tiles of a chunk, transformed --------------------------------- */

/* Tiles a chunk: what they are between the transforms stays in the second-level cache. */
static size_t
chunk_size (const NncWindow *window)
{
  const size_t floats = 3 << 14;
  size_t tiles = floats / ELEMENTS / (window->in_channels + window->out_channels) / TILE_ROWS;
  return (tiles > 0 ? tiles : 1) * TILE_ROWS;
}

static size_t
padded (size_t channels)
{
  return (channels + VECTOR_WIDTH - 1) / VECTOR_WIDTH * VECTOR_WIDTH;
}

static size_t
winograd_scratch_size (const NncWindow *window)
{
  return chunk_size (window) * ELEMENTS * (padded (window->in_channels) + padded (window->out_channels))
         * sizeof (float);
}

typedef struct {
  const NncWindow *window;
  const float *x, *zeros, *panels; /* x, y: one image */
  float *y;
  float *inputs, *products; /* [ELEMENTS][tiles][padded (channels)] */
  size_t begin, end; /* rows of the image */
  size_t grid; /* the even row where tiles begin: the same tiles wherever the image is cut, and so the same bits */
  size_t tiles; /* of the chunk */
} Winograd;

/* --- transforms ------------------------------------------------------------- */

/* B^T = [1 0 -1 0; 0 1 1 0; 0 -1 1 0; 0 1 0 -1] times a column of four. */
static ALWAYS_INLINE void
transform_input_column (Vector *d, const size_t step)
{
  Vector d0 = d[0], d1 = d[step], d2 = d[2 * step], d3 = d[3 * step];
  d[0] = vector_sub (d0, d2);
  d[step] = vector_add (d1, d2);
  d[2 * step] = vector_sub (d2, d1);
  d[3 * step] = vector_sub (d1, d3);
}

static ALWAYS_INLINE void
transform_input_channels (const float *const *pixels, size_t c, VectorMask mask, const bool whole, float *out,
                          size_t element_stride)
{
  Vector d[ELEMENTS];
  UNROLL for (size_t i = 0; i < ELEMENTS; i++) d[i]
      = whole ? vector_load (pixels[i] + c) : vector_load_masked (pixels[i] + c, mask);
  UNROLL for (size_t i = 0; i < 4; i++) transform_input_column (d + i, 4);
  UNROLL for (size_t i = 0; i < 4; i++) transform_input_column (d + 4 * i, 1);
  UNROLL for (size_t i = 0; i < ELEMENTS; i++) vector_store (out + i * element_stride + c, d[i]);
}

/* The 4x4 inputs whose first is at (y, x); padding is zeros. */
static void
tile_inputs (const Winograd *g, ptrdiff_t y, ptrdiff_t x, const float *pixels[ELEMENTS])
{
  const NncWindow *w = g->window;
  for (ptrdiff_t i = 0; i < 4; i++)
    for (ptrdiff_t j = 0; j < 4; j++) {
      bool in = y + i >= 0 && y + i < (ptrdiff_t)w->in_height && x + j >= 0 && x + j < (ptrdiff_t)w->in_width;
      pixels[i * 4 + j] = in ? g->x + (y + i) * w->in_row + (x + j) * w->in_pixel : g->zeros;
    }
}

static void
transform_input (const Winograd *g, size_t row, size_t column, float *out)
{
  const NncWindow *w = g->window;
  const float *pixels[ELEMENTS];
  size_t stride = g->tiles * padded (w->in_channels), c = 0;
  tile_inputs (g, (ptrdiff_t)row - (ptrdiff_t)w->pad_top, (ptrdiff_t)column - (ptrdiff_t)w->pad_left, pixels);
  for (; c + VECTOR_WIDTH <= w->in_channels; c += VECTOR_WIDTH)
    transform_input_channels (pixels, c, vector_mask (VECTOR_WIDTH), true, out, stride);
  if (c < w->in_channels)
    transform_input_channels (pixels, c, vector_mask (w->in_channels - c), false, out, stride);
}

/* A^T = [1 1 1 0; 0 1 -1 -1] times a column of four. */
static ALWAYS_INLINE void
transform_output_column (const Vector *m, const size_t step, Vector *y, const size_t y_step)
{
  y[0] = vector_add (vector_add (m[0], m[step]), m[2 * step]);
  y[y_step] = vector_sub (vector_sub (m[step], m[2 * step]), m[3 * step]);
}

/* Writes the outputs that exist and are asked for: rows and columns 1 or 2. */
static void
transform_output (const Winograd *g, size_t row, size_t column, const float *products)
{
  const NncWindow *w = g->window;
  const Vector minimum = vector_splat (w->minimum), maximum = vector_splat (w->maximum);
  size_t stride = g->tiles * padded (w->out_channels);
  size_t rows = g->end - row < 2 ? 1 : 2, columns = w->out_width - column < 2 ? 1 : 2;
  size_t skipped = row < g->begin ? 1 : 0;
  float *y = g->y + (ptrdiff_t)row * w->out_row + (ptrdiff_t)column * w->out_pixel;
  for (size_t c = 0; c < w->out_channels; c += VECTOR_WIDTH) {
    VectorMask mask = vector_mask (w->out_channels - c);
    Vector m[ELEMENTS], half[8], out[4];
    UNROLL for (size_t i = 0; i < ELEMENTS; i++) m[i] = vector_load (products + i * stride + c);
    UNROLL for (size_t i = 0; i < 4; i++) transform_output_column (m + i, 4, half + i, 4);
    UNROLL for (size_t i = 0; i < 2; i++) transform_output_column (half + 4 * i, 1, out + 2 * i, 1);
    for (size_t i = skipped; i < rows; i++)
      for (size_t j = 0; j < columns; j++)
        vector_store_masked (y + (ptrdiff_t)i * w->out_row + (ptrdiff_t)j * w->out_pixel + c, mask,
                             vector_clamp (out[2 * i + j], minimum, maximum));
  }
}

/* --- run -------------------------------------------------------------------- */

/* products[e] = inputs[e] * weights[e], rows: tiles. */
static void
multiply_element (const Winograd *g, size_t element)
{
  const size_t k = g->window->in_channels, n = g->window->out_channels;
  const NncProduct product
      = { image_tiles (g->window), n, k, (ptrdiff_t)padded (k), (ptrdiff_t)padded (n), -INFINITY, INFINITY, false };
  const float *panels = g->panels + element * element_panels (g->window);
  const float *a = g->inputs + element * g->tiles * padded (k);
  float *y = g->products + element * g->tiles * padded (n);
  for (size_t column = 0; column < n; column += TILE_COLUMNS)
    NNC_ISA (nnc_panel_run) (&product, a, nnc_panel (panels, column, k), column, y, 0, g->tiles);
}

/* Tiles [first, first + n) of the image's rows, counted along the rows of tiles. */
static void
run_chunk (const Winograd *g, size_t first)
{
  const NncWindow *w = g->window;
  const size_t per_row = (w->out_width + 1) / 2;
  for (size_t t = 0; t < g->tiles; t++)
    transform_input (g, g->grid + (first + t) / per_row * 2, (first + t) % per_row * 2,
                     g->inputs + t * padded (w->in_channels));
  for (size_t element = 0; element < ELEMENTS; element++)
    multiply_element (g, element);
  for (size_t t = 0; t < g->tiles; t++)
    transform_output (g, g->grid + (first + t) / per_row * 2, (first + t) % per_row * 2,
                      g->products + t * padded (w->out_channels));
}

/* Rows [begin, end) of one image, in chunks of nearly the same size. */
static void
run_image (Winograd *g)
{
  const size_t most = chunk_size (g->window);
  const size_t n = (g->end - g->grid + 1) / 2 * ((g->window->out_width + 1) / 2), chunks = (n + most - 1) / most;
  for (size_t chunk = 0, done = 0; chunk < chunks; chunk++, done += g->tiles) {
    g->tiles = n * (chunk + 1) / chunks - done;
    run_chunk (g, done);
  }
}

static void
winograd_run (const NncWindow *window, const float *x, const void *packed, float *y, void *scratch, size_t begin,
              size_t end)
{
  Winograd g = { .window = window, .zeros = packed, .inputs = scratch };
  g.panels = g.zeros + zeros_length (window);
  g.products = g.inputs + chunk_size (window) * ELEMENTS * padded (window->in_channels);
  while (begin < end) {
    size_t image = begin / window->out_height, first = image * window->out_height;
    g.x = x + (ptrdiff_t)image * window->in_image;
    g.y = y + (ptrdiff_t)image * window->out_image;
    g.begin = begin - first;
    g.grid = g.begin / 2 * 2;
    g.end = end - first < window->out_height ? end - first : window->out_height;
    run_image (&g);
    begin = first + g.end;
  }
}

/* Where the transforms cost less than the products that they save, and the larger weights are used often enough. */
static bool
winograd_accepts (const NncWindow *w)
{
  size_t tiles = image_tiles (w);
  return w->kernel_height == 3 && w->kernel_width == 3 && w->stride_y == 1 && w->stride_x == 1 && w->dilation_y == 1
         && w->dilation_x == 1 && w->groups == 1 && !w->ordered && w->in_channels >= 16 && w->out_channels >= 16
         && tiles >= 2 * TILE_ROWS && 6 * w->out_height * w->out_width >= 16 * tiles;
}

const NncConvolution NNC_ISA (nnc_winograd_f32) = {
  .accepts = winograd_accepts,
  .packed_size = winograd_packed_size,
  .pack = winograd_pack,
  .scratch_size = winograd_scratch_size,
  .run = winograd_run,
};
