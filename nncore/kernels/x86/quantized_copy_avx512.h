/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* quantized_copy_avx512.h: vpdpbusd wants its first operand unsigned: signed bytes have their upper bit flipped. */
#pragma once

#include <immintrin.h>

#include "fixed_point_avx512.h"
#include "quantized_rows.h"

/* What is added to x as stored, by flipping. */
static inline int32_t
nnc_rows_offset (const NncQuantizedWindow *q)
{
  return q->stored == NNC_STORED_I8 ? 128 : 0;
}

static inline void
nnc_rows_copy (const NncQuantizedWindow *q, uint8_t *to, const uint8_t *from, size_t n)
{
  const __m512i flip = _mm512_set1_epi8 ((char)nnc_rows_offset (q));
  size_t i = 0;
  for (; i + 64 <= n; i += 64)
    _mm512_storeu_si512 (to + i, _mm512_xor_si512 (_mm512_loadu_si512 (from + i), flip));
  if (i < n) {
    __mmask64 mask = ((__mmask64)1 << (n - i)) - 1;
    _mm512_mask_storeu_epi8 (to + i, mask, _mm512_xor_si512 (_mm512_maskz_loadu_epi8 (mask, from + i), flip));
  }
}
