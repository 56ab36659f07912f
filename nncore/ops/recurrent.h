/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* recurrent.h: what LSTM, GRU and RNN have in common: the layout of their
 * inputs and outputs, directions, sequence lengths, the input's product for all
 * time steps at once, and the state's product step by step. An op gives the
 * number of its gates and what a step does with them. */
#pragma once

#include "recurrent_activation.h"

#define NNC_RECURRENT_MAX_FUNCTIONS 3

/* A direction of a layer, as its step sees it. */
typedef struct {
  gsize hidden;
  NncRecurrentActivation f[NNC_RECURRENT_MAX_FUNCTIONS];
  float clip; /* what goes into an activation is clamped to +-clip; INFINITY: it is not */
  float cell_clip; /* LSTM: c is clamped to +-cell_clip; INFINITY: it is not */
  gboolean flag; /* LSTM: input_forget; GRU: linear_before_reset */
  const float *peephole; /* LSTM: [3 * hidden] for input, output, forget; NULL: none */
  /* GRU without linear_before_reset: multiplies a vector [hidden] by the last gate's recurrent weights. */
  void (*last_gate) (gconstpointer user_data, const float *state, float *product);
  gconstpointer user_data;
} NncRecurrentLayer;

/* One step of one sequence. gates: [gates * hidden], the input's product with both biases and the state's product
 * added, free to be overwritten; separate: [hidden], the state's product for the last gate where the op wants it apart,
 * overwritten too. h and c are read and updated; c is NULL where the op has none. */
typedef void (*NncRecurrentStep) (const NncRecurrentLayer *layer, float *gates, float *separate, float *h, float *c);

typedef struct {
  guint gates;
  guint functions; /* activations a direction */
  const char *defaults; /* their names */
  gboolean has_cell; /* a second state: input initial_c, output Y_c, and peepholes */
  const char *flag; /* attribute name of NncRecurrentLayer.flag; NULL: none */
  gboolean separates_last; /* the last gate's state product is not added to its gate, but handed over apart: with `flag`
                              together with its bias; without, step asks layer->last_gate for it */
  NncRecurrentStep step;
} NncRecurrent;

gboolean nnc_recurrent_infer (const NncRecurrent *op, NncInference *inference, GError **error);
gboolean nnc_recurrent_prepare (const NncRecurrent *op, NncPreparation *prepare, GError **error);

/* y = f (clamp (x)) over n numbers; y may be x. */
void nnc_recurrent_activate (const NncRecurrentLayer *layer, guint function, float *x, gsize n);
