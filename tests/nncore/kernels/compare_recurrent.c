/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* compare_recurrent.c: layers that carry a state from step to step, against their references. */
#include <gst/check/gstcheck.h>
#include <string.h>

#include "compare_kernels.h"

typedef struct {
  gsize input, hidden;
  gint cell_bits;
  gboolean coupled, biased;
} Case;

static const Case cases[] = {
  { 1, 1, 3, FALSE, TRUE },    { 28, 20, 3, FALSE, TRUE }, { 7, 16, 4, TRUE, FALSE },
  { 16, 33, 0, FALSE, FALSE }, { 5, 129, 6, FALSE, TRUE }, { 40, 17, 5, TRUE, TRUE },
};

/* Bytes of packed weights and scratch, between guards. */
static Arena
bytes_new (gsize n)
{
  return arena_new ((n + 3) / 4, 0);
}

static NncStoredLstm
layer_of (const Case *c, GRand *random)
{
  NncStoredLstm l = { .input = c->input,
                      .hidden = c->hidden,
                      .coupled = c->coupled,
                      .hidden_factor = { 1 << 30, -21 },
                      .hidden_zero_point = -5,
                      .cell_bits = c->cell_bits,
                      .cell_minimum = c->biased ? G_MININT16 : -20000,
                      .cell_maximum = c->biased ? G_MAXINT16 : 20000 };
  for (guint g = 0; g < NNC_LSTM_GATES; g++) {
    l.of_input[g] = (NncFixedPoint){ g_rand_int_range (random, 1 << 30, G_MAXINT32), -(gint)g };
    l.of_state[g] = (NncFixedPoint){ g_rand_int_range (random, 1 << 30, G_MAXINT32), (gint)g - 3 };
  }
  return l;
}

/* Random bytes, also as larger integers. */
static gpointer
random_new (gsize n, GRand *random)
{
  guint8 *bytes = g_malloc (n + 1);
  for (gsize i = 0; i < n; i++)
    bytes[i] = (guint8)g_rand_int (random);
  return bytes;
}

static void
step_all (const NncStoredLstmKernel *f, const NncStoredLstm *l, const NncStoredLstmWeights *weights, const gint8 *x,
          gsize steps, gint8 *h, gint16 *c)
{
  Arena packed = bytes_new (f->packed_size (l)), scratch = bytes_new (f->scratch_size (l));
  f->pack (l, weights, packed.data);
  for (gsize t = 0; t < steps; t++) {
    if (t)
      memcpy (h + t * l->hidden, h + (t - 1) * l->hidden, l->hidden);
    f->step (l, x + t * l->input, packed.data, h + t * l->hidden, c, scratch.data);
  }
  fail_unless (arena_guards_whole (&packed), "writes outside its packed weights");
  fail_unless (arena_guards_whole (&scratch), "writes outside its scratch");
  arena_free (&packed), arena_free (&scratch);
}

static void
compare_case (const NncKernel *kernel, const Case *c, guint seed)
{
  enum { STEPS = 20 };
  g_autoptr (GRand) random = g_rand_new_with_seed (seed);
  const NncStoredLstm l = layer_of (c, random);
  NncStoredLstmWeights weights = { .input_zero_point = 3 };
  g_autofree gint8 *x = random_new (STEPS * l.input, random);
  g_autofree gint32 *bias = g_new (gint32, l.hidden);
  Arena h = bytes_new (STEPS * l.hidden), expected_h = bytes_new (STEPS * l.hidden);
  Arena cell = bytes_new (2 * l.hidden), expected_cell = bytes_new (2 * l.hidden);
  for (gsize i = 0; i < l.hidden; i++)
    bias[i] = g_rand_int_range (random, -20000, 20000);
  for (guint g = c->coupled; g < NNC_LSTM_GATES; g++) {
    weights.input[g] = random_new (l.hidden * l.input, random);
    weights.state[g] = random_new (l.hidden * l.hidden, random);
    weights.bias[g] = c->biased ? bias : NULL;
  }
  for (gsize i = 0; i < l.hidden; i++) {
    ((gint8 *)h.data)[i] = ((gint8 *)expected_h.data)[i] = (gint8)g_rand_int (random);
    ((gint16 *)cell.data)[i] = ((gint16 *)expected_cell.data)[i] = (gint16)g_rand_int (random);
  }
  step_all (nnc_kernel_reference (kernel->slot)->stored_lstm, &l, &weights, x, STEPS, (gint8 *)expected_h.data,
            (gint16 *)expected_cell.data);
  step_all (kernel->stored_lstm, &l, &weights, x, STEPS, (gint8 *)h.data, (gint16 *)cell.data);
  fail_unless (memcmp (h.data, expected_h.data, STEPS * l.hidden) == 0, "%s: h of %zu from %zu differs", kernel->name,
               l.hidden, l.input);
  fail_unless (memcmp (cell.data, expected_cell.data, 2 * l.hidden) == 0, "%s: c differs", kernel->name);
  fail_unless (arena_guards_whole (&h) && arena_guards_whole (&cell), "%s writes outside", kernel->name);
  for (guint g = 0; g < NNC_LSTM_GATES; g++)
    g_free ((gpointer)weights.input[g]), g_free ((gpointer)weights.state[g]);
  arena_free (&h), arena_free (&expected_h), arena_free (&cell), arena_free (&expected_cell);
}

void
compare_stored_lstm (const NncKernel *kernel)
{
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    for (guint seed = 0; seed < 40; seed++)
      compare_case (kernel, &cases[i], seed);
}

static void
run_lstm (const NncLstm *f, const NncLstmSteps *s, const NncMatrix *weights)
{
  Arena packed = bytes_new (f->packed_size (s->hidden)), scratch = bytes_new (f->scratch_size (s->hidden));
  f->pack (s->hidden, weights, packed.data);
  f->run (s, packed.data, scratch.data);
  fail_unless (arena_guards_whole (&packed), "writes outside its packed weights");
  fail_unless (arena_guards_whole (&scratch), "writes outside its scratch");
  arena_free (&packed), arena_free (&scratch);
}

/* Weights as they lie, or transposed; steps forward, or from the last one to the first. */
static void
compare_steps (const NncKernel *kernel, gsize hidden, gsize steps, gboolean transposed, gboolean backward, gboolean all)
{
  Arena r = arena_new_random (4 * hidden * hidden, 0, 1, .5f), gates = arena_new_random (4 * hidden * steps, 4, 2, 4);
  Arena h[2], c[2], y[2];
  ptrdiff_t n = (ptrdiff_t)hidden, first = backward && steps ? (ptrdiff_t)steps - 1 : 0, step = backward ? -1 : 1;
  const NncMatrix weights = { r.data, transposed ? 1 : 4 * n, transposed ? n : 1, NULL, NULL };
  for (guint i = 0; i < 2; i++) {
    NncLstmSteps s = { .hidden = hidden, .steps = steps, .gates = gates.data + 4 * n * first };
    h[i] = arena_new_random (hidden, 4, 3, 1), c[i] = arena_new_random (hidden, 8, 4, 1);
    y[i] = arena_new_random (hidden * steps, 4, 5, 1);
    s.gates_step = 4 * n * step, s.y_step = n * step;
    s.y = all ? y[i].data + n * first : NULL;
    s.h = h[i].data, s.c = c[i].data;
    run_lstm (i ? kernel->lstm : nnc_kernel_reference (kernel->slot)->lstm, &s, &weights);
  }
  compare_sums (kernel, "h", h[0].data, h[1].data, hidden, hidden * steps);
  compare_sums (kernel, "c", c[0].data, c[1].data, hidden, hidden * steps);
  compare_sums (kernel, "y", y[0].data, y[1].data, hidden * steps, hidden * steps);
  for (guint i = 0; i < 2; i++) {
    fail_unless (arena_guards_whole (&h[i]) && arena_guards_whole (&c[i]) && arena_guards_whole (&y[i]),
                 "%s writes outside", kernel->name);
    arena_free (&h[i]), arena_free (&c[i]), arena_free (&y[i]);
  }
  arena_free (&r), arena_free (&gates);
}

void
compare_lstm (const NncKernel *kernel)
{
  static const gsize sizes[] = { 1, 2, 7, 8, 9, 16, 17, 31, 32, 33, 64, 70 };
  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
    for (gsize steps = 0; steps < 6; steps++)
      compare_steps (kernel, sizes[i], steps, i % 2 == 0, steps % 2 == 0, (i + steps) % 3 != 0);
}
