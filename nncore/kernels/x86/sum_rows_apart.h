/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* sum_rows_apart.h: vectors of bytes, and how their sums are put in order or come apart into the rows of two, three
 * or four components. */
#pragma once

#include "vector.h"

#define EIGHT(F, j, c)                                                                                                 \
  F (j, c), F (j + 1, c), F (j + 2, c), F (j + 3, c), F (j + 4, c), F (j + 5, c), F (j + 6, c), F (j + 7, c)
#define SIXTEEN(F, j, c) EIGHT (F, j, c), EIGHT (F, j + 8, c)
#define THIRTY_TWO(F, c) SIXTEEN (F, 0, c), SIXTEEN (F, 16, c)

#if defined __AVX512F__

#define WIDTH 64
typedef __m512i Bytes;
#define BYTES(operation) _mm512_##operation
#define bytes_load(p) _mm512_loadu_si512 (p)
#define bytes_zero() _mm512_setzero_si512 ()
#define bytes_and(a, b) _mm512_and_si512 (a, b)

static ALWAYS_INLINE void
store (int16_t *p, Bytes v)
{
  _mm512_storeu_si512 (p, v);
}

/* Weaving works within 16 bytes: `low` has elements 0-7, 16-23, 32-39, 48-55, `high` the others. */
static ALWAYS_INLINE Bytes
first_in_order (Bytes low, Bytes high)
{
  return _mm512_permutex2var_epi64 (low, _mm512_setr_epi64 (0, 1, 8, 9, 2, 3, 10, 11), high);
}

static ALWAYS_INLINE Bytes
last_in_order (Bytes low, Bytes high)
{
  return _mm512_permutex2var_epi64 (low, _mm512_setr_epi64 (4, 5, 12, 13, 6, 7, 14, 15), high);
}

#define EVERY_SECOND(j, c) (2 * (j) + c)
static const int16_t every_second[2][32] = { { THIRTY_TWO (EVERY_SECOND, 0) }, { THIRTY_TWO (EVERY_SECOND, 1) } };

/* Every second sum of a and b, and the others. */
static ALWAYS_INLINE void
store_two (int16_t *even, int16_t *odd, Bytes a, Bytes b)
{
  store (even, _mm512_permutex2var_epi16 (a, bytes_load (every_second[0]), b));
  store (odd, _mm512_permutex2var_epi16 (a, bytes_load (every_second[1]), b));
}

/* Of 96 elements in a row every third from c on is wanted. They lie in a woven pair of vectors of 64 and one vector in
 * order of 32, which is behind them or before them: first what the pair has is picked, then what the one has. */
#define WOVEN(e) ((e) / 16 % 4 * 8 + (e) % 8 + (e) / 8 % 2 * 32)
#define PICK_BEFORE(j, c) WOVEN (3 * (j) + c)
#define ADD_BEHIND(j, c) (3 * (j) + c < 64 ? j : 3 * (j) + c - 64 + 32)
#define PICK_BEHIND(j, c) WOVEN (3 * (j) + c + 32)
#define ADD_BEFORE(j, c) (3 * (j) + c < 32 ? 3 * (j) + c + 32 : j)
#define EVERY_THIRD(F)                                                                                                 \
  {                                                                                                                    \
    { THIRTY_TWO (F, 0) }, { THIRTY_TWO (F, 1) },                                                                      \
    {                                                                                                                  \
      THIRTY_TWO (F, 2)                                                                                                \
    }                                                                                                                  \
  }
static const int16_t pick_before[3][32] = EVERY_THIRD (PICK_BEFORE), add_behind[3][32] = EVERY_THIRD (ADD_BEHIND),
                     pick_behind[3][32] = EVERY_THIRD (PICK_BEHIND), add_before[3][32] = EVERY_THIRD (ADD_BEFORE);

static ALWAYS_INLINE void
store_three (int16_t *const y[4], size_t i, Bytes low0, Bytes high0, Bytes low1, Bytes high1, Bytes low2, Bytes high2)
{
  const Bytes behind = first_in_order (low1, high1), before = last_in_order (low1, high1);
  UNROLL
  for (int c = 0; c < 3; c++) {
    Bytes a = _mm512_permutex2var_epi16 (low0, bytes_load (pick_before[c]), high0);
    Bytes b = _mm512_permutex2var_epi16 (low2, bytes_load (pick_behind[c]), high2);
    store (y[c] + i, _mm512_permutex2var_epi16 (a, bytes_load (add_behind[c]), behind));
    store (y[c] + i + 32, _mm512_permutex2var_epi16 (b, bytes_load (add_before[c]), before));
  }
}

#else

#define WIDTH 32
typedef __m256i Bytes;
#define BYTES(operation) _mm256_##operation
#define bytes_load(p) _mm256_loadu_si256 ((const __m256i *)(const void *)(p))
#define bytes_zero() _mm256_setzero_si256 ()
#define bytes_and(a, b) _mm256_and_si256 (a, b)

static ALWAYS_INLINE void
store (int16_t *p, Bytes v)
{
  _mm256_storeu_si256 ((__m256i *)(void *)p, v);
}

/* Weaving works within 16 bytes: `low` has elements 0-7 and 16-23, `high` the others. */
static ALWAYS_INLINE Bytes
first_in_order (Bytes low, Bytes high)
{
  return _mm256_permute2x128_si256 (low, high, 0x20);
}

static ALWAYS_INLINE Bytes
last_in_order (Bytes low, Bytes high)
{
  return _mm256_permute2x128_si256 (low, high, 0x31);
}

/* Every second sum of a and b, and the others. */
static ALWAYS_INLINE void
store_two (int16_t *even, int16_t *odd, Bytes a, Bytes b)
{
  const Bytes mask = _mm256_set1_epi32 (0xffff);
  Bytes first = _mm256_packus_epi32 (bytes_and (a, mask), bytes_and (b, mask)),
        second = _mm256_packus_epi32 (_mm256_srli_epi32 (a, 16), _mm256_srli_epi32 (b, 16));
  store (even, _mm256_permute4x64_epi64 (first, 0xd8));
  store (odd, _mm256_permute4x64_epi64 (second, 0xd8));
}

/* Of 24 sums in three vectors of 8, which vector k gives every third from c on, byte by byte; -1: another does. */
#define PART_BYTE(j, k, c) ((3 * ((j) / 2) + c) / 8 == k ? (3 * ((j) / 2) + c) % 8 * 2 + (j) % 2 : -1)
#define PART_0(j, c) PART_BYTE (j, 0, c)
#define PART_1(j, c) PART_BYTE (j, 1, c)
#define PART_2(j, c) PART_BYTE (j, 2, c)
#define EVERY_THIRD(c)                                                                                                 \
  {                                                                                                                    \
    { SIXTEEN (PART_0, 0, c) }, { SIXTEEN (PART_1, 0, c) },                                                            \
    {                                                                                                                  \
      SIXTEEN (PART_2, 0, c)                                                                                           \
    }                                                                                                                  \
  }
static const int8_t every_third[3][3][16] = { EVERY_THIRD (0), EVERY_THIRD (1), EVERY_THIRD (2) };

static ALWAYS_INLINE Bytes
every_third_of (int c, int k, Bytes v)
{
  const __m128i part = _mm_loadu_si128 ((const __m128i *)(const void *)every_third[c][k]);
  return _mm256_shuffle_epi8 (v, _mm256_broadcastsi128_si256 (part));
}

/* 48 sums in order: 24 of them to each half of 16 bytes. */
static ALWAYS_INLINE void
store_every_third (int16_t *const y[4], size_t i, Bytes v0, Bytes v1, Bytes v2)
{
  Bytes a = _mm256_permute2x128_si256 (v0, v1, 0x30), b = _mm256_permute2x128_si256 (v0, v2, 0x21),
        d = _mm256_permute2x128_si256 (v1, v2, 0x30);
  UNROLL
  for (int c = 0; c < 3; c++)
    store (y[c] + i, _mm256_or_si256 (every_third_of (c, 0, a),
                                      _mm256_or_si256 (every_third_of (c, 1, b), every_third_of (c, 2, d))));
}

static ALWAYS_INLINE void
store_three (int16_t *const y[4], size_t i, Bytes low0, Bytes high0, Bytes low1, Bytes high1, Bytes low2, Bytes high2)
{
  store_every_third (y, i, first_in_order (low0, high0), last_in_order (low0, high0), first_in_order (low1, high1));
  store_every_third (y, i + 16, last_in_order (low1, high1), first_in_order (low2, high2), last_in_order (low2, high2));
}

#endif

static ALWAYS_INLINE void
store_in_order (int16_t *y, Bytes low, Bytes high)
{
  store (y, first_in_order (low, high));
  store (y + WIDTH / 2, last_in_order (low, high));
}
