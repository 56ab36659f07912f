/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fixed_functions.h: functions of numbers with a fixed point, in integers: the arithmetic that TFLite's reference
 * kernels are defined by. Numbers have 16 or 32 bits, sign included; Qm has m of them before the point. */
#pragma once

#include "kernel.h"

#include <glib.h>

/* The product of two numbers, one of them Q0: half upwards, saturated. */
gint32 nnc_fixed_product (gint32 a, gint32 b, int bits);
/* e^x as Q0, for x of at most 0 as Q(before). */
gint32 nnc_fixed_exponential (gint32 x, int before, int bits);
/* 1 / (1 + x) as Q0, for x in [0, 1) as Q0. */
gint32 nnc_fixed_reciprocal (gint32 x, int bits);
/* 1 / (1 + e^-x) and tanh (x) as Q0, for x as Q(before). */
gint32 nnc_fixed_sigmoid (gint32 x, int before, int bits);
gint32 nnc_fixed_tanh (gint32 x, int before, int bits);
/* The natural logarithm as Q(after), for x of at least 1 as Q(before); 32 bits. */
gint32 nnc_fixed_logarithm (gint32 x, int before, int after);
/* 1 / sqrt (x), for an integer x of at least 1. */
NncFixedPoint nnc_fixed_inverse_root (gint32 x);
