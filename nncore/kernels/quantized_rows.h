/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* quantized_rows.h: the rows of an image that lie under a window, as the
 * products of bytes of an architecture want them (signed or unsigned: the other
 * have their upper bit flipped), pixels side by side, and where the image ends
 * x_zero_point. A row that the next row of the output needs, too, is not copied
 * again. How bytes are copied is the architecture's: its header includes this one. */
#pragma once

#include <string.h>

#include "quantized_window.h"

/* n bytes of x as they are wanted; and what that adds to each. */
static inline void nnc_rows_copy (const NncQuantizedWindow *q, uint8_t *to, const uint8_t *from, size_t n);
static inline int32_t nnc_rows_offset (const NncQuantizedWindow *q);

#define NNC_ROWS_SLACK 64 /* bytes behind each row that may be read */

/* They lie in scratch, which begins with `rows` and `held`. */
typedef struct {
  size_t size; /* of a row */
  const uint8_t **rows; /* [kernel_height]: the rows under the window */
  size_t *held; /* [kernel_height]: which row of the padded image each place holds, plus 1 */
  uint8_t *bytes;
} NncRows;

static inline size_t
nnc_rows_align (size_t n)
{
  return (n + 63) / 64 * 64;
}

/* Pixels of a padded row. */
static inline size_t
nnc_rows_width (const NncWindow *w)
{
  return (w->out_width - 1) * w->stride_x + (w->kernel_width - 1) * w->dilation_x + 1;
}

static inline size_t
nnc_rows_size (const NncWindow *w)
{
  return nnc_rows_align (nnc_rows_width (w) * w->in_channels + NNC_ROWS_SLACK);
}

/* row_size: nnc_rows_size(), or what the caller's rows take. */
static inline size_t
nnc_rows_scratch_size (const NncWindow *w, size_t row_size)
{
  return nnc_rows_align (w->kernel_height * (sizeof (uint8_t *) + sizeof (size_t))) + w->kernel_height * row_size;
}

static inline NncRows
nnc_rows_new (const NncWindow *w, size_t row_size, void *scratch)
{
  NncRows rows = { row_size, scratch, (size_t *)scratch + w->kernel_height, NULL };
  rows.bytes = (uint8_t *)scratch + nnc_rows_align (w->kernel_height * (sizeof (uint8_t *) + sizeof (size_t)));
  return rows;
}

/* Another image begins. */
static inline void
nnc_rows_forget (const NncWindow *w, NncRows *rows)
{
  memset (rows->held, 0, w->kernel_height * sizeof *rows->held);
}

/* Whether row y of the padded image is one of the image; it is then row y - pad_top. */
static inline bool
nnc_rows_is_inside (const NncWindow *w, size_t y)
{
  return y >= w->pad_top && y - w->pad_top < w->in_height;
}

/* Pixels of the image that windows reach; they lie at pixel *left of a padded row. */
static inline size_t
nnc_rows_inside (const NncWindow *w, size_t *left)
{
  size_t width = nnc_rows_width (w);
  *left = w->pad_left < width ? w->pad_left : width;
  return width - *left < w->in_width ? width - *left : w->in_width;
}

/* Pixels as they lie side by side. y: of the padded image. */
static inline void
nnc_rows_fill (const NncQuantizedWindow *q, uint8_t *to, const uint8_t *image, size_t y, const void *unused)
{
  (void)unused;
  const NncWindow *w = &q->window;
  size_t width = nnc_rows_width (w), channels = w->in_channels, left, n = nnc_rows_inside (w, &left);
  int outside = q->x_zero_point + nnc_rows_offset (q);
  const uint8_t *from;
  if (!nnc_rows_is_inside (w, y)) {
    memset (to, outside, width * channels);
    return;
  }
  from = image + (ptrdiff_t)(y - w->pad_top) * w->in_row;
  memset (to, outside, left * channels);
  if (w->in_pixel == (ptrdiff_t)channels)
    nnc_rows_copy (q, to + left * channels, from, n * channels);
  else
    for (size_t x = 0; x < n; x++)
      nnc_rows_copy (q, to + (left + x) * channels, from + (ptrdiff_t)x * w->in_pixel, channels);
  memset (to + (left + n) * channels, outside, (width - left - n) * channels);
}

/* Sets rows->rows for row out_y of the output. `fill (q, to, image, y, user_data)` is called for those rows y of the
 * padded image that are not there yet. Row y has place y / dilation % kernel_height: those under a window have
 * different ones. */
typedef void (*NncRowsFill) (const NncQuantizedWindow *q, uint8_t *to, const uint8_t *image, size_t y,
                             const void *user_data);

static inline __attribute__ ((always_inline)) void
nnc_rows_move (const NncQuantizedWindow *q, NncRows *rows, const uint8_t *image, size_t out_y, NncRowsFill fill,
               const void *user_data)
{
  const NncWindow *w = &q->window;
  size_t y = out_y * w->stride_y, place = (w->dilation_y == 1 ? y : y / w->dilation_y) % w->kernel_height;
  for (size_t ky = 0; ky < w->kernel_height; ky++, y += w->dilation_y) {
    uint8_t *row = rows->bytes + place * rows->size;
    rows->rows[ky] = row;
    if (rows->held[place] != y + 1) {
      rows->held[place] = y + 1;
      fill (q, row, image, y, user_data);
    }
    place = place + 1 == w->kernel_height ? 0 : place + 1;
  }
}
