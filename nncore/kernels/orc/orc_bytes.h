/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* orc_bytes.h: what convolutions of bytes by ORC have in common: bytes become floats less their zero point. Products of
 * 8 and 9 bits, and sums of NNC_ORC_EXACT of them, are integers that a float holds, in whatever order they are added.
 */
#pragma once

#include "orc_kernel.h"
#include "quantized_channel.h"

#define NNC_ORC_EXACT 256 /* times 255 * 255 is below 2^24 */

static inline bool
nnc_orc_accepts_bytes (const NncQuantizedWindow *q)
{
  return q->stored != NNC_STORED_I16 && !q->wide && q->window.out_channels >= 4;
}

static inline void
nnc_orc_reals (const NncQuantizedWindow *q, const void *x, size_t n, float *reals)
{
  if (q->stored == NNC_STORED_I8)
    nnc_orc_reals_of_s8 (reals, x, (float)q->x_zero_point, (int)n);
  else
    nnc_orc_reals_of_u8 (reals, x, (float)q->x_zero_point, (int)n);
}

/* Packed weights begin with what each channel needs. */
static inline size_t
nnc_orc_channels_size (const NncQuantizedWindow *q)
{
  return nnc_orc_round_up (q->window.out_channels * sizeof (NncQuantizedChannel), 64);
}
