/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* mix_x86.c: three numbers a pixel to one or three others by a matrix, side by side or in planes. */
#include "kernel_list.h"
#include "vector.h"

typedef struct {
  Vector m[3], offset, minimum, maximum;
} Channel;

static ALWAYS_INLINE Channel
channel_of (const NncMix *mix, int c)
{
  return (Channel){ { vector_splat (mix->matrix[c][0]), vector_splat (mix->matrix[c][1]),
                      vector_splat (mix->matrix[c][2]) },
                    vector_splat (mix->offset[c]),
                    vector_splat (mix->minimum[c]),
                    vector_splat (mix->maximum[c]) };
}

static ALWAYS_INLINE Vector
mix_vector (const Channel *c, Vector a, Vector b, Vector d)
{
  Vector sum = vector_fma (c->m[0], a, vector_fma (c->m[1], b, vector_fma (c->m[2], d, c->offset)));
  return vector_clamp (sum, c->minimum, c->maximum);
}

#if defined __AVX512F__

static ALWAYS_INLINE void
store_side_by_side (float *y, Vector a, Vector b, Vector c)
{
  const __m512i ab0 = _mm512_setr_epi32 (0, 16, 0, 1, 17, 0, 2, 18, 0, 3, 19, 0, 4, 20, 0, 5);
  const __m512i c0 = _mm512_setr_epi32 (0, 1, 16, 3, 4, 17, 6, 7, 18, 9, 10, 19, 12, 13, 20, 15);
  const __m512i ab1 = _mm512_setr_epi32 (21, 0, 6, 22, 0, 7, 23, 0, 8, 24, 0, 9, 25, 0, 10, 26);
  const __m512i c1 = _mm512_setr_epi32 (0, 21, 2, 3, 22, 5, 6, 23, 8, 9, 24, 11, 12, 25, 14, 15);
  const __m512i ab2 = _mm512_setr_epi32 (0, 11, 27, 0, 12, 28, 0, 13, 29, 0, 14, 30, 0, 15, 31, 0);
  const __m512i c2 = _mm512_setr_epi32 (26, 1, 2, 27, 4, 5, 28, 7, 8, 29, 10, 11, 30, 13, 14, 31);
  vector_store (y, _mm512_permutex2var_ps (_mm512_permutex2var_ps (a, ab0, b), c0, c));
  vector_store (y + 16, _mm512_permutex2var_ps (_mm512_permutex2var_ps (a, ab1, b), c1, c));
  vector_store (y + 32, _mm512_permutex2var_ps (_mm512_permutex2var_ps (a, ab2, b), c2, c));
}

#else

/* Twelve numbers of either half, then the halves are put behind each other. */
static ALWAYS_INLINE void
store_side_by_side (float *y, Vector a, Vector b, Vector c)
{
  __m256 ab = _mm256_shuffle_ps (a, b, 0x88), bc = _mm256_shuffle_ps (b, c, 0xdd), ca = _mm256_shuffle_ps (c, a, 0xd8);
  __m256 x = _mm256_shuffle_ps (ab, ca, 0x88), z = _mm256_shuffle_ps (bc, ab, 0xd8),
         w = _mm256_shuffle_ps (ca, bc, 0xdd);
  vector_store (y, _mm256_permute2f128_ps (x, z, 0x20));
  vector_store (y + 8, _mm256_permute2f128_ps (w, x, 0x30));
  vector_store (y + 16, _mm256_permute2f128_ps (z, w, 0x31));
}

#endif

static ALWAYS_INLINE size_t
mix_side_by_side (float *y, const float *const x[3], const NncMix *mix, size_t n)
{
  const Channel c0 = channel_of (mix, 0), c1 = channel_of (mix, 1), c2 = channel_of (mix, 2);
  size_t i = 0;
  for (; i + VECTOR_WIDTH <= n; i += VECTOR_WIDTH) {
    Vector a = vector_load (x[0] + i), b = vector_load (x[1] + i), d = vector_load (x[2] + i);
    store_side_by_side (y + 3 * i, mix_vector (&c0, a, b, d), mix_vector (&c1, a, b, d), mix_vector (&c2, a, b, d));
  }
  return i;
}

static ALWAYS_INLINE size_t
mix_planes (float *const y[3], const float *const x[3], const NncMix *mix, size_t n)
{
  size_t whole = n - n % VECTOR_WIDTH;
  for (int c = 0; c < mix->channels; c++) {
    const Channel channel = channel_of (mix, c);
    for (size_t i = 0; i < whole; i += VECTOR_WIDTH)
      vector_store (y[c] + i,
                    mix_vector (&channel, vector_load (x[0] + i), vector_load (x[1] + i), vector_load (x[2] + i)));
  }
  return whole;
}

void
NNC_ISA (nnc_mix_f32) (float *const y[3], int step, const float *const x[3], const NncMix *mix, size_t n)
{
  size_t i = step == 3 ? mix_side_by_side (y[0], x, mix, n) : mix_planes (y, x, mix, n);
  float *rest[3] = { NULL };
  for (int c = 0; c < mix->channels; c++)
    rest[c] = y[c] + i * (size_t)step;
  const float *const from[3] = { x[0] + i, x[1] + i, x[2] + i };
  nnc_mix_f32_c (rest, step, from, mix, n - i);
}
