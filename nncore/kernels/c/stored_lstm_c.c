/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* stored_lstm_c.c: a step of an LSTM of stored numbers, in the integers of TFLite's reference kernel.
 * Packed: biases less what zero points add, of inputs, then of states: [2][gate][hidden]; weights as they lie, of
 * inputs [gate][hidden][input], then of states. */
#include <string.h>

#include "fixed_functions.h"
#include "fixed_point.h"
#include "kernel_list.h"

#define BITS 16 /* of gates and cell */

static size_t
packed_size (const NncStoredLstm *l)
{
  return NNC_LSTM_GATES * l->hidden * (2 * sizeof (uint32_t) + l->input + l->hidden);
}

/* Copies a gate's weights; bias - zero_point * (the sum of each row): sums may wrap, as those of products do. */
static void
pack_rows (const int8_t *weights, const int32_t *bias, int32_t zero_point, size_t rows, size_t columns, int8_t *to,
           uint32_t *folded)
{
  memcpy (to, weights, rows * columns);
  for (size_t r = 0; r < rows; r++) {
    uint32_t sum = 0;
    for (size_t j = 0; j < columns; j++)
      sum += (uint32_t)weights[r * columns + j];
    folded[r] = (bias ? (uint32_t)bias[r] : 0) - (uint32_t)zero_point * sum;
  }
}

static void
pack (const NncStoredLstm *l, const NncStoredLstmWeights *weights, void *packed)
{
  uint32_t *biases = packed;
  int8_t *of_input = (int8_t *)(biases + 2 * NNC_LSTM_GATES * l->hidden);
  int8_t *of_state = of_input + NNC_LSTM_GATES * l->hidden * l->input;
  for (size_t g = l->coupled; g < NNC_LSTM_GATES; g++) {
    pack_rows (weights->input[g], weights->bias[g], weights->input_zero_point, l->hidden, l->input,
               of_input + g * l->hidden * l->input, biases + g * l->hidden);
    pack_rows (weights->state[g], NULL, l->hidden_zero_point, l->hidden, l->hidden,
               of_state + g * l->hidden * l->hidden, biases + (NNC_LSTM_GATES + g) * l->hidden);
  }
}

static size_t
scratch_size (const NncStoredLstm *l)
{
  return NNC_LSTM_GATES * l->hidden * sizeof (int16_t);
}

/* gate += (bias + weights x) * factor, rounded and cut to 16 bits. */
static void
add_product (int16_t *gate, const uint32_t *bias, const int8_t *weights, const int8_t *x, NncFixedPoint factor,
             size_t rows, size_t columns)
{
  for (size_t r = 0; r < rows; r++) {
    uint32_t sum = bias[r];
    for (size_t j = 0; j < columns; j++)
      sum += (uint32_t)(weights[r * columns + j] * x[j]);
    gate[r] = (int16_t)nnc_clamp_int (nnc_add_zero_point (nnc_multiply_twice ((int32_t)sum, factor), gate[r]),
                                      INT16_MIN, INT16_MAX);
  }
}

static void
compute_gate (const NncStoredLstm *l, size_t g, const int8_t *x, const int8_t *h, const void *packed, int16_t *gate)
{
  const uint32_t *biases = packed;
  const int8_t *of_input = (const int8_t *)(biases + 2 * NNC_LSTM_GATES * l->hidden);
  const int8_t *of_state = of_input + NNC_LSTM_GATES * l->hidden * l->input;
  memset (gate, 0, l->hidden * sizeof *gate);
  add_product (gate, biases + g * l->hidden, of_input + g * l->hidden * l->input, x, l->of_input[g], l->hidden,
               l->input);
  add_product (gate, biases + (NNC_LSTM_GATES + g) * l->hidden, of_state + g * l->hidden * l->hidden, h, l->of_state[g],
               l->hidden, l->hidden);
  for (size_t j = 0; j < l->hidden; j++)
    gate[j] = (int16_t)(g == NNC_LSTM_CELL ? nnc_fixed_tanh (gate[j], NNC_LSTM_GATE_BITS, BITS)
                                           : nnc_fixed_sigmoid (gate[j], NNC_LSTM_GATE_BITS, BITS));
}

static void
step (const NncStoredLstm *l, const int8_t *x, const void *packed, int8_t *h, int16_t *c, void *scratch)
{
  size_t n = l->hidden;
  int16_t *input = scratch, *forget = input + n, *cell = forget + n, *output = cell + n;
  for (size_t g = l->coupled; g < NNC_LSTM_GATES; g++)
    compute_gate (l, g, x, h, packed, input + g * n);
  for (size_t j = 0; j < n; j++) {
    int32_t in = l->coupled ? INT16_MAX - forget[j] : input[j];
    int32_t kept = (int16_t)nnc_rounding_shift (forget[j] * c[j], 15);
    int32_t added = (int16_t)nnc_rounding_shift (in * cell[j], 15 + l->cell_bits), hidden;
    c[j] = (int16_t)nnc_clamp_int (kept + added, l->cell_minimum, l->cell_maximum);
    hidden = nnc_multiply_twice (output[j] * nnc_fixed_tanh (c[j], l->cell_bits, BITS), l->hidden_factor);
    h[j] = (int8_t)nnc_clamp_int (nnc_add_zero_point (hidden, l->hidden_zero_point), INT8_MIN, INT8_MAX);
  }
}

const NncStoredLstmKernel nnc_stored_lstm_c = { packed_size, pack, scratch_size, step };
