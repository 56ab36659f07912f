/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* stored_lstm.c: StoredLSTM: LSTM of numbers stored in 8 bits, its cell in 16, in the integers of TFLite's reference
 * kernel: gates i, f, g, o = x W' + h R' + bias on a scale of 2^-12; c = f(f) * c + f(i) * g(g); h = f(o) * g(c), with
 * f 1 / (1 + e^-x) and g tanh. Without weights of i, i is 1 - f. Weights are a matrix a gate, each of its own scale.
 * Attributes: time_major (0): x and y are [time, batch, …] instead of [batch, time, …]; cell_clip (0: none) in real
 * numbers. Outputs: every h, the last h, the last c. */
#include "fixed_functions.h"
#include "op_inputs.h"
#include "quantization.h"

#include <math.h>
#include <string.h>

enum { INPUT_GATE, FORGET_GATE, CELL_GATE, OUTPUT_GATE, GATES };
enum { X, W, R = W + GATES, B = R + GATES, INITIAL_H = B + GATES, INITIAL_C, INPUTS };
enum { Y, Y_H, Y_C, OUTPUTS };

#define BITS 16 /* of gates and cell */
#define GATE_BITS 3 /* before the point of a gate */
#define MAX_CELL_BITS 6 /* before the point of the cell */

/* A gate's products. */
typedef struct {
  NncFixedPoint of_input, of_state;
} Gate;

typedef struct {
  gsize batch, time, input, hidden;
  gsize batch_step, time_step; /* rows of x and y between neighbours */
  gboolean coupled; /* the input gate is what the forget gate leaves */
  Gate gates[GATES];
  NncFixedPoint hidden_factor;
  NncScale input_scale, hidden_scale;
  int cell_bits; /* before its point */
  gint32 cell_minimum, cell_maximum;
} Params;

/* --- shapes ---------------------------------------------------------------------------- */

static gboolean
check_desc (const NncInference *inference, guint i, NncDataType type, guint rank, const gint64 *shape, GError **error)
{
  const NncTensor *tensor = inference->inputs[i];
  g_autofree char *is = NULL, *right = NULL;
  NncTensorDesc wanted;

  if (tensor == NULL)
    return TRUE;
  if (!nnc_desc_set (&wanted, type, rank, shape, error))
    return FALSE;
  if (nnc_desc_equal (&tensor->desc, &wanted))
    return TRUE;
  is = nnc_desc_to_string (&tensor->desc);
  right = nnc_desc_to_string (&wanted);
  return nnc_op_error (error, "input %u is %s instead of %s", i, is, right);
}

/* All are there but those of the input gate, and biases. */
static gboolean
check_presence (const NncInference *inference, GError **error)
{
  for (guint i = 0; i < INPUTS; i++) {
    gboolean optional = i == W || i == R || (i >= B && i < B + GATES);

    if (!optional && (i >= inference->n_inputs || inference->inputs[i] == NULL))
      return nnc_op_error (error, "input %u is absent", i);
  }
  if ((inference->inputs[W] == NULL) != (inference->inputs[R] == NULL))
    return nnc_op_error (error, "of inputs %d and %d only one is absent", W, R);
  return TRUE;
}

static gboolean
infer (NncInference *inference, GError **error)
{
  const NncTensor *const *inputs = inference->inputs;
  gboolean time_major = nnc_node_get_int (inference->node, "time_major", 0) != 0;
  const gint64 *x;
  gint64 hidden;

  if (!check_presence (inference, error))
    return FALSE;
  if (inputs[X]->desc.type != NNC_I8 || inputs[X]->desc.rank != 3 || inputs[R + FORGET_GATE]->desc.rank != 2)
    return nnc_op_error (error, "input %d must be i8 of 3 dimensions, and input %d of 2", X, R + FORGET_GATE);
  x = inputs[X]->desc.shape;
  hidden = inputs[R + FORGET_GATE]->desc.shape[0];
  const gint64 w[] = { hidden, x[2] }, r[] = { hidden, hidden }, state[] = { x[time_major], hidden };
  const gint64 y[] = { x[0], x[1], hidden };
  for (guint i = 0; i < GATES; i++)
    if (!check_desc (inference, W + i, NNC_I8, 2, w, error) || !check_desc (inference, R + i, NNC_I8, 2, r, error)
        || !check_desc (inference, B + i, NNC_I32, 1, &hidden, error))
      return FALSE;
  if (!check_desc (inference, INITIAL_H, NNC_I8, 2, state, error)
      || !check_desc (inference, INITIAL_C, NNC_I16, 2, state, error))
    return FALSE;
  for (guint i = 0; i < inference->n_outputs; i++)
    if (!nnc_desc_set (&inference->outputs[i], i == Y_C ? NNC_I16 : NNC_I8, i == Y ? 3 : 2, i == Y ? y : state, error))
      return FALSE;
  return TRUE;
}

/* --- run ------------------------------------------------------------------------------ */

/* bias - zero_point * (the sum of each row): sums may wrap, as those of the kernel do. */
static void
fold_zero_point (guint32 *folded, const gint32 *bias, const gint8 *weights, gint32 zero_point, gsize rows,
                 gsize columns)
{
  for (gsize r = 0; r < rows; r++) {
    guint32 sum = 0;

    for (gsize j = 0; j < columns; j++)
      sum += (guint32)weights[r * columns + j];
    folded[r] = (bias ? (guint32)bias[r] : 0) - (guint32)zero_point * sum;
  }
}

/* gate += (bias + weights x) * factor, rounded and cut to 16 bits. */
static void
add_product (gint16 *gate, const guint32 *bias, const gint8 *weights, const gint8 *x, NncFixedPoint factor, gsize rows,
             gsize columns)
{
  for (gsize r = 0; r < rows; r++) {
    guint32 sum = bias[r];
    gint64 whole;

    for (gsize j = 0; j < columns; j++)
      sum += (guint32)(weights[r * columns + j] * x[j]);
    whole = (gint64)nnc_multiply_twice ((gint32)sum, factor) + gate[r];
    gate[r] = (gint16)CLAMP (whole, G_MININT16, G_MAXINT16);
  }
}

/* What the parts of a run share. */
typedef struct {
  const Params *params;
  const NncStep *step;
  gint16 *gates; /* [gate][hidden] */
  guint32 *biases; /* of inputs, then of states: [2][gate][hidden] */
} Run;

static void
fold_biases (const Run *run)
{
  const Params *params = run->params;
  gsize n = params->hidden;

  for (guint i = params->coupled; i < GATES; i++) {
    const NncTensor *bias = run->step->inputs[B + i];

    fold_zero_point (run->biases + i * n, bias ? bias->data : NULL, run->step->inputs[W + i]->data,
                     params->input_scale.zero_point, n, params->input);
    fold_zero_point (run->biases + (GATES + i) * n, NULL, run->step->inputs[R + i]->data,
                     params->hidden_scale.zero_point, n, n);
  }
}

static void
compute_gate (const Run *run, guint i, const gint8 *x, const gint8 *h)
{
  const Params *params = run->params;
  gsize n = params->hidden;
  gint16 *gate = run->gates + i * n;

  memset (gate, 0, n * sizeof *gate);
  add_product (gate, run->biases + i * n, run->step->inputs[W + i]->data, x, params->gates[i].of_input, n,
               params->input);
  add_product (gate, run->biases + (GATES + i) * n, run->step->inputs[R + i]->data, h, params->gates[i].of_state, n, n);
  for (gsize j = 0; j < n; j++)
    gate[j] = (gint16)(i == CELL_GATE ? nnc_fixed_tanh (gate[j], GATE_BITS, BITS)
                                      : nnc_fixed_sigmoid (gate[j], GATE_BITS, BITS));
}

static void
advance (const Run *run, const gint8 *x, gint8 *h, gint16 *c)
{
  const Params *params = run->params;
  gsize n = params->hidden;
  const gint16 *input = run->gates, *forget = input + n, *cell = forget + n, *output = cell + n;

  for (guint i = params->coupled; i < GATES; i++)
    compute_gate (run, i, x, h);
  for (gsize j = 0; j < n; j++) {
    gint32 in = params->coupled ? G_MAXINT16 - forget[j] : input[j];
    gint32 kept = (gint16)nnc_rounding_shift (forget[j] * c[j], 15);
    gint32 added = (gint16)nnc_rounding_shift (in * cell[j], 15 + params->cell_bits);
    gint32 hidden;

    c[j] = (gint16)nnc_clamp_int (kept + added, params->cell_minimum, params->cell_maximum);
    hidden = output[j] * nnc_fixed_tanh (c[j], params->cell_bits, BITS);
    h[j] = (gint8)nnc_clamp_int (
        nnc_add_zero_point (nnc_multiply_twice (hidden, params->hidden_factor), params->hidden_scale.zero_point),
        G_MININT8, G_MAXINT8);
  }
}

static void
run_sequence (const Run *run, gsize b)
{
  const Params *params = run->params;
  NncTensor *const *inputs = run->step->inputs, *const *outputs = run->step->outputs;
  gsize n = params->hidden;
  gint8 *h = (gint8 *)outputs[Y_H]->data + b * n;
  gint16 *c = (gint16 *)outputs[Y_C]->data + b * n;

  memcpy (h, (const gint8 *)inputs[INITIAL_H]->data + b * n, n);
  memcpy (c, (const gint16 *)inputs[INITIAL_C]->data + b * n, n * sizeof *c);
  for (gsize t = 0; t < params->time; t++) {
    gsize row = b * params->batch_step + t * params->time_step;

    advance (run, (const gint8 *)inputs[X]->data + row * params->input, h, c);
    memcpy ((gint8 *)outputs[Y]->data + row * n, h, n);
  }
}

static gboolean
run (const NncStep *step, NncRunContext *context, GError **error)
{
  const Params *params = step->params;
  guint32 *scratch = nnc_run_scratch (context, 0);
  const Run state = { params, step, (gint16 *)(scratch + 2 * GATES * params->hidden), scratch };

  fold_biases (&state);
  for (gsize b = 0; b < params->batch; b++)
    run_sequence (&state, b);
  return TRUE;
}

/* --- prepare ---------------------------------------------------------------------------- */

/* TFLite computes these factors in float. */
static gboolean
set_gate (Params *params, const NncNode *node, guint i, GError **error)
{
  const float gate_scale = ldexpf (1, GATE_BITS - (BITS - 1));
  NncScale w, r;

  if (!nnc_node_get_input_scale (node, W + i, &w, error) || !nnc_node_get_input_scale (node, R + i, &r, error))
    return FALSE;
  if (w.zero_point != 0 || r.zero_point != 0)
    return nnc_op_unsupported (error, "weights of gate %u have zero points that are not 0", i);
  params->gates[i].of_input = nnc_fixed_point ((double)(w.scale * params->input_scale.scale / gate_scale));
  params->gates[i].of_state = nnc_fixed_point ((double)(r.scale * params->hidden_scale.scale / gate_scale));
  return TRUE;
}

static gboolean
set_cell (Params *params, const NncNode *node, GError **error)
{
  float clip = nnc_node_get_float (node, "cell_clip", 0);
  NncScale cell;
  int exponent;

  if (!nnc_node_get_input_scale (node, INITIAL_C, &cell, error))
    return FALSE;
  params->cell_bits = frexpf (cell.scale, &exponent) == 0.5f && cell.zero_point == 0 ? exponent - 1 + BITS - 1 : -1;
  if (params->cell_bits < 0 || params->cell_bits > MAX_CELL_BITS)
    return nnc_op_unsupported (error, "the cell's scale is %g, a power of two from 2^-15 to 2^%d is supported",
                               (double)cell.scale, MAX_CELL_BITS - (BITS - 1));
  params->cell_maximum = clip > 0 ? (gint32)MIN (clip / cell.scale, G_MAXINT16) : G_MAXINT16;
  params->cell_minimum = clip > 0 ? -params->cell_maximum : G_MININT16;
  return TRUE;
}

static gboolean
prepare_stored_lstm (NncPreparation *prepare, GError **error)
{
  Params *params = nnc_prepare_params (prepare, sizeof *params);
  const gint64 *x = prepare->inputs[X]->desc.shape;
  gboolean time_major = nnc_node_get_int (prepare->node, "time_major", 0) != 0;

  params->batch = (gsize)x[time_major];
  params->time = (gsize)x[!time_major];
  params->input = (gsize)x[2];
  params->hidden = (gsize)prepare->outputs[Y]->desc.shape[2];
  params->batch_step = time_major ? 1 : params->time;
  params->time_step = time_major ? params->batch : 1;
  params->coupled = prepare->inputs[W] == NULL;
  if (!nnc_node_get_input_scale (prepare->node, X, &params->input_scale, error)
      || !nnc_node_get_input_scale (prepare->node, INITIAL_H, &params->hidden_scale, error)
      || !set_cell (params, prepare->node, error))
    return FALSE;
  for (guint i = params->coupled; i < GATES; i++)
    if (!set_gate (params, prepare->node, i, error))
      return FALSE;
  params->hidden_factor = nnc_fixed_point ((double)(float)(ldexp (1, -30) / (double)params->hidden_scale.scale));
  prepare->macs = GATES * params->batch * params->time * params->hidden * (params->input + params->hidden);
  prepare->scratch = GATES * params->hidden * (2 * sizeof (guint32) + sizeof (gint16));
  prepare->run = run;
  return TRUE;
}

const NncOp nnc_op_StoredLSTM = {
  .name = "StoredLSTM",
  .min_inputs = 1,
  .max_inputs = INPUTS,
  .max_outputs = OUTPUTS,
  .infer = infer,
  .prepare = prepare_stored_lstm,
};
