/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* quantized_depthwise_neon.c: depthwise convolution of bytes by NEON, exact:
 * both sides are widened to 16 bits, and smlal adds their products. x is signed,
 * flipped where it is not (quantized_neon.c), weights are less their zero point:
 *   sum (x - xz) w = sum x w - xz sum w, the latter known when weights are packed.
 * Packed: for every 8 channels an NncEight, then [taps][8] weights. */
#include "kernel_list.h"
#include "quantized_copy_neon.h"
#include "quantized_sums_neon.h"

#define TILE 4 /* pixels side by side */

typedef struct {
  NncEight eight;
  int16_t weights[];
} Block;

static size_t
count_taps (const NncWindow *w)
{
  return w->kernel_height * w->kernel_width;
}

static size_t
block_size (const NncWindow *w)
{
  return sizeof (Block) + count_taps (w) * 8 * sizeof (int16_t);
}

static bool
accepts (const NncQuantizedWindow *q)
{
  const NncWindow *w = &q->window;
  return q->stored != NNC_STORED_I16 && !q->wide && w->groups == w->in_channels && w->out_channels == w->in_channels
         && w->groups > 1;
}

static size_t
packed_size (const NncQuantizedWindow *q)
{
  return (q->window.in_channels + 7) / 8 * block_size (&q->window);
}

static void
pack (const NncQuantizedWindow *q, const NncQuantizedFilter *filter, void *packed)
{
  const NncWindow *w = &q->window;
  memset (packed, 0, packed_size (q));
  for (size_t c = 0; c < w->in_channels; c++) {
    Block *block = (Block *)((uint8_t *)packed + c / 8 * block_size (w));
    int32_t sum = 0, xz = q->x_zero_point + nnc_rows_offset (q);
    for (size_t tap = 0; tap < count_taps (w); tap++) {
      int32_t weight = nnc_quantized_weight (q, filter, c, 0, tap / w->kernel_width, tap % w->kernel_width);
      weight -= q->weight_zero_point;
      block->weights[tap * 8 + c % 8] = (int16_t)weight;
      sum += weight;
    }
    if (q->rounding != NNC_ROUND_NONE)
      sum = (int32_t)((uint32_t)nnc_quantized_bias (filter, c) - (uint32_t)(xz * sum));
    nnc_eight_set (q, filter, c, &block->eight, sum);
  }
}

/* --- a tile of pixels by 8 channels ----------------------------------------------------------- */

typedef struct {
  const NncQuantizedWindow *q;
  const uint8_t *const *rows;
} Work;

static NNC_INLINE void
add_products (int32x4_t s[2], int16x8_t x, int16x8_t w)
{
  s[0] = vmlal_s16 (s[0], vget_low_s16 (x), vget_low_s16 (w));
  s[1] = vmlal_high_s16 (s[1], x, w);
}

static NNC_INLINE int16x8_t
load_eight (const uint8_t *x)
{
  return vmovl_s8 (vreinterpret_s8_u8 (vld1_u8 (x)));
}

/* A kernel whose size and stride are constants: a column is loaded once for all the pixels that see it. */
static NNC_INLINE void
sum_columns (const Work *work, const int16_t *weights, size_t at, int32x4_t s[TILE][2], const size_t pixels,
             const size_t kernel, const size_t stride)
{
  const size_t channels = work->q->window.in_channels, span = (pixels - 1) * stride + kernel;
  NNC_UNROLL for (size_t ky = 0; ky < kernel; ky++)
  {
    const uint8_t *row = work->rows[ky] + at;
    NNC_UNROLL for (size_t column = 0; column < span; column++)
    {
      const int16x8_t x = load_eight (row + column * channels);
      NNC_UNROLL for (size_t i = 0; i < pixels; i++) if (column >= i * stride && column - i * stride < kernel)
          add_products (s[i], x, vld1q_s16 (weights + (ky * kernel + column - i * stride) * 8));
    }
  }
}

/* Any kernel. */
static NNC_INLINE void
sum_taps (const Work *work, const int16_t *weights, size_t at, int32x4_t s[TILE][2], const size_t pixels)
{
  const NncWindow *w = &work->q->window;
  const size_t column = w->dilation_x * w->in_channels, pixel = w->stride_x * w->in_channels;
  for (size_t ky = 0; ky < w->kernel_height; ky++)
    for (size_t kx = 0; kx < w->kernel_width; kx++, weights += 8)
      NNC_UNROLL for (size_t i = 0; i < pixels; i++)
          add_products (s[i], load_eight (work->rows[ky] + at + kx * column + i * pixel), vld1q_s16 (weights));
}

static NNC_INLINE void
store_reals (const NncQuantizedWindow *q, const Block *block, const int32x4_t s[2], float *y, size_t n)
{
  const int32_t zero_point = q->x_zero_point + nnc_rows_offset (q);
  nnc_store_reals (y, nnc_eight_real (q, &block->eight, 0, s[0], zero_point), n);
  if (n > 4)
    nnc_store_reals (y + 4, nnc_eight_real (q, &block->eight, 4, s[1], zero_point), n - 4);
}

/* Of the channels from `at` on, n of which there are; kernel 0: any. */
static NNC_INLINE void
run_tile (const Work *work, const Block *block, size_t at, uint8_t *y, size_t n, const size_t pixels,
          const size_t kernel, const size_t stride)
{
  const NncQuantizedWindow *q = work->q;
  const ptrdiff_t pixel = q->window.out_pixel * nnc_quantized_y_size (q);
  int32x4_t s[TILE][2];
  NNC_UNROLL for (size_t i = 0; i < pixels; i++)
  {
    s[i][0] = nnc_eight_start (q, &block->eight, 0);
    s[i][1] = nnc_eight_start (q, &block->eight, 4);
  }
  if (kernel)
    sum_columns (work, block->weights, at, s, pixels, kernel, stride);
  else
    sum_taps (work, block->weights, at, s, pixels);
  if (q->rounding == NNC_ROUND_NONE) {
    NNC_UNROLL for (size_t i = 0; i < pixels; i++)
        store_reals (q, block, s[i], (float *)(void *)(y + (ptrdiff_t)i * pixel), n);
    return;
  }
  NNC_UNROLL for (size_t i = 0; i < pixels; i++) nnc_eights_multiply (q, &block->eight, s[i], 2);
  NNC_UNROLL for (size_t i = 0; i < pixels; i += 2)
  {
    const size_t next = i + 1 < pixels ? i + 1 : i;
    const int32x4_t two[4] = { s[i][0], s[i][1], s[next][0], s[next][1] };
    const uint8x16_t bytes = nnc_eights_pack (q, two);
    nnc_store_bytes (y + (ptrdiff_t)i * pixel, bytes, n < 8 ? n : 8);
    if (next > i)
      nnc_store_bytes (y + (ptrdiff_t)next * pixel, vextq_u8 (bytes, bytes, 8), n < 8 ? n : 8);
  }
}

/* --- a row --------------------------------------------------------------------------------------- */

static NNC_INLINE void
run_channels (const Work *work, const Block *block, size_t channel, uint8_t *y, const size_t kernel,
              const size_t stride)
{
  const NncWindow *w = &work->q->window;
  const ptrdiff_t pixel = w->out_pixel * nnc_quantized_y_size (work->q);
  const size_t step = w->stride_x * w->in_channels, n = w->in_channels - channel;
  size_t i = 0;
  for (; i + TILE <= w->out_width; i += TILE)
    run_tile (work, block, channel + i * step, y + (ptrdiff_t)i * pixel, n, TILE, kernel, stride);
  for (; i < w->out_width; i++)
    run_tile (work, block, channel + i * step, y + (ptrdiff_t)i * pixel, n, 1, kernel, stride);
}

static void
run_row (const Work *work, const uint8_t *blocks, uint8_t *y)
{
  const NncWindow *w = &work->q->window;
  const size_t size = block_size (w), y_size = (size_t)nnc_quantized_y_size (work->q);
  const bool square = w->kernel_height == w->kernel_width && w->dilation_x == 1;
  for (size_t c = 0; c < w->in_channels; c += 8, blocks += size, y += 8 * y_size) {
    const Block *block = (const Block *)blocks;
    if (square && w->kernel_width == 3 && w->stride_x == 1)
      run_channels (work, block, c, y, 3, 1);
    else if (square && w->kernel_width == 3 && w->stride_x == 2)
      run_channels (work, block, c, y, 3, 2);
    else if (square && w->kernel_width == 5 && w->stride_x == 1)
      run_channels (work, block, c, y, 5, 1);
    else
      run_channels (work, block, c, y, 0, 0);
  }
}

static size_t
scratch_size (const NncQuantizedWindow *q)
{
  return nnc_rows_scratch_size (&q->window, nnc_rows_size (&q->window));
}

static void
run (const NncQuantizedWindow *q, const void *x, const void *packed, void *y, void *scratch, size_t begin, size_t end)
{
  const NncWindow *w = &q->window;
  NncRows rows = nnc_rows_new (w, nnc_rows_size (w), scratch);
  const Work work = { q, rows.rows };
  nnc_rows_forget (w, &rows);
  for (size_t row = begin; row < end; row++) {
    const size_t out_y = row % w->out_height;
    const ptrdiff_t at = (ptrdiff_t)(row / w->out_height) * w->out_image + (ptrdiff_t)out_y * w->out_row;
    if (out_y == 0)
      nnc_rows_forget (w, &rows);
    nnc_rows_move (q, &rows, (const uint8_t *)x + (ptrdiff_t)(row / w->out_height) * w->in_image, out_y, nnc_rows_fill,
                   NULL);
    run_row (&work, packed, (uint8_t *)y + at * nnc_quantized_y_size (q));
  }
}

const NncQuantizedConvolution nnc_quantized_depthwise_neon = { accepts, packed_size, pack, scratch_size, run };
