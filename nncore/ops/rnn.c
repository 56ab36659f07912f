/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* rnn.c: RNN, the simple recurrent layer (Elman, 1990): h = f (x W' + h R' + biases). Attribute
 * state_quantization is as LSTM's. */
#include "recurrent.h"

#include <string.h>

static void
step (const NncRecurrentLayer *layer, float *gates, float *separate, float *h, float *c)
{
  nnc_recurrent_activate (layer, 0, gates, layer->hidden);
  memcpy (h, gates, layer->hidden * sizeof (float));
}

static const NncRecurrent rnn = {
  .gates = 1,
  .functions = 1,
  .defaults = "Tanh",
  .step = step,
};

static gboolean
infer (NncInference *inference, GError **error)
{
  return nnc_recurrent_infer (&rnn, inference, error);
}

static gboolean
prepare_rnn (NncPreparation *prepare, GError **error)
{
  return nnc_recurrent_prepare (&rnn, prepare, error);
}

const NncOp nnc_op_RNN = {
  .name = "RNN",
  .min_inputs = 3,
  .max_inputs = 6,
  .max_outputs = 2,
  .infer = infer,
  .prepare = prepare_rnn,
};
