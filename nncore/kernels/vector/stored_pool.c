/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* stored_pool.c: maximum and mean of stored bytes over a window. Numbers of
 * 16 bits, and windows whose sums floats cannot hold, are left to the reference. */
#include "bytes.h"
#include "kernel_list.h"
#include "stored_pool.h"

/* --- a pixel ------------------------------------------------------------------------------ */

/* x: its first tap. */
static ALWAYS_INLINE void
pool_maximum (const NncStoredWindow *f, const uint8_t *x, const NncPoolTaps *taps, uint8_t *y, bool is_signed)
{
  size_t channels = f->window.in_channels;
  for (size_t c = 0; c < channels; c += BYTES) {
    Bytes result = splat_byte (f->minimum);
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
    Sums sums = splat_sum (count ? 0 : f->minimum);
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
