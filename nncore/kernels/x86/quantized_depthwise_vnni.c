/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* quantized_depthwise_vnni.c: depthwise convolution of bytes by AVX-512 VNNI,
 * exact. Four rows of a column of the window are interleaved, so that vpdpbusd
 * sums each channel's own four products; see quantized_vnni.c for signs and zero points.
 *
 * 64 elements at a time. With a stride of 1 a row of the output is one run of elements, whatever its pixels are: few
 * channels fill vectors, too. Then element e is of channel e % C, and what blocks of 64 need repeats after
 * C / gcd (C, 64) blocks. With other strides each pixel is such a run.
 * Packed: blocks: NncSums; [columns][groups of 4 rows] of 4 vectors of weights, as interleaving leaves them. */
#include "kernel_list.h"
#include "quantized_rows.h"
#include "quantized_sums.h"

#define BLOCK NNC_SUMS
#define MIN_COMMON 8 /* below, blocks are too many to be worth it */

typedef struct {
  NncSums sums;
  int8_t weights[]; /* [kernel_width][groups][4][16][4] */
} Block;

static size_t
common_divisor (size_t a, size_t b)
{
  while (b) {
    size_t rest = a % b;
    a = b;
    b = rest;
  }
  return a;
}

static size_t
count_blocks (const NncWindow *w)
{
  return w->in_channels / common_divisor (w->in_channels, BLOCK);
}

static size_t
count_groups (const NncWindow *w)
{
  return (w->kernel_height + 3) / 4;
}

static size_t
block_size (const NncWindow *w)
{
  return sizeof (Block) + w->kernel_width * count_groups (w) * 4 * BLOCK;
}

static bool
accepts (const NncQuantizedWindow *q)
{
  const NncWindow *w = &q->window;
  return q->stored != NNC_STORED_I16 && !q->wide && w->groups == w->in_channels && w->out_channels == w->in_channels
         && w->groups > 1 && common_divisor (w->in_channels, BLOCK) >= MIN_COMMON
         && w->out_pixel == (ptrdiff_t)w->out_channels;
}

static size_t
packed_size (const NncQuantizedWindow *q)
{
  return count_blocks (&q->window) * block_size (&q->window);
}

/* Where interleaving puts element e of 64 in four vectors of 16: vpunpck works within 128 bits. */
static size_t
lane_of (size_t e)
{
  size_t quarter = e / 16, within = e % 16;
  return within / 4 * 16 + quarter * 4 + within % 4;
}

static int32_t
weight_offset (const NncQuantizedWindow *q)
{
  return q->weights == NNC_STORED_U8 ? -128 : 0;
}

static void
pack_element (const NncQuantizedWindow *q, const NncQuantizedFilter *filter, size_t channel, Block *block, size_t lane)
{
  const NncWindow *w = &q->window;
  int32_t offset = weight_offset (q), xz = q->x_zero_point + nnc_rows_offset (q), sum = 0;
  int32_t wz = q->weight_zero_point + offset, n = (int32_t)nnc_quantized_patch (q);
  for (size_t kx = 0; kx < w->kernel_width; kx++)
    for (size_t ky = 0; ky < w->kernel_height; ky++) {
      int32_t weight = nnc_quantized_weight (q, filter, channel, 0, ky, kx) + offset;
      block->weights[((kx * count_groups (w) + ky / 4) * BLOCK + lane) * 4 + ky % 4] = (int8_t)weight;
      sum += weight;
    }
  if (q->rounding != NNC_ROUND_NONE)
    sum = (int32_t)((uint32_t)nnc_quantized_bias (filter, channel) - (uint32_t)(xz * sum) + (uint32_t)(n * xz * wz));
  nnc_sums_set (q, filter, channel, &block->sums, lane, sum);
}

static void
pack (const NncQuantizedWindow *q, const NncQuantizedFilter *filter, void *packed)
{
  const NncWindow *w = &q->window;
  memset (packed, 0, packed_size (q));
  for (size_t b = 0; b < count_blocks (w); b++) {
    Block *block = (Block *)((uint8_t *)packed + b * block_size (w));
    nnc_sums_init (&block->sums);
    for (size_t e = 0; e < BLOCK; e++)
      pack_element (q, filter, (b * BLOCK + e) % w->in_channels, block, lane_of (e));
  }
}

/* --- running ---------------------------------------------------------------------------- */

typedef struct {
  const NncQuantizedWindow *q;
  const uint8_t *const *rows;
  int32_t weight_zero_point;
} Work;

static NNC_INLINE __m512i
load_row (const Work *work, size_t ky, size_t kernel_height, size_t at)
{
  return ky < kernel_height ? _mm512_loadu_si512 (work->rows[ky] + at) : _mm512_setzero_si512 ();
}

/* Elements of four rows from `at` on, interleaved. */
static NNC_INLINE void
interleave (const Work *work, size_t ky, size_t kernel_height, size_t at, __m512i taps[4])
{
  __m512i a = load_row (work, ky, kernel_height, at), b = load_row (work, ky + 1, kernel_height, at);
  __m512i c = load_row (work, ky + 2, kernel_height, at), d = load_row (work, ky + 3, kernel_height, at);
  __m512i ab_low = _mm512_unpacklo_epi8 (a, b), ab_high = _mm512_unpackhi_epi8 (a, b);
  __m512i cd_low = _mm512_unpacklo_epi8 (c, d), cd_high = _mm512_unpackhi_epi8 (c, d);
  taps[0] = _mm512_unpacklo_epi16 (ab_low, cd_low);
  taps[1] = _mm512_unpackhi_epi16 (ab_low, cd_low);
  taps[2] = _mm512_unpacklo_epi16 (ab_high, cd_high);
  taps[3] = _mm512_unpackhi_epi16 (ab_high, cd_high);
}

/* As reals, in order. */
static NNC_INLINE void
store_reals (const NncQuantizedWindow *q, const Block *block, const __m512i sums[4], uint8_t *y, size_t n)
{
  __m512 lanes[4];
  NNC_UNROLL for (int v = 0; v < 4; v++) lanes[v]
      = nnc_sums_real (q, &block->sums, v, sums[v], q->x_zero_point + nnc_rows_offset (q));
  __m512 low[2] = { _mm512_shuffle_f32x4 (lanes[0], lanes[1], 0x44), _mm512_shuffle_f32x4 (lanes[2], lanes[3], 0x44) };
  __m512 high[2] = { _mm512_shuffle_f32x4 (lanes[0], lanes[1], 0xee), _mm512_shuffle_f32x4 (lanes[2], lanes[3], 0xee) };
  lanes[0] = _mm512_shuffle_f32x4 (low[0], low[1], 0x88);
  lanes[1] = _mm512_shuffle_f32x4 (low[0], low[1], 0xdd);
  lanes[2] = _mm512_shuffle_f32x4 (high[0], high[1], 0x88);
  lanes[3] = _mm512_shuffle_f32x4 (high[0], high[1], 0xdd);
  NNC_UNROLL for (size_t v = 0; v < 4; v++) if (v * NNC_SUMS_LANES < n)
      nnc_sums_store_real ((float *)(void *)y + v * NNC_SUMS_LANES, lanes[v], n - v * NNC_SUMS_LANES);
}

/* Up to 64 elements of y, whose window begins at element `at` of the rows. */
static NNC_INLINE void
run_block (const Work *work, const Block *block, size_t at, size_t kernel_height, size_t kernel_width, uint8_t *y,
           size_t n)
{
  const NncWindow *w = &work->q->window;
  const __m512i ones = _mm512_set1_epi8 (1), zero_point = _mm512_set1_epi32 (work->weight_zero_point);
  const int8_t *weights = block->weights;
  const int32_t wz = work->weight_zero_point;
  __m512i sums[4], x_sums[4];
  NNC_UNROLL for (int v = 0; v < 4; v++) sums[v] = x_sums[v] = _mm512_setzero_si512 ();
  for (size_t kx = 0; kx < kernel_width; kx++, at += w->dilation_x * w->in_channels)
    for (size_t ky = 0; ky < kernel_height; ky += 4, weights += 4 * BLOCK) {
      __m512i taps[4];
      interleave (work, ky, kernel_height, at, taps);
      NNC_UNROLL for (int v = 0; v < 4; v++)
      {
        nnc_sums_dot (&sums[v], taps[v], _mm512_loadu_si512 (weights + v * 64));
        if (wz)
          nnc_sums_dot (&x_sums[v], taps[v], ones);
      }
    }
  if (wz)
    NNC_UNROLL for (int v = 0; v < 4; v++) sums[v]
        = _mm512_sub_epi32 (sums[v], _mm512_mullo_epi32 (x_sums[v], zero_point));
  if (work->q->rounding == NNC_ROUND_NONE)
    store_reals (work->q, block, sums, y, n);
  else
    nnc_sums_store (y, nnc_sums_finish (work->q, &block->sums, NNC_SUMS_INTERLEAVED, sums), n);
}

/* n elements of y, the first of channel 0. */
static void
run_elements (const Work *work, const uint8_t *blocks, size_t at, uint8_t *y, size_t n)
{
  const NncWindow *w = &work->q->window;
  size_t size = block_size (w), end = count_blocks (w), b = 0, y_size = (size_t)nnc_quantized_y_size (work->q);
  for (size_t e = 0; e < n; e += BLOCK, b = b + 1 == end ? 0 : b + 1) {
    const Block *block = (const Block *)(blocks + b * size);
    if (w->kernel_height == 3 && w->kernel_width == 3)
      run_block (work, block, at + e, 3, 3, y + e * y_size, n - e);
    else
      run_block (work, block, at + e, w->kernel_height, w->kernel_width, y + e * y_size, n - e);
  }
}

static size_t
scratch_size (const NncQuantizedWindow *q)
{
  return nnc_rows_scratch_size (&q->window);
}

static void
run (const NncQuantizedWindow *q, const void *x, const void *packed, void *y, void *scratch, size_t begin, size_t end)
{
  const NncWindow *w = &q->window;
  NncRows rows = nnc_rows_new (w, scratch);
  Work work = { q, rows.rows, q->weight_zero_point + weight_offset (q) };
  nnc_rows_forget (w, &rows);
  for (size_t row = begin; row < end; row++) {
    const uint8_t *image = (const uint8_t *)x + (ptrdiff_t)(row / w->out_height) * w->in_image;
    size_t out_y = row % w->out_height, channels = w->in_channels;
    uint8_t *out = (uint8_t *)y
                   + ((ptrdiff_t)(row / w->out_height) * w->out_image + (ptrdiff_t)out_y * w->out_row)
                         * nnc_quantized_y_size (q);
    if (out_y == 0)
      nnc_rows_forget (w, &rows);
    nnc_rows_move (q, &rows, image, out_y);
    if (w->stride_x == 1)
      run_elements (&work, packed, 0, out, w->out_width * channels);
    else
      for (size_t i = 0; i < w->out_width; i++)
        run_elements (&work, packed, i * w->stride_x * channels, out + i * channels * (size_t)nnc_quantized_y_size (q),
                      channels);
  }
}

const NncQuantizedConvolution nnc_quantized_depthwise_vnni = { accepts, packed_size, pack, scratch_size, run };
