/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* quantized_depthwise_vnni.c: depthwise convolution of bytes by AVX-512 VNNI,
 * exact. Four rows of a column of the window are interleaved, so that vpdpbusd
 * sums each channel's own four products; see quantized_vnni.c for signs and zero points.
 *
 * Channels are cut into sections: as many times 64 as there are, pixel after pixel; and of the rest 32, 16 or 8, of
 * which 2, 4 or 8 neighbouring pixels fill a vector. The latter lie in strips of their own, and with a stride in one
 * strip for each column that strides tell apart, so that neighbours in the output are neighbours there, too. Packed:
 * blocks of 64 elements: NncSums; [columns][groups of 4 rows] of 4 vectors of weights, as interleaving leaves them. */
#include "kernel_list.h"
#include "quantized_copy_avx512.h"
#include "quantized_sums.h"

#define BLOCK NNC_SUMS
#define MAX_STRIDE 4
#define MAX_SECTIONS 5 /* of 64s, 32, 16, 8 and fewer */
#define STRIP_SLACK (3 * BLOCK) /* bytes behind each strip that may be read */

typedef struct {
  NncSums sums;
  int8_t weights[]; /* [kernel_width][groups][4][16][4] */
} Block;

/* Pixels of the image that lie in one strip of a section: of the n there are numbers first, first + strips, … */
typedef struct {
  size_t first, n;
  size_t strip; /* where in a row the strip begins */
  size_t begin, end; /* and where those pixels do and end; what lies beside them is outside the image */
} Part;

typedef struct {
  size_t first, channels; /* of the image's channels */
  size_t pixel; /* bytes a pixel has in a strip: a multiple of 64; or 32, 16, 8 */
  size_t strips, strip, strip_size; /* how many there are; where in a row the first is; bytes from one to the next */
  size_t block; /* number of its first */
  Part parts[MAX_STRIDE]; /* of each strip */
} Section;

typedef struct {
  Section sections[MAX_SECTIONS];
  size_t n, n_blocks, row_size;
} Layout;

static Part
part_new (const NncWindow *w, const Section *s, size_t first)
{
  size_t left, n = nnc_rows_inside (w, &left), strip = s->strip + (left + first) % s->strips * s->strip_size;
  Part part = { .first = first, .n = first < n ? (n - first + s->strips - 1) / s->strips : 0, .strip = strip };
  part.begin = strip + (left + first) / s->strips * s->pixel;
  part.end = part.begin + part.n * s->pixel;
  return part;
}

static void
add_section (Layout *layout, const NncWindow *w, size_t channels, size_t pixel)
{
  Section *s = &layout->sections[layout->n], *before = layout->n ? s - 1 : NULL;
  *s = (Section){ .channels = channels, .pixel = pixel, .strip = layout->row_size, .block = layout->n_blocks };
  s->first = before ? before->first + before->channels : 0;
  s->strips = pixel % BLOCK ? w->stride_x : 1;
  s->strip_size = nnc_rows_align ((nnc_rows_width (w) + s->strips - 1) / s->strips * pixel + STRIP_SLACK);
  for (size_t x = 0; x < s->strips; x++)
    s->parts[x] = part_new (w, s, x);
  layout->n++;
  layout->n_blocks += pixel % BLOCK ? 1 : pixel / BLOCK;
  layout->row_size += s->strips * s->strip_size;
}

static Layout
layout_new (const NncWindow *w)
{
  Layout layout = { .n = 0 };
  size_t rest = w->in_channels % BLOCK;
  if (w->in_channels >= BLOCK)
    add_section (&layout, w, w->in_channels - rest, w->in_channels - rest);
  for (size_t pixel = BLOCK / 2; pixel >= 8; pixel /= 2)
    if (rest & pixel)
      add_section (&layout, w, pixel, pixel);
  if (rest % 8)
    add_section (&layout, w, rest % 8, 8);
  return layout;
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
         && w->groups > 1 && w->stride_x <= MAX_STRIDE;
}

static size_t
packed_size (const NncQuantizedWindow *q)
{
  return layout_new (&q->window).n_blocks * block_size (&q->window);
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
  if (q->rounding == NNC_ROUND_NONE)
    sum -= n * wz;
  else
    sum = (int32_t)((uint32_t)nnc_quantized_bias (filter, channel) - (uint32_t)(xz * sum) + (uint32_t)(n * xz * wz));
  nnc_sums_set (q, filter, channel, &block->sums, lane, sum);
}

static void
pack_section (const NncQuantizedWindow *q, const NncQuantizedFilter *filter, const Section *s, uint8_t *blocks)
{
  for (size_t at = 0; at < s->pixel; at += BLOCK, blocks += block_size (&q->window)) {
    Block *block = (Block *)blocks;
    nnc_sums_init (&block->sums);
    for (size_t e = 0; e < BLOCK; e++)
      if (at + e % s->pixel < s->channels)
        pack_element (q, filter, s->first + at + e % s->pixel, block, lane_of (e));
  }
}

static void
pack (const NncQuantizedWindow *q, const NncQuantizedFilter *filter, void *packed)
{
  Layout layout = layout_new (&q->window);
  memset (packed, 0, packed_size (q));
  for (size_t i = 0; i < layout.n; i++)
    pack_section (q, filter, &layout.sections[i],
                  (uint8_t *)packed + layout.sections[i].block * block_size (&q->window));
}

/* --- rows -------------------------------------------------------------------------------- */

/* n pixels, from_step bytes from one to the next. */
static NNC_INLINE void
copy_pixels (const NncQuantizedWindow *q, const Section *s, uint8_t *to, const uint8_t *from, ptrdiff_t from_step,
             size_t n, const size_t pixel)
{
  const __m256i flip = _mm256_set1_epi8 ((char)nnc_rows_offset (q));
  const __mmask32 mask = (__mmask32)(((uint64_t)1 << s->channels) - 1);
  for (size_t i = 0; i < n; i++, to += pixel, from += from_step) {
    __m256i bytes = pixel == 32 ? _mm256_maskz_loadu_epi8 (mask, from)
                                : _mm256_castsi128_si256 (_mm_maskz_loadu_epi8 ((__mmask16)mask, from));
    bytes = _mm256_xor_si256 (bytes, flip);
    if (pixel == 32)
      _mm256_storeu_si256 ((__m256i *)to, bytes);
    else if (pixel == 16)
      _mm_storeu_si128 ((__m128i *)to, _mm256_castsi256_si128 (bytes));
    else
      _mm_storel_epi64 ((__m128i *)to, _mm256_castsi256_si128 (bytes));
  }
}

static void
fill_part (const NncQuantizedWindow *q, const Section *s, const Part *part, uint8_t *to, const uint8_t *from)
{
  ptrdiff_t step = (ptrdiff_t)s->strips * q->window.in_pixel;
  from += (ptrdiff_t)part->first * q->window.in_pixel + (ptrdiff_t)s->first;
  if (step == (ptrdiff_t)s->pixel && s->channels == s->pixel)
    nnc_rows_copy (q, to, from, part->n * s->pixel);
  else if (s->pixel == 8)
    copy_pixels (q, s, to, from, step, part->n, 8);
  else if (s->pixel == 16)
    copy_pixels (q, s, to, from, step, part->n, 16);
  else if (s->pixel == 32)
    copy_pixels (q, s, to, from, step, part->n, 32);
  else
    for (size_t i = 0; i < part->n; i++)
      nnc_rows_copy (q, to + i * s->pixel, from + (ptrdiff_t)i * step, s->pixel);
}

/* from: a row of the image; or NULL, and what is outside is filled. */
static void
fill_parts (const NncQuantizedWindow *q, const Layout *layout, uint8_t *row, const uint8_t *from)
{
  int outside = q->x_zero_point + nnc_rows_offset (q);
  for (size_t i = 0; i < layout->n; i++) {
    const Section *s = &layout->sections[i];
    for (const Part *part = s->parts; part < s->parts + s->strips; part++)
      if (from) {
        fill_part (q, s, part, row + part->begin, from);
      } else {
        memset (row + part->strip, outside, part->begin - part->strip);
        memset (row + part->end, outside, part->strip + s->strip_size - part->end);
      }
  }
}

/* What lies left and right of the image is there already. */
static void
fill_row (const NncQuantizedWindow *q, uint8_t *row, const uint8_t *image, size_t y, const void *user_data)
{
  const Layout *layout = user_data;
  if (nnc_rows_is_inside (&q->window, y))
    fill_parts (q, layout, row, image + (ptrdiff_t)(y - q->window.pad_top) * q->window.in_row);
  else
    memset (row, q->x_zero_point + nnc_rows_offset (q), layout->row_size);
}

/* --- blocks ------------------------------------------------------------------------------ */

typedef struct {
  const NncQuantizedWindow *q;
  const uint8_t *const *rows;
  int32_t weight_zero_point;
} Work;

static NNC_INLINE __m512i
load_row (const uint8_t *const *rows, size_t ky, size_t kernel_height, size_t at)
{
  return ky < kernel_height ? _mm512_loadu_si512 (rows[ky] + at) : _mm512_setzero_si512 ();
}

/* Elements of four rows from `at` on, interleaved. */
static NNC_INLINE void
interleave (const uint8_t *const *rows, size_t ky, size_t kernel_height, size_t at, __m512i taps[4])
{
  __m512i a = load_row (rows, ky, kernel_height, at), b = load_row (rows, ky + 1, kernel_height, at);
  __m512i c = load_row (rows, ky + 2, kernel_height, at), d = load_row (rows, ky + 3, kernel_height, at);
  __m512i ab_low = _mm512_unpacklo_epi8 (a, b), ab_high = _mm512_unpackhi_epi8 (a, b);
  __m512i cd_low = _mm512_unpacklo_epi8 (c, d), cd_high = _mm512_unpackhi_epi8 (c, d);
  taps[0] = _mm512_unpacklo_epi16 (ab_low, cd_low);
  taps[1] = _mm512_unpackhi_epi16 (ab_low, cd_low);
  taps[2] = _mm512_unpacklo_epi16 (ab_high, cd_high);
  taps[3] = _mm512_unpackhi_epi16 (ab_high, cd_high);
}

/* Elements that begin `by` behind a's first: interleaved ones, and b are the 64 behind a. */
static NNC_INLINE void
shift (const __m512i a[4], const __m512i b[4], __m512i y[4], const size_t by)
{
  NNC_UNROLL for (int v = 0; v < 4; v++)
  {
    if (by == 64)
      y[v] = b[v];
    else if (by == 32)
      y[v] = _mm512_alignr_epi64 (b[v], a[v], 4);
    else if (by == 16)
      y[v] = _mm512_alignr_epi64 (b[v], a[v], 2);
    else
      y[v] = v < 2 ? a[v + 2] : _mm512_alignr_epi64 (b[v - 2], a[v - 2], 2);
  }
}

static NNC_INLINE void
subtract_zero_point (const Work *work, __m512i sums[4], const __m512i x_sums[4])
{
  const __m512i zero_point = _mm512_set1_epi32 (work->weight_zero_point);
  NNC_UNROLL for (int v = 0; v < 4; v++) sums[v]
      = _mm512_sub_epi32 (sums[v], _mm512_mullo_epi32 (x_sums[v], zero_point));
}

/* --- any window -------------------------------------------------------------------------- */

/* A block whose windows begin at `at` of the rows. */
static void
sum_block (const Work *work, const Section *s, const Block *block, size_t at, int32_t *to)
{
  const NncWindow *w = &work->q->window;
  const __m512i ones = _mm512_set1_epi8 (1);
  const int8_t *weights = block->weights;
  __m512i sums[4], x_sums[4];
  NNC_UNROLL for (int v = 0; v < 4; v++) sums[v] = x_sums[v] = _mm512_setzero_si512 ();
  for (size_t kx = 0; kx < w->kernel_width; kx++) {
    size_t column = kx * w->dilation_x, from = at + column % s->strips * s->strip_size + column / s->strips * s->pixel;
    for (size_t ky = 0; ky < w->kernel_height; ky += 4, weights += 4 * BLOCK) {
      __m512i taps[4];
      interleave (work->rows, ky, w->kernel_height, from, taps);
      NNC_UNROLL for (int v = 0; v < 4; v++)
      {
        nnc_sums_dot (&sums[v], taps[v], _mm512_loadu_si512 (weights + v * 64));
        nnc_sums_dot (&x_sums[v], taps[v], ones);
      }
    }
  }
  subtract_zero_point (work, sums, x_sums);
  NNC_UNROLL for (int v = 0; v < 4; v++) _mm512_store_si512 (to + v * NNC_SUMS_LANES, sums[v]);
}

/* n blocks, `step` bytes of the rows from one to the next. */
static void
sum_blocks (const Work *work, const Section *s, const Block *block, size_t at, size_t step, size_t n, int32_t *sums)
{
  for (size_t i = 0; i < n; i++, at += step, sums += BLOCK)
    sum_block (work, s, block, at, sums);
}

/* --- 3x3: columns are interleaved once ----------------------------------------------------- */

static NNC_INLINE void
add_column (const Block *block, int column, const __m512i taps[4], __m512i sums[4])
{
  NNC_UNROLL for (int v = 0; v < 4; v++)
      nnc_sums_dot (&sums[v], taps[v], _mm512_loadu_si512 (block->weights + (column * 4 + v) * 64));
}

/* The second and the third column of a block, and where the next one begins, which is the first's. */
static NNC_INLINE void
find_columns (const uint8_t *const rows[3], const Section *s, size_t at, const __m512i first[4], __m512i second[4],
              __m512i third[4], __m512i next[4], const size_t pixel, const size_t stride)
{
  if (pixel == BLOCK) {
    interleave (rows, 0, 3, at + 2 * s->pixel, third);
    NNC_UNROLL for (int v = 0; v < 4; v++) next[v] = stride == 1 ? second[v] : third[v];
    if (stride == 2)
      interleave (rows, 0, 3, at + s->pixel, second);
    return;
  }
  interleave (rows, 0, 3, at + BLOCK, next);
  if (stride == 1) {
    shift (first, next, second, pixel);
    shift (first, next, third, 2 * pixel);
  } else {
    interleave (rows, 0, 3, at + s->strip_size, second);
    shift (first, next, third, pixel);
  }
}

static NNC_INLINE void
sum_blocks_3x3 (const Work *work, const Section *s, const Block *block, size_t at, size_t step, size_t n, int32_t *to,
                const size_t pixel, const size_t stride)
{
  const uint8_t *const rows[3] = { work->rows[0], work->rows[1], work->rows[2] };
  const bool has_zero_point = work->weight_zero_point != 0;
  __m512i first[4], second[4], third[4], next[4], sums[4];
  interleave (rows, 0, 3, at, first);
  if (pixel == BLOCK && stride == 1)
    interleave (rows, 0, 3, at + s->pixel, second);
  for (size_t i = 0; i < n; i++, at += step, to += BLOCK) {
    find_columns (rows, s, at, first, second, third, next, pixel, stride);
    NNC_UNROLL for (int v = 0; v < 4; v++) sums[v] = _mm512_setzero_si512 ();
    add_column (block, 0, first, sums);
    add_column (block, 1, second, sums);
    add_column (block, 2, third, sums);
    if (has_zero_point) {
      const __m512i ones = _mm512_set1_epi8 (1);
      __m512i x_sums[4];
      NNC_UNROLL for (int v = 0; v < 4; v++)
      {
        x_sums[v] = _mm512_setzero_si512 ();
        nnc_sums_dot (&x_sums[v], first[v], ones);
        nnc_sums_dot (&x_sums[v], second[v], ones);
        nnc_sums_dot (&x_sums[v], third[v], ones);
      }
      subtract_zero_point (work, sums, x_sums);
    }
    NNC_UNROLL for (int v = 0; v < 4; v++)
    {
      _mm512_store_si512 (to + v * NNC_SUMS_LANES, sums[v]);
      first[v] = next[v];
      if (pixel == BLOCK && stride == 1)
        second[v] = third[v];
    }
  }
}

/* --- running ------------------------------------------------------------------------------- */

/* A row of y, of one block's channels. */
static NNC_INLINE void
run_block (const Work *work, const Section *s, const Block *block, size_t at, uint8_t *y, const size_t pixel)
{
  const NncWindow *w = &work->q->window;
  const bool is_3x3 = w->kernel_height == 3 && w->kernel_width == 3 && w->dilation_x == 1;
  const size_t pixels = BLOCK / pixel, step = pixel == BLOCK ? w->stride_x * s->pixel : BLOCK;
  const NncSumsBlock kind = { NNC_SUMS_INTERLEAVED, pixel, pixel == BLOCK ? BLOCK : s->channels };
  int32_t sums[NNC_SUMS_BATCH * BLOCK] __attribute__ ((aligned (64)));
  for (size_t x = 0, n; x < w->out_width; x += n) {
    n = w->out_width - x < NNC_SUMS_BATCH * pixels ? w->out_width - x : NNC_SUMS_BATCH * pixels;
    size_t from = at + x / pixels * step, blocks = (n + pixels - 1) / pixels;
    if (is_3x3 && w->stride_x == 1)
      sum_blocks_3x3 (work, s, block, from, step, blocks, sums, pixel, 1);
    else if (is_3x3 && w->stride_x == 2)
      sum_blocks_3x3 (work, s, block, from, step, blocks, sums, pixel, 2);
    else
      sum_blocks (work, s, block, from, step, blocks, sums);
    nnc_sums_finish (work->q, &block->sums, &kind, sums, n,
                     y + (ptrdiff_t)x * w->out_pixel * nnc_quantized_y_size (work->q));
  }
}

/* A row of y. */
static void
run_row (const Work *work, const Layout *layout, const uint8_t *packed, uint8_t *y)
{
  size_t size = block_size (&work->q->window), y_size = (size_t)nnc_quantized_y_size (work->q);
  for (size_t i = 0; i < layout->n; i++) {
    const Section *s = &layout->sections[i];
    const uint8_t *block = packed + s->block * size;
    uint8_t *to = y + s->first * y_size;
    if (s->pixel == 8)
      run_block (work, s, (const Block *)block, s->strip, to, 8);
    else if (s->pixel == 16)
      run_block (work, s, (const Block *)block, s->strip, to, 16);
    else if (s->pixel == 32)
      run_block (work, s, (const Block *)block, s->strip, to, 32);
    else
      for (size_t at = 0; at < s->pixel; at += BLOCK, block += size)
        run_block (work, s, (const Block *)block, s->strip + at, to + at * y_size, BLOCK);
  }
}

static size_t
scratch_size (const NncQuantizedWindow *q)
{
  return nnc_rows_scratch_size (&q->window, layout_new (&q->window).row_size);
}

static void
run (const NncQuantizedWindow *q, const void *x, const void *packed, void *y, void *scratch, size_t begin, size_t end)
{
  const NncWindow *w = &q->window;
  Layout layout = layout_new (w);
  NncRows rows = nnc_rows_new (w, layout.row_size, scratch);
  Work work = { q, rows.rows, q->weight_zero_point + weight_offset (q) };
  nnc_rows_forget (w, &rows);
  for (size_t ky = 0; ky < w->kernel_height; ky++)
    fill_parts (q, &layout, rows.bytes + ky * rows.size, NULL);
  for (size_t row = begin; row < end; row++) {
    const uint8_t *image = (const uint8_t *)x + (ptrdiff_t)(row / w->out_height) * w->in_image;
    size_t out_y = row % w->out_height;
    ptrdiff_t at = (ptrdiff_t)(row / w->out_height) * w->out_image + (ptrdiff_t)out_y * w->out_row;
    if (out_y == 0)
      nnc_rows_forget (w, &rows);
    nnc_rows_move (q, &rows, image, out_y, fill_row, &layout);
    run_row (&work, &layout, packed, (uint8_t *)y + at * nnc_quantized_y_size (q));
  }
}

const NncQuantizedConvolution nnc_quantized_depthwise_vnni = { accepts, packed_size, pack, scratch_size, run };
