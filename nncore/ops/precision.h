/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* precision.h: which kernel computes a convolution or a matrix product in the precision that the session is to have. */
#pragma once

#include "kernel.h"
#include "op.h"

/* Never NULL. */
const NncKernel *nnc_prepare_convolution (const NncPreparation *prepare, const NncWindow *window);
const NncKernel *nnc_prepare_product (const NncPreparation *prepare, const NncProduct *product);
/* Of f32 in any session: for numbers that a file has stored in 8 bits. */
const NncKernel *nnc_prepare_exact_product (const NncProduct *product);
