/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* stored_pool_orc.c: the maximum of bytes over a window by ORC, all channels of a pixel at once. */
#include <string.h>

#include "orc_kernel.h"
#include "stored_pool.h"

typedef struct {
  void (*maximum) (uint8_t *y, const uint8_t *a, const uint8_t *b, const uint8_t *c, const uint8_t *d, int n);
  void (*clip) (uint8_t *y, const uint8_t *x, int minimum, int maximum, int n);
} Programs;

static void
maximum_of_signed (uint8_t *y, const uint8_t *a, const uint8_t *b, const uint8_t *c, const uint8_t *d, int n)
{
  nnc_orc_maximum_s8_4 ((int8_t *)y, (const int8_t *)a, (const int8_t *)b, (const int8_t *)c, (const int8_t *)d, n);
}

static void
clip_signed (uint8_t *y, const uint8_t *x, int minimum, int maximum, int n)
{
  nnc_orc_clip_s8 ((int8_t *)y, (const int8_t *)x, minimum, maximum, n);
}

static const Programs of_signed = { maximum_of_signed, clip_signed };
static const Programs of_unsigned = { nnc_orc_maximum_u8_4, nnc_orc_clip_u8 };

/* A tap twice does not change the maximum. */
static void
pool_pixel (const NncStoredWindow *f, const Programs *programs, const uint8_t *x, const NncPoolTaps *taps, uint8_t *y)
{
  int channels = (int)f->window.in_channels;
  memset (y, f->minimum, f->window.in_channels);
  for (size_t ky = 0; ky < taps->rows; ky++)
    for (size_t kx = 0; kx < taps->columns; kx += 3) {
      const uint8_t *tap = x + taps->start + (ptrdiff_t)ky * taps->row + (ptrdiff_t)kx * taps->column;
      ptrdiff_t second = kx + 1 < taps->columns ? taps->column : 0,
                third = kx + 2 < taps->columns ? 2 * taps->column : 0;
      programs->maximum (y, y, tap, tap + second, tap + third, channels);
    }
  programs->clip (y, y, f->minimum, f->maximum, channels);
}

void
nnc_stored_max_pool_orc (const NncStoredWindow *f, const void *x, void *y, size_t begin, size_t end)
{
  const NncWindow *w = &f->window;
  const Programs *programs = f->stored == NNC_STORED_I8 ? &of_signed : &of_unsigned;
  if (f->stored == NNC_STORED_I16) {
    nnc_stored_max_pool_c (f, x, y, begin, end);
    return;
  }
  for (size_t row = begin; row < end; row++) {
    uint8_t *out = (uint8_t *)y + (ptrdiff_t)(row / w->out_height) * w->out_image
                   + (ptrdiff_t)(row % w->out_height) * w->out_row;
    for (size_t out_x = 0; out_x < w->out_width; out_x++, out += w->out_pixel) {
      NncPoolTaps taps = nnc_pool_taps (w, row, out_x);
      pool_pixel (f, programs, x, &taps, out);
    }
  }
}
