/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* quantize_c.c: numbers to bytes, on a scale that is found from them. */
#include <math.h>

#include "kernel_list.h"

void
nnc_limits_f32_c (float limits[2], const float *x, size_t n)
{
  float minimum = 0, maximum = 0;
  for (size_t i = 0; i < n; i++) {
    minimum = x[i] < minimum ? x[i] : minimum;
    maximum = x[i] > maximum ? x[i] : maximum;
  }
  limits[0] = minimum;
  limits[1] = maximum;
}

/* roundf() between integers: the largest float below a half leaves what is below it. */
void
nnc_quantize_f32_c (uint8_t *y, const float *x, size_t n, const NncByteScale *scale)
{
  for (size_t i = 0; i < n; i++) {
    float stored = scale->zero_point + x[i] * scale->inverse;
    stored = stored > scale->minimum ? stored : scale->minimum;
    stored = stored < scale->maximum ? stored : scale->maximum;
    y[i] = (uint8_t)(128 + (int32_t)(stored + copysignf (0x1.fffffep-2f, stored)));
  }
}
