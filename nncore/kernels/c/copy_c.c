/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* copy_c.c: moves elements between any strides: transposes, slices, concatenations. */
#include <string.h>

#include "kernel_list.h"

#define COPY_ROW(bytes)                                                                                                \
  for (size_t i = 0; i < n; i++, y += y_stride, x += x_stride)                                                         \
    memcpy (y, x, bytes);                                                                                              \
  break

static void
copy_row (char *y, const char *x, size_t size, size_t n, ptrdiff_t y_stride, ptrdiff_t x_stride)
{
  if (y_stride == (ptrdiff_t)size && x_stride == (ptrdiff_t)size) {
    memcpy (y, x, n * size);
    return;
  }
  switch (size) { /* a constant size is one instruction */
  case 1:
    COPY_ROW (1);
  case 2:
    COPY_ROW (2);
  case 4:
    COPY_ROW (4);
  case 8:
    COPY_ROW (8);
  default:
    COPY_ROW (size);
  }
}

void
nnc_copy_strided_c (void *y, const void *x, size_t size, int rank, const size_t *shape, const ptrdiff_t *y_strides,
                    const ptrdiff_t *x_strides)
{
  if (rank == 0)
    memcpy (y, x, size);
  else if (rank == 1)
    copy_row (y, x, size, shape[0], y_strides[0], x_strides[0]);
  else
    for (size_t i = 0; i < shape[0]; i++)
      nnc_copy_strided_c ((char *)y + (ptrdiff_t)i * y_strides[0], (const char *)x + (ptrdiff_t)i * x_strides[0], size,
                          rank - 1, shape + 1, y_strides + 1, x_strides + 1);
}
