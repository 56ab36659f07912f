/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* convert.h: numbers of one type as another. Floats lose their fraction on their way to integers, and what an integer
 * cannot hold becomes its nearest; NaN becomes 0. Integers wrap around; a float of 8
 * bits that would be too large is the largest. Any number but 0 is true. */
#pragma once

#include "shape.h"

/* y[i] = x[i], for n numbers that do not overlap. */
void nnc_convert (NncDataType to, gpointer y, NncDataType from, gconstpointer x, gsize n);
