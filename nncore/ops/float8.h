/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* float8.h: floats of 8 bits, as bits. They are stored, and computed as f32. */
#pragma once

#include "shape.h"

gboolean nnc_is_float8 (NncDataType type);
/* type: one of them. */
float nnc_float8_to_float (NncDataType type, guint8 bits);
/* Rounds to nearest, ties to even. What is too large becomes the largest number or, where it does not saturate,
 * infinite, or NaN in a type without infinity. */
guint8 nnc_float8_from_float (NncDataType type, float value, gboolean saturate);
