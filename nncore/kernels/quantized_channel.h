/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* quantized_channel.h: from an output channel's sum of products to the number that is stored, one at a time: the
 * reference. */
#pragma once

#include "fixed_point.h"
#include "quantized_window.h"

typedef struct {
  int64_t bias;
  NncFixedPoint factor;
  NncRealFactor real_factor;
} NncQuantizedChannel;

static inline NncQuantizedChannel
nnc_quantized_channel (const NncQuantizedWindow *q, const NncQuantizedFilter *filter, size_t o)
{
  NncQuantizedChannel channel = { .bias = nnc_quantized_bias (filter, o) };
  if (nnc_quantized_is_real (q))
    channel.real_factor = filter->real_factors[o];
  else
    channel.factor = filter->factors[o];
  return channel;
}

static inline int32_t
nnc_quantized_finish (const NncQuantizedWindow *q, const NncQuantizedChannel *channel, int64_t sum)
{
  int32_t narrow = (int32_t)((uint32_t)sum + (uint32_t)channel->bias), zero = q->y_zero_point, scaled;
  if (q->rounding == NNC_ROUND_EVEN)
    return nnc_multiply_even (narrow, channel->real_factor, q->minimum - zero, q->maximum - zero) + zero;
  if (q->wide)
    scaled = nnc_multiply_wide (sum + channel->bias, channel->factor);
  else if (q->rounding == NNC_ROUND_ONCE)
    scaled = nnc_multiply_once (narrow, channel->factor);
  else
    scaled = nnc_multiply_twice (narrow, channel->factor);
  return nnc_clamp_int (nnc_add_zero_point (scaled, zero), q->minimum, q->maximum);
}

static inline float
nnc_quantized_finish_real (const NncQuantizedWindow *q, const NncQuantizedChannel *channel, int64_t sum)
{
  float real = (float)(int32_t)sum, factor = channel->real_factor.factor;
  float product = q->sums_first ? real * factor * q->x_scale : real * (factor * q->x_scale);
  return nnc_clamp (product + channel->real_factor.offset, q->window.minimum, q->window.maximum);
}

static inline void
nnc_quantized_store (const NncQuantizedWindow *q, const NncQuantizedChannel *channel, int64_t sum, void *y,
                     ptrdiff_t at)
{
  if (q->rounding == NNC_ROUND_NONE)
    ((float *)y)[at] = nnc_quantized_finish_real (q, channel, sum);
  else if (q->stored == NNC_STORED_I8)
    ((int8_t *)y)[at] = (int8_t)nnc_quantized_finish (q, channel, sum);
  else if (q->stored == NNC_STORED_U8)
    ((uint8_t *)y)[at] = (uint8_t)nnc_quantized_finish (q, channel, sum);
  else
    ((int16_t *)y)[at] = (int16_t)nnc_quantized_finish (q, channel, sum);
}
