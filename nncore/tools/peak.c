/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* peak.c: how many multiply-adds of floats this core can do: by twelve sums in registers that do not wait for each
 * other, in the widest vectors that NNC_CPU leaves. */
#include "peak.h"

#include "timing.h"

#include <glib.h>

#define ROUNDS 5000
#define SUMS 12

/* Keeps a compiler from seeing that the sums are equal. */
#if defined __x86_64__
#include <immintrin.h>
#define HIDE(s) __asm__ volatile("" : "+v"(s))
#elif defined __aarch64__
#include <arm_neon.h>
#define HIDE(s) __asm__ volatile("" : "+w"(s))
#else
#define HIDE(s) __asm__ volatile("" : "+m"(s))
#endif

#define MULTIPLY_ADD(s, a, b) (s) * (a) + (b)

/* Every sum goes to 2, through numbers of ordinary size. */
#define DEFINE_LOOP(name, Vector, multiply_add, attributes)                                                            \
  attributes static float name (float factor, float term)                                                              \
  {                                                                                                                    \
    const Vector a = factor - (Vector){ 0 }, b = term - (Vector){ 0 };                                                 \
    Vector s0 = a, s1 = a, s2 = a, s3 = a, s4 = a, s5 = a, s6 = a, s7 = a, s8 = a, s9 = a, s10 = a, s11 = a;           \
                                                                                                                       \
    for (guint i = 0; i < ROUNDS; i++) {                                                                               \
      s0 = multiply_add (s0, a, b);                                                                                    \
      s1 = multiply_add (s1, a, b);                                                                                    \
      s2 = multiply_add (s2, a, b);                                                                                    \
      s3 = multiply_add (s3, a, b);                                                                                    \
      s4 = multiply_add (s4, a, b);                                                                                    \
      s5 = multiply_add (s5, a, b);                                                                                    \
      s6 = multiply_add (s6, a, b);                                                                                    \
      s7 = multiply_add (s7, a, b);                                                                                    \
      s8 = multiply_add (s8, a, b);                                                                                    \
      s9 = multiply_add (s9, a, b);                                                                                    \
      s10 = multiply_add (s10, a, b);                                                                                  \
      s11 = multiply_add (s11, a, b);                                                                                  \
      HIDE (s0);                                                                                                       \
      HIDE (s1);                                                                                                       \
      HIDE (s2);                                                                                                       \
      HIDE (s3);                                                                                                       \
      HIDE (s4);                                                                                                       \
      HIDE (s5);                                                                                                       \
      HIDE (s6);                                                                                                       \
      HIDE (s7);                                                                                                       \
      HIDE (s8);                                                                                                       \
      HIDE (s9);                                                                                                       \
      HIDE (s10);                                                                                                      \
      HIDE (s11);                                                                                                      \
    }                                                                                                                  \
    return (s0 + s1 + s2 + s3 + s4 + s5 + s6 + s7 + s8 + s9 + s10 + s11)[0];                                           \
  }

typedef float (*Loop) (float factor, float term);

#if defined __x86_64__
DEFINE_LOOP (loop_128, __m128, MULTIPLY_ADD, )
DEFINE_LOOP (loop_256, __m256, _mm256_fmadd_ps, __attribute__ ((target ("avx2,fma"))))
DEFINE_LOOP (loop_512, __m512, _mm512_fmadd_ps, __attribute__ ((target ("avx512f"))))

static Loop
choose_loop (guint *lanes)
{
  const char *mask = g_getenv ("NNC_CPU");
  gboolean narrow = g_strcmp0 (mask, "c") == 0 || g_strcmp0 (mask, "orc") == 0;

  if (!narrow && g_strcmp0 (mask, "avx2") != 0 && __builtin_cpu_supports ("avx512f"))
    return *lanes = 16, loop_512;
  if (!narrow && __builtin_cpu_supports ("avx2") && __builtin_cpu_supports ("fma"))
    return *lanes = 8, loop_256;
  return *lanes = 4, loop_128;
}
#else
#if defined __aarch64__
#define FUSED(s, a, b) vfmaq_f32 (b, s, a)
DEFINE_LOOP (loop_128, float32x4_t, FUSED, )
#else
typedef float Vector128 __attribute__ ((vector_size (16)));
DEFINE_LOOP (loop_128, Vector128, MULTIPLY_ADD, )
#endif

static Loop
choose_loop (guint *lanes)
{
  return *lanes = 4, loop_128;
}
#endif

double
peak_measure (void)
{
  volatile float factor = 0.5f, result;
  guint lanes;
  Loop loop = choose_loop (&lanes);
  double begin = timing_now_us ();

  result = loop (factor, 1);
  (void)result;
  return (double)SUMS * ROUNDS * lanes / (timing_now_us () - begin) / 1e3;
}
