/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* quantized_sums_vnni.c: sums become stored bytes, exactly as fixed_point.h
 * has it, or reals. Of bytes rounded_bytes.h says how, and where a float may have been wrong, in one block of 64 in a
 * hundred, the block is computed again in integers. */
#include "quantized_sums.h"

#include <string.h>

#include "quantized_copy_avx512.h"
#include "rounded_bytes_avx512.h"

#define LANES NNC_SUMS_LANES

/* --- packing ----------------------------------------------------------------------------- */

/* Unused channels must not look like ties. */
void
nnc_sums_init (NncSums *sums)
{
  memset (sums, 0, sizeof *sums);
  for (size_t i = 0; i < NNC_SUMS; i++)
    sums->offset[i] = 256.5f;
}

void
nnc_sums_set (const NncQuantizedWindow *q, const NncQuantizedFilter *filter, size_t o, NncSums *sums, size_t at,
              int32_t constant)
{
  sums->constant[at] = constant;
  if (nnc_quantized_is_real (q)) {
    sums->factor[at] = filter->real_factors[o].factor;
    sums->offset[at] = filter->real_factors[o].offset;
    return;
  }
  sums->multiplier[at] = filter->factors[o].multiplier;
  sums->shift[at] = filter->factors[o].shift;
  sums->exact |= !nnc_bytes_set_factor (q, filter->factors[o], &sums->factor[at], &sums->offset[at], &sums->twice[at]);
}

/* --- stored bytes ------------------------------------------------------------------------- */

/* Packing undoes interleaving. */
static NNC_INLINE __m512i
put_in_order (__m512i bytes, const NncSumsOrder order)
{
  return order == NNC_SUMS_IN_ORDER ? nnc_bytes_order_quarters (bytes) : bytes;
}

/* n blocks; bit i is set where the i-th may be wrong. */
static NNC_INLINE uint32_t
multiply (const NncQuantizedWindow *q, const NncSums *s, const int32_t *sums, size_t n, uint8_t *y, ptrdiff_t step,
          const NncSumsOrder order, const bool with_signs)
{
  const NncBytesClamp clamp = nnc_bytes_clamp_new (q->stored, q->minimum, q->maximum);
  __m512 factor[4], offset[4];
  uint32_t wrong = s->exact ? UINT32_MAX : 0;
  NNC_UNROLL for (int v = 0; v < 4; v++)
  {
    factor[v] = _mm512_loadu_ps (s->factor + v * LANES);
    offset[v] = _mm512_loadu_ps (s->offset + v * LANES);
  }
  for (size_t i = 0; i < n; i++, sums += NNC_SUMS, y += step) {
    __m512 reals[4];
    NNC_UNROLL for (int v = 0; v < 4; v++)
    {
      __m512i x = _mm512_add_epi32 (_mm512_load_si512 (sums + v * LANES), _mm512_loadu_si512 (s->constant + v * LANES));
      __m512 sum = _mm512_cvtepi32_ps (x);
      if (with_signs) {
        __m512 twice = nnc_bytes_with_sign (_mm512_loadu_ps (s->twice + v * LANES), x);
        reals[v] = _mm512_add_ps (_mm512_fmadd_ps (sum, factor[v], twice), offset[v]);
      } else {
        reals[v] = _mm512_fmadd_ps (sum, factor[v], offset[v]);
      }
    }
    wrong |= (uint32_t)(nnc_bytes_uncertain (reals, 2 * NNC_BYTES_ERROR) != 0) << i;
    _mm512_storeu_si512 (y, put_in_order (nnc_bytes_clamp (&clamp, nnc_bytes_pack (reals)), order));
  }
  return wrong;
}

/* Results without y's zero point, which has been heeded in what they are clamped to. */
static NNC_INLINE __m512i
pack_results (const NncQuantizedWindow *q, const __m512i y[4])
{
  const __m512i zero_point = _mm512_set1_epi16 ((short)(q->y_zero_point + nnc_bytes_flip (q->stored)));
  return _mm512_packus_epi16 (_mm512_add_epi16 (_mm512_packs_epi32 (y[0], y[1]), zero_point),
                              _mm512_add_epi16 (_mm512_packs_epi32 (y[2], y[3]), zero_point));
}

/* A block in integers of 64 bits. */
static __attribute__ ((noinline, cold)) void
multiply_exactly (const NncQuantizedWindow *q, const NncSums *s, const int32_t *sums, uint8_t *y, NncSumsOrder order)
{
  const NncBytesClamp clamp = nnc_bytes_clamp_new (q->stored, q->minimum, q->maximum);
  const __m512i low = _mm512_set1_epi32 (q->minimum - q->y_zero_point),
                high = _mm512_set1_epi32 (q->maximum - q->y_zero_point);
  __m512i results[4];
  for (int v = 0; v < 4; v++) {
    __m512i x = _mm512_add_epi32 (_mm512_load_si512 (sums + v * LANES), _mm512_loadu_si512 (s->constant + v * LANES));
    __m512i multiplier = _mm512_loadu_si512 (s->multiplier + v * LANES),
            shift = _mm512_loadu_si512 (s->shift + v * LANES);
    x = q->rounding == NNC_ROUND_ONCE ? nnc_once_avx512 (x, multiplier, shift)
                                      : nnc_twice_avx512 (x, multiplier, shift);
    results[v] = _mm512_min_epi32 (_mm512_max_epi32 (x, low), high);
  }
  _mm512_storeu_si512 (y, put_in_order (nnc_bytes_clamp (&clamp, pack_results (q, results)), order));
}

static NNC_INLINE void
multiply_even (const NncQuantizedWindow *q, const NncSums *s, const int32_t *sums, size_t n, uint8_t *y, ptrdiff_t step,
               const NncSumsOrder order)
{
  const NncBytesClamp clamp = nnc_bytes_clamp_new (q->stored, q->minimum, q->maximum);
  const __m512 low = _mm512_set1_ps ((float)(q->minimum - q->y_zero_point)),
               high = _mm512_set1_ps ((float)(q->maximum - q->y_zero_point));
  for (size_t i = 0; i < n; i++, sums += NNC_SUMS, y += step) {
    __m512i results[4];
    NNC_UNROLL for (int v = 0; v < 4; v++)
    {
      __m512i x = _mm512_add_epi32 (_mm512_load_si512 (sums + v * LANES), _mm512_loadu_si512 (s->constant + v * LANES));
      __m512 real = _mm512_fmadd_ps (_mm512_cvtepi32_ps (x), _mm512_loadu_ps (s->factor + v * LANES),
                                     _mm512_loadu_ps (s->offset + v * LANES));
      results[v] = _mm512_cvtps_epi32 (_mm512_min_ps (_mm512_max_ps (real, low), high));
    }
    _mm512_storeu_si512 (y, put_in_order (nnc_bytes_clamp (&clamp, pack_results (q, results)), order));
  }
}

/* n blocks, step bytes from one to the next. */
static NNC_INLINE void
finish_blocks (const NncQuantizedWindow *q, const NncSums *s, const int32_t *sums, size_t n, uint8_t *y, ptrdiff_t step,
               const NncSumsOrder order)
{
  uint32_t wrong = 0;
  if (q->rounding == NNC_ROUND_EVEN)
    multiply_even (q, s, sums, n, y, step, order);
  else if (nnc_bytes_have_signs (q))
    wrong = multiply (q, s, sums, n, y, step, order, true);
  else
    wrong = multiply (q, s, sums, n, y, step, order, false);
  for (size_t i = 0; wrong && i < n; i++, wrong >>= 1)
    if (wrong & 1)
      multiply_exactly (q, s, sums + i * NNC_SUMS, y + (ptrdiff_t)i * step, order);
}

/* Pixels of a number of channels that a compiler may know. */
static NNC_INLINE void
copy_pixels (uint8_t *y, ptrdiff_t step, const uint8_t *bytes, size_t pixel, size_t n, size_t channels)
{
  for (size_t i = 0; i < n; i++)
    memcpy (y + (ptrdiff_t)i * step, bytes + i * pixel, channels);
}

/* The first n bytes, or all 64. */
static NNC_INLINE void
store (uint8_t *y, const uint8_t *bytes, size_t n)
{
  __mmask64 mask = n >= NNC_SUMS ? ~(__mmask64)0 : ((__mmask64)1 << n) - 1;
  _mm512_mask_storeu_epi8 (y, mask, _mm512_maskz_loadu_epi8 (mask, bytes));
}

static NNC_INLINE void
scatter (uint8_t *y, ptrdiff_t step, const uint8_t *bytes, size_t pixel, size_t n, size_t channels)
{
  if (channels == 8)
    copy_pixels (y, step, bytes, pixel, n, 8);
  else if (channels == 16)
    copy_pixels (y, step, bytes, pixel, n, 16);
  else if (channels == 24)
    copy_pixels (y, step, bytes, pixel, n, 24);
  else if (channels == 32)
    copy_pixels (y, step, bytes, pixel, n, 32);
  else
    for (size_t i = 0; i < n; i++)
      store (y + (ptrdiff_t)i * step, bytes + i * pixel, channels);
}

/* Whole blocks go where they belong if they lie there in one piece; others by way of `bytes`. */
static NNC_INLINE void
finish_bytes (const NncQuantizedWindow *q, const NncSums *s, const NncSumsBlock *block, const int32_t *sums, size_t n,
              uint8_t *y, const NncSumsOrder order)
{
  size_t pixels = NNC_SUMS / block->pixel, whole = 0;
  ptrdiff_t step = q->window.out_pixel;
  uint8_t bytes[NNC_SUMS_BATCH * NNC_SUMS];
  if (block->channels == block->pixel && (pixels == 1 || step == (ptrdiff_t)block->pixel))
    whole = n / pixels;
  if (whole)
    finish_blocks (q, s, sums, whole, y, (ptrdiff_t)pixels * step, order);
  n -= whole * pixels;
  if (n == 0)
    return;
  y += (ptrdiff_t)(whole * pixels) * step;
  finish_blocks (q, s, sums + whole * NNC_SUMS, (n + pixels - 1) / pixels, bytes, NNC_SUMS, order);
  scatter (y, step, bytes, block->pixel, n, block->channels);
}

/* --- reals ------------------------------------------------------------------------------- */

/* Each product and sum is rounded. */
static NNC_INLINE __m512
real_of (const NncQuantizedWindow *q, const NncSums *s, int v, __m512i x)
{
  const __m512i zero_point = _mm512_set1_epi32 (q->x_zero_point + nnc_rows_offset (q));
  const __m512 x_scale = _mm512_set1_ps (q->x_scale), factor = _mm512_loadu_ps (s->factor + v * LANES);
  __m512i off = _mm512_mullo_epi32 (_mm512_loadu_si512 (s->constant + v * LANES), zero_point);
  __m512 real = _mm512_cvtepi32_ps (_mm512_sub_epi32 (x, off));
  if (q->sums_first)
    real = _mm512_mul_ps (_mm512_mul_ps (real, factor), x_scale);
  else
    real = _mm512_mul_ps (real, _mm512_mul_ps (factor, x_scale));
  real = _mm512_add_ps (real, _mm512_loadu_ps (s->offset + v * LANES));
  real = _mm512_max_ps (_mm512_set1_ps (q->window.minimum), real);
  return _mm512_min_ps (_mm512_set1_ps (q->window.maximum), real);
}

static NNC_INLINE void
order_lanes (__m512 lanes[4])
{
  __m512 low[2] = { _mm512_shuffle_f32x4 (lanes[0], lanes[1], 0x44), _mm512_shuffle_f32x4 (lanes[2], lanes[3], 0x44) };
  __m512 high[2] = { _mm512_shuffle_f32x4 (lanes[0], lanes[1], 0xee), _mm512_shuffle_f32x4 (lanes[2], lanes[3], 0xee) };
  lanes[0] = _mm512_shuffle_f32x4 (low[0], low[1], 0x88);
  lanes[1] = _mm512_shuffle_f32x4 (low[0], low[1], 0xdd);
  lanes[2] = _mm512_shuffle_f32x4 (high[0], high[1], 0x88);
  lanes[3] = _mm512_shuffle_f32x4 (high[0], high[1], 0xdd);
}

static void
finish_reals (const NncQuantizedWindow *q, const NncSums *s, const NncSumsBlock *block, const int32_t *sums, size_t n,
              float *y)
{
  size_t pixels = NNC_SUMS / block->pixel;
  for (size_t i = 0; i < n; i += pixels, sums += NNC_SUMS) {
    float reals[NNC_SUMS];
    __m512 lanes[4];
    NNC_UNROLL for (int v = 0; v < 4; v++) lanes[v] = real_of (q, s, v, _mm512_load_si512 (sums + v * LANES));
    if (block->order == NNC_SUMS_INTERLEAVED)
      order_lanes (lanes);
    NNC_UNROLL for (int v = 0; v < 4; v++) _mm512_storeu_ps (reals + v * LANES, lanes[v]);
    for (size_t p = 0; p < pixels && i + p < n; p++)
      memcpy (y + (ptrdiff_t)(i + p) * q->window.out_pixel, reals + p * block->pixel, block->channels * sizeof *reals);
  }
}

void
nnc_sums_finish (const NncQuantizedWindow *q, const NncSums *s, const NncSumsBlock *block, const int32_t *sums,
                 size_t n, uint8_t *y)
{
  if (q->rounding == NNC_ROUND_NONE)
    finish_reals (q, s, block, sums, n, (float *)(void *)y);
  else if (block->order == NNC_SUMS_IN_ORDER)
    finish_bytes (q, s, block, sums, n, y, NNC_SUMS_IN_ORDER);
  else
    finish_bytes (q, s, block, sums, n, y, NNC_SUMS_INTERLEAVED);
}
