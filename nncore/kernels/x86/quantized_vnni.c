/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* quantized_vnni.c: convolution of bytes by AVX-512 VNNI, exact. vpdpbusd
 * multiplies unsigned by signed: signed x become unsigned by flipping their
 * upper bit (x + 128), unsigned weights signed by the same (w - 128), and
 *   sum (x - xz)(w - wz) = sum x w - xz sum w - wz sum x + n xz wz,
 * where all but sum x is known when weights are packed.
 *
 * A window is cut into segments, bytes that lie side by side: a row of the window, or where it is dilated each pixel.
 * Segments are read four bytes at a time; what is read behind the last has weights of 0.
 * Packed: panels of 64 output channels: NncSums; [segments][groups of 4][64][4] weights. Sums of a panel of at most 32
 * or 16 channels are those of 2 or 4 pixels side by side. */
#include "kernel_list.h"
#include "quantized_copy_avx512.h"
#include "quantized_sums.h"

#define PANEL NNC_SUMS
#define LANES NNC_SUMS_LANES
#define CHUNK 96 /* pixels of a pointwise convolution that are copied at a time */

typedef struct {
  NncSums sums;
  int8_t weights[];
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

/* Groups of four bytes. */
static size_t
count_groups (const NncWindow *w)
{
  return (segment_size (w) + 3) / 4;
}

static size_t
panel_size (const NncWindow *w)
{
  return sizeof (Panel) + count_segments (w) * count_groups (w) * 4 * PANEL;
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

/* Vectors of 16 channels of the panel that channel o is in: 1, 2 or 4. */
static int
count_vectors (const NncQuantizedWindow *q, size_t o)
{
  size_t channels = q->window.out_channels - o / PANEL * PANEL;
  return channels > 2 * LANES ? 4 : channels > LANES ? 2 : 1;
}

/* Added to a weight as stored. */
static int32_t
weight_offset (const NncQuantizedWindow *q)
{
  return q->weights == NNC_STORED_U8 ? -128 : 0;
}

/* Weights of a channel that lie together, four at a time: n of them, a multiple of four, to panel. Returns their sum.
 */
static int32_t
pack_fours (const uint8_t *weights, size_t n, bool is_signed, int8_t *panel)
{
  const uint32_t flip = is_signed ? 0 : 0x80808080;
  int32_t sum = 0;
  for (size_t i = 0; i < n; i += 4, panel += 4 * PANEL) {
    uint32_t four;
    memcpy (&four, weights + i, 4);
    four ^= flip;
    memcpy (panel, &four, 4);
    sum += (int8_t)four + (int8_t)(four >> 8) + (int8_t)(four >> 16) + (int8_t)(four >> 24);
  }
  return sum;
}

static void
pack_channel (const NncQuantizedWindow *q, const NncQuantizedFilter *filter, size_t o, Panel *panel)
{
  const NncWindow *w = &q->window;
  int32_t offset = weight_offset (q), xz = q->x_zero_point + nnc_rows_offset (q), sum = 0;
  int32_t wz = q->weight_zero_point + offset, n = (int32_t)nnc_quantized_patch (q);
  size_t column = o % PANEL, byte = 0, left = segment_size (w);
  for (size_t ky = 0; ky < w->kernel_height; ky++)
    for (size_t kx = 0; kx < w->kernel_width; kx++, byte += w->in_channels, left -= w->in_channels) {
      size_t i = 0;
      if (left == 0) { /* segments begin at multiples of four */
        byte = (byte + 3) / 4 * 4;
        left = segment_size (w);
      }
      if (filter->in == 1 && byte % 4 == 0) {
        const uint8_t *tap = (const uint8_t *)filter->data + (ptrdiff_t)o * filter->out + (ptrdiff_t)ky * filter->row
                             + (ptrdiff_t)kx * filter->column;
        i = w->in_channels / 4 * 4;
        sum += pack_fours (tap, i, q->weights == NNC_STORED_I8, panel->weights + byte * PANEL + column * 4);
      }
      for (; i < w->in_channels; i++) {
        int32_t weight = nnc_quantized_weight (q, filter, o, i, ky, kx) + offset;
        panel->weights[(byte + i) / 4 * 4 * PANEL + column * 4 + (byte + i) % 4] = (int8_t)weight;
        sum += weight;
      }
    }
  if (q->rounding == NNC_ROUND_NONE)
    sum -= n * wz;
  else
    sum = (int32_t)((uint32_t)nnc_quantized_bias (filter, o) - (uint32_t)(xz * sum) + (uint32_t)(n * xz * wz));
  for (size_t at = column; at < PANEL; at += (size_t)count_vectors (q, o) * LANES)
    nnc_sums_set (q, filter, o, &panel->sums, at, sum);
}

static void
pack (const NncQuantizedWindow *q, const NncQuantizedFilter *filter, void *packed)
{
  uint8_t *panels = packed;
  size_t size = panel_size (&q->window);
  memset (packed, 0, packed_size (q));
  for (size_t o = 0; o < q->window.out_channels; o++, panels += o % PANEL ? 0 : size) {
    Panel *panel = (Panel *)panels;
    if (o % PANEL == 0)
      nnc_sums_init (&panel->sums);
    pack_channel (q, filter, o, panel);
  }
}

/* --- pixels ------------------------------------------------------------------------------- */

/* The patches under neighbouring windows. */
typedef struct {
  const uint8_t *const *segments; /* of the first */
  size_t n_segments, groups;
  size_t step; /* bytes from one window to the next */
  int32_t weight_zero_point;
  int32_t last; /* ones for the bytes of a segment's last group */
} Patches;

/* `rows` windows from number `first` on by `vectors` times 16 channels. */
static NNC_INLINE void
sum_tile (const Patches *p, const Panel *panel, size_t first, int32_t *sums, const int rows, const int vectors,
          const bool has_zero_point)
{
  __m512i s[8][4], x_sums[8];
  const __m512i ones = _mm512_set1_epi8 (1), last = _mm512_set1_epi32 (p->last);
  const int8_t *weights = panel->weights;
  const size_t step = p->step, groups = p->groups;
  NNC_UNROLL for (int r = 0; r < rows; r++)
  {
    x_sums[r] = _mm512_setzero_si512 ();
    NNC_UNROLL for (int v = 0; v < vectors; v++) s[r][v] = _mm512_setzero_si512 ();
  }
  for (size_t i = 0; i < p->n_segments; i++) {
    const uint8_t *x = p->segments[i] + first * step;
    for (size_t g = 0; g < groups; g++, x += 4, weights += 4 * PANEL) {
      __m512i w[4];
      NNC_UNROLL for (int v = 0; v < vectors; v++) w[v] = _mm512_loadu_si512 (weights + v * 64);
      NNC_UNROLL for (int r = 0; r < rows; r++)
      {
        int32_t four;
        memcpy (&four, x + (size_t)r * step, 4);
        __m512i taps = _mm512_set1_epi32 (four);
        NNC_UNROLL for (int v = 0; v < vectors; v++) nnc_sums_dot (&s[r][v], taps, w[v]);
        if (has_zero_point)
          nnc_sums_dot (&x_sums[r], taps, g + 1 < groups ? ones : last);
      }
    }
  }
  NNC_UNROLL for (int r = 0; r < rows; r++)
  {
    if (has_zero_point)
      x_sums[r] = _mm512_mullo_epi32 (x_sums[r], _mm512_set1_epi32 (p->weight_zero_point));
    NNC_UNROLL for (int v = 0; v < vectors; v++)
        _mm512_store_si512 (sums + (r * vectors + v) * LANES, _mm512_sub_epi32 (s[r][v], x_sums[r]));
  }
}

/* Of at most 8 windows, 6 where there are 4 vectors: more sums would not fit into the registers. */
static NNC_INLINE void
sum_tile_of (const Patches *p, const Panel *panel, size_t first, int32_t *sums, size_t rows, const int vectors,
             const bool has_zero_point)
{
  switch (rows) {
  case 8:
    if (vectors < 4)
      sum_tile (p, panel, first, sums, 8, vectors, has_zero_point);
    break;
  case 7:
    if (vectors < 4)
      sum_tile (p, panel, first, sums, 7, vectors, has_zero_point);
    break;
  case 6:
    sum_tile (p, panel, first, sums, 6, vectors, has_zero_point);
    break;
  case 5:
    sum_tile (p, panel, first, sums, 5, vectors, has_zero_point);
    break;
  case 4:
    sum_tile (p, panel, first, sums, 4, vectors, has_zero_point);
    break;
  case 3:
    sum_tile (p, panel, first, sums, 3, vectors, has_zero_point);
    break;
  case 2:
    sum_tile (p, panel, first, sums, 2, vectors, has_zero_point);
    break;
  default:
    sum_tile (p, panel, first, sums, 1, vectors, has_zero_point);
  }
}

/* n windows in tiles of nearly the same size, at most `most` of them. */
static NNC_INLINE void
sum_windows (const Patches *p, const Panel *panel, size_t first, size_t n, int32_t *sums, const int vectors,
             const size_t most, const bool has_zero_point)
{
  const size_t pixel = (size_t)vectors * LANES;
  for (size_t tiles = (n + most - 1) / most, rows; tiles; tiles--, n -= rows, first += rows, sums += rows * pixel) {
    rows = n == tiles * most ? most : (n + tiles - 1) / tiles;
    sum_tile_of (p, panel, first, sums, rows, vectors, has_zero_point);
  }
}

/* n windows, and at most 16 * vectors channels. */
static NNC_INLINE void
run_panel (const NncQuantizedWindow *q, const Patches *p, const Panel *panel, size_t channels, size_t n, uint8_t *y,
           const int vectors, const size_t most, const bool has_zero_point)
{
  const size_t pixel = (size_t)vectors * LANES, together = PANEL / pixel;
  const NncSumsBlock block = { NNC_SUMS_IN_ORDER, pixel, channels < pixel ? channels : pixel };
  int32_t sums[NNC_SUMS_BATCH * NNC_SUMS] __attribute__ ((aligned (64)));
  for (size_t i = 0, pixels; i < n; i += pixels) {
    pixels = n - i < NNC_SUMS_BATCH * together ? n - i : NNC_SUMS_BATCH * together;
    if (pixels % together)
      memset (sums + pixels / together * PANEL, 0, PANEL * sizeof *sums);
    sum_windows (p, panel, i, pixels, sums, vectors, most, has_zero_point);
    nnc_sums_finish (q, &panel->sums, &block, sums, pixels,
                     y + (ptrdiff_t)i * q->window.out_pixel * nnc_quantized_y_size (q));
  }
}

static NNC_INLINE void
run_panels (const NncQuantizedWindow *q, const Patches *p, const uint8_t *panels, size_t n, uint8_t *y,
            const bool has_zero_point)
{
  size_t size = panel_size (&q->window), panel_out = PANEL * (size_t)nnc_quantized_y_size (q);
  for (size_t o = 0; o < q->window.out_channels; o += PANEL, panels += size, y += panel_out) {
    const Panel *panel = (const Panel *)panels;
    size_t channels = q->window.out_channels - o;
    int vectors = count_vectors (q, o);
    if (vectors == 4)
      run_panel (q, p, panel, channels, n, y, 4, 6, has_zero_point);
    else if (vectors == 2)
      run_panel (q, p, panel, channels, n, y, 2, 8, has_zero_point);
    else
      run_panel (q, p, panel, channels, n, y, 1, 8, has_zero_point);
  }
}

/* Two copies: sums of x beside the others would cost those without them registers. */
static __attribute__ ((noinline)) void
run_panels_with_zero_point (const NncQuantizedWindow *q, const Patches *p, const uint8_t *panels, size_t n, uint8_t *y)
{
  run_panels (q, p, panels, n, y, true);
}

static void
run_pixels (const NncQuantizedWindow *q, const Patches *p, const uint8_t *panels, size_t n, uint8_t *y)
{
  if (p->weight_zero_point)
    run_panels_with_zero_point (q, p, panels, n, y);
  else
    run_panels (q, p, panels, n, y, false);
}

static Patches
patches_new (const NncQuantizedWindow *q, const uint8_t *const *segments)
{
  const NncWindow *w = &q->window;
  return (Patches){ segments,
                    count_segments (w),
                    count_groups (w),
                    w->stride_x * w->in_channels,
                    q->weight_zero_point + weight_offset (q),
                    0x01010101 >> (count_groups (w) * 4 - segment_size (w)) * 8 };
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
  return q->stored == NNC_STORED_U8 && q->window.in_channels % 4 == 0;
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
  NncRows rows;
  if (!is_pointwise (w)) {
    rows = nnc_rows_new (w, nnc_rows_size (w), (uint8_t *)scratch + segments_size (w));
    nnc_rows_forget (w, &rows);
  }
  for (size_t row = begin, n; row < end; row += n) {
    size_t out_y = row % w->out_height;
    const uint8_t *image = (const uint8_t *)x + (ptrdiff_t)(row / w->out_height) * w->in_image;
    uint8_t *out = (uint8_t *)y
                   + ((ptrdiff_t)(row / w->out_height) * w->out_image + (ptrdiff_t)out_y * w->out_row)
                         * nnc_quantized_y_size (q);
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

const NncQuantizedConvolution nnc_quantized_convolution_vnni = { accepts, packed_size, pack, scratch_size, run };
