/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* quantized_avx2.c: convolutions of bytes by AVX2, exact: both sides become 16
 * bits wide, and vpmaddwd adds the products of pairs. rounded_bytes.h says how sums are rounded. */
#include <immintrin.h>

#include "fixed_point_avx2.h"
#include "kernel_list.h"
#include "quantized_gather.h"
#include "rounded_bytes.h"

#define LANES 8

#ifdef __clang__
#define UNROLL _Pragma ("clang loop unroll(full)")
#else
#define UNROLL _Pragma ("GCC unroll 32")
#endif

/* What 16 channels need when their sums are there. */
typedef struct {
  int32_t bias[16], multiplier[16], shift[16];
  float factor[16], offset[16], twice[16];
  int32_t exact; /* not zero: floats are no good for them */
  int32_t unused[15];
} Block;

/* Without y's zero point; factor and offset as they lie in a Block. */
static NNC_INLINE __m256i
multiply_even (const NncQuantizedWindow *q, __m256i x, __m256i factor, __m256i offset)
{
  const __m256 low = _mm256_set1_ps ((float)(q->minimum - q->y_zero_point)),
               high = _mm256_set1_ps ((float)(q->maximum - q->y_zero_point));
  __m256 y = _mm256_fmadd_ps (_mm256_cvtepi32_ps (x), _mm256_castsi256_ps (factor), _mm256_castsi256_ps (offset));
  return _mm256_cvtps_epi32 (_mm256_min_ps (_mm256_max_ps (y, low), high));
}

/* With NNC_ROUND_NONE: 8 sums as reals, less zero_point times their bias, which is the sum of the weights. */
static NNC_INLINE __m256
to_reals (const NncQuantizedWindow *q, __m256i sum, const Block *block, int at, int32_t zero_point)
{
  const __m256 x_scale = _mm256_set1_ps (q->x_scale);
  __m256 factor = _mm256_castsi256_ps (_mm256_loadu_si256 ((const __m256i *)(block->multiplier + at)));
  __m256 offset = _mm256_castsi256_ps (_mm256_loadu_si256 ((const __m256i *)(block->shift + at)));
  __m256i off
      = _mm256_mullo_epi32 (_mm256_loadu_si256 ((const __m256i *)(block->bias + at)), _mm256_set1_epi32 (zero_point));
  __m256 real = _mm256_cvtepi32_ps (_mm256_sub_epi32 (sum, off));
  if (q->sums_first)
    real = _mm256_mul_ps (_mm256_mul_ps (real, factor), x_scale);
  else
    real = _mm256_mul_ps (real, _mm256_mul_ps (factor, x_scale));
  real = _mm256_max_ps (_mm256_set1_ps (q->window.minimum), _mm256_add_ps (real, offset));
  return _mm256_min_ps (_mm256_set1_ps (q->window.maximum), real);
}

/* low and high: as finish() and to_bytes() want them. */
static NNC_INLINE void
store_reals (const NncQuantizedWindow *q, const Block *block, __m256i low, __m256i high, int32_t zero_point, float *y,
             size_t n)
{
  __m256 a = to_reals (q, low, block, 0, zero_point), b = to_reals (q, high, block, LANES, zero_point);
  float all[16];
  float *to = n >= 16 ? y : all;
  _mm256_storeu_ps (to, _mm256_permute2f128_ps (a, b, 0x20));
  _mm256_storeu_ps (to + LANES, _mm256_permute2f128_ps (a, b, 0x31));
  if (n < 16)
    memcpy (y, all, n * sizeof *y);
}

/* In integers, or as NNC_ROUND_EVEN has it. */
static NNC_INLINE __m256i
finish (const NncQuantizedWindow *q, const Block *block, __m256i sum, int at)
{
  __m256i factors = _mm256_loadu_si256 ((const __m256i *)(block->multiplier + at)),
          shifts = _mm256_loadu_si256 ((const __m256i *)(block->shift + at));
  sum = _mm256_add_epi32 (sum, _mm256_loadu_si256 ((const __m256i *)(block->bias + at)));
  if (q->rounding == NNC_ROUND_EVEN)
    return _mm256_add_epi32 (multiply_even (q, sum, factors, shifts), _mm256_set1_epi32 (q->y_zero_point));
  sum = q->rounding == NNC_ROUND_ONCE ? nnc_once_avx2 (sum, factors, shifts) : nnc_twice_avx2 (sum, factors, shifts);
  sum = _mm256_max_epi32 (sum, _mm256_set1_epi32 (q->minimum - q->y_zero_point));
  sum = _mm256_min_epi32 (sum, _mm256_set1_epi32 (q->maximum - q->y_zero_point));
  return _mm256_add_epi32 (sum, _mm256_set1_epi32 (q->y_zero_point));
}

/* The lowest bytes of 16 numbers, which fit them; sums as vpackssdw wants them: low and high four of each half. */
static NNC_INLINE __m128i
to_bytes (__m256i low, __m256i high)
{
  const __m256i byte = _mm256_set1_epi16 (0xff);
  __m256i words = _mm256_and_si256 (_mm256_packs_epi32 (low, high), byte);
  return _mm_packus_epi16 (_mm256_castsi256_si128 (words), _mm256_extracti128_si256 (words, 1));
}

static NNC_INLINE void
store_bytes (uint8_t *y, __m128i bytes, size_t n)
{
  uint8_t all[16];
  if (n >= 16) {
    _mm_storeu_si128 ((__m128i *)y, bytes);
    return;
  }
  _mm_storeu_si128 ((__m128i *)all, bytes);
  memcpy (y, all, n);
}

static __attribute__ ((noinline, cold)) void
finish_exactly (const NncQuantizedWindow *q, const Block *block, __m256i low, __m256i high, uint8_t *y, size_t n)
{
  store_bytes (y, to_bytes (finish (q, block, low, 0), finish (q, block, high, LANES)), n);
}

/* The bits of floats from 256 to 512. */
static NNC_INLINE __m256i
multiply (const Block *block, __m256i sum, int at, bool have_signs)
{
  const __m256 sign = _mm256_set1_ps (-0.0f), factor = _mm256_loadu_ps (block->factor + at),
               offset = _mm256_loadu_ps (block->offset + at);
  sum = _mm256_add_epi32 (sum, _mm256_loadu_si256 ((const __m256i *)(block->bias + at)));
  __m256 x = _mm256_cvtepi32_ps (sum);
  if (have_signs) {
    __m256 twice = _mm256_or_ps (_mm256_and_ps (x, sign), _mm256_loadu_ps (block->twice + at));
    return _mm256_castps_si256 (_mm256_add_ps (_mm256_fmadd_ps (x, factor, twice), offset));
  }
  return _mm256_castps_si256 (_mm256_fmadd_ps (x, factor, offset));
}

/* 16 sums, low and high as to_bytes() wants them, become bytes of y. */
static NNC_INLINE void
finish_bytes (const NncQuantizedWindow *q, const Block *block, __m256i low, __m256i high, uint8_t *y, size_t n)
{
  const __m256i exponent = _mm256_set1_epi16 ((short)NNC_BYTES_EXPONENT),
                certain = _mm256_set1_epi32 (((2 * NNC_BYTES_ERROR) << (32 - NNC_BYTES_FRACTION)) - 1);
  const int32_t flip = nnc_bytes_flip (q->stored);
  const bool have_signs = nnc_bytes_have_signs (q);
  __m256i a = multiply (block, low, 0, have_signs), b = multiply (block, high, LANES, have_signs);
  __m256i least = _mm256_min_epu32 (_mm256_slli_epi32 (a, 32 - NNC_BYTES_FRACTION),
                                    _mm256_slli_epi32 (b, 32 - NNC_BYTES_FRACTION));
  __m256i uncertain = _mm256_cmpeq_epi32 (_mm256_min_epu32 (least, certain), least);
  if (block->exact || q->rounding == NNC_ROUND_EVEN || !_mm256_testz_si256 (uncertain, uncertain)) {
    finish_exactly (q, block, low, high, y, n);
    return;
  }
  a = _mm256_packus_epi32 (_mm256_srai_epi32 (a, NNC_BYTES_FRACTION), _mm256_srai_epi32 (b, NNC_BYTES_FRACTION));
  a = _mm256_subs_epu16 (a, exponent);
  __m128i bytes = _mm_packus_epi16 (_mm256_castsi256_si128 (a), _mm256_extracti128_si256 (a, 1));
  bytes = _mm_max_epu8 (bytes, _mm_set1_epi8 ((char)(q->minimum + flip)));
  bytes = _mm_min_epu8 (bytes, _mm_set1_epi8 ((char)(q->maximum + flip)));
  store_bytes (y, _mm_xor_si128 (bytes, _mm_set1_epi8 ((char)flip)), n);
}

/* Which of 16 numbers channel o is: what vpunpck*wd makes of two vectors of words, and what vpackssdw undoes. */
static size_t
channel_lane (size_t o)
{
  size_t channel = o % 16;
  return channel % 8 / 4 * LANES + channel / 8 * 4 + channel % 4;
}

/* n blocks, `size` bytes from one to the next; channels that are none must not look like ties. */
static void
init_blocks (void *packed, size_t n, size_t size)
{
  memset (packed, 0, n * size);
  for (size_t i = 0; i < n; i++)
    for (size_t at = 0; at < 16; at++)
      ((Block *)((uint8_t *)packed + i * size))->offset[at] = 256.5f;
}

static void
pack_block (const NncQuantizedWindow *q, const NncQuantizedFilter *filter, size_t o, Block *block)
{
  size_t at = channel_lane (o);
  block->bias[at] = (int32_t)((uint32_t)block->bias[at] + (uint32_t)nnc_quantized_bias (filter, o));
  nnc_quantized_factor (q, filter, o, &block->multiplier[at], &block->shift[at]);
  if (!nnc_quantized_is_real (q))
    block->exact
        |= !nnc_bytes_set_factor (q, filter->factors[o], &block->factor[at], &block->offset[at], &block->twice[at]);
}

static bool
accepts_bytes (const NncQuantizedWindow *q)
{
  return q->stored != NNC_STORED_I16 && !q->wide;
}

/* --- all channels with all channels -------------------------------------------------------
 * Packed: for every 16 output channels a Block, then [K / 2][16][2] weights, in the order of channel_lane(). */

#define TILE 32 /* pixels gathered at a time */

static size_t
patch_stride (const NncQuantizedWindow *q)
{
  return (nnc_quantized_patch (q) + 1) / 2 * 2;
}

static size_t
panel_size (const NncQuantizedWindow *q)
{
  return sizeof (Block) + patch_stride (q) * 16 * sizeof (int16_t);
}

static bool
convolution_accepts (const NncQuantizedWindow *q)
{
  return accepts_bytes (q) && q->window.groups == 1;
}

static size_t
convolution_packed_size (const NncQuantizedWindow *q)
{
  return (q->window.out_channels + 15) / 16 * panel_size (q);
}

static void
convolution_pack (const NncQuantizedWindow *q, const NncQuantizedFilter *filter, void *packed)
{
  const NncWindow *w = &q->window;
  init_blocks (packed, (w->out_channels + 15) / 16, panel_size (q));
  for (size_t o = 0; o < w->out_channels; o++) {
    Block *block = (Block *)((uint8_t *)packed + o / 16 * panel_size (q));
    int16_t *weights = (int16_t *)(block + 1);
    size_t at = channel_lane (o), k = 0;
    pack_block (q, filter, o, block);
    for (size_t ky = 0; ky < w->kernel_height; ky++)
      for (size_t kx = 0; kx < w->kernel_width; kx++)
        for (size_t i = 0; i < w->in_channels; i++, k++)
          weights[k / 2 * 32 + at * 2 + k % 2]
              = (int16_t)(nnc_quantized_weight (q, filter, o, i, ky, kx) - q->weight_zero_point);
  }
}

/* A tile of words, and room for the bytes of one patch. */
static size_t
convolution_scratch_size (const NncQuantizedWindow *q)
{
  return TILE * patch_stride (q) * sizeof (int16_t) + patch_stride (q) + 32;
}

static void
widen (const NncQuantizedWindow *q, const uint8_t *bytes, size_t n, int16_t *words)
{
  if (q->stored == NNC_STORED_U8)
    for (size_t i = 0; i < n; i++)
      words[i] = (int16_t)(bytes[i] - q->x_zero_point);
  else
    for (size_t i = 0; i < n; i++)
      words[i] = (int16_t)((int8_t)bytes[i] - q->x_zero_point);
}

static void
gather (const NncQuantizedWindow *q, const uint8_t *image, size_t out_y, size_t out_x, size_t n, int16_t *tile)
{
  size_t stride = patch_stride (q), patch = nnc_quantized_patch (q);
  uint8_t *bytes = (uint8_t *)(tile + TILE * stride);
  for (size_t i = 0; i < n; i++) {
    nnc_gather_patch (q, image, out_y, out_x + i, bytes);
    widen (q, bytes, patch, tile + i * stride);
    if (patch < stride)
      tile[i * stride + patch] = 0;
  }
}

static NNC_INLINE void
run_pixels (const NncQuantizedWindow *q, const Block *block, const int16_t *x, size_t stride, uint8_t *y, size_t n,
            int rows)
{
  const int16_t *weights = (const int16_t *)(block + 1);
  __m256i low[4], high[4];
  UNROLL for (int r = 0; r < rows; r++) low[r] = high[r] = _mm256_setzero_si256 ();
  for (size_t k = 0; k < stride; k += 2, weights += 32) {
    __m256i w_low = _mm256_loadu_si256 ((const __m256i *)weights);
    __m256i w_high = _mm256_loadu_si256 ((const __m256i *)weights + 1);
    UNROLL for (int r = 0; r < rows; r++)
    {
      int32_t pair;
      memcpy (&pair, x + (size_t)r * stride + k, 4);
      __m256i taps = _mm256_set1_epi32 (pair);
      low[r] = _mm256_add_epi32 (low[r], _mm256_madd_epi16 (taps, w_low));
      high[r] = _mm256_add_epi32 (high[r], _mm256_madd_epi16 (taps, w_high));
    }
  }
  UNROLL for (int r = 0; r < rows; r++)
  {
    if (q->rounding == NNC_ROUND_NONE) {
      store_reals (q, block, low[r], high[r], 0, (float *)(void *)y + r * q->window.out_pixel, n);
      continue;
    }
    finish_bytes (q, block, low[r], high[r], y + r * q->window.out_pixel, n);
  }
}

static void
convolution_run (const NncQuantizedWindow *q, const void *x, const void *packed, void *y, void *scratch, size_t begin,
                 size_t end)
{
  const NncWindow *w = &q->window;
  size_t stride = patch_stride (q);
  ptrdiff_t y_size = nnc_quantized_y_size (q);
  for (size_t row = begin; row < end; row++) {
    const uint8_t *image = (const uint8_t *)x + (ptrdiff_t)(row / w->out_height) * w->in_image;
    uint8_t *out
        = (uint8_t *)y
          + ((ptrdiff_t)(row / w->out_height) * w->out_image + (ptrdiff_t)(row % w->out_height) * w->out_row) * y_size;
    for (size_t out_x = 0; out_x < w->out_width; out_x += TILE) {
      size_t n = w->out_width - out_x < TILE ? w->out_width - out_x : TILE;
      const int16_t *tile = scratch;
      gather (q, image, row % w->out_height, out_x, n, scratch);
      for (size_t o = 0; o < w->out_channels; o += 16) {
        const Block *block = (const Block *)((const uint8_t *)packed + o / 16 * panel_size (q));
        uint8_t *pixel = out + ((ptrdiff_t)out_x * w->out_pixel + (ptrdiff_t)o) * y_size;
        size_t channels = w->out_channels - o, i = 0;
        for (; i + 4 <= n; i += 4)
          run_pixels (q, block, tile + i * stride, stride, pixel + (ptrdiff_t)i * w->out_pixel * y_size, channels, 4);
        for (; i < n; i++)
          run_pixels (q, block, tile + i * stride, stride, pixel + (ptrdiff_t)i * w->out_pixel * y_size, channels, 1);
      }
    }
  }
}

const NncQuantizedConvolution nnc_quantized_convolution_avx2
    = { convolution_accepts, convolution_packed_size, convolution_pack, convolution_scratch_size, convolution_run };

/* --- each channel for itself ----------------------------------------------------------------
 * sum (x - xz) w = sum x w - xz sum w, the latter in the bias. Packed: for every 16 channels a Block, then for every
 * two taps 32 weights as vpunpcklwd and vpunpckhwd put the channels of two taps beside each other. Where the image
 * ends, taps are x_zero_point: a row of it lies in scratch. */

#define MAX_TAPS 128

static size_t
tap_pairs (const NncWindow *w)
{
  return (w->kernel_height * w->kernel_width + 1) / 2;
}

static size_t
depthwise_block_size (const NncQuantizedWindow *q)
{
  return sizeof (Block) + tap_pairs (&q->window) * 32 * sizeof (int16_t);
}

static bool
depthwise_accepts (const NncQuantizedWindow *q)
{
  const NncWindow *w = &q->window;
  return accepts_bytes (q) && w->groups == w->in_channels && w->out_channels == w->in_channels && w->groups > 1
         && w->kernel_height * w->kernel_width <= MAX_TAPS - 1;
}

static size_t
depthwise_packed_size (const NncQuantizedWindow *q)
{
  return (q->window.out_channels + 15) / 16 * depthwise_block_size (q);
}

static void
depthwise_pack (const NncQuantizedWindow *q, const NncQuantizedFilter *filter, void *packed)
{
  const NncWindow *w = &q->window;
  init_blocks (packed, (w->out_channels + 15) / 16, depthwise_block_size (q));
  for (size_t o = 0; o < w->out_channels; o++) {
    Block *block = (Block *)((uint8_t *)packed + o / 16 * depthwise_block_size (q));
    int16_t *weights = (int16_t *)(block + 1);
    size_t at = channel_lane (o), tap = 0;
    int32_t sum = 0;
    for (size_t ky = 0; ky < w->kernel_height; ky++)
      for (size_t kx = 0; kx < w->kernel_width; kx++, tap++) {
        int32_t weight = nnc_quantized_weight (q, filter, o, 0, ky, kx) - q->weight_zero_point;
        weights[tap / 2 * 32 + at * 2 + tap % 2] = (int16_t)weight;
        sum += weight;
      }
    block->bias[at] = q->rounding == NNC_ROUND_NONE ? sum : -q->x_zero_point * sum;
    pack_block (q, filter, o, block);
  }
}

static size_t
depthwise_scratch_size (const NncQuantizedWindow *q)
{
  return q->window.in_channels + 16;
}

/* Where each tap of a pixel is; an odd number is made even by one that has no weight. */
static void
find_taps (const NncQuantizedWindow *q, const uint8_t *image, size_t out_y, size_t out_x, const uint8_t *outside,
           const uint8_t **taps)
{
  const NncWindow *w = &q->window;
  NncTaps ys = nnc_taps_y (w, out_y), xs = nnc_taps_x (w, out_x);
  for (size_t ky = 0; ky < w->kernel_height; ky++)
    for (size_t kx = 0; kx < w->kernel_width; kx++) {
      bool inside = ky >= ys.begin && ky < ys.end && kx >= xs.begin && kx < xs.end;
      *taps++ = inside ? image + (ys.start + (ptrdiff_t)(ky * w->dilation_y)) * w->in_row
                             + (xs.start + (ptrdiff_t)(kx * w->dilation_x)) * w->in_pixel
                       : outside;
    }
  *taps = outside;
}

/* 16 bytes as words, or the first n of them. */
static NNC_INLINE __m256i
load_words (const uint8_t *bytes, size_t n, bool is_signed)
{
  __m128i loaded;
  if (n >= 16) {
    loaded = _mm_loadu_si128 ((const __m128i *)bytes);
  } else {
    uint8_t all[16] = { 0 };
    memcpy (all, bytes, n);
    loaded = _mm_loadu_si128 ((const __m128i *)all);
  }
  return is_signed ? _mm256_cvtepi8_epi16 (loaded) : _mm256_cvtepu8_epi16 (loaded);
}

static NNC_INLINE void
depthwise_block (const NncQuantizedWindow *q, const Block *block, const uint8_t *const *taps, size_t channel, size_t n,
                 bool is_signed, uint8_t *y)
{
  const __m256i *weights = (const __m256i *)(block + 1);
  __m256i low = _mm256_setzero_si256 (), high = low;
  for (size_t pair = 0; pair < tap_pairs (&q->window); pair++, weights += 2) {
    __m256i a = load_words (taps[2 * pair] + channel, n, is_signed);
    __m256i b = load_words (taps[2 * pair + 1] + channel, n, is_signed);
    low = _mm256_add_epi32 (low, _mm256_madd_epi16 (_mm256_unpacklo_epi16 (a, b), _mm256_loadu_si256 (weights)));
    high = _mm256_add_epi32 (high, _mm256_madd_epi16 (_mm256_unpackhi_epi16 (a, b), _mm256_loadu_si256 (weights + 1)));
  }
  if (q->rounding == NNC_ROUND_NONE) {
    store_reals (q, block, low, high, q->x_zero_point, (float *)(void *)y + channel, n);
    return;
  }
  finish_bytes (q, block, low, high, y + channel, n);
}

static NNC_INLINE void
depthwise_pixel (const NncQuantizedWindow *q, const void *packed, const uint8_t *const *taps, bool is_signed,
                 uint8_t *y)
{
  size_t channels = q->window.out_channels, o = 0;
  const uint8_t *blocks = packed;
  for (; o + 16 <= channels; o += 16, blocks += depthwise_block_size (q))
    depthwise_block (q, (const Block *)blocks, taps, o, 16, is_signed, y);
  if (o < channels)
    depthwise_block (q, (const Block *)blocks, taps, o, channels - o, is_signed, y);
}

static void
depthwise_run (const NncQuantizedWindow *q, const void *x, const void *packed, void *y, void *scratch, size_t begin,
               size_t end)
{
  const NncWindow *w = &q->window;
  const uint8_t *taps[MAX_TAPS];
  ptrdiff_t y_size = nnc_quantized_y_size (q);
  memset (scratch, q->x_zero_point, w->in_channels);
  for (size_t row = begin; row < end; row++) {
    const uint8_t *image = (const uint8_t *)x + (ptrdiff_t)(row / w->out_height) * w->in_image;
    uint8_t *out
        = (uint8_t *)y
          + ((ptrdiff_t)(row / w->out_height) * w->out_image + (ptrdiff_t)(row % w->out_height) * w->out_row) * y_size;
    for (size_t out_x = 0; out_x < w->out_width; out_x++, out += w->out_pixel * y_size) {
      find_taps (q, image, row % w->out_height, out_x, scratch, taps);
      if (q->stored == NNC_STORED_I8)
        depthwise_pixel (q, packed, taps, true, out);
      else
        depthwise_pixel (q, packed, taps, false, out);
    }
  }
}

const NncQuantizedConvolution nnc_quantized_depthwise_avx2
    = { depthwise_accepts, depthwise_packed_size, depthwise_pack, depthwise_scratch_size, depthwise_run };
