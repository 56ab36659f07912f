/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* binary.c: y[r][c] = f (a[r][c], b[r][c]), either operand broadcast. */
#include "kernel_list.h"
#include "vector.h"

typedef Vector (*Function) (Vector a, Vector b);

/* One row; `function` and the steps are constants wherever this is called. */
static ALWAYS_INLINE void
apply_row (float *y, const float *a, const float *b, size_t n, const int a_step, const int b_step, Function function)
{
  const Vector one_a = vector_splat (*a), one_b = vector_splat (*b);
  size_t i = 0;
  for (; i + VECTOR_WIDTH <= n; i += VECTOR_WIDTH)
    vector_store (y + i, function (a_step ? vector_load (a + i) : one_a, b_step ? vector_load (b + i) : one_b));
  if (i < n) {
    VectorMask mask = vector_mask (n - i);
    vector_store_masked (y + i, mask,
                         function (a_step ? vector_load_masked (a + i, mask) : one_a,
                                   b_step ? vector_load_masked (b + i, mask) : one_b));
  }
}

static ALWAYS_INLINE void
apply_rows (float *y, const float *a, const float *b, const NncBroadcast *shape, const int a_step, const int b_step,
            Function function)
{
  size_t rows = shape->rows, columns = shape->columns;
  if (a_step && b_step && shape->a_row == (ptrdiff_t)columns && shape->b_row == (ptrdiff_t)columns) {
    columns *= rows; /* both contiguous: one long row */
    rows = columns > 0;
  }
  for (size_t r = 0; r < rows; r++, y += columns, a += shape->a_row, b += shape->b_row)
    apply_row (y, a, b, columns, a_step, b_step, function);
}

static ALWAYS_INLINE void
apply (float *y, const float *a, const float *b, const NncBroadcast *shape, Function function)
{
  if (shape->rows == 0 || shape->columns == 0)
    return;
  if (shape->a_step && shape->b_step)
    apply_rows (y, a, b, shape, 1, 1, function);
  else if (shape->a_step)
    apply_rows (y, a, b, shape, 1, 0, function);
  else
    apply_rows (y, a, b, shape, 0, shape->b_step, function);
}

#define BINARY(name, function)                                                                                         \
  void NNC_ISA (name) (float *y, const float *a, const float *b, const NncBroadcast *shape)                            \
  {                                                                                                                    \
    apply (y, a, b, shape, function);                                                                                  \
  }

BINARY (nnc_add_f32, vector_add)
BINARY (nnc_sub_f32, vector_sub)
BINARY (nnc_mul_f32, vector_mul)
BINARY (nnc_div_f32, vector_div)
