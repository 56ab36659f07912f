/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* denormals.h: a recurrent state that fades into denormal numbers makes a
 * network several times slower. They are flushed to zero during a run, and the
 * caller's mode is restored after. */
#pragma once

#include <glib.h>

#if defined(__SSE2__)
#include <xmmintrin.h>
#define FLUSH_BITS 0x8040u /* FTZ and DAZ */
static inline guint64
nnc_denormals_flush (void)
{
  guint64 before = _mm_getcsr ();

  _mm_setcsr ((unsigned)before | FLUSH_BITS);
  return before;
}

static inline void
nnc_denormals_restore (guint64 before)
{
  _mm_setcsr ((unsigned)before);
}
#elif defined(__aarch64__)
#define FLUSH_BITS (G_GUINT64_CONSTANT (1) << 24) /* FZ */
static inline guint64
nnc_denormals_flush (void)
{
  guint64 before;

  __asm__ volatile("mrs %0, fpcr" : "=r"(before));
  __asm__ volatile("msr fpcr, %0" : : "r"(before | FLUSH_BITS));
  return before;
}

static inline void
nnc_denormals_restore (guint64 before)
{
  __asm__ volatile("msr fpcr, %0" : : "r"(before));
}
#else
static inline guint64
nnc_denormals_flush (void)
{
  return 0;
}

static inline void
nnc_denormals_restore (guint64 before)
{
  (void)before;
}
#endif
