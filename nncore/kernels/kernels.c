/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* kernels.c: the list of kernels, and the choice among them. */
#include "kernel_list.h"
#include "orc_available.h"
#include "self_check.h"

enum { UNKNOWN, AGREES, DIFFERS };

enum {
#define NNC_SLOT(name, signature) SIGNATURE_##name = NNC_SIGNATURE_##signature,
#include "slots.inc"
#undef NNC_SLOT
};

/* Kernels differ in type, their addresses do not: POSIX lets a void pointer hold a function's. */
#define NNC_KERNEL(slot, cpu, name)                                                                                    \
  { NNC_SLOT_##slot,                                                                                                   \
    (NncSignature)SIGNATURE_##slot,                                                                                    \
    NNC_CPU_##cpu,                                                                                                     \
    #name,                                                                                                             \
    { .any = __extension__(const void *) & nnc_##name } },
static const NncKernel kernels[] = {
#include "kernels.inc"
};
#undef NNC_KERNEL

#define N_KERNELS (sizeof kernels / sizeof kernels[0])

const NncKernel *
nnc_kernels (size_t *n)
{
  *n = N_KERNELS;
  return kernels;
}

const NncKernel *
nnc_kernel_reference (NncSlot slot)
{
  for (size_t i = 0; i < N_KERNELS; i++)
    if (kernels[i].slot == slot && kernels[i].cpu == NNC_CPU_C)
      return &kernels[i];
  return NULL;
}

static bool
accepts (const NncKernel *kernel, const void *problem)
{
  if (!problem)
    return true;
  if (kernel->signature == NNC_SIGNATURE_CONVOLUTION)
    return kernel->convolution->accepts (problem);
  if (kernel->signature == NNC_SIGNATURE_MATRIX_PRODUCT)
    return kernel->product->accepts (problem);
  if (kernel->signature == NNC_SIGNATURE_QUANTIZED_CONVOLUTION)
    return kernel->quantized->accepts (problem);
  if (kernel->signature == NNC_SIGNATURE_SUM_COLUMNS_S16)
    return kernel->sum_columns->accepts (problem);
  return true;
}

/* Two threads may both compare; they come to the same verdict. */
static bool
agrees (const NncKernel *kernel, atomic_uchar *verdict)
{
  if (kernel->cpu != NNC_CPU_ORC)
    return true;
  if (!nnc_orc_available ())
    return false;
  if (atomic_load (verdict) == UNKNOWN)
    atomic_store (verdict, nnc_kernel_agrees (kernel, nnc_kernel_reference (kernel->slot)) ? AGREES : DIFFERS);
  return atomic_load (verdict) == AGREES;
}

const NncKernel *
nnc_kernel_list_find (const NncKernelList *list, NncSlot slot, const void *problem)
{
  for (size_t i = 0; i < list->n; i++) {
    const NncKernel *kernel = &list->kernels[i];
    if (kernel->slot == slot && nnc_cpu_has (kernel->cpu) && accepts (kernel, problem)
        && agrees (kernel, &list->verdicts[i]))
      return kernel;
  }
  return nnc_kernel_reference (slot);
}

static const NncKernel *
find (NncSlot slot, const void *problem)
{
  static atomic_uchar verdicts[N_KERNELS];
  const NncKernelList list = { kernels, N_KERNELS, verdicts };
  return nnc_kernel_list_find (&list, slot, problem);
}

const NncKernel *
nnc_kernel_find (NncSlot slot)
{
  return find (slot, NULL);
}

const NncKernel *
nnc_kernel_find_convolution (NncSlot slot, const NncWindow *window)
{
  return find (slot, window);
}

const NncKernel *
nnc_kernel_find_product (NncSlot slot, const NncProduct *product)
{
  return find (slot, product);
}

const NncKernel *
nnc_kernel_find_columns (NncSlot slot, const NncColumns *columns)
{
  return find (slot, columns);
}

const NncKernel *
nnc_kernel_find_quantized (NncSlot slot, const NncQuantizedWindow *window)
{
  return find (slot, window);
}
