/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* sum_rows_x86.c: rows of bytes to their weighted sum. A picture is read here and nowhere else, once, so the sums of
 * a stretch of columns stay in registers while all rows pass. Two rows at a time are woven together, for one
 * instruction then adds the bytes of a pair. */
#include "kernel_list.h"
#include "vector.h"

#if defined __AVX512F__

#define WIDTH 64
typedef __m512i Bytes;
#define BYTES(operation) _mm512_##operation
#define bytes_load(p) _mm512_loadu_si512 (p)
#define bytes_zero() _mm512_setzero_si512 ()
#define bytes_and(a, b) _mm512_and_si512 (a, b)

static inline void
store (int16_t *p, Bytes v)
{
  _mm512_storeu_si512 (p, v);
}

/* Weaving works within 16 bytes: elements 0-7, 16-23, 32-39, 48-55 and the others. */
static inline void
store_in_order (int16_t *y, Bytes low, Bytes high)
{
  const __m512i first = _mm512_setr_epi64 (0, 1, 8, 9, 2, 3, 10, 11),
                last = _mm512_setr_epi64 (4, 5, 12, 13, 6, 7, 14, 15);
  store (y, _mm512_permutex2var_epi64 (low, first, high));
  store (y + WIDTH / 2, _mm512_permutex2var_epi64 (low, last, high));
}

#else

#define WIDTH 32
typedef __m256i Bytes;
#define BYTES(operation) _mm256_##operation
#define bytes_load(p) _mm256_loadu_si256 ((const __m256i *)(const void *)(p))
#define bytes_zero() _mm256_setzero_si256 ()
#define bytes_and(a, b) _mm256_and_si256 (a, b)

static inline void
store (int16_t *p, Bytes v)
{
  _mm256_storeu_si256 ((__m256i *)(void *)p, v);
}

static inline void
store_in_order (int16_t *y, Bytes low, Bytes high)
{
  store (y, _mm256_permute2x128_si256 (low, high, 0x20));
  store (y + WIDTH / 2, _mm256_permute2x128_si256 (low, high, 0x31));
}

#endif

/* The sums of WIDTH elements: `low` has elements 0-7 of each 16, `high` the others. */
typedef struct {
  Bytes low, high;
} Sums;

/* Once loaded, kept: the compiler would rather read memory once for each half. */
static ALWAYS_INLINE Bytes
load (const uint8_t *p)
{
  Bytes v = bytes_load (p);
  __asm__("" : "+v"(v));
  return v;
}

/* a + b, each times `one` */
static ALWAYS_INLINE void
add_pair (Sums *s, Bytes a, Bytes b, Bytes one)
{
  s->low = BYTES (add_epi16) (s->low, BYTES (maddubs_epi16) (BYTES (unpacklo_epi8) (a, b), one));
  s->high = BYTES (add_epi16) (s->high, BYTES (maddubs_epi16) (BYTES (unpackhi_epi8) (a, b), one));
}

/* x * weight >> 8, as the upper half of (x << 8) * weight. */
static ALWAYS_INLINE void
add_weighted (Sums *s, const uint8_t *row, uint16_t weight)
{
  const Bytes w = BYTES (set1_epi16) ((short)weight), x = load (row);
  s->low = BYTES (add_epi16) (s->low, BYTES (mulhi_epu16) (BYTES (unpacklo_epi8) (bytes_zero (), x), w));
  s->high = BYTES (add_epi16) (s->high, BYTES (mulhi_epu16) (BYTES (unpackhi_epi8) (bytes_zero (), x), w));
}

/* The inner rows of `n` vectors of elements from i on. */
static ALWAYS_INLINE void
add_inner (Sums *s, const NncRowSum *sum, size_t i, int n, Bytes one)
{
  const uint8_t *row = sum->inner + i;
  const ptrdiff_t stride = sum->stride;
  size_t left = sum->rows;
  for (; left >= 2; left -= 2, row += 2 * stride)
    UNROLL
  for (int v = 0; v < n; v++)
    add_pair (&s[v], load (row + v * WIDTH), load (row + stride + v * WIDTH), one);
  if (left)
    UNROLL
  for (int v = 0; v < n; v++)
    add_pair (&s[v], load (row + v * WIDTH), bytes_zero (), one);
}

static ALWAYS_INLINE void
write (int16_t *y, int16_t *odd, size_t i, const Sums *s)
{
  const Bytes even = BYTES (set1_epi32) (0xffff);
  if (!odd) {
    store_in_order (y + i, s->low, s->high);
    return;
  }
  store (y + i / 2, BYTES (packus_epi32) (bytes_and (s->low, even), bytes_and (s->high, even)));
  store (odd + i / 2, BYTES (packus_epi32) (BYTES (srli_epi32) (s->low, 16), BYTES (srli_epi32) (s->high, 16)));
}

/* The shift is a factor of the sums of pairs, as far as a signed byte goes: 255 * 2 * 64 fits 15 bits. */
#define MOST_SHIFT 6

static ALWAYS_INLINE void
sum_vectors (int16_t *y, int16_t *odd, const NncRowSum *sum, size_t i, int n)
{
  const int factor = sum->shift < MOST_SHIFT ? sum->shift : MOST_SHIFT, left = sum->shift - factor;
  const Bytes bias = BYTES (set1_epi16) ((short)(-32768 >> left)), one = BYTES (set1_epi8) ((char)(1 << factor));
  Sums s[4] = { { bias, bias }, { bias, bias }, { bias, bias }, { bias, bias } };
  add_inner (s, sum, i, n, one);
  UNROLL
  for (int v = 0; left && v < n; v++) {
    s[v].low = BYTES (sll_epi16) (s[v].low, _mm_cvtsi32_si128 (left));
    s[v].high = BYTES (sll_epi16) (s[v].high, _mm_cvtsi32_si128 (left));
  }
  if (sum->first_weight)
    UNROLL
  for (int v = 0; v < n; v++)
    add_weighted (&s[v], sum->first + i + v * WIDTH, sum->first_weight);
  if (sum->last_weight)
    UNROLL
  for (int v = 0; v < n; v++)
    add_weighted (&s[v], sum->last + i + v * WIDTH, sum->last_weight);
  UNROLL
  for (int v = 0; v < n; v++)
    write (y, odd, i + (size_t)v * WIDTH, &s[v]);
}

/* What is less than a vector. i is even. */
static void
sum_rest (int16_t *y, int16_t *odd, const NncRowSum *sum, size_t i, size_t n)
{
  NncRowSum rest = *sum;
  rest.inner += sum->rows ? i : 0;
  rest.first += sum->first_weight ? i : 0;
  rest.last += sum->last_weight ? i : 0;
  nnc_sum_rows_u8_c (odd ? y + i / 2 : y + i, odd ? odd + i / 2 : NULL, &rest, n - i);
}

void
NNC_ISA (nnc_sum_rows_u8) (int16_t *y, int16_t *odd, const NncRowSum *sum, size_t n)
{
  size_t i = 0;
  for (; i + 4 * WIDTH <= n; i += 4 * WIDTH)
    sum_vectors (y, odd, sum, i, 4);
  for (; i + WIDTH <= n; i += WIDTH)
    sum_vectors (y, odd, sum, i, 1);
  /* The last vector overlaps the one before it, which changes nothing. */
  if (i < n && n >= WIDTH) {
    i = (n - WIDTH) & ~(size_t)1;
    sum_vectors (y, odd, sum, i, 1);
    i += WIDTH;
  }
  if (i < n)
    sum_rest (y, odd, sum, i, n);
}
