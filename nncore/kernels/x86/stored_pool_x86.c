/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* stored_pool_x86.c: maximum and mean of stored bytes over a window. Numbers of
 * 16 bits, and windows whose sums floats cannot hold, are left to the reference. */
#include <immintrin.h>
#include <string.h>

#include "kernel_list.h"
#include "stored_pool.h"
#include "vector.h"

/* Bytes of a vector, and the numbers of 32 bits that sums have. */
#ifdef __AVX512BW__
#define BYTES 64
#define LANES 16
typedef __m512i Integers;

static ALWAYS_INLINE Integers
load_bytes (const uint8_t *x, size_t n)
{
  return n >= BYTES ? _mm512_loadu_si512 (x) : _mm512_maskz_loadu_epi8 (((__mmask64)1 << n) - 1, x);
}

static ALWAYS_INLINE void
store_bytes (uint8_t *y, Integers bytes, size_t n)
{
  _mm512_mask_storeu_epi8 (y, n >= BYTES ? ~(__mmask64)0 : ((__mmask64)1 << n) - 1, bytes);
}

static ALWAYS_INLINE Integers
splat_byte (int32_t byte)
{
  return _mm512_set1_epi8 ((char)byte);
}

static ALWAYS_INLINE Integers
larger_bytes (Integers a, Integers b, bool is_signed)
{
  return is_signed ? _mm512_max_epi8 (a, b) : _mm512_max_epu8 (a, b);
}

static ALWAYS_INLINE Integers
smaller_bytes (Integers a, Integers b, bool is_signed)
{
  return is_signed ? _mm512_min_epi8 (a, b) : _mm512_min_epu8 (a, b);
}

static ALWAYS_INLINE Integers
load_sums (const uint8_t *x, size_t n, bool is_signed)
{
  __m128i bytes = _mm_maskz_loadu_epi8 (n >= LANES ? 0xffff : (__mmask16)((1u << n) - 1), x);
  return is_signed ? _mm512_cvtepi8_epi32 (bytes) : _mm512_cvtepu8_epi32 (bytes);
}

static ALWAYS_INLINE Integers
add_sums (Integers a, Integers b)
{
  return _mm512_add_epi32 (a, b);
}

static ALWAYS_INLINE Integers
splat_sum (int32_t sum)
{
  return _mm512_set1_epi32 (sum);
}

/* (sum +- half) / count, towards zero. */
static ALWAYS_INLINE Integers
divide (Integers sums, int32_t half, float count)
{
  __mmask16 negative = _mm512_movepi32_mask (sums);
  sums = _mm512_add_epi32 (sums,
                           _mm512_mask_blend_epi32 (negative, _mm512_set1_epi32 (half), _mm512_set1_epi32 (-half)));
  return _mm512_cvttps_epi32 (_mm512_div_ps (_mm512_cvtepi32_ps (sums), _mm512_set1_ps (count)));
}

static ALWAYS_INLINE Integers
clamp_sums (Integers x, int32_t minimum, int32_t maximum)
{
  return _mm512_min_epi32 (_mm512_max_epi32 (x, _mm512_set1_epi32 (minimum)), _mm512_set1_epi32 (maximum));
}

static ALWAYS_INLINE void
store_sums (uint8_t *y, Integers x, size_t n)
{
  _mm512_mask_cvtepi32_storeu_epi8 (y, n >= LANES ? 0xffff : (__mmask16)((1u << n) - 1), x);
}
#else
#define BYTES 32
#define LANES 8
typedef __m256i Integers;

static ALWAYS_INLINE Integers
load_bytes (const uint8_t *x, size_t n)
{
  Integers bytes = _mm256_setzero_si256 ();
  if (n >= BYTES)
    return _mm256_loadu_si256 ((const __m256i *)x);
  memcpy (&bytes, x, n);
  return bytes;
}

static ALWAYS_INLINE void
store_bytes (uint8_t *y, Integers bytes, size_t n)
{
  if (n >= BYTES)
    _mm256_storeu_si256 ((__m256i *)y, bytes);
  else
    memcpy (y, &bytes, n);
}

static ALWAYS_INLINE Integers
splat_byte (int32_t byte)
{
  return _mm256_set1_epi8 ((char)byte);
}

static ALWAYS_INLINE Integers
larger_bytes (Integers a, Integers b, bool is_signed)
{
  return is_signed ? _mm256_max_epi8 (a, b) : _mm256_max_epu8 (a, b);
}

static ALWAYS_INLINE Integers
smaller_bytes (Integers a, Integers b, bool is_signed)
{
  return is_signed ? _mm256_min_epi8 (a, b) : _mm256_min_epu8 (a, b);
}

static ALWAYS_INLINE Integers
load_sums (const uint8_t *x, size_t n, bool is_signed)
{
  __m128i bytes = _mm_setzero_si128 ();
  memcpy (&bytes, x, n >= LANES ? LANES : n);
  return is_signed ? _mm256_cvtepi8_epi32 (bytes) : _mm256_cvtepu8_epi32 (bytes);
}

static ALWAYS_INLINE Integers
add_sums (Integers a, Integers b)
{
  return _mm256_add_epi32 (a, b);
}

static ALWAYS_INLINE Integers
splat_sum (int32_t sum)
{
  return _mm256_set1_epi32 (sum);
}

static ALWAYS_INLINE Integers
divide (Integers sums, int32_t half, float count)
{
  Integers signs = _mm256_srai_epi32 (sums, 31);
  sums = _mm256_add_epi32 (sums, _mm256_sub_epi32 (_mm256_xor_si256 (_mm256_set1_epi32 (half), signs), signs));
  return _mm256_cvttps_epi32 (_mm256_div_ps (_mm256_cvtepi32_ps (sums), _mm256_set1_ps (count)));
}

static ALWAYS_INLINE Integers
clamp_sums (Integers x, int32_t minimum, int32_t maximum)
{
  return _mm256_min_epi32 (_mm256_max_epi32 (x, _mm256_set1_epi32 (minimum)), _mm256_set1_epi32 (maximum));
}

static ALWAYS_INLINE void
store_sums (uint8_t *y, Integers x, size_t n)
{
  int32_t numbers[LANES];
  _mm256_storeu_si256 ((__m256i *)numbers, x);
  for (size_t i = 0; i < LANES && i < n; i++)
    y[i] = (uint8_t)numbers[i];
}
#endif

/* --- a pixel ------------------------------------------------------------------------------ */

/* x: its first tap. */
static ALWAYS_INLINE void
pool_maximum (const NncStoredWindow *f, const uint8_t *x, const NncPoolTaps *taps, uint8_t *y, bool is_signed)
{
  size_t channels = f->window.in_channels;
  for (size_t c = 0; c < channels; c += BYTES) {
    Integers result = splat_byte (f->minimum);
    for (size_t ky = 0; ky < taps->rows; ky++)
      for (size_t kx = 0; kx < taps->columns; kx++) {
        const uint8_t *tap = x + (ptrdiff_t)ky * taps->row + (ptrdiff_t)kx * taps->column;
        result = larger_bytes (result, load_bytes (tap + c, channels - c), is_signed);
      }
    store_bytes (y + c, smaller_bytes (result, splat_byte (f->maximum), is_signed), channels - c);
  }
}

static ALWAYS_INLINE void
pool_mean (const NncStoredWindow *f, const uint8_t *x, const NncPoolTaps *taps, uint8_t *y, bool is_signed)
{
  size_t channels = f->window.in_channels;
  int32_t count = (int32_t)(taps->rows * taps->columns);
  for (size_t c = 0; c < channels; c += LANES) {
    Integers sums = splat_sum (count ? 0 : f->minimum);
    for (size_t ky = 0; ky < taps->rows; ky++)
      for (size_t kx = 0; kx < taps->columns; kx++) {
        const uint8_t *tap = x + (ptrdiff_t)ky * taps->row + (ptrdiff_t)kx * taps->column;
        sums = add_sums (sums, load_sums (tap + c, channels - c, is_signed));
      }
    if (count)
      sums = divide (sums, count / 2, (float)count);
    store_sums (y + c, clamp_sums (sums, f->minimum, f->maximum), channels - c);
  }
}

typedef void (*PoolPixel) (const NncStoredWindow *f, const uint8_t *x, const NncPoolTaps *taps, uint8_t *y,
                           bool is_signed);

static ALWAYS_INLINE void
pool (const NncStoredWindow *f, const void *x, void *y, size_t begin, size_t end, PoolPixel pool_pixel)
{
  const NncWindow *w = &f->window;
  for (size_t row = begin; row < end; row++) {
    uint8_t *out = (uint8_t *)y + (ptrdiff_t)(row / w->out_height) * w->out_image
                   + (ptrdiff_t)(row % w->out_height) * w->out_row;
    for (size_t out_x = 0; out_x < w->out_width; out_x++, out += w->out_pixel) {
      NncPoolTaps taps = nnc_pool_taps (w, row, out_x);
      const uint8_t *tap = taps.rows && taps.columns ? (const uint8_t *)x + taps.start : x;
      if (f->stored == NNC_STORED_I8)
        pool_pixel (f, tap, &taps, out, true);
      else
        pool_pixel (f, tap, &taps, out, false);
    }
  }
}

void
NNC_ISA (nnc_stored_max_pool) (const NncStoredWindow *f, const void *x, void *y, size_t begin, size_t end)
{
  if (f->stored == NNC_STORED_I16)
    nnc_stored_max_pool_c (f, x, y, begin, end);
  else
    pool (f, x, y, begin, end, pool_maximum);
}

/* Quotients of floats are exact enough while numerators have 24 bits: a quotient below 256 is then further from the
 * next integer than half of its last place. */
void
NNC_ISA (nnc_stored_average_pool) (const NncStoredWindow *f, const void *x, void *y, size_t begin, size_t end)
{
  size_t most = f->window.kernel_height * f->window.kernel_width;
  if (f->stored == NNC_STORED_I16 || most > (1 << 24) / 512)
    nnc_stored_average_pool_c (f, x, y, begin, end);
  else
    pool (f, x, y, begin, end, pool_mean);
}
