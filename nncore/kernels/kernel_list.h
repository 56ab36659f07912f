/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* kernel_list.h: what every file of a kernel includes: the declarations of all
 * kernels, made from kernels.inc, and the search through a list of them. */
#pragma once

#include <stdatomic.h>

#include "kernel.h"

/* A slot's type of kernel: NncSlot_relu_f32 points to an NncUnaryF32 function. */
typedef NncUnaryF32 NncType_UNARY_F32;
typedef NncBinaryF32 NncType_BINARY_F32;
typedef NncRowsF32 NncType_ROWS_F32;
typedef NncReduceF32 NncType_REDUCE_F32;
typedef NncNormalizeU8 NncType_NORMALIZE_U8;
typedef const NncConvolution *NncType_CONVOLUTION;
typedef NncPoolF32 NncType_POOL_F32;
typedef const NncMatrixProduct *NncType_MATRIX_PRODUCT;
typedef NncCopyStrided NncType_COPY_STRIDED;
typedef NncSumRowsU8 NncType_SUM_ROWS_U8;
typedef const NncSumColumns *NncType_SUM_COLUMNS_S16;
typedef NncMixF32 NncType_MIX_F32;
typedef const NncQuantizedConvolution *NncType_QUANTIZED_CONVOLUTION;
typedef NncStoredBinary NncType_STORED_BINARY;
typedef NncStoredPool NncType_STORED_POOL;
typedef NncLimitsF32 NncType_LIMITS_F32;
typedef NncQuantizeF32 NncType_QUANTIZE_F32;
typedef const NncStoredLstmKernel *NncType_STORED_LSTM;
typedef const NncLstm *NncType_LSTM_F32;
#define NNC_SLOT(name, signature) typedef NncType_##signature NncSlot_##name;
#include "slots.inc"
#undef NNC_SLOT

#define NNC_KERNEL(slot, cpu, name) extern __typeof__ (*(NncSlot_##slot)0) nnc_##name;
#include "kernels.inc"
#undef NNC_KERNEL

/* A list of kernels, and for each what comparing it with its reference gave. */
typedef struct {
  const NncKernel *kernels;
  size_t n;
  atomic_uchar *verdicts;
} NncKernelList;

/* The first of the slot that this CPU has, that accepts the problem (an
 * NncWindow, an NncProduct, an NncColumns, an NncQuantizedWindow, or NULL: any) and that agrees with its reference. */
const NncKernel *nnc_kernel_list_find (const NncKernelList *list, NncSlot slot, const void *problem);
