/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* cpu.c: which instruction sets this CPU and its system have, less what NNC_CPU masks. */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "kernel.h"
#if defined __x86_64__ || defined __i386__
#include <cpuid.h>
#elif defined __aarch64__
#include <sys/auxv.h>
#endif

static const char *const names[NNC_N_CPUS]
    = { "c", "orc", "avx2", "avx512", "vnni", "bf16", "neon", "dotprod", "i8mm" };
static bool has[NNC_N_CPUS];

const char *
nnc_cpu_to_string (NncCpu cpu)
{
  return (unsigned)cpu < NNC_N_CPUS ? names[cpu] : "unknown";
}

#if defined __x86_64__ || defined __i386__
/* The compiler's own table knows no F16C in every version. */
static bool
has_f16c (void)
{
  unsigned a, b, c, d;
  return __get_cpuid (1, &a, &b, &c, &d) && (c & bit_F16C);
}

static void
detect_vectors (void)
{
  __builtin_cpu_init ();
  has[NNC_CPU_AVX2] = __builtin_cpu_supports ("avx2") && __builtin_cpu_supports ("fma") && has_f16c ();
  has[NNC_CPU_AVX512] = has[NNC_CPU_AVX2] && __builtin_cpu_supports ("avx512f") && __builtin_cpu_supports ("avx512bw")
                        && __builtin_cpu_supports ("avx512dq") && __builtin_cpu_supports ("avx512vl");
  has[NNC_CPU_VNNI] = has[NNC_CPU_AVX512] && __builtin_cpu_supports ("avx512vnni");
  has[NNC_CPU_BF16] = has[NNC_CPU_VNNI] && __builtin_cpu_supports ("avx512bf16");
}
#elif defined __aarch64__
/* As <asm/hwcap.h> has them, which an older system's lacks. */
#define HWCAP_DOT_PRODUCT (1ul << 20)
#define HWCAP2_INT8_MATRIX (1ul << 13)

static void
detect_vectors (void)
{
  has[NNC_CPU_NEON] = true;
  has[NNC_CPU_DOTPROD] = getauxval (AT_HWCAP) & HWCAP_DOT_PRODUCT;
  has[NNC_CPU_I8MM] = has[NNC_CPU_DOTPROD] && (getauxval (AT_HWCAP2) & HWCAP2_INT8_MATRIX);
}
#else
static void
detect_vectors (void)
{
}
#endif

/* A name we do not know masks nothing. */
static void
mask (const char *name)
{
  for (int best = 0; name && best < NNC_N_CPUS; best++)
    if (strcmp (name, names[best]) == 0)
      for (int cpu = best + 1; cpu < NNC_N_CPUS; cpu++)
        has[cpu] = false;
}

static void
detect (void)
{
  has[NNC_CPU_C] = has[NNC_CPU_ORC] = true;
  detect_vectors ();
  mask (getenv ("NNC_CPU"));
}

bool
nnc_cpu_has (NncCpu cpu)
{
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once (&once, detect);
  return (unsigned)cpu < NNC_N_CPUS && has[cpu];
}
