/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* copy_c.c: moves elements between any strides: transposes, slices, concatenations. */
#include <string.h>

#include "kernel_list.h"

#define ALWAYS_INLINE inline __attribute__ ((always_inline))

/* Rows of elements; the strides of a row and of an element. */
typedef struct {
  size_t rows, columns;
  ptrdiff_t y_row, x_row, y_column, x_column;
} Block;

/* Where size and columns are constants, a row is a few instructions. */
static ALWAYS_INLINE void
copy_elements (char *y, const char *x, const Block *b, const size_t columns, const size_t size)
{
  for (size_t r = 0; r < b->rows; r++, y += b->y_row, x += b->x_row)
    for (size_t c = 0; c < columns; c++)
      memcpy (y + (ptrdiff_t)c * b->y_column, x + (ptrdiff_t)c * b->x_column, size);
}

/* Planes that become the channels of pixels, and back, are rows of 3 or 4. */
static ALWAYS_INLINE void
copy_columns (char *y, const char *x, const Block *b, const size_t size)
{
  switch (b->columns) {
  case 1:
    copy_elements (y, x, b, 1, size);
    break;
  case 2:
    copy_elements (y, x, b, 2, size);
    break;
  case 3:
    copy_elements (y, x, b, 3, size);
    break;
  case 4:
    copy_elements (y, x, b, 4, size);
    break;
  default:
    copy_elements (y, x, b, b->columns, size);
  }
}

static void
copy_block (char *y, const char *x, size_t size, const Block *b)
{
  if (b->y_column == (ptrdiff_t)size && b->x_column == (ptrdiff_t)size) {
    for (size_t r = 0; r < b->rows; r++)
      memcpy (y + (ptrdiff_t)r * b->y_row, x + (ptrdiff_t)r * b->x_row, b->columns * size);
    return;
  }
  switch (size) {
  case 1:
    copy_columns (y, x, b, 1);
    break;
  case 2:
    copy_columns (y, x, b, 2);
    break;
  case 4:
    copy_columns (y, x, b, 4);
    break;
  case 8:
    copy_columns (y, x, b, 8);
    break;
  default:
    copy_elements (y, x, b, b->columns, size);
  }
}

void
nnc_copy_strided_c (void *y, const void *x, size_t size, int rank, const size_t *shape, const ptrdiff_t *y_strides,
                    const ptrdiff_t *x_strides)
{
  Block block = { .rows = 1, .columns = 1 };
  if (rank > 2) {
    for (size_t i = 0; i < shape[0]; i++)
      nnc_copy_strided_c ((char *)y + (ptrdiff_t)i * y_strides[0], (const char *)x + (ptrdiff_t)i * x_strides[0], size,
                          rank - 1, shape + 1, y_strides + 1, x_strides + 1);
    return;
  }
  if (rank > 0) {
    block.columns = shape[rank - 1];
    block.y_column = y_strides[rank - 1];
    block.x_column = x_strides[rank - 1];
  }
  if (rank > 1) {
    block.rows = shape[0];
    block.y_row = y_strides[0];
    block.x_row = x_strides[0];
  }
  copy_block (y, x, size, &block);
}
