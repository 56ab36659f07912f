/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* vector.h: one name for the vectors of each instruction set. Every kernel
 * here is written once over these and compiled once an instruction set, with
 * that set's flags; NNC_ISA() gives its symbols the set's name. */
#pragma once

#define NNC_ISA_JOIN(name, isa) name##_##isa

#define ALWAYS_INLINE inline __attribute__ ((always_inline))
/* A loop of few, constant rounds whose arrays are meant to be registers. */
#ifdef __clang__
#define UNROLL _Pragma ("clang loop unroll(full)")
#else
#define UNROLL _Pragma ("GCC unroll 32")
#endif

/* So few channels are left to kernels of narrower vectors, which they fill. */
#define FEW_CHANNELS 8

#if defined __AVX512F__
#include "vector_avx512.h"
#elif defined __AVX2__
#include "vector_avx2.h"
#else
#include "vector_neon.h"
#endif

/* What there is on every set. Keeps NaN: the comparisons that are false for it leave the value. */
static inline Vector
vector_clamp (Vector v, Vector minimum, Vector maximum)
{
  return vector_min (maximum, vector_max (minimum, v));
}
