/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* gru.c: GRU, as ONNX defines it (after Cho et al., 2014): z, r = f (x W' + h R' + biases); the candidate is
 * g (x Wn' + (r * h) Rn' + biases) or, with linear_before_reset, g (x Wn' + bias + r * (h Rn' + bias));
 * h = (1 - z) * candidate + z * h. */
#include "recurrent.h"

static void
step (const NncRecurrentLayer *layer, float *gates, float *separate, float *h, float *c)
{
  const gsize n = layer->hidden;
  float *z = gates, *r = gates + n, *candidate = gates + 2 * n;

  nnc_recurrent_activate (layer, 0, z, 2 * n);
  if (layer->flag) {
    for (gsize j = 0; j < n; j++)
      candidate[j] += r[j] * separate[j];
  } else {
    for (gsize j = 0; j < n; j++)
      r[j] *= h[j];
    layer->last_gate (layer->user_data, r, separate);
    for (gsize j = 0; j < n; j++)
      candidate[j] += separate[j];
  }
  nnc_recurrent_activate (layer, 1, candidate, n);
  for (gsize j = 0; j < n; j++)
    h[j] = (1.0f - z[j]) * candidate[j] + z[j] * h[j];
}

static const NncRecurrent gru = {
  .gates = 3,
  .functions = 2,
  .defaults = "Sigmoid,Tanh",
  .flag = "linear_before_reset",
  .separates_last = TRUE,
  .step = step,
};

static gboolean
infer (NncInference *inference, GError **error)
{
  return nnc_recurrent_infer (&gru, inference, error);
}

static gboolean
prepare_gru (NncPreparation *prepare, GError **error)
{
  return nnc_recurrent_prepare (&gru, prepare, error);
}

const NncOp nnc_op_GRU = {
  .name = "GRU",
  .min_inputs = 3,
  .max_inputs = 6,
  .max_outputs = 2,
  .infer = infer,
  .prepare = prepare_gru,
};
