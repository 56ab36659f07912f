/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* lstm.c: LSTM, as ONNX defines it (after Hochreiter and Schmidhuber, 1997, with Gers's peepholes): of gates
 * i, o, f, g = x W' + h R' + biases: i and f get peepholes of c; c = f(f) * c + f(i) * g(g); o gets one of the new c;
 * h = f(o) * h(c). With input_forget f is 1 - i.
 * Two attributes are TFLite's: cell_clip (0: none) clamps c; state_quantization ("none", "symmetric", "asymmetric")
 * stores h in 8 bits for its product, as DynamicFakeQuantize does. */
#include "recurrent.h"

#include <math.h>

static void
add_peephole (float *gate, const float *peephole, const float *c, gsize n)
{
  for (gsize j = 0; j < n; j++)
    gate[j] += peephole[j] * c[j];
}

static void
couple (float *forget, const float *input, gsize n)
{
  for (gsize j = 0; j < n; j++)
    forget[j] = 1.0f - input[j];
}

static void
clamp (float *c, float limit, gsize n)
{
  for (gsize j = 0; j < n; j++)
    c[j] = CLAMP (c[j], -limit, limit);
}

static void
step (const NncRecurrentLayer *layer, float *gates, float *separate, float *h, float *c)
{
  const gsize n = layer->hidden;
  float *i = gates, *o = gates + n, *f = gates + 2 * n, *g = gates + 3 * n;

  if (layer->peephole) {
    add_peephole (i, layer->peephole, c, n);
    add_peephole (f, layer->peephole + 2 * n, c, n);
    nnc_recurrent_activate (layer, 0, i, n);
    nnc_recurrent_activate (layer, 0, f, n);
  } else {
    nnc_recurrent_activate (layer, 0, i, 3 * n);
  }
  nnc_recurrent_activate (layer, 1, g, n);
  if (layer->flag)
    couple (f, i, n);
  for (gsize j = 0; j < n; j++)
    c[j] = f[j] * c[j] + i[j] * g[j];
  if (isfinite (layer->cell_clip))
    clamp (c, layer->cell_clip, n);
  if (layer->peephole) {
    add_peephole (o, layer->peephole + n, c, n);
    nnc_recurrent_activate (layer, 0, o, n);
  }
  layer->f[2].apply (h, c, n, layer->f[2].p);
  for (gsize j = 0; j < n; j++)
    h[j] *= o[j];
}

static const NncRecurrent lstm = {
  .gates = 4,
  .functions = 3,
  .defaults = "Sigmoid,Tanh,Tanh",
  .has_cell = TRUE,
  .flag = "input_forget",
  .step = step,
};

static gboolean
infer (NncInference *inference, GError **error)
{
  return nnc_recurrent_infer (&lstm, inference, error);
}

static gboolean
prepare_lstm (NncPreparation *prepare, GError **error)
{
  return nnc_recurrent_prepare (&lstm, prepare, error);
}

const NncOp nnc_op_LSTM = {
  .name = "LSTM",
  .min_inputs = 3,
  .max_inputs = 8,
  .max_outputs = 3,
  .infer = infer,
  .prepare = prepare_lstm,
};
