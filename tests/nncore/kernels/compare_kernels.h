/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* compare_kernels.h: a kernel against the reference of its slot. Every function
 * fails the running test with the kernel's name and the first number that differs. */
#pragma once

#include <glib.h>

#include "arena.h"
#include "kernel.h"

void compare_floats (const NncKernel *kernel, const char *what, const float *expected, const float *actual, gsize n);
/* Sums: as many roundings as there are terms, of terms of size 1 to 4. */
void compare_sums (const NncKernel *kernel, const char *what, const float *expected, const float *actual, gsize n,
                   gsize terms);

void compare_unary (const NncKernel *kernel);
void compare_binary (const NncKernel *kernel);
void compare_rows (const NncKernel *kernel);
void compare_reduce (const NncKernel *kernel);
void compare_normalize (const NncKernel *kernel);
void compare_copy (const NncKernel *kernel);
void compare_convolution (const NncKernel *kernel);
void compare_pool (const NncKernel *kernel);
void compare_product (const NncKernel *kernel);
void compare_sum_rows (const NncKernel *kernel);
void compare_sum_columns (const NncKernel *kernel);
void compare_mix (const NncKernel *kernel);
void compare_quantized (const NncKernel *kernel);
void compare_stored_binary (const NncKernel *kernel);
void compare_stored_pool (const NncKernel *kernel);
void compare_limits (const NncKernel *kernel);
void compare_quantize (const NncKernel *kernel);
void compare_stored_lstm (const NncKernel *kernel);
void compare_lstm (const NncKernel *kernel);
