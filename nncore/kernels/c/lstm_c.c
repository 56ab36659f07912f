/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* lstm_c.c: the reference LSTM. Packed: [hidden][4][hidden]. */
#include <string.h>

#include "kernel_list.h"

enum { I, O, F, G, GATES };

static size_t
packed_size (size_t hidden)
{
  return GATES * hidden * hidden * sizeof (float);
}

static void
pack (size_t hidden, const NncMatrix *weights, void *packed)
{
  float *to = packed;
  for (size_t k = 0; k < hidden; k++)
    for (size_t j = 0; j < GATES * hidden; j++)
      *to++ = weights->data[(ptrdiff_t)k * weights->k + (ptrdiff_t)j * weights->n];
}

static size_t
scratch_size (size_t hidden)
{
  return GATES * hidden * sizeof (float);
}

static void
run_step (const NncLstmSteps *s, const float *gates, const float *weights, float *sums)
{
  size_t n = s->hidden;
  memcpy (sums, gates, GATES * n * sizeof *sums);
  for (size_t k = 0; k < n; k++)
    for (size_t j = 0; j < GATES * n; j++)
      sums[j] += s->h[k] * weights[k * GATES * n + j];
  nnc_sigmoid_f32_c (sums, sums, G * n, NULL);
  nnc_tanh_f32_c (sums + G * n, sums + G * n, n, NULL);
  for (size_t j = 0; j < n; j++)
    s->c[j] = sums[F * n + j] * s->c[j] + sums[I * n + j] * sums[G * n + j];
  nnc_tanh_f32_c (s->h, s->c, n, NULL);
  for (size_t j = 0; j < n; j++)
    s->h[j] *= sums[O * n + j];
}

static void
run (const NncLstmSteps *s, const void *packed, void *scratch)
{
  for (size_t t = 0; t < s->steps; t++) {
    run_step (s, s->gates + (ptrdiff_t)t * s->gates_step, packed, scratch);
    if (s->y)
      memcpy (s->y + (ptrdiff_t)t * s->y_step, s->h, s->hidden * sizeof *s->h);
  }
}

const NncLstm nnc_lstm_f32_c = { packed_size, pack, scratch_size, run };
