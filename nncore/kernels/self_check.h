/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* self_check.h: does a kernel compute what its reference computes? */
#pragma once

#include "kernel.h"

/* Runs both on the same numbers, of odd sizes, and compares. Kernels whose code is made at run
 * time are asked once, before they are used: some versions of ORC make wrong code on some CPUs. */
bool nnc_kernel_agrees (const NncKernel *kernel, const NncKernel *reference);
