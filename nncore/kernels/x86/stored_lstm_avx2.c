/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* stored_lstm_avx2.c: a step of an LSTM of stored numbers by AVX2, exact: products by vpmaddwd, sigmoid and tanh in 16
 * bits, where vpmulhrsw is the product of TFLite's fixed point.
 * Packed: for every 16 units, for every gate: a Block of inputs and one of states, each with its weights: for every two
 * numbers 16 times the pair, those of units 0 to 7 in one vector and the others in the next. */
#include <immintrin.h>
#include <string.h>

#include "fixed_point_avx2.h"
#include "kernel_list.h"

#define LANES 16
#define E_TO_THE_EIGHTH 28918 /* e^(-1/8) as Q0 */
#define THIRD 10923
#define START 23130 /* 48/17 as Q2 */
#define SLOPE -15420 /* -32/17 as Q2 */

typedef struct {
  int32_t bias[LANES];
  int16_t weights[]; /* [pairs][16][2] */
} Block;

static size_t
count_pairs (size_t columns)
{
  return (columns + 1) / 2;
}

static size_t
block_size (size_t columns)
{
  return sizeof (Block) + count_pairs (columns) * 2 * LANES * sizeof (int16_t);
}

/* Of a gate of 16 units. */
static size_t
gate_size (const NncStoredLstm *l)
{
  return block_size (l->input) + block_size (l->hidden);
}

static size_t
packed_size (const NncStoredLstm *l)
{
  return (l->hidden + LANES - 1) / LANES * NNC_LSTM_GATES * gate_size (l);
}

static void
pack_row (const int8_t *row, const int32_t *bias, int32_t zero_point, size_t columns, size_t lane, Block *block)
{
  uint32_t sum = 0;
  for (size_t j = 0; j < columns; j++) {
    block->weights[(j / 2 * LANES + lane) * 2 + j % 2] = row[j];
    sum += (uint32_t)row[j];
  }
  block->bias[lane] = (int32_t)((bias ? (uint32_t)*bias : 0) - (uint32_t)zero_point * sum);
}

static void
pack (const NncStoredLstm *l, const NncStoredLstmWeights *weights, void *packed)
{
  memset (packed, 0, packed_size (l));
  for (size_t g = l->coupled; g < NNC_LSTM_GATES; g++)
    for (size_t r = 0; r < l->hidden; r++) {
      uint8_t *gate = (uint8_t *)packed + (r / LANES * NNC_LSTM_GATES + g) * gate_size (l);
      const int32_t *bias = weights->bias[g] ? weights->bias[g] + r : NULL;
      pack_row (weights->input[g] + r * l->input, bias, weights->input_zero_point, l->input, r % LANES, (Block *)gate);
      pack_row (weights->state[g] + r * l->hidden, NULL, l->hidden_zero_point, l->hidden, r % LANES,
                (Block *)(gate + block_size (l->input)));
    }
}

/* x and h in words, whole pairs. */
static size_t
scratch_size (const NncStoredLstm *l)
{
  return 2 * (count_pairs (l->input) + count_pairs (l->hidden)) * sizeof (int16_t);
}

static void
widen (const int8_t *x, size_t n, int16_t *words)
{
  if (n % 2)
    words[n] = 0;
  for (size_t i = 0; i < n; i++)
    words[i] = x[i];
}

/* --- functions of Q(before), 16 bits: fixed_functions.c has the same of one number ---------- */

static NNC_INLINE __m256i
product (__m256i a, __m256i b)
{
  return _mm256_mulhrs_epi16 (a, b);
}

/* x / 2^shift, half away from zero; shift 1 or 2. */
static NNC_INLINE __m256i
halve (__m256i x, int shift)
{
  __m256i half = _mm256_add_epi16 (_mm256_set1_epi16 ((short)(1 << (shift - 1))), _mm256_srai_epi16 (x, 15));
  return _mm256_srai_epi16 (_mm256_add_epi16 (x, half), shift);
}

static NNC_INLINE __m256i
exponential_near_zero (__m256i x)
{
  const __m256i power = _mm256_set1_epi16 (E_TO_THE_EIGHTH);
  __m256i a = _mm256_add_epi16 (x, _mm256_set1_epi16 (1 << 12)), a2 = product (a, a), a3 = product (a2, a),
          a4 = product (a2, a2);
  __m256i tail = product (_mm256_add_epi16 (halve (a4, 2), a3), _mm256_set1_epi16 (THIRD));
  tail = halve (_mm256_add_epi16 (tail, a2), 1);
  return _mm256_adds_epi16 (power, product (power, _mm256_add_epi16 (a, tail)));
}

/* Of x below 0. */
static NNC_INLINE __m256i
exponential (__m256i x, int before)
{
  static const int16_t powers[] = { 25520, 19875, 12055, 4435, 600, 11, 0 }; /* e^-(1/4), e^-(1/2), e^-1, … e^-16 */
  const int point = 15 - before;
  const __m256i quarter = _mm256_set1_epi16 ((short)(1 << (point - 2)));
  __m256i fraction = _mm256_and_si256 (x, _mm256_sub_epi16 (quarter, _mm256_set1_epi16 (1)));
  __m256i rest, result;
  fraction = _mm256_sub_epi16 (fraction, quarter);
  rest = _mm256_sub_epi16 (fraction, x);
  result = exponential_near_zero (_mm256_sll_epi16 (fraction, _mm_cvtsi32_si128 (before)));
  for (int i = 0; i < (int)(sizeof powers / sizeof powers[0]) && i < before + 2; i++) {
    __m256i bit = _mm256_set1_epi16 ((short)(1 << (point - 2 + i)));
    __m256i absent = _mm256_cmpeq_epi16 (_mm256_and_si256 (rest, bit), _mm256_setzero_si256 ());
    result = _mm256_blendv_epi8 (product (result, _mm256_set1_epi16 (powers[i])), result, absent);
  }
  if (before > 5) /* below -32 there is nothing left */
    result = _mm256_andnot_si256 (_mm256_cmpgt_epi16 (_mm256_set1_epi16 ((short)-(32 << point)), x), result);
  return result;
}

/* 2 / (1 + x) as Q2. */
static NNC_INLINE __m256i
divide_two (__m256i x)
{
  __m256i half_denominator = _mm256_add_epi16 (_mm256_srli_epi16 (x, 1), _mm256_set1_epi16 (1 << 14));
  __m256i result = _mm256_add_epi16 (_mm256_set1_epi16 (START), product (half_denominator, _mm256_set1_epi16 (SLOPE)));
  for (int i = 0; i < 3; i++) {
    __m256i rest = _mm256_sub_epi16 (_mm256_set1_epi16 (1 << 13), product (half_denominator, result));
    __m256i change = product (result, rest);
    change = _mm256_adds_epi16 (change, change);
    result = _mm256_add_epi16 (result, _mm256_adds_epi16 (change, change));
  }
  return result;
}

static NNC_INLINE __m256i
minus_magnitude (__m256i x)
{
  return _mm256_min_epi16 (x, _mm256_sub_epi16 (_mm256_setzero_si256 (), x));
}

static NNC_INLINE __m256i
fixed_sigmoid (__m256i x, int before)
{
  const __m256i zero = _mm256_setzero_si256 ();
  __m256i two = divide_two (exponential (minus_magnitude (x), before)), positive = _mm256_adds_epi16 (two, two);
  __m256i negative = _mm256_sub_epi16 (_mm256_set1_epi16 (INT16_MAX), positive);
  __m256i y = _mm256_blendv_epi8 (negative, positive, _mm256_cmpgt_epi16 (x, zero));
  return _mm256_blendv_epi8 (y, _mm256_set1_epi16 (1 << 14), _mm256_cmpeq_epi16 (x, zero));
}

static NNC_INLINE __m256i
fixed_tanh (__m256i x, int before)
{
  __m256i two = divide_two (exponential (minus_magnitude (x), before + 1));
  __m256i positive = _mm256_sub_epi16 (two, _mm256_set1_epi16 (1 << 13));
  positive = _mm256_adds_epi16 (positive, positive);
  return _mm256_sign_epi16 (_mm256_adds_epi16 (positive, positive), x);
}

/* --- a step ------------------------------------------------------------------------------- */

/* 16 numbers of 32 bits, the first 8 in `low`. */
typedef struct {
  __m256i low, high;
} Wide;

static NNC_INLINE __m256i
load (const void *p)
{
  return _mm256_loadu_si256 (p);
}

/* bias + weights x, times the factor. */
static NNC_INLINE Wide
multiply (const Block *block, const int16_t *x, size_t pairs, NncFixedPoint factor)
{
  const __m256i multiplier = _mm256_set1_epi32 (factor.multiplier), shift = _mm256_set1_epi32 (factor.shift);
  const int16_t *weights = block->weights;
  Wide sum = { load (block->bias), load (block->bias + 8) };
  for (size_t i = 0; i < pairs; i++, weights += 2 * LANES) {
    int32_t pair;
    memcpy (&pair, x + 2 * i, sizeof pair);
    __m256i taps = _mm256_set1_epi32 (pair);
    sum.low = _mm256_add_epi32 (sum.low, _mm256_madd_epi16 (taps, load (weights)));
    sum.high = _mm256_add_epi32 (sum.high, _mm256_madd_epi16 (taps, load (weights + LANES)));
  }
  return (Wide){ nnc_twice_avx2 (sum.low, multiplier, shift), nnc_twice_avx2 (sum.high, multiplier, shift) };
}

/* To 16 bits, saturated, in order. */
static NNC_INLINE __m256i
narrow (Wide x)
{
  return _mm256_permute4x64_epi64 (_mm256_packs_epi32 (x.low, x.high), 0xd8);
}

static NNC_INLINE Wide
widen_words (__m256i x)
{
  return (Wide){ _mm256_cvtepi16_epi32 (_mm256_castsi256_si128 (x)),
                 _mm256_cvtepi16_epi32 (_mm256_extracti128_si256 (x, 1)) };
}

/* What is beyond these is beyond 16 bits, too, whatever 16 bits are added. */
static NNC_INLINE __m256i
clamp_sum (__m256i x)
{
  return _mm256_max_epi32 (_mm256_min_epi32 (x, _mm256_set1_epi32 (1 << 20)), _mm256_set1_epi32 (-(1 << 20)));
}

static NNC_INLINE Wide
add (Wide a, Wide b)
{
  return (Wide){ _mm256_add_epi32 (clamp_sum (a.low), b.low), _mm256_add_epi32 (clamp_sum (a.high), b.high) };
}

/* a * b / 2^shift, half away from zero. */
static NNC_INLINE __m256i
scaled_product (__m256i a, __m256i b, int shift)
{
  const __m256i half = _mm256_set1_epi32 (1 << (shift - 1));
  const __m128i count = _mm_cvtsi32_si128 (shift);
  Wide x = widen_words (a), y = widen_words (b);
  x.low = _mm256_mullo_epi32 (x.low, y.low);
  x.high = _mm256_mullo_epi32 (x.high, y.high);
  x.low = _mm256_add_epi32 (_mm256_add_epi32 (x.low, half), _mm256_srai_epi32 (x.low, 31));
  x.high = _mm256_add_epi32 (_mm256_add_epi32 (x.high, half), _mm256_srai_epi32 (x.high, 31));
  return narrow ((Wide){ _mm256_sra_epi32 (x.low, count), _mm256_sra_epi32 (x.high, count) });
}

static NNC_INLINE __m256i
gate_sum (const NncStoredLstm *l, size_t g, const uint8_t *packed, const int16_t *x, const int16_t *h)
{
  const Block *of_input = (const Block *)(packed + g * gate_size (l));
  const Block *of_state = (const Block *)((const uint8_t *)of_input + block_size (l->input));
  __m256i input = narrow (multiply (of_input, x, count_pairs (l->input), l->of_input[g]));
  return narrow (add (multiply (of_state, h, count_pairs (l->hidden), l->of_state[g]), widen_words (input)));
}

/* output * tanh (c), as bytes. */
static NNC_INLINE __m128i
hidden_bytes (const NncStoredLstm *l, __m256i output, __m256i c)
{
  const __m256i multiplier = _mm256_set1_epi32 (l->hidden_factor.multiplier);
  const __m256i shift = _mm256_set1_epi32 (l->hidden_factor.shift), zero = _mm256_set1_epi32 (l->hidden_zero_point);
  Wide o = widen_words (output), t = widen_words (fixed_tanh (c, l->cell_bits)), y;
  __m256i words;
  y.low = nnc_twice_avx2 (_mm256_mullo_epi32 (o.low, t.low), multiplier, shift);
  y.high = nnc_twice_avx2 (_mm256_mullo_epi32 (o.high, t.high), multiplier, shift);
  words = narrow (add (y, (Wide){ zero, zero }));
  return _mm_packs_epi16 (_mm256_castsi256_si128 (words), _mm256_extracti128_si256 (words, 1));
}

/* 16 units, c and h of which are read and written. */
static NNC_INLINE void
step_units (const NncStoredLstm *l, const uint8_t *packed, const int16_t *x, const int16_t *state, int8_t *h,
            int16_t *c)
{
  __m256i forget = fixed_sigmoid (gate_sum (l, NNC_LSTM_FORGET, packed, x, state), NNC_LSTM_GATE_BITS);
  __m256i cell = fixed_tanh (gate_sum (l, NNC_LSTM_CELL, packed, x, state), NNC_LSTM_GATE_BITS);
  __m256i output = fixed_sigmoid (gate_sum (l, NNC_LSTM_OUTPUT, packed, x, state), NNC_LSTM_GATE_BITS);
  __m256i input, kept, added, new_c;
  if (l->coupled)
    input = _mm256_sub_epi16 (_mm256_set1_epi16 (INT16_MAX), forget);
  else
    input = fixed_sigmoid (gate_sum (l, NNC_LSTM_INPUT, packed, x, state), NNC_LSTM_GATE_BITS);
  kept = scaled_product (forget, load (c), 15);
  added = scaled_product (input, cell, 15 + l->cell_bits);
  new_c = _mm256_adds_epi16 (kept, added);
  new_c = _mm256_max_epi16 (new_c, _mm256_set1_epi16 ((short)l->cell_minimum));
  new_c = _mm256_min_epi16 (new_c, _mm256_set1_epi16 ((short)l->cell_maximum));
  _mm256_storeu_si256 ((__m256i *)(void *)c, new_c);
  _mm_storeu_si128 ((__m128i *)(void *)h, hidden_bytes (l, output, new_c));
}

static void
step (const NncStoredLstm *l, const int8_t *x, const void *packed, int8_t *h, int16_t *c, void *scratch)
{
  int16_t *words = scratch, *state = words + 2 * count_pairs (l->input);
  const uint8_t *units = packed;
  size_t o = 0;
  widen (x, l->input, words);
  widen (h, l->hidden, state);
  for (; o + LANES <= l->hidden; o += LANES, units += NNC_LSTM_GATES * gate_size (l))
    step_units (l, units, words, state, h + o, c + o);
  if (o < l->hidden) {
    int16_t last_c[LANES] = { 0 };
    int8_t last_h[LANES];
    memcpy (last_c, c + o, (l->hidden - o) * sizeof *c);
    step_units (l, units, words, state, last_h, last_c);
    memcpy (c + o, last_c, (l->hidden - o) * sizeof *c);
    memcpy (h + o, last_h, l->hidden - o);
  }
}

const NncStoredLstmKernel nnc_stored_lstm_avx2 = { packed_size, pack, scratch_size, step };
