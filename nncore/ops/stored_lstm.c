/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* stored_lstm.c: StoredLSTM: LSTM of numbers stored in 8 bits, its cell in 16, in the integers of TFLite's reference
 * kernel: gates i, f, g, o = x W' + h R' + bias on a scale of 2^-12; c = f(f) * c + f(i) * g(g); h = f(o) * g(c), with
 * f 1 / (1 + e^-x) and g tanh. Without weights of i, i is 1 - f. Weights are a matrix a gate, each of its own scale.
 * Attributes: time_major (0): x and y are [time, batch, …] instead of [batch, time, …]; cell_clip (0: none) in real
 * numbers. Outputs: every h, the last h, the last c. */
#include "kernel.h"
#include "op_inputs.h"
#include "quantization.h"
#include "step_work.h"

#include <math.h>
#include <string.h>

enum { GATES = NNC_LSTM_GATES };
enum { X, W, R = W + GATES, B = R + GATES, INITIAL_H = B + GATES, INITIAL_C, INPUTS };
enum { Y, Y_H, Y_C, OUTPUTS };

#define BITS 16 /* of gates and cell */
#define MAX_CELL_BITS 6 /* before the point of the cell */

typedef struct {
  NncStoredLstm layer;
  const NncStoredLstmKernel *kernel;
  const void *packed; /* NULL: not constant, packed by run */
  gsize packed_offset; /* in scratch */
  gsize batch, time;
  gsize batch_step, time_step; /* rows of x and y between neighbours */
  NncScale input_scale, hidden_scale;
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
  if (inputs[X]->desc.type != NNC_I8 || inputs[X]->desc.rank != 3 || inputs[R + NNC_LSTM_FORGET]->desc.rank != 2)
    return nnc_op_error (error, "input %d must be i8 of 3 dimensions, and input %d of 2", X, R + NNC_LSTM_FORGET);
  x = inputs[X]->desc.shape;
  hidden = inputs[R + NNC_LSTM_FORGET]->desc.shape[0];
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

/* --- weights ---------------------------------------------------------------------------- */

static NncStoredLstmWeights
find_weights (const Params *params, const NncTensor *const *inputs)
{
  NncStoredLstmWeights weights = { .input_zero_point = params->input_scale.zero_point };

  for (guint i = params->layer.coupled; i < GATES; i++) {
    weights.input[i] = inputs[W + i]->data;
    weights.state[i] = inputs[R + i]->data;
    weights.bias[i] = inputs[B + i] ? inputs[B + i]->data : NULL;
  }
  return weights;
}

typedef struct {
  const Params *params;
  const NncTensor *const *inputs;
} Packing;

static void
pack (gpointer packed, gpointer user_data)
{
  const Packing *packing = user_data;
  const NncStoredLstmWeights weights = find_weights (packing->params, packing->inputs);

  packing->params->kernel->pack (&packing->params->layer, &weights, packed);
}

static gboolean
are_constant (const NncPreparation *prepare)
{
  for (guint i = W; i < B + GATES; i++) {
    const NncTensor *input = prepare->inputs[i];

    if (input && (input->data == NULL || !nnc_tensor_is_contiguous (input)))
      return FALSE;
  }
  return TRUE;
}

static gboolean
pack_constants (NncPreparation *prepare, Params *params, const char *name, GError **error)
{
  const gint64 key[] = { (gint64)params->layer.input, (gint64)params->layer.hidden, params->layer.coupled,
                         params->input_scale.zero_point, params->layer.hidden_zero_point };
  Packing packing = { params, prepare->inputs };
  guint inputs[B + GATES - W];

  for (guint i = 0; i < G_N_ELEMENTS (inputs); i++)
    inputs[i] = prepare->inputs[W + i] ? W + i : G_MAXUINT;
  params->packed = nnc_prepare_pack (prepare, name, inputs, G_N_ELEMENTS (inputs), key, sizeof key,
                                     params->kernel->packed_size (&params->layer), pack, &packing, error);
  return params->packed != NULL;
}

/* --- run ------------------------------------------------------------------------------ */

static void
run_sequence (const NncStep *step, const void *packed, gpointer scratch, gsize b)
{
  const Params *params = step->params;
  gsize n = params->layer.hidden;
  gint8 *h = (gint8 *)step->outputs[Y_H]->data + b * n;
  gint16 *c = (gint16 *)step->outputs[Y_C]->data + b * n;

  memcpy (h, (const gint8 *)step->inputs[INITIAL_H]->data + b * n, n);
  memcpy (c, (const gint16 *)step->inputs[INITIAL_C]->data + b * n, n * sizeof *c);
  for (gsize t = 0; t < params->time; t++) {
    gsize row = b * params->batch_step + t * params->time_step;

    params->kernel->step (&params->layer, (const gint8 *)step->inputs[X]->data + row * params->layer.input, packed, h,
                          c, scratch);
    memcpy ((gint8 *)step->outputs[Y]->data + row * n, h, n);
  }
}

static gboolean
run (const NncStep *step, NncRunContext *context, GError **error)
{
  const Params *params = step->params;
  guint8 *scratch = nnc_run_scratch (context, 0);
  const void *packed = params->packed;

  if (packed == NULL) {
    Packing packing = { params, (const NncTensor *const *)step->inputs };

    pack (scratch + params->packed_offset, &packing);
    packed = scratch + params->packed_offset;
  }
  for (gsize b = 0; b < params->batch; b++)
    run_sequence (step, packed, scratch, b);
  return TRUE;
}

/* --- prepare ---------------------------------------------------------------------------- */

/* TFLite computes these factors in float. */
static gboolean
set_gate (Params *params, const NncNode *node, guint i, GError **error)
{
  const float gate_scale = ldexpf (1, NNC_LSTM_GATE_BITS - (BITS - 1));
  NncScale w, r;

  if (!nnc_node_get_input_scale (node, W + i, &w, error) || !nnc_node_get_input_scale (node, R + i, &r, error))
    return FALSE;
  if (w.zero_point != 0 || r.zero_point != 0)
    return nnc_op_unsupported (error, "weights of gate %u have zero points that are not 0", i);
  params->layer.of_input[i] = nnc_fixed_point ((double)(w.scale * params->input_scale.scale / gate_scale));
  params->layer.of_state[i] = nnc_fixed_point ((double)(r.scale * params->hidden_scale.scale / gate_scale));
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
  params->layer.cell_bits
      = frexpf (cell.scale, &exponent) == 0.5f && cell.zero_point == 0 ? exponent - 1 + BITS - 1 : -1;
  if (params->layer.cell_bits < 0 || params->layer.cell_bits > MAX_CELL_BITS)
    return nnc_op_unsupported (error, "the cell's scale is %g, a power of two from 2^-15 to 2^%d is supported",
                               (double)cell.scale, MAX_CELL_BITS - (BITS - 1));
  params->layer.cell_maximum = clip > 0 ? (gint32)MIN (clip / cell.scale, G_MAXINT16) : G_MAXINT16;
  params->layer.cell_minimum = clip > 0 ? -params->layer.cell_maximum : G_MININT16;
  return TRUE;
}

static gboolean
set_layer (NncPreparation *prepare, Params *params, GError **error)
{
  NncStoredLstm *layer = &params->layer;

  layer->input = (gsize)prepare->inputs[X]->desc.shape[2];
  layer->hidden = (gsize)prepare->outputs[Y]->desc.shape[2];
  layer->coupled = prepare->inputs[W] == NULL;
  if (!nnc_node_get_input_scale (prepare->node, X, &params->input_scale, error)
      || !nnc_node_get_input_scale (prepare->node, INITIAL_H, &params->hidden_scale, error)
      || !set_cell (params, prepare->node, error))
    return FALSE;
  for (guint i = layer->coupled; i < GATES; i++)
    if (!set_gate (params, prepare->node, i, error))
      return FALSE;
  layer->hidden_factor = nnc_fixed_point ((double)(float)(ldexp (1, -30) / (double)params->hidden_scale.scale));
  layer->hidden_zero_point = params->hidden_scale.zero_point;
  return TRUE;
}

static gboolean
prepare_stored_lstm (NncPreparation *prepare, GError **error)
{
  Params *params = nnc_prepare_params (prepare, sizeof *params);
  const NncKernel *kernel = nnc_kernel_find (NNC_SLOT_stored_lstm);
  const gint64 *x = prepare->inputs[X]->desc.shape;
  gboolean time_major = nnc_node_get_int (prepare->node, "time_major", 0) != 0;

  params->batch = (gsize)x[time_major];
  params->time = (gsize)x[!time_major];
  params->batch_step = time_major ? 1 : params->time;
  params->time_step = time_major ? params->batch : 1;
  if (!set_layer (prepare, params, error))
    return FALSE;
  params->kernel = kernel->stored_lstm;
  prepare->kernel = kernel->name;
  prepare->macs
      = GATES * params->batch * params->time * params->layer.hidden * (params->layer.input + params->layer.hidden);
  prepare->scratch = params->kernel->scratch_size (&params->layer);
  prepare->run = run;
  if (are_constant (prepare))
    return pack_constants (prepare, params, kernel->name, error);
  params->packed_offset = nnc_round_up_64 (prepare->scratch);
  prepare->scratch = params->packed_offset + params->kernel->packed_size (&params->layer);
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
