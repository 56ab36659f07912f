/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* quantize.c: numbers to bytes, on a scale that is found from them. */
#include <string.h>

#include "kernel_list.h"
#include "vector.h"

/* Four vectors at a time, so that no comparison waits for the one before. NaN leaves the limits. */
void
NNC_ISA (nnc_limits_f32) (float limits[2], const float *x, size_t n)
{
  Vector low[4], high[4];
  size_t i = 0;
  UNROLL for (int v = 0; v < 4; v++) low[v] = high[v] = vector_zero ();
  for (; i + 4 * VECTOR_WIDTH <= n; i += 4 * VECTOR_WIDTH)
    UNROLL for (size_t v = 0; v < 4; v++)
    {
      Vector a = vector_load (x + i + v * VECTOR_WIDTH);
      low[v] = vector_min (a, low[v]);
      high[v] = vector_max (a, high[v]);
    }
  for (; i < n; i += VECTOR_WIDTH) {
    Vector a = vector_load_masked (x + i, vector_mask (n - i));
    low[0] = vector_min (a, low[0]);
    high[0] = vector_max (a, high[0]);
  }
  low[0] = vector_min (vector_min (low[0], low[1]), vector_min (low[2], low[3]));
  high[0] = vector_max (vector_max (high[0], high[1]), vector_max (high[2], high[3]));
  limits[0] = -vector_reduce_max (vector_sub (vector_zero (), low[0]));
  limits[1] = vector_reduce_max (high[0]);
}

/* What vector_store_u8() cuts off is then what rounding leaves: half away from zero. */
static ALWAYS_INLINE Vector
stored_of (Vector x, const NncByteScale *scale)
{
  Vector stored = vector_multiply_add (x, vector_splat (scale->inverse), vector_splat (scale->zero_point));
  stored = vector_min (vector_max (stored, vector_splat (scale->minimum)), vector_splat (scale->maximum));
  return vector_add (stored, vector_copysign (vector_splat (0x1.fffffep-2f), stored));
}

void
NNC_ISA (nnc_quantize_f32) (uint8_t *y, const float *x, size_t n, const NncByteScale *scale)
{
  size_t i = 0;
  for (; i + VECTOR_WIDTH <= n; i += VECTOR_WIDTH)
    vector_store_u8 (y + i, stored_of (vector_load (x + i), scale));
  if (i < n) {
    uint8_t rest[VECTOR_WIDTH];
    vector_store_u8 (rest, stored_of (vector_load_masked (x + i, vector_mask (n - i)), scale));
    memcpy (y + i, rest, n - i);
  }
}
