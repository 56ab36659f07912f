/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* quantized_window.h: reading the parts of a quantized convolution. */
#pragma once

#include <string.h>

#include "window.h"

/* One weight as it is stored. */
static inline int32_t
nnc_quantized_weight (const NncQuantizedWindow *q, const NncQuantizedFilter *f, size_t o, size_t i, size_t ky,
                      size_t kx)
{
  ptrdiff_t at = (ptrdiff_t)o * f->out + (ptrdiff_t)i * f->in + (ptrdiff_t)ky * f->row + (ptrdiff_t)kx * f->column;
  return q->weights == NNC_STORED_U8 ? ((const uint8_t *)f->data)[at] : ((const int8_t *)f->data)[at];
}

static inline int64_t
nnc_quantized_bias (const NncQuantizedFilter *f, size_t o)
{
  if (!f->bias)
    return 0;
  return f->wide_bias ? ((const int64_t *)f->bias)[o] : ((const int32_t *)f->bias)[o];
}

/* Whether channels have real factors. */
static inline bool
nnc_quantized_is_real (const NncQuantizedWindow *q)
{
  return q->rounding == NNC_ROUND_EVEN || q->rounding == NNC_ROUND_NONE;
}

/* Bytes of an element of y. */
static inline ptrdiff_t
nnc_quantized_y_size (const NncQuantizedWindow *q)
{
  return q->rounding == NNC_ROUND_NONE ? 4 : q->stored == NNC_STORED_I16 ? 2 : 1;
}

/* What a channel's sum is multiplied by, as two numbers of 32 bits: multiplier and shift, or the bits of a real factor
 * and its offset. */
static inline void
nnc_quantized_factor (const NncQuantizedWindow *q, const NncQuantizedFilter *f, size_t o, int32_t *multiplier,
                      int32_t *shift)
{
  if (nnc_quantized_is_real (q)) {
    memcpy (multiplier, &f->real_factors[o].factor, sizeof *multiplier);
    memcpy (shift, &f->real_factors[o].offset, sizeof *shift);
  } else {
    *multiplier = f->factors[o].multiplier;
    *shift = f->factors[o].shift;
  }
}

/* Weights of one output channel. */
static inline size_t
nnc_quantized_patch (const NncQuantizedWindow *q)
{
  const NncWindow *w = &q->window;
  return w->kernel_height * w->kernel_width * (w->in_channels / w->groups);
}
