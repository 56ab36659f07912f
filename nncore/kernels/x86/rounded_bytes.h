/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* rounded_bytes.h: reals become bytes rounded down, by no instruction of their
 * own. 256 + y is a float from 256 to 512, whose mantissa has the 8 bits of the
 * result, unsigned (of signed bytes with the upper bit flipped), and 15 bits of
 * fraction. Floats are ordered as integers of their bits are, so that what lies
 * outside saturates.
 *
 * Where such a float is off by less than n units of its fraction, n of them are added to it, and a fraction below 2 n
 * then says that the real may lie on the other side of an integer.
 *
 * Of fixed_point.h's ways, with y = sum * multiplier * 2^(shift - 31): rounding twice comes to
 *   trunc (y + copysign (1/2 + 2^(shift - 1), y)),
 * since the floor of a floor is one floor; rounding once to floor (y + 1/2); save where y lies on a tie. Of results
 * that are clamped at the zero point negative y do not matter, and the first, too, is a floor. */
#pragma once

#include <math.h>

#include "kernel.h"

#define NNC_BYTES_FRACTION 15 /* bits */
#define NNC_BYTES_UNIT 0x1p-15
#define NNC_BYTES_EXPONENT 0x8700 /* of 256, above the 8 bits of a result */

/* By how many units a sum's float is off: half a one each by the factor, by the sum as a float, by what is added and by
 * the sum of all. */
#define NNC_BYTES_ERROR 2

/* From stored to unsigned. */
static inline int32_t
nnc_bytes_flip (NncStored stored)
{
  return stored == NNC_STORED_I8 ? 128 : 0;
}

/* Negative y round otherwise than positive ones. */
static inline bool
nnc_bytes_have_signs (const NncQuantizedWindow *q)
{
  return q->rounding == NNC_ROUND_TWICE && q->minimum < q->y_zero_point;
}

/* What a sum is multiplied by, what is added then, and 2^(shift - 1), which has the sum's sign where there are any.
 * FALSE: floats are no good for it. */
static inline bool
nnc_bytes_set_factor (const NncQuantizedWindow *q, NncFixedPoint fixed, float *factor, float *offset, float *twice)
{
  int32_t zero_point = q->y_zero_point + nnc_bytes_flip (q->stored);
  double half = q->rounding == NNC_ROUND_TWICE && fixed.multiplier ? ldexp (0.5, fixed.shift) : 0;
  double sum = 256 + zero_point + 0.5 + NNC_BYTES_ERROR * NNC_BYTES_UNIT;
  *factor = (float)ldexp (fixed.multiplier, fixed.shift - 31);
  *offset = (float)(nnc_bytes_have_signs (q) ? sum : sum + half);
  *twice = (float)half;
  return (fixed.shift < 0 || fixed.multiplier == 0) && zero_point >= 0 && zero_point <= UINT8_MAX;
}
