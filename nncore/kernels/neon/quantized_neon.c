/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* quantized_neon.c: convolution of bytes by NEON, exact, compiled once for each
 * way of quantized_products.h. Products are of signed bytes: unsigned x and
 * weights have their upper bit flipped (x - 128), and
 *   sum (x - xz)(w - wz) = sum x w - xz sum w - wz sum x + n xz wz,
 * where all but sum x is known when weights are packed. Weights of 16 bits are w - wz, and need no sum x.
 *
 * A window is cut into segments, bytes that lie side by side: a row of the window, or where it is dilated each pixel.
 * What is read behind the last byte of a segment has weights of 0.
 * Packed: panels of 16 output channels: two NncEight; [segments][groups][16][GROUP] weights. */
#include "kernel_list.h"
#include "quantized_copy_neon.h"
#include "quantized_products.h"

#define CHUNK 96 /* pixels of a pointwise convolution that are copied at a time */

typedef struct {
  NncEight eights[PANEL / 8];
  Weight weights[];
} Panel;

static bool
is_dilated (const NncWindow *w)
{
  return w->dilation_x > 1 && w->kernel_width > 1;
}

static size_t
count_segments (const NncWindow *w)
{
  return is_dilated (w) ? w->kernel_height * w->kernel_width : w->kernel_height;
}

static size_t
segment_size (const NncWindow *w)
{
  return is_dilated (w) ? w->in_channels : w->kernel_width * w->in_channels;
}

static size_t
count_groups (const NncWindow *w)
{
  return (segment_size (w) + GROUP - 1) / GROUP;
}

static size_t
panel_size (const NncWindow *w)
{
  return sizeof (Panel) + count_segments (w) * count_groups (w) * GROUP * PANEL * sizeof (Weight);
}

static bool
accepts (const NncQuantizedWindow *q)
{
  return q->stored != NNC_STORED_I16 && !q->wide && q->window.groups == 1;
}

static size_t
packed_size (const NncQuantizedWindow *q)
{
  return (q->window.out_channels + PANEL - 1) / PANEL * panel_size (&q->window);
}

/* Added to a weight as stored. */
static int32_t
weight_offset (const NncQuantizedWindow *q)
{
  if (sizeof (Weight) > 1)
    return -q->weight_zero_point;
  return q->weights == NNC_STORED_U8 ? -128 : 0;
}

/* Of weights as packed. */
static int32_t
weight_zero_point (const NncQuantizedWindow *q)
{
  return q->weight_zero_point + weight_offset (q);
}

static void
pack_channel (const NncQuantizedWindow *q, const NncQuantizedFilter *filter, size_t o, Panel *panel)
{
  const NncWindow *w = &q->window;
  int32_t offset = weight_offset (q), xz = q->x_zero_point + nnc_rows_offset (q), wz = weight_zero_point (q), sum = 0;
  int32_t n = (int32_t)nnc_quantized_patch (q);
  size_t column = o % PANEL, k = 0;
  for (size_t ky = 0; ky < w->kernel_height; ky++)
    for (size_t kx = 0; kx < w->kernel_width; kx++)
      for (size_t i = 0; i < w->in_channels; i++, k++) {
        int32_t weight = nnc_quantized_weight (q, filter, o, i, ky, kx) + offset;
        size_t at = k / segment_size (w) * count_groups (w) * GROUP + k % segment_size (w);
        panel->weights[(at / GROUP * PANEL + column) * GROUP + at % GROUP] = (Weight)weight;
        sum += weight;
      }
  if (q->rounding != NNC_ROUND_NONE)
    sum = (int32_t)((uint32_t)nnc_quantized_bias (filter, o) - (uint32_t)(xz * sum) + (uint32_t)(n * xz * wz));
  nnc_eight_set (q, filter, o, &panel->eights[column / 8], sum);
}

static void
pack (const NncQuantizedWindow *q, const NncQuantizedFilter *filter, void *packed)
{
  memset (packed, 0, packed_size (q));
  for (size_t o = 0; o < q->window.out_channels; o++)
    pack_channel (q, filter, o, (Panel *)((uint8_t *)packed + o / PANEL * panel_size (&q->window)));
}

/* --- pixels ------------------------------------------------------------------------------- */

/* sum x of one patch. */
static int32_t
sum_patch (const Patches *p, size_t at)
{
  int32x4_t sums = vdupq_n_s32 (0);
  int32_t rest = 0;
  for (size_t i = 0; i < p->n_segments; i++) {
    const int8_t *x = (const int8_t *)p->segments[i] + at * p->step;
    size_t k = 0;
    for (; k + 16 <= p->size; k += 16)
      sums = vpadalq_s16 (sums, vpaddlq_s8 (vld1q_s8 (x + k)));
    for (; k < p->size; k++)
      rest += x[k];
  }
  return vaddvq_s32 (sums) + rest;
}

static NNC_INLINE void
store_reals (const NncQuantizedWindow *q, const Panel *panel, const int32x4_t *s, float *y, size_t channels,
             const int vectors)
{
  const int32_t zero_point = q->x_zero_point + nnc_rows_offset (q);
  for (size_t v = 0; v < (size_t)vectors && v * 4 < channels; v++)
    nnc_store_reals (y + v * 4, nnc_eight_real (q, &panel->eights[v / 2], v % 2 * 4, s[v], zero_point),
                     channels - v * 4);
}

static NNC_INLINE void
run_rows (const NncQuantizedWindow *q, const Patches *p, const Panel *panel, size_t channels, size_t first, uint8_t *y,
          const int rows, const int vectors)
{
  const int32_t wz = weight_zero_point (q);
  int32x4_t s[ROWS][4];
  NNC_UNROLL for (int r = 0; r < rows; r++) NNC_UNROLL for (int v = 0; v < 4; v++) s[r][v]
      = nnc_eight_start (q, &panel->eights[v / 2], (size_t)v % 2 * 4);
  sum_products (p, panel->weights, first, s, rows, vectors);
  NNC_UNROLL for (int r = 0; r < rows; r++)
  {
    uint8_t *to = y + r * q->window.out_pixel * nnc_quantized_y_size (q);
    if (q->rounding == NNC_ROUND_NONE) {
      store_reals (q, panel, s[r], (float *)(void *)to, channels, vectors);
      continue;
    }
    if (wz) {
      const int32x4_t off = vdupq_n_s32 (wz * sum_patch (p, first + (size_t)r));
      NNC_UNROLL for (int v = 0; v < vectors; v++) s[r][v] = vsubq_s32 (s[r][v], off);
    }
    nnc_eights_multiply (q, panel->eights, s[r], vectors);
    nnc_store_bytes (to, nnc_eights_pack (q, s[r]), channels);
  }
}

/* n windows, and at most 4 * vectors channels. */
static NNC_INLINE void
run_panel (const NncQuantizedWindow *q, const Patches *p, const Panel *panel, size_t channels, size_t n, uint8_t *y,
           const int vectors)
{
  ptrdiff_t pixel = q->window.out_pixel * nnc_quantized_y_size (q);
  size_t i = 0;
  for (; i + ROWS <= n; i += ROWS)
    run_rows (q, p, panel, channels, i, y + (ptrdiff_t)i * pixel, ROWS, vectors);
  for (; i + 2 <= n; i += 2)
    run_rows (q, p, panel, channels, i, y + (ptrdiff_t)i * pixel, 2, vectors);
  if (i < n)
    run_rows (q, p, panel, channels, i, y + (ptrdiff_t)i * pixel, 1, vectors);
}

static void
run_pixels (const NncQuantizedWindow *q, const Patches *p, const uint8_t *panels, size_t n, uint8_t *y)
{
  size_t size = panel_size (&q->window), y_size = (size_t)nnc_quantized_y_size (q);
  for (size_t o = 0; o < q->window.out_channels; o += PANEL, panels += size, y += PANEL * y_size) {
    const Panel *panel = (const Panel *)panels;
    size_t channels = q->window.out_channels - o;
    if (channels > 8)
      run_panel (q, p, panel, channels, n, y, 4);
    else
      run_panel (q, p, panel, channels, n, y, 2);
  }
}

static Patches
patches_new (const NncQuantizedWindow *q, const uint8_t *const *segments)
{
  const NncWindow *w = &q->window;
  return (Patches){ segments, count_segments (w), segment_size (w), count_groups (w), w->stride_x * w->in_channels };
}

/* --- pointwise: all pixels of an image are one row ------------------------------------------ */

static bool
is_pointwise (const NncWindow *w)
{
  return w->kernel_height == 1 && w->kernel_width == 1 && w->stride_x == 1 && w->stride_y == 1 && w->pad_left == 0
         && w->pad_top == 0 && w->out_width == w->in_width && w->out_height <= w->in_height
         && w->in_pixel == (ptrdiff_t)w->in_channels && w->in_row == (ptrdiff_t)w->in_width * w->in_pixel
         && w->out_row == (ptrdiff_t)w->out_width * w->out_pixel;
}

/* Bytes that may be read as they lie: whole groups, nothing to flip. */
static bool
is_direct (const NncQuantizedWindow *q)
{
  return nnc_rows_offset (q) == 0 && q->window.in_channels % GROUP == 0;
}

static void
run_pointwise (const NncQuantizedWindow *q, const uint8_t *x, const void *packed, uint8_t *y, uint8_t *scratch,
               size_t pixels)
{
  const NncWindow *w = &q->window;
  const uint8_t *segment = scratch;
  Patches patches = patches_new (q, &segment);
  for (size_t n; pixels; pixels -= n) {
    n = pixels < CHUNK ? pixels : CHUNK;
    if (is_direct (q))
      segment = x;
    else
      nnc_rows_copy (q, scratch, x, n * w->in_channels);
    run_pixels (q, &patches, packed, n, y);
    x += n * w->in_channels;
    y += (ptrdiff_t)n * w->out_pixel * nnc_quantized_y_size (q);
  }
}

/* --- all others: a row of windows at a time --------------------------------------------------- */

static size_t
segments_size (const NncWindow *w)
{
  return nnc_rows_align (count_segments (w) * sizeof (uint8_t *));
}

static void
run_row (const NncQuantizedWindow *q, const NncRows *rows, const uint8_t **segments, const void *packed, uint8_t *y)
{
  const NncWindow *w = &q->window;
  Patches patches = patches_new (q, segments);
  size_t columns = is_dilated (w) ? w->kernel_width : 1;
  for (size_t i = 0; i < patches.n_segments; i++)
    segments[i] = rows->rows[i / columns] + i % columns * w->dilation_x * w->in_channels;
  run_pixels (q, &patches, packed, w->out_width, y);
}

static size_t
scratch_size (const NncQuantizedWindow *q)
{
  const NncWindow *w = &q->window;
  if (is_pointwise (w))
    return CHUNK * w->in_channels + NNC_ROWS_SLACK;
  return segments_size (w) + nnc_rows_scratch_size (w, nnc_rows_size (w));
}

static void
run (const NncQuantizedWindow *q, const void *x, const void *packed, void *y, void *scratch, size_t begin, size_t end)
{
  const NncWindow *w = &q->window;
  const ptrdiff_t y_size = nnc_quantized_y_size (q);
  NncRows rows;
  if (!is_pointwise (w)) {
    rows = nnc_rows_new (w, nnc_rows_size (w), (uint8_t *)scratch + segments_size (w));
    nnc_rows_forget (w, &rows);
  }
  for (size_t row = begin, n; row < end; row += n) {
    size_t out_y = row % w->out_height;
    const uint8_t *image = (const uint8_t *)x + (ptrdiff_t)(row / w->out_height) * w->in_image;
    uint8_t *out
        = (uint8_t *)y + ((ptrdiff_t)(row / w->out_height) * w->out_image + (ptrdiff_t)out_y * w->out_row) * y_size;
    if (is_pointwise (w)) {
      n = w->out_height - out_y < end - row ? w->out_height - out_y : end - row;
      run_pointwise (q, image + (ptrdiff_t)out_y * w->in_row, packed, out, scratch, n * w->out_width);
      continue;
    }
    n = 1;
    if (out_y == 0)
      nnc_rows_forget (w, &rows);
    nnc_rows_move (q, &rows, image, out_y, nnc_rows_fill, NULL);
    run_row (q, &rows, scratch, packed, out);
  }
}

const NncQuantizedConvolution NNC_ISA (nnc_quantized_convolution) = { accepts, packed_size, pack, scratch_size, run };
