/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* lstm.c: all steps of an LSTM of one sequence, whose weights are read once a step: what bounds it is how fast they
 * come.
 *
 * Packed: for every VECTOR_WIDTH units: [hidden] times a vector of each of the gates i, o, f, g.
 * Units are walked through to and fro, and so are their weights: what was read last is in the first-level cache, and
 * the h that was computed last is wanted last. The activations of some units are computed between the products of the
 * next. */
#include <string.h>

#include "kernel_list.h"
#include "vector_math.h"

enum { I, O, F, G, GATES };

/* Units whose products are there. */
typedef struct {
  Vector gates[GATES];
  float *c, *h, *y; /* y: NULL: not wanted */
  VectorMask lanes;
} Units;

/* States of whole vectors: what is stored by a mask is slow to load again. */
typedef struct {
  float *c, *h[2]; /* h: that of the step before, and the new one, in turn */
} States;

static size_t
whole_vectors (size_t hidden)
{
  return (hidden + VECTOR_WIDTH - 1) / VECTOR_WIDTH * VECTOR_WIDTH;
}

static size_t
lstm_packed_size (size_t hidden)
{
  return whole_vectors (hidden) * hidden * GATES * sizeof (float);
}

static void
lstm_pack (size_t hidden, const NncMatrix *weights, void *packed)
{
  float *to = packed;
  memset (packed, 0, lstm_packed_size (hidden));
  for (size_t unit = 0; unit < hidden; unit += VECTOR_WIDTH)
    for (size_t k = 0; k < hidden; k++)
      for (size_t gate = 0; gate < GATES; gate++, to += VECTOR_WIDTH)
        for (size_t j = 0; j < VECTOR_WIDTH && unit + j < hidden; j++)
          to[j] = weights->data[(ptrdiff_t)k * weights->k + (ptrdiff_t)(gate * hidden + unit + j) * weights->n];
}

static size_t
lstm_scratch_size (size_t hidden)
{
  return 3 * whole_vectors (hidden) * sizeof (float);
}

/* sums[k % 2] += h[k] * weights[k], k from begin to end: two sums a gate, so that none waits for itself. */
static ALWAYS_INLINE void
multiply (Vector sums[2][GATES], const float *h, const float *weights, size_t begin, size_t end)
{
  size_t k = begin;
  for (weights += begin * GATES * VECTOR_WIDTH; k + 2 <= end; k += 2, weights += 2 * GATES * VECTOR_WIDTH) {
    Vector even = vector_splat (h[k]), odd = vector_splat (h[k + 1]);
    UNROLL for (size_t gate = 0; gate < GATES; gate++) sums[0][gate]
        = vector_fma (even, vector_load (weights + gate * VECTOR_WIDTH), sums[0][gate]);
    UNROLL for (size_t gate = 0; gate < GATES; gate++) sums[1][gate]
        = vector_fma (odd, vector_load (weights + (GATES + gate) * VECTOR_WIDTH), sums[1][gate]);
  }
  if (k < end)
    UNROLL for (size_t gate = 0; gate < GATES; gate++) sums[0][gate]
        = vector_fma (vector_splat (h[k]), vector_load (weights + gate * VECTOR_WIDTH), sums[0][gate]);
}

/* c = f(f) * c + f(i) * g(g) */
static ALWAYS_INLINE Vector
advance_cell (const Units *units)
{
  Vector added = vector_mul (vector_sigmoid (units->gates[I]), vector_tanh (units->gates[G]));
  Vector c = vector_fma (vector_sigmoid (units->gates[F]), vector_load (units->c), added);
  vector_store (units->c, c);
  return c;
}

/* h = f(o) * g(c) */
static ALWAYS_INLINE void
put_out (const Units *units, Vector c)
{
  Vector h = vector_mul (vector_sigmoid (units->gates[O]), vector_tanh (c));
  vector_store (units->h, h);
  if (units->y)
    vector_store_masked (units->y, units->lanes, h);
}

/* The products of h for `units`; `before` are those whose activations are due, whose h may be part of this one and is
 * then wanted last: `up`, the last vector of it, otherwise the first. */
static ALWAYS_INLINE Units
step_units (size_t n, const float *gates, const float *weights, const float *h, Units units, const Units *before,
            bool up)
{
  size_t first = VECTOR_WIDTH < n ? VECTOR_WIDTH : n, last = (n - 1) / VECTOR_WIDTH * VECTOR_WIDTH;
  Vector sums[2][GATES], c = vector_zero ();
  UNROLL for (size_t gate = 0; gate < GATES; gate++)
  {
    sums[0][gate] = vector_load_masked (gates + gate * n, units.lanes);
    sums[1][gate] = vector_zero ();
  }
  if (before)
    c = advance_cell (before);
  if (up)
    multiply (sums, h, weights, 0, last);
  else
    multiply (sums, h, weights, first, n);
  if (before)
    put_out (before, c);
  if (up)
    multiply (sums, h, weights, last, n);
  else
    multiply (sums, h, weights, 0, first);
  UNROLL for (size_t gate = 0; gate < GATES; gate++) units.gates[gate] = vector_add (sums[0][gate], sums[1][gate]);
  return units;
}

static States
load_states (const NncLstmSteps *s, float *scratch)
{
  size_t padded = whole_vectors (s->hidden);
  States states = { scratch, { scratch + padded, scratch + 2 * padded } };
  memset (scratch, 0, lstm_scratch_size (s->hidden));
  memcpy (states.c, s->c, s->hidden * sizeof (float));
  memcpy (states.h[0], s->h, s->hidden * sizeof (float));
  return states;
}

static void
lstm_run (const NncLstmSteps *s, const void *packed, void *scratch)
{
  size_t n = s->hidden, blocks = whole_vectors (n) / VECTOR_WIDTH;
  const States states = load_states (s, scratch);
  const float *gates = s->gates;
  Units before;
  for (size_t t = 0; t < s->steps; t++, gates += s->gates_step) {
    const float *h = states.h[t % 2];
    for (size_t i = 0; i < blocks; i++) {
      size_t unit = (t % 2 ? blocks - 1 - i : i) * VECTOR_WIDTH;
      const float *weights = (const float *)packed + unit * n * GATES;
      Units units = { .c = states.c + unit, .h = states.h[(t + 1) % 2] + unit, .lanes = vector_mask (n - unit) };
      units.y = s->y ? s->y + (ptrdiff_t)t * s->y_step + unit : NULL;
      if (t + i == 0)
        before = step_units (n, gates + unit, weights, h, units, NULL, false);
      else if (t % 2)
        before = step_units (n, gates + unit, weights, h, units, &before, true);
      else
        before = step_units (n, gates + unit, weights, h, units, &before, false);
    }
  }
  if (s->steps && n)
    put_out (&before, advance_cell (&before));
  memcpy (s->c, states.c, n * sizeof (float));
  memcpy (s->h, states.h[s->steps % 2], n * sizeof (float));
}

const NncLstm NNC_ISA (nnc_lstm_f32) = { lstm_packed_size, lstm_pack, lstm_scratch_size, lstm_run };
