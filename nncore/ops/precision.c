/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* precision.c: which kernel computes a convolution or a matrix product in the precision that the session is to have:
 * of bf16 where that was asked for and this CPU has one that accepts the sizes, otherwise of f32. */
#include "precision.h"

/* C's kernels of bf16 are there to be compared with: no CPU is faster by them. */
static const NncKernel *
choose (const NncPreparation *prepare, const NncKernel *bf16, const NncKernel *f32)
{
  return prepare->precision == NNC_PRECISION_BF16 && bf16->cpu != NNC_CPU_C ? bf16 : f32;
}

const NncKernel *
nnc_prepare_convolution (const NncPreparation *prepare, const NncWindow *window)
{
  if (window->in_channels == 0)
    return nnc_kernel_reference (NNC_SLOT_convolution_f32);
  return choose (prepare, nnc_kernel_find_convolution (NNC_SLOT_convolution_bf16, window),
                 nnc_kernel_find_convolution (NNC_SLOT_convolution_f32, window));
}

const NncKernel *
nnc_prepare_exact_product (const NncProduct *product)
{
  return product->k && product->m ? nnc_kernel_find_product (NNC_SLOT_matrix_product_f32, product)
                                  : nnc_kernel_reference (NNC_SLOT_matrix_product_f32);
}

const NncKernel *
nnc_prepare_product (const NncPreparation *prepare, const NncProduct *product)
{
  return choose (prepare, nnc_kernel_find_product (NNC_SLOT_matrix_product_bf16, product),
                 nnc_prepare_exact_product (product));
}
