/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* binary_c.c: y = a op b with broadcasting, the reference. */
#include "kernel_list.h"

#define BINARY(name, operator)                                                                                         \
  void nnc_##name (float *y, const float *a, const float *b, const NncBroadcast *s)                                    \
  {                                                                                                                    \
    for (size_t r = 0; r < s->rows; r++, a += s->a_row, b += s->b_row, y += s->columns)                                \
      for (size_t c = 0; c < s->columns; c++)                                                                          \
        y[c] = a[c * (size_t)s->a_step] operator b[c * (size_t)s->b_step];                                             \
  }

BINARY (add_f32_c, +)
BINARY (sub_f32_c, -)
BINARY (mul_f32_c, *)
BINARY (div_f32_c, /)
