/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* stored_pool_c.c: maximum and mean of stored numbers over a window, the reference. */
#include "kernel_list.h"
#include "stored_pool.h"

static int32_t
get (const void *x, NncStored stored, ptrdiff_t at)
{
  return stored == NNC_STORED_I8   ? ((const int8_t *)x)[at]
         : stored == NNC_STORED_U8 ? ((const uint8_t *)x)[at]
                                   : ((const int16_t *)x)[at];
}

static void
set (void *y, NncStored stored, ptrdiff_t at, int32_t number)
{
  if (stored == NNC_STORED_I16)
    ((int16_t *)y)[at] = (int16_t)number;
  else
    ((uint8_t *)y)[at] = (uint8_t)number;
}

/* One channel of one pixel; at: of its first tap. */
static int32_t
pool_number (const NncStoredWindow *f, const void *x, const NncPoolTaps *taps, ptrdiff_t at, bool average)
{
  int64_t sum = 0, count = (int64_t)(taps->rows * taps->columns);
  int32_t largest = f->minimum;
  for (size_t ky = 0; ky < taps->rows; ky++)
    for (size_t kx = 0; kx < taps->columns; kx++) {
      int32_t number = get (x, f->stored, at + (ptrdiff_t)ky * taps->row + (ptrdiff_t)kx * taps->column);
      sum += number;
      largest = number > largest ? number : largest;
    }
  if (average && count)
    largest = (int32_t)((sum > 0 ? sum + count / 2 : sum - count / 2) / count);
  return largest > f->maximum ? f->maximum : largest < f->minimum ? f->minimum : largest;
}

static void
pool (const NncStoredWindow *f, const void *x, void *y, size_t begin, size_t end, bool average)
{
  const NncWindow *w = &f->window;
  for (size_t row = begin; row < end; row++) {
    ptrdiff_t out = (ptrdiff_t)(row / w->out_height) * w->out_image + (ptrdiff_t)(row % w->out_height) * w->out_row;
    for (size_t out_x = 0; out_x < w->out_width; out_x++, out += w->out_pixel) {
      NncPoolTaps taps = nnc_pool_taps (w, row, out_x);
      for (size_t c = 0; c < w->in_channels; c++)
        set (y, f->stored, out + (ptrdiff_t)c, pool_number (f, x, &taps, taps.start + (ptrdiff_t)c, average));
    }
  }
}

void
nnc_stored_max_pool_c (const NncStoredWindow *f, const void *x, void *y, size_t begin, size_t end)
{
  pool (f, x, y, begin, end, false);
}

void
nnc_stored_average_pool_c (const NncStoredWindow *f, const void *x, void *y, size_t begin, size_t end)
{
  pool (f, x, y, begin, end, true);
}
