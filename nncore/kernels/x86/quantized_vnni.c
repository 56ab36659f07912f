/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* quantized_vnni.c: convolution of bytes by AVX-512 VNNI, exact. vpdpbusd
 * multiplies unsigned by signed: signed x become unsigned by flipping their
 * upper bit (x + 128), unsigned weights signed by the same (w - 128), and
 *   sum (x - xz)(w - wz) = sum x w - xz sum w - wz sum x + n xz wz,
 * where all but sum x is known when weights are packed.
 *
 * Packed: panels of 64 output channels: [64] sums known, multipliers, shifts; [K / 4][64][4] weights. */
#include <immintrin.h>

#include "kernel_list.h"
#include "quantized_gather.h"

#define LANES 16
#define PANEL 64
#define TILE 32 /* pixels gathered at a time */

/* A loop of few, constant rounds whose arrays are meant to be registers. */
#ifdef __clang__
#define UNROLL _Pragma ("clang loop unroll(full)")
#else
#define UNROLL _Pragma ("GCC unroll 32")
#endif
#define ALWAYS_INLINE inline __attribute__ ((always_inline))

typedef struct {
  int32_t constant[PANEL], multiplier[PANEL], shift[PANEL];
  int8_t weights[]; /* [K / 4][PANEL][4] */
} Panel;

static size_t
patch_stride (const NncQuantizedWindow *q)
{
  return (nnc_quantized_patch (q) + 3) / 4 * 4;
}

static size_t
panel_size (const NncQuantizedWindow *q)
{
  return sizeof (Panel) + patch_stride (q) * PANEL;
}

static bool
accepts (const NncQuantizedWindow *q)
{
  return q->stored != NNC_STORED_I16 && !q->wide && q->window.groups == 1;
}

static size_t
packed_size (const NncQuantizedWindow *q)
{
  return (q->window.out_channels + PANEL - 1) / PANEL * panel_size (q);
}

/* Added to a weight as stored, and to x as stored. */
static int32_t
weight_offset (const NncQuantizedWindow *q)
{
  return q->weights == NNC_STORED_U8 ? -128 : 0;
}

static int32_t
x_offset (const NncQuantizedWindow *q)
{
  return q->stored == NNC_STORED_I8 ? 128 : 0;
}

static void
pack_channel (const NncQuantizedWindow *q, const NncQuantizedFilter *filter, size_t o, Panel *panel)
{
  const NncWindow *w = &q->window;
  int32_t offset = weight_offset (q), xz = q->x_zero_point + x_offset (q), sum = 0;
  int32_t wz = q->weight_zero_point + offset;
  size_t k = 0, column = o % PANEL;
  for (size_t ky = 0; ky < w->kernel_height; ky++)
    for (size_t kx = 0; kx < w->kernel_width; kx++)
      for (size_t i = 0; i < w->in_channels; i++, k++) {
        int32_t weight = nnc_quantized_weight (q, filter, o, i, ky, kx) + offset;
        panel->weights[k / 4 * 4 * PANEL + column * 4 + k % 4] = (int8_t)weight;
        sum += weight;
      }
  panel->constant[column]
      = (int32_t)((uint32_t)nnc_quantized_bias (filter, o) - (uint32_t)(xz * sum) + (uint32_t)((int32_t)k * xz * wz));
  nnc_quantized_factor (q, filter, o, &panel->multiplier[column], &panel->shift[column]);
}

static void
pack (const NncQuantizedWindow *q, const NncQuantizedFilter *filter, void *packed)
{
  memset (packed, 0, packed_size (q));
  for (size_t o = 0; o < q->window.out_channels; o++)
    pack_channel (q, filter, o, (Panel *)((uint8_t *)packed + o / PANEL * panel_size (q)));
}

static size_t
scratch_size (const NncQuantizedWindow *q)
{
  return TILE * patch_stride (q) + PANEL;
}

/* Both as fixed_point.h has them: numbers at even and at odd places have their products in 64 bits. */
static ALWAYS_INLINE __m512i
multiply_twice (__m512i x, __m512i multiplier, __m512i shift)
{
  const __m512i half = _mm512_set1_epi64 (1 << 30), zero = _mm512_setzero_si512 (), one = _mm512_set1_epi32 (1);
  __m512i right = _mm512_max_epi32 (_mm512_sub_epi32 (zero, shift), zero);
  __m512i even, odd, high, mask, rest, limit;
  x = _mm512_sllv_epi32 (x, _mm512_max_epi32 (shift, zero));
  even = _mm512_add_epi64 (_mm512_mul_epi32 (x, multiplier), half);
  odd = _mm512_add_epi64 (_mm512_mul_epi32 (_mm512_srli_epi64 (x, 32), _mm512_srli_epi64 (multiplier, 32)), half);
  high = _mm512_mask_blend_epi32 (0xaaaa, _mm512_srli_epi64 (even, 31), _mm512_slli_epi64 (odd, 1));
  mask = _mm512_sub_epi32 (_mm512_sllv_epi32 (one, right), one);
  rest = _mm512_and_si512 (high, mask);
  limit = _mm512_sub_epi32 (_mm512_srli_epi32 (mask, 1), _mm512_srai_epi32 (high, 31));
  high = _mm512_srav_epi32 (high, right);
  return _mm512_mask_add_epi32 (high, _mm512_cmpgt_epi32_mask (rest, limit), high, one);
}

static ALWAYS_INLINE __m512i
multiply_once (__m512i x, __m512i multiplier, __m512i shift)
{
  const __m512i one = _mm512_set1_epi64 (1);
  __m512i whole = _mm512_sub_epi32 (_mm512_set1_epi32 (31), shift);
  __m512i even_shift = _mm512_and_si512 (whole, _mm512_set1_epi64 (0xffffffff)),
          odd_shift = _mm512_srli_epi64 (whole, 32);
  __m512i even = _mm512_mul_epi32 (x, multiplier);
  __m512i odd = _mm512_mul_epi32 (_mm512_srli_epi64 (x, 32), _mm512_srli_epi64 (multiplier, 32));
  even = _mm512_add_epi64 (even, _mm512_sllv_epi64 (one, _mm512_sub_epi64 (even_shift, one)));
  odd = _mm512_add_epi64 (odd, _mm512_sllv_epi64 (one, _mm512_sub_epi64 (odd_shift, one)));
  even = _mm512_srav_epi64 (even, even_shift);
  odd = _mm512_srav_epi64 (odd, odd_shift);
  return _mm512_mask_blend_epi32 (0xaaaa, even, _mm512_slli_epi64 (odd, 32));
}

/* Without y's zero point; factor and offset as they lie in a Panel. */
static ALWAYS_INLINE __m512i
multiply_even (const NncQuantizedWindow *q, __m512i x, __m512i factor, __m512i offset)
{
  const __m512 low = _mm512_set1_ps ((float)(q->minimum - q->y_zero_point)),
               high = _mm512_set1_ps ((float)(q->maximum - q->y_zero_point));
  __m512 y = _mm512_fmadd_ps (_mm512_cvtepi32_ps (x), _mm512_castsi512_ps (factor), _mm512_castsi512_ps (offset));
  return _mm512_cvtps_epi32 (_mm512_min_ps (_mm512_max_ps (y, low), high));
}

/* sum += the products of four bytes each; in assembler since GCC 12 would keep sums in memory. */
static ALWAYS_INLINE void
dot_product (__m512i *sum, __m512i x, __m512i w)
{
  __asm__("vpdpbusd %2, %1, %0" : "+v"(*sum) : "v"(x), "v"(w));
}

static ALWAYS_INLINE void
finish (const NncQuantizedWindow *q, const Panel *panel, size_t first, __m512i sum, __m512i x_sum, uint8_t *y, size_t n)
{
  __mmask16 mask = n >= LANES ? 0xffff : (__mmask16)((1u << n) - 1);
  sum = _mm512_sub_epi32 (_mm512_add_epi32 (sum, _mm512_loadu_si512 (panel->constant + first)), x_sum);
  __m512i multiplier = _mm512_loadu_si512 (panel->multiplier + first),
          shift = _mm512_loadu_si512 (panel->shift + first);
  if (q->rounding == NNC_ROUND_EVEN) {
    sum = _mm512_add_epi32 (multiply_even (q, sum, multiplier, shift), _mm512_set1_epi32 (q->y_zero_point));
    _mm512_mask_cvtepi32_storeu_epi8 (y, mask, sum);
    return;
  }
  sum = q->rounding == NNC_ROUND_ONCE ? multiply_once (sum, multiplier, shift)
                                      : multiply_twice (sum, multiplier, shift);
  sum = _mm512_add_epi32 (sum, _mm512_set1_epi32 (q->y_zero_point));
  sum = _mm512_max_epi32 (sum, _mm512_set1_epi32 (q->minimum));
  sum = _mm512_min_epi32 (sum, _mm512_set1_epi32 (q->maximum));
  _mm512_mask_cvtepi32_storeu_epi8 (y, mask, sum);
}

/* `rows` pixels by `vectors` times 16 channels. x: [rows][stride] */
static ALWAYS_INLINE void
run_block (const NncQuantizedWindow *q, const Panel *panel, size_t n, const uint8_t *x, size_t stride, int32_t wz,
           uint8_t *y, ptrdiff_t y_stride, int rows, int vectors)
{
  __m512i sums[8][4], x_sums[8];
  const __m512i ones = _mm512_set1_epi8 (1);
  const int8_t *weights = panel->weights;
  UNROLL for (int r = 0; r < rows; r++)
  {
    x_sums[r] = _mm512_setzero_si512 ();
    UNROLL for (int v = 0; v < vectors; v++) sums[r][v] = _mm512_setzero_si512 ();
  }
  for (size_t k = 0; k < stride; k += 4, weights += 4 * PANEL) {
    __m512i w[4];
    UNROLL for (int v = 0; v < vectors; v++) w[v] = _mm512_loadu_si512 (weights + v * 64);
    UNROLL for (int r = 0; r < rows; r++)
    {
      int32_t four;
      memcpy (&four, x + (size_t)r * stride + k, 4);
      __m512i taps = _mm512_set1_epi32 (four);
      UNROLL for (int v = 0; v < vectors; v++) dot_product (&sums[r][v], taps, w[v]);
      if (wz)
        dot_product (&x_sums[r], taps, ones);
    }
  }
  UNROLL for (int r = 0; r < rows; r++)
  {
    x_sums[r] = _mm512_mullo_epi32 (x_sums[r], _mm512_set1_epi32 (wz));
    UNROLL for (int v = 0; v < vectors; v++) if ((size_t)v * LANES < n) finish (
        q, panel, (size_t)v * LANES, sums[r][v], x_sums[r], y + r * y_stride + v * LANES, n - (size_t)v * LANES);
  }
}

/* One panel's channels of a tile of pixels. */
static void
run_panel (const NncQuantizedWindow *q, const Panel *panel, size_t n, const uint8_t *x, size_t stride, size_t rows,
           int32_t wz, uint8_t *y, ptrdiff_t y_stride)
{
  size_t row = 0;
#define BLOCK(ROWS, VECTORS)                                                                                           \
  run_block (q, panel, n, x + row * stride, stride, wz, y + (ptrdiff_t)row * y_stride, y_stride, ROWS, VECTORS)
  if (n > 32) {
    for (; row + 4 <= rows; row += 4)
      BLOCK (4, 4);
    for (; row + 2 <= rows; row += 2)
      BLOCK (2, 4);
    for (; row < rows; row++)
      BLOCK (1, 4);
  } else if (n > 16) {
    for (; row + 8 <= rows; row += 8)
      BLOCK (8, 2);
    for (; row + 2 <= rows; row += 2)
      BLOCK (2, 2);
    for (; row < rows; row++)
      BLOCK (1, 2);
  } else {
    for (; row + 8 <= rows; row += 8)
      BLOCK (8, 1);
    for (; row + 2 <= rows; row += 2)
      BLOCK (2, 1);
    for (; row < rows; row++)
      BLOCK (1, 1);
  }
#undef BLOCK
}

/* Signed bytes become unsigned. */
static void
flip_signs (uint8_t *bytes, size_t n)
{
  const __m512i sign = _mm512_set1_epi8 ((char)0x80);
  for (size_t i = 0; i < n; i += 64) {
    __mmask64 mask = n - i >= 64 ? ~(__mmask64)0 : ((__mmask64)1 << (n - i)) - 1;
    _mm512_mask_storeu_epi8 (bytes + i, mask, _mm512_xor_si512 (_mm512_maskz_loadu_epi8 (mask, bytes + i), sign));
  }
}

/* Pixels that lie one behind the other in x, with nothing to add or flip, are read where they are. */
static bool
reads_directly (const NncQuantizedWindow *q)
{
  const NncWindow *w = &q->window;
  return q->stored == NNC_STORED_U8 && w->kernel_height == 1 && w->kernel_width == 1 && w->stride_x == 1
         && w->pad_left == 0 && w->pad_top == 0 && w->in_channels % 4 == 0 && w->in_pixel == (ptrdiff_t)w->in_channels
         && w->out_width <= w->in_width && (w->out_height - 1) * w->stride_y < w->in_height;
}

static const uint8_t *
gather (const NncQuantizedWindow *q, const uint8_t *image, size_t out_y, size_t out_x, size_t n, uint8_t *scratch)
{
  const NncWindow *w = &q->window;
  size_t stride = patch_stride (q), patch = nnc_quantized_patch (q);
  if (reads_directly (q))
    return image + (ptrdiff_t)(out_y * w->stride_y) * w->in_row + (ptrdiff_t)out_x * w->in_pixel;
  for (size_t i = 0; i < n; i++) {
    uint8_t *to = scratch + i * stride;
    nnc_gather_patch (q, image, out_y, out_x + i, to);
    if (q->stored == NNC_STORED_I8)
      flip_signs (to, patch);
    memset (to + patch, 0, stride - patch);
  }
  return scratch;
}

static void
run (const NncQuantizedWindow *q, const void *x, const void *packed, void *y, void *scratch, size_t begin, size_t end)
{
  const NncWindow *w = &q->window;
  size_t stride = patch_stride (q);
  int32_t wz = q->weight_zero_point + weight_offset (q);
  const uint8_t *panels = packed;
  for (size_t row = begin; row < end; row++) {
    const uint8_t *image = (const uint8_t *)x + (ptrdiff_t)(row / w->out_height) * w->in_image;
    uint8_t *out = (uint8_t *)y + (ptrdiff_t)(row / w->out_height) * w->out_image
                   + (ptrdiff_t)(row % w->out_height) * w->out_row;
    for (size_t out_x = 0; out_x < w->out_width; out_x += TILE) {
      size_t n = w->out_width - out_x < TILE ? w->out_width - out_x : TILE;
      const uint8_t *patches = gather (q, image, row % w->out_height, out_x, n, scratch);
      for (size_t o = 0; o < w->out_channels; o += PANEL) {
        size_t columns = w->out_channels - o < PANEL ? w->out_channels - o : PANEL;
        run_panel (q, (const Panel *)(panels + o / PANEL * panel_size (q)), columns, patches, stride, n, wz,
                   out + (ptrdiff_t)out_x * w->out_pixel + o, w->out_pixel);
      }
    }
  }
}

const NncQuantizedConvolution nnc_quantized_convolution_vnni = { accepts, packed_size, pack, scratch_size, run };
