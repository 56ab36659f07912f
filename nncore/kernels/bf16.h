/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* bf16.h: what a float is once it is rounded to the upper half of its bits. */
#pragma once

#include <math.h>
#include <stdint.h>
#include <string.h>

/* The nearest number of bf16, of two the even one; what is too large becomes infinite, NaN stays one. */
static inline uint16_t
nnc_bf16_from_float (float v)
{
  uint32_t bits;
  memcpy (&bits, &v, sizeof bits);
  if (isnan (v))
    return (uint16_t)(bits >> 16 | 0x40);
  return (uint16_t)((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

static inline float
nnc_bf16_round (float v)
{
  uint32_t bits = (uint32_t)nnc_bf16_from_float (v) << 16;
  memcpy (&v, &bits, sizeof v);
  return v;
}
