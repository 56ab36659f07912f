/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* sum_columns_avx512.c: weighted sums of neighbours along a row, a block of samples at a time whose elements all lie
 * within 64. Two registers hold those; one instruction picks a pair of neighbours for each of 16 lanes, another
 * multiplies and adds the pair. A lane is a sample; or half of one's neighbours, where not more than eight samples
 * lie within 64 elements. */
#include <string.h>

#include "kernel_list.h"
#include "vector.h"

#define LANES 16
#define WITHIN 64
#define LEAST_SAMPLES 4 /* with fewer the vectors of sum_columns_avx2.c are fuller */

typedef struct {
  size_t taps, step; /* neighbours that count, and how far apart they lie */
  size_t used; /* elements from the first to the last of them */
  size_t parts; /* lanes of a sample: 1 or 2 */
  size_t samples; /* of a block */
  size_t pairs; /* of a lane */
  size_t blocks;
  size_t next; /* from one block's table to the next one's; 0: all are alike */
} Plan;

/* A table is one vector of indices, then `pairs` vectors of weights. */
#define VECTOR 64
#define NUMBERS (VECTOR / 2)
_Static_assert (sizeof (Plan) <= VECTOR, "tables are aligned behind the plan");

static size_t
greatest_divisor (size_t a, size_t b)
{
  return b ? greatest_divisor (b, a % b) : a;
}

/* Which of the taps are not 0 in any sample. */
static void
measure_taps (Plan *plan, const NncColumns *columns)
{
  size_t step = 0, last = 0;
  for (size_t i = 0; i < columns->n * columns->taps; i++)
    if (columns->weights[i]) {
      size_t k = i % columns->taps;
      step = greatest_divisor (step, k);
      last = k > last ? k : last;
    }
  plan->step = step ? step : 1;
  plan->used = last + 1;
  plan->taps = last / plan->step + 1;
}

/* Every block of so many samples lies within the registers, none before its first. */
static bool
lies_within (const Plan *plan, const NncColumns *columns, size_t samples)
{
  for (size_t i = 0; i < columns->n; i++) {
    int32_t apart = columns->first[i] - columns->first[i / samples * samples];
    if (apart < 0 || (size_t)apart + plan->used > WITHIN)
      return false;
  }
  return true;
}

static void
plan_blocks (Plan *plan, const NncColumns *columns, size_t parts)
{
  plan->parts = parts;
  plan->pairs = ((plan->taps + 1) / 2 + parts - 1) / parts;
  plan->samples = LANES / parts;
  while (plan->samples > 0 && !lies_within (plan, columns, plan->samples))
    plan->samples--;
  plan->blocks = plan->samples ? (columns->n + plan->samples - 1) / plan->samples : 0;
  plan->next = NUMBERS * (1 + plan->pairs);
}

static Plan
plan_of (const NncColumns *columns)
{
  Plan plan;
  measure_taps (&plan, columns);
  plan_blocks (&plan, columns, 1);
  if (plan.samples <= LANES / 2)
    plan_blocks (&plan, columns, 2);
  return plan;
}

static bool
accepts (const NncColumns *columns)
{
  return plan_of (columns).samples >= LEAST_SAMPLES;
}

static size_t
packed_size (const NncColumns *columns)
{
  const Plan plan = plan_of (columns);
  return VECTOR + (plan.blocks ? plan.blocks : 1) * plan.next * sizeof (int16_t);
}

/* Lane `lane` of the block that begins with sample `begin`. */
static void
pack_lane (const Plan *plan, const NncColumns *columns, size_t begin, size_t lane, int16_t *table)
{
  const size_t lanes = LANES / plan->parts, i = begin + lane % lanes, tap = lane / lanes * 2 * plan->pairs;
  if (lane % lanes >= plan->samples || i >= columns->n)
    return;
  int16_t *index = table + 2 * lane, *weights = index + NUMBERS;
  index[0] = (int16_t)((size_t)(columns->first[i] - columns->first[begin]) + tap * plan->step);
  index[1] = (int16_t)((size_t)index[0] + plan->step);
  for (size_t k = 0; k < 2 * plan->pairs; k++)
    weights[k / 2 * NUMBERS + k % 2]
        = tap + k < plan->taps ? columns->weights[i * columns->taps + (tap + k) * plan->step] : 0;
}

/* Where as many samples as a block has are as far apart as a whole number of elements, which is so of usual sizes, one
 * table does for all: the last block's has the first one's lanes where it has no samples. */
static void
pack (const NncColumns *columns, void *packed)
{
  Plan plan = plan_of (columns);
  const size_t bytes = plan.next * sizeof (int16_t);
  int16_t *first = (int16_t *)packed + NUMBERS, *table = first;
  bool alike = true;
  memset (first, 0, bytes);
  for (size_t begin = 0; begin < columns->n; begin += plan.samples, table += plan.next) {
    if (begin)
      memcpy (table, first, bytes);
    for (size_t lane = 0; lane < LANES; lane++)
      pack_lane (&plan, columns, begin, lane, table);
    alike = alike && memcmp (table, first, bytes) == 0;
  }
  plan.next = alike ? 0 : plan.next;
  memcpy (packed, &plan, sizeof plan);
}

/* The sums of a block in 16 lanes. */
static ALWAYS_INLINE __m512i
sum_block (const int16_t *x, const int16_t *table, size_t pairs, __m512i step)
{
  const __m512i low = _mm512_loadu_si512 (x), high = _mm512_loadu_si512 (x + NUMBERS);
  __m512i index = _mm512_load_si512 (table);
  __asm__("" : "+v"(index)); /* once loaded, kept */
  __m512i sum = _mm512_madd_epi16 (_mm512_permutex2var_epi16 (low, index, high), _mm512_load_si512 (table + NUMBERS));
  UNROLL
  for (size_t pair = 1; pair < pairs; pair++) {
    index = _mm512_add_epi16 (index, step);
    __m512i picked = _mm512_permutex2var_epi16 (low, index, high);
    sum = _mm512_add_epi32 (sum, _mm512_madd_epi16 (picked, _mm512_load_si512 (table + NUMBERS * (1 + pair))));
  }
  return sum;
}

/* Not fused: the reference rounds twice. */
static ALWAYS_INLINE __m512
scaled (__m512i sum, __m512 scale, __m512 offset)
{
  return _mm512_add_ps (_mm512_mul_ps (_mm512_cvtepi32_ps (sum), scale), offset);
}

static ALWAYS_INLINE void
sum_columns (float *y, const int16_t *x, const NncColumns *columns, const Plan *plan, size_t pairs, float scale,
             float offset)
{
  const size_t samples = plan->samples, halves = plan->parts == 2;
  const int32_t *first = columns->first;
  const int16_t *table = (const int16_t *)plan + NUMBERS;
  const __m512i step = _mm512_set1_epi16 ((short)(2 * plan->step));
  const __m512 scales = _mm512_set1_ps (scale), offsets = _mm512_set1_ps (offset);
  for (size_t i = 0; i < columns->n; i += samples, table += plan->next) {
    size_t left = columns->n - i < samples ? columns->n - i : samples;
    __m512i sum = sum_block (x + first[i], table, pairs, step);
    if (halves)
      sum = _mm512_add_epi32 (sum, _mm512_shuffle_i64x2 (sum, sum, 0x0e));
    _mm512_mask_storeu_ps (y + i, (__mmask16)((1u << left) - 1), scaled (sum, scales, offsets));
  }
}

static void
run (float *y, const int16_t *x, const NncColumns *columns, const void *packed, float scale, float offset)
{
  const Plan *plan = packed;
  switch (plan->pairs) {
  case 1:
    sum_columns (y, x, columns, plan, 1, scale, offset);
    break;
  case 2:
    sum_columns (y, x, columns, plan, 2, scale, offset);
    break;
  case 3:
    sum_columns (y, x, columns, plan, 3, scale, offset);
    break;
  case 4:
    sum_columns (y, x, columns, plan, 4, scale, offset);
    break;
  default:
    sum_columns (y, x, columns, plan, plan->pairs, scale, offset);
  }
}

const NncSumColumns nnc_sum_columns_s16_avx512 = { accepts, packed_size, pack, run };
