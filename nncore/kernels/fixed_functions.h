/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fixed_functions.h: functions of numbers with a fixed point, in integers: the arithmetic that TFLite's reference
 * kernels are defined by. Numbers have 16 or 32 bits, sign included; Qm has m of them before the point. */
#pragma once

#include "kernel.h"

/* The product of two numbers, one of them Q0: half upwards, saturated. */
int32_t nnc_fixed_product (int32_t a, int32_t b, int bits);
/* e^x as Q0, for x of at most 0 as Q(before). */
int32_t nnc_fixed_exponential (int32_t x, int before, int bits);
/* 1 / (1 + x) as Q0, for x in [0, 1) as Q0. */
int32_t nnc_fixed_reciprocal (int32_t x, int bits);
/* 1 / (1 + e^-x) and tanh (x) as Q0, for x as Q(before). */
int32_t nnc_fixed_sigmoid (int32_t x, int before, int bits);
int32_t nnc_fixed_tanh (int32_t x, int before, int bits);
/* The natural logarithm as Q(after), for x of at least 1 as Q(before); 32 bits. */
int32_t nnc_fixed_logarithm (int32_t x, int before, int after);
/* 1 / sqrt (x), for an integer x of at least 1. */
NncFixedPoint nnc_fixed_inverse_root (int32_t x);
