/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* quantized_copy_neon.h: NEON's products of bytes are of signed ones: unsigned bytes have their upper bit flipped. */
#pragma once

#include <arm_neon.h>

#include "quantized_rows.h"

/* What is added to x as stored, by flipping. */
static inline int32_t
nnc_rows_offset (const NncQuantizedWindow *q)
{
  return q->stored == NNC_STORED_U8 ? -128 : 0;
}

static inline void
nnc_rows_copy (const NncQuantizedWindow *q, uint8_t *to, const uint8_t *from, size_t n)
{
  const uint8x16_t flip = vdupq_n_u8 (0x80);
  size_t i = 0;
  if (q->stored == NNC_STORED_I8) {
    memcpy (to, from, n);
    return;
  }
  for (; i + 16 <= n; i += 16)
    vst1q_u8 (to + i, veorq_u8 (vld1q_u8 (from + i), flip));
  for (; i < n; i++)
    to[i] = from[i] ^ 0x80;
}
