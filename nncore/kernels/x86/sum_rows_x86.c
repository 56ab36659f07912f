/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* sum_rows_x86.c: rows of bytes to their weighted sum. A picture is read here and nowhere else, once, so the sums of
 * a stretch of columns stay in registers while all rows pass. Two rows at a time are woven together, for one
 * instruction then adds the bytes of a pair. Where bytes come apart by twos or fours, weaving would only be undone:
 * even bytes and odd ones are summed on their own from the start. */
#include "kernel_list.h"
#include "sum_rows_apart.h"

/* Sums of WIDTH elements in two halves: of each 16 elements the first 8 and the others, or even ones and odd ones. */
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

/* a and b, each times its weight, up to 64: those lie in turn. */
static ALWAYS_INLINE void
add_pair (Sums *s, Bytes a, Bytes b, Bytes weights)
{
  s->low = BYTES (add_epi16) (s->low, BYTES (maddubs_epi16) (BYTES (unpacklo_epi8) (a, b), weights));
  s->high = BYTES (add_epi16) (s->high, BYTES (maddubs_epi16) (BYTES (unpackhi_epi8) (a, b), weights));
}

/* Even bytes and odd bytes of a row, times a weight up to 127, between which lie zeros. */
static ALWAYS_INLINE void
add_apart (Sums *s, Bytes a, Bytes weights)
{
  s->low = BYTES (add_epi16) (s->low, BYTES (maddubs_epi16) (a, weights));
  s->high = BYTES (add_epi16) (s->high, BYTES (maddubs_epi16) (a, BYTES (slli_epi16) (weights, 8)));
}

/* x * weight >> 8, as the upper half of (x << 8) * weight. */
static ALWAYS_INLINE void
add_fractions (Sums *s, const uint8_t *row, uint16_t weight, bool apart)
{
  const Bytes w = BYTES (set1_epi16) ((short)weight), x = load (row);
  Bytes low = apart ? BYTES (slli_epi16) (x, 8) : BYTES (unpacklo_epi8) (bytes_zero (), x);
  Bytes high = apart ? bytes_and (x, BYTES (set1_epi16) ((short)0xff00)) : BYTES (unpackhi_epi8) (bytes_zero (), x);
  s->low = BYTES (add_epi16) (s->low, BYTES (mulhi_epu16) (low, w));
  s->high = BYTES (add_epi16) (s->high, BYTES (mulhi_epu16) (high, w));
}

/* The inner rows of `n` vectors of elements from i on. */
static ALWAYS_INLINE void
add_inner (Sums *s, const NncRowSum *sum, size_t i, int n, int weight, bool apart)
{
  const Bytes weights = apart ? BYTES (set1_epi16) ((short)weight) : BYTES (set1_epi8) ((char)weight);
  const uint8_t *row = sum->inner + i;
  const ptrdiff_t stride = sum->stride;
  size_t left = sum->rows;
  for (; !apart && left >= 2; left -= 2, row += 2 * stride)
    UNROLL
  for (int v = 0; v < n; v++)
    add_pair (&s[v], load (row + v * WIDTH), load (row + stride + v * WIDTH), weights);
  for (; left; left--, row += stride)
    UNROLL
  for (int v = 0; v < n; v++)
    if (apart)
      add_apart (&s[v], load (row + v * WIDTH), weights);
    else
      add_pair (&s[v], load (row + v * WIDTH), bytes_zero (), weights);
}

/* The rows at either side, of which at least one counts, by weights up to 64. */
static ALWAYS_INLINE void
add_ends (Sums *s, const NncRowSum *sum, size_t i, int n, bool apart)
{
  const Bytes weights = BYTES (set1_epi16) ((short)(sum->first_weight | sum->last_weight << 8));
  const uint8_t *first = (sum->first_weight ? sum->first : sum->last) + i,
                *last = (sum->last_weight ? sum->last : sum->first) + i;
  UNROLL
  for (int v = 0; v < n; v++)
    if (apart) {
      add_apart (&s[v], load (first + v * WIDTH), BYTES (set1_epi16) ((short)sum->first_weight));
      add_apart (&s[v], load (last + v * WIDTH), BYTES (set1_epi16) ((short)sum->last_weight));
    } else
      add_pair (&s[v], load (first + v * WIDTH), load (last + v * WIDTH), weights);
}

#define CACHE_LINE 64

/* While these rows are summed, as many that follow them are fetched into the second cache: they are the next sum's. */
static ALWAYS_INLINE void
prefetch_next (const NncRowSum *sum, size_t i, int n)
{
  const uint8_t *row = sum->inner + (ptrdiff_t)(sum->rows + 1) * sum->stride + i;
  for (size_t left = sum->rows ? sum->rows + 1 : 0; left; left--, row += sum->stride)
    UNROLL
  for (int at = 0; at < n * WIDTH; at += CACHE_LINE)
    __builtin_prefetch (row + at, 0, 2);
}

/* As many as registers hold. */
#define MOST_VECTORS 4

/* A power of two is a factor of the sums of pairs as far as a signed byte goes: 255 * 2 * 64 fits 15 bits. */
#define MOST_WEIGHT 64

static ALWAYS_INLINE void
sum_vectors (Sums *s, const NncRowSum *sum, size_t i, int n, bool apart)
{
  const int weight = sum->inner_weight < MOST_WEIGHT ? sum->inner_weight : MOST_WEIGHT,
            left = sum->inner_weight > MOST_WEIGHT ? __builtin_ctz (sum->inner_weight / MOST_WEIGHT) : 0;
  const Bytes bias = BYTES (set1_epi16) ((short)(-32768 >> left));
  UNROLL
  for (int v = 0; v < n; v++)
    s[v] = (Sums){ bias, bias };
  prefetch_next (sum, i, n);
  add_inner (s, sum, i, n, weight, apart);
  UNROLL
  for (int v = 0; left && v < n; v++) {
    s[v].low = BYTES (sll_epi16) (s[v].low, _mm_cvtsi32_si128 (left));
    s[v].high = BYTES (sll_epi16) (s[v].high, _mm_cvtsi32_si128 (left));
  }
  if (!sum->fraction && (sum->first_weight || sum->last_weight))
    add_ends (s, sum, i, n, apart);
  if (sum->fraction && sum->first_weight)
    UNROLL
  for (int v = 0; v < n; v++)
    add_fractions (&s[v], sum->first + i + v * WIDTH, sum->first_weight, apart);
  if (sum->fraction && sum->last_weight)
    UNROLL
  for (int v = 0; v < n; v++)
    add_fractions (&s[v], sum->last + i + v * WIDTH, sum->last_weight, apart);
}

/* n vectors of elements, of which whole vectors, or halves of them, come apart. */
static ALWAYS_INLINE void
sum_stretch (int16_t *const y[4], int ways, const NncRowSum *sum, size_t i, int n)
{
  Sums s[MOST_VECTORS];
  sum_vectors (s, sum, i, n, ways % 2 == 0);
  size_t to = i / (size_t)ways;
  UNROLL
  for (int v = 0; ways <= 2 && v < n; v++)
    if (ways == 1) {
      store_in_order (y[0] + to + v * WIDTH, s[v].low, s[v].high);
    } else {
      store (y[0] + to + v * WIDTH / 2, s[v].low);
      store (y[1] + to + v * WIDTH / 2, s[v].high);
    }
  if (ways == 3)
    store_three (y, to, s[0].low, s[0].high, s[1].low, s[1].high, s[2].low, s[2].high);
  UNROLL
  for (int v = 0; ways == 4 && v < n; v += 2) {
    store_two (y[0] + to + v * WIDTH / 4, y[2] + to + v * WIDTH / 4, s[v].low, s[v + 1].low);
    store_two (y[1] + to + v * WIDTH / 4, y[3] + to + v * WIDTH / 4, s[v].high, s[v + 1].high);
  }
}

/* What is less than a stretch. i is a multiple of `ways`. */
static void
sum_rest (int16_t *const y[4], int ways, const NncRowSum *sum, size_t i, size_t n)
{
  NncRowSum rest = *sum;
  int16_t *to[4] = { NULL };
  rest.inner += sum->rows ? i : 0;
  rest.first += sum->first_weight ? i : 0;
  rest.last += sum->last_weight ? i : 0;
  for (int k = 0; k < ways; k++)
    to[k] = y[k] + i / (size_t)ways;
  nnc_sum_rows_u8_c (to, ways, &rest, n - i);
}

static ALWAYS_INLINE void
sum_rows (int16_t *const y[4], int ways, const NncRowSum *sum, size_t n)
{
  const int most = ways == 3 ? 3 : MOST_VECTORS, least = ways == 3 ? 3 : (ways + 1) / 2;
  const size_t most_elements = (size_t)most * WIDTH, least_elements = (size_t)least * WIDTH;
  size_t i = 0;
  for (; i + most_elements <= n; i += most_elements)
    sum_stretch (y, ways, sum, i, most);
  for (; i + least_elements <= n; i += least_elements)
    sum_stretch (y, ways, sum, i, least);
  /* The last vectors overlap those before them, which changes nothing. */
  if (i < n && n >= least_elements) {
    i = (n - least_elements) / (size_t)ways * (size_t)ways;
    sum_stretch (y, ways, sum, i, least);
    i += least_elements;
  }
  if (i < n)
    sum_rest (y, ways, sum, i, n);
}

void
NNC_ISA (nnc_sum_rows_u8) (int16_t *const y[4], int ways, const NncRowSum *sum, size_t n)
{
  switch (ways) {
  case 1:
    sum_rows (y, 1, sum, n);
    break;
  case 2:
    sum_rows (y, 2, sum, n);
    break;
  case 3:
    sum_rows (y, 3, sum, n);
    break;
  default:
    sum_rows (y, 4, sum, n);
  }
}
