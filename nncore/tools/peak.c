/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* peak.c: how many multiply-adds this core can do: by twelve sums in registers that do not wait for each other, by the
 * instruction that kernels use, of those that NNC_CPU leaves. */
#include "peak.h"

#include "timing.h"

#include <glib.h>
#include <string.h>

#define ROUNDS 5000
#define SUMS 12

/* Keeps a compiler from seeing what a sum is. */
#if defined __x86_64__
#include <immintrin.h>
#define HIDE(s) __asm__ volatile("" : "+v"(s))
#elif defined __aarch64__
#include <arm_neon.h>
#define HIDE(s) __asm__ volatile("" : "+w"(s))
#else
#define HIDE(s) __asm__ volatile("" : "+m"(s))
#endif

/* add (s, a, b): one of the sums, and two numbers of the core's that multiply it or each other. */
#define DEFINE_LOOP(name, Vector, number, add, attributes)                                                             \
  attributes static void name (void)                                                                                   \
  {                                                                                                                    \
    Vector a = number, b = a, s0 = a, s1 = a, s2 = a, s3 = a, s4 = a, s5 = a, s6 = a, s7 = a, s8 = a, s9 = a, s10 = a, \
           s11 = a;                                                                                                    \
                                                                                                                       \
    HIDE (a);                                                                                                          \
    HIDE (b);                                                                                                          \
    for (guint i = 0; i < ROUNDS; i++) {                                                                               \
      s0 = add (s0, a, b);                                                                                             \
      s1 = add (s1, a, b);                                                                                             \
      s2 = add (s2, a, b);                                                                                             \
      s3 = add (s3, a, b);                                                                                             \
      s4 = add (s4, a, b);                                                                                             \
      s5 = add (s5, a, b);                                                                                             \
      s6 = add (s6, a, b);                                                                                             \
      s7 = add (s7, a, b);                                                                                             \
      s8 = add (s8, a, b);                                                                                             \
      s9 = add (s9, a, b);                                                                                             \
      s10 = add (s10, a, b);                                                                                           \
      s11 = add (s11, a, b);                                                                                           \
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
  }

/* Floats go to 1, through numbers of ordinary size. */
#define NUMBER 0.5f
#define MULTIPLY_ADD(s, a, b) (s) * (a) + (b)

typedef struct {
  void (*run) (void);
  guint products; /* of one instruction */
} Loop;

#if defined __x86_64__
#define ADD_PAIRS(s, a, b) _mm256_add_epi32 (s, _mm256_madd_epi16 (a, b))
#define ADD_FOURS(s, a, b) _mm512_dpbusd_epi32 (s, a, b)
#define ADD_BF16(s, a, b) _mm512_dpbf16_ps (s, (__m512bh)(a), (__m512bh)(b))

DEFINE_LOOP (floats_128, __m128, _mm_set1_ps (NUMBER), MULTIPLY_ADD, )
DEFINE_LOOP (floats_256, __m256, _mm256_set1_ps (NUMBER), _mm256_fmadd_ps, __attribute__ ((target ("avx2,fma"))))
DEFINE_LOOP (floats_512, __m512, _mm512_set1_ps (NUMBER), _mm512_fmadd_ps, __attribute__ ((target ("avx512f"))))
DEFINE_LOOP (pairs_256, __m256i, _mm256_set1_epi16 (1), ADD_PAIRS, __attribute__ ((target ("avx2"))))
DEFINE_LOOP (fours_512, __m512i, _mm512_set1_epi32 (0x01010101), ADD_FOURS,
             __attribute__ ((target ("avx512f,avx512vnni"))))
DEFINE_LOOP (bf16_512, __m512, _mm512_set1_ps (0x1p-64f), ADD_BF16, __attribute__ ((target ("avx512f,avx512bf16"))))

/* NNC_CPU's names in their order; a name that is none masks nothing. */
static gboolean
is_left (const char *cpu)
{
  static const char *const names[] = { "c", "orc", "avx2", "avx512", "vnni", "bf16" };
  const char *mask = g_getenv ("NNC_CPU");
  gboolean is_masked = FALSE;

  for (guint i = 0; mask && i < G_N_ELEMENTS (names); i++) {
    if (strcmp (names[i], cpu) == 0)
      return !is_masked;
    is_masked = is_masked || strcmp (names[i], mask) == 0;
  }
  return TRUE;
}

static Loop
choose_loop (PeakKind kind)
{
  if (kind == PEAK_BF16 && is_left ("bf16") && __builtin_cpu_supports ("avx512bf16"))
    return (Loop){ bf16_512, 32 };
  if (kind == PEAK_BYTES && is_left ("vnni") && __builtin_cpu_supports ("avx512vnni"))
    return (Loop){ fours_512, 64 };
  if (kind == PEAK_BYTES && is_left ("avx2") && __builtin_cpu_supports ("avx2"))
    return (Loop){ pairs_256, 16 };
  if (is_left ("avx512") && __builtin_cpu_supports ("avx512f"))
    return (Loop){ floats_512, 16 };
  if (is_left ("avx2") && __builtin_cpu_supports ("avx2") && __builtin_cpu_supports ("fma"))
    return (Loop){ floats_256, 8 };
  return (Loop){ floats_128, 4 };
}
#else
#if defined __aarch64__
#define FUSED(s, a, b) vfmaq_f32 (b, s, a)
DEFINE_LOOP (floats_128, float32x4_t, vdupq_n_f32 (NUMBER), FUSED, )
#else
typedef float Vector128 __attribute__ ((vector_size (16)));
DEFINE_LOOP (floats_128, Vector128, NUMBER - (Vector128){ 0 }, MULTIPLY_ADD, )
#endif

static Loop
choose_loop (PeakKind kind)
{
  (void)kind;
  return (Loop){ floats_128, 4 };
}
#endif

double
peak_measure (PeakKind kind)
{
  Loop loop = choose_loop (kind);
  double begin = timing_now_us ();

  loop.run ();
  return (double)SUMS * ROUNDS * loop.products / (timing_now_us () - begin) / 1e3;
}

PeakKind
peak_kind_of (const char *kernel)
{
  return strstr (kernel, "quantized") || strstr (kernel, "stored") ? PEAK_BYTES : strstr (kernel, "bf16") ? PEAK_BF16 : PEAK_FLOATS;
}
