/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tflite_recurrent.c: layers over sequences, whose states persist over runs. */
#include "tflite_state.h"

/* Inputs of UNIDIRECTIONAL_SEQUENCE_LSTM; gates are in the order input, forget, cell, output. */
enum {
  LSTM_X = 0,
  LSTM_W = 1,
  LSTM_R = 5,
  LSTM_PEEPHOLES = 9,
  LSTM_B = 12,
  LSTM_PROJECTION = 16,
  LSTM_H = 18,
  LSTM_C = 19,
  LSTM_NORMALIZATION = 20,
  LSTM_INPUTS = 24,
};
enum { INPUT_GATE, FORGET_GATE, CELL_GATE, OUTPUT_GATE, GATES };
enum {
  OPTION_ACTIVATION = 0,
  OPTION_CELL_CLIP = 1,
  OPTION_PROJECTION_CLIP = 2,
  OPTION_TIME_MAJOR = 3,
  OPTION_ASYMMETRIC = 4
};

#define ACTIVATION_TANH 4

static gboolean
has_any (const NncTfliteTranslation *translation, guint begin, guint end)
{
  for (guint i = begin; i < end; i++)
    if (nnc_tflite_input (translation, i))
      return TRUE;
  return FALSE;
}

static gboolean
check_lstm (const NncTfliteTranslation *translation, GError **error)
{
  gint64 activation = nnc_tflite_option (translation, OPTION_ACTIVATION, 1, 0);

  for (guint i = 0; i < GATES; i++)
    if (i != INPUT_GATE && !(nnc_tflite_input (translation, LSTM_W + i) && nnc_tflite_input (translation, LSTM_R + i)))
      return nnc_tflite_unsupported (error, "weights of its gate %u are absent", i);
  if ((nnc_tflite_input (translation, LSTM_W) == NULL) != (nnc_tflite_input (translation, LSTM_R) == NULL))
    return nnc_tflite_unsupported (error, "of its input gate one matrix is absent");
  if (has_any (translation, LSTM_PROJECTION, LSTM_H))
    return nnc_tflite_unsupported (error, "a projection is not supported");
  if (has_any (translation, LSTM_NORMALIZATION, LSTM_INPUTS))
    return nnc_tflite_unsupported (error, "layer normalization is not supported");
  return activation == ACTIVATION_TANH
         || nnc_tflite_unsupported (error, "its activation (number %" G_GINT64_FORMAT ") is not supported", activation);
}

/* --- stored numbers ------------------------------------------------------------------------ */

static gboolean
translate_stored_lstm (NncTfliteTranslation *translation, GError **error)
{
  enum { INPUTS = 1 + 3 * GATES + 2 };
  NncTfliteState h, c;
  NncValue *inputs[INPUTS], *outputs[3] = { translation->outputs[0] };
  NncNode *node;

  if (has_any (translation, LSTM_PEEPHOLES, LSTM_B))
    return nnc_tflite_unsupported (error, "peepholes in integers are not supported");
  if (!nnc_tflite_read_state (translation, LSTM_H, &h, error)
      || !nnc_tflite_read_state (translation, LSTM_C, &c, error))
    return FALSE;
  inputs[0] = nnc_tflite_input (translation, LSTM_X);
  for (guint i = 0; i < GATES; i++) {
    inputs[1 + i] = nnc_tflite_input (translation, LSTM_W + i);
    inputs[1 + GATES + i] = nnc_tflite_input (translation, LSTM_R + i);
    inputs[1 + 2 * GATES + i] = nnc_tflite_input (translation, LSTM_B + i);
  }
  inputs[INPUTS - 2] = h.before;
  inputs[INPUTS - 1] = c.before;
  outputs[1] = h.after;
  outputs[2] = c.after;
  node = nnc_tflite_emit (translation, "StoredLSTM", inputs, INPUTS, outputs, 3);
  nnc_node_set_int (node, "time_major", nnc_tflite_option (translation, OPTION_TIME_MAJOR, 1, 0) != 0);
  nnc_node_set_float (node, "cell_clip", nnc_table_get_float (&translation->options, OPTION_CELL_CLIP, 0));
  nnc_tflite_write_state (translation, &h);
  nnc_tflite_write_state (translation, &c);
  return TRUE;
}

/* --- real numbers --------------------------------------------------------------------------- */

/* ONNX's order of gates. */
static const guint order[GATES] = { INPUT_GATE, OUTPUT_GATE, FORGET_GATE, CELL_GATE };

static NncValue *
emit_axis (NncTfliteTranslation *translation, const char *op, NncValue *x, gint64 axis, NncValue *y)
{
  NncValue *inputs[2] = { x, nnc_tflite_new_ints (translation, "axis", &axis, 1) };

  nnc_tflite_emit (translation, op, inputs, 2, &y, 1);
  return y;
}

static NncValue *
new_real (NncTfliteTranslation *translation, const char *suffix)
{
  const NncValue real = { .type = NNC_F32 };
  NncValue *value = nnc_tflite_new_value (translation, suffix, &real);

  value->rank = -1;
  return value;
}

static NncValue *
add_axis (NncTfliteTranslation *translation, NncValue *x, gint64 axis)
{
  return emit_axis (translation, "Unsqueeze", x, axis, new_real (translation, "unsqueezed"));
}

/* n matrices or vectors below each other, with a first axis of 1 for the one direction. */
static NncValue *
join (NncTfliteTranslation *translation, NncValue *const *parts, guint n)
{
  NncValue *joined = new_real (translation, "joined");

  nnc_node_set_int (nnc_tflite_emit (translation, "Concat", parts, n, &joined, 1), "axis", 0);
  return add_axis (translation, joined, 0);
}

/* Weights of hybrid layers are stored in 8 bits. */
static NncValue *
make_real (NncTfliteTranslation *translation, NncValue *weights)
{
  NncValue *real;

  if (weights->type != NNC_I8)
    return weights;
  real = new_real (translation, "real");
  nnc_tflite_emit_unary (translation, "Dequantize", weights, real);
  return real;
}

/* What a layer has, in our order. */
typedef struct {
  guint n_gates;
  NncValue *w[GATES], *r[GATES], *b[GATES]; /* b: NULL: zeros */
  NncValue *peepholes[GATES - 1];
  guint n_peepholes;
  NncValue *x;
  gboolean time_major, asymmetric;
} Layer;

static NncValue *
join_biases (NncTfliteTranslation *translation, const Layer *layer, GError **error)
{
  NncTensorDesc desc;
  NncValue *parts[2 * GATES], *zeros;
  g_autoptr (NncConstant) constant = NULL;

  if (layer->r[0]->rank != 2 || !nnc_desc_set (&desc, NNC_F32, 1, layer->r[0]->shape, error)) {
    if (error == NULL || *error == NULL)
      nnc_tflite_unsupported (error, "its recurrent weights have %d dimensions, 2 are right", layer->r[0]->rank);
    return NULL;
  }
  constant = nnc_tflite_zeros (&desc, NULL);
  zeros = nnc_graph_add_constant (translation->graph, "zeros", constant);
  for (guint i = 0; i < layer->n_gates; i++) {
    parts[i] = layer->b[i] ? layer->b[i] : zeros;
    parts[layer->n_gates + i] = zeros;
  }
  return join (translation, parts, 2 * layer->n_gates);
}

/* Inputs are stored in 8 bits for the product, too, each row on its own scale. */
static NncValue *
quantize_input (NncTfliteTranslation *translation, const Layer *layer)
{
  NncValue *stored = new_real (translation, "stored");
  NncNode *node = nnc_tflite_emit_unary (translation, "DynamicFakeQuantize", layer->x, stored);

  nnc_node_set_int (node, "axis", 2);
  nnc_node_set_int (node, "asymmetric", layer->asymmetric);
  return stored;
}

/* Adds the layer, between the changes of shape that ONNX's axis of directions wants. states: h, perhaps c. */
static NncNode *
emit_layer (NncTfliteTranslation *translation, const char *op, const Layer *layer, const NncTfliteState *states,
            guint n_states, GError **error)
{
  gint64 state_axis = layer->time_major ? 0 : 1, y_axis = layer->time_major ? 1 : 2;
  gboolean hybrid = layer->r[layer->n_gates - 1]->type == NNC_I8; /* the first may have been made by negate() */
  NncValue *inputs[8] = { hybrid ? quantize_input (translation, layer) : layer->x }, *outputs[3];
  NncValue *w[GATES], *r[GATES];
  NncNode *node;

  inputs[3] = join_biases (translation, layer, error);
  if (inputs[3] == NULL)
    return NULL;
  for (guint i = 0; i < layer->n_gates; i++) {
    w[i] = make_real (translation, layer->w[i]);
    r[i] = make_real (translation, layer->r[i]);
  }
  inputs[1] = join (translation, w, layer->n_gates);
  inputs[2] = join (translation, r, layer->n_gates);
  outputs[0] = new_real (translation, "directions");
  for (guint i = 0; i < n_states; i++) {
    inputs[5 + i] = add_axis (translation, states[i].before, state_axis);
    outputs[1 + i] = new_real (translation, "last");
  }
  if (layer->n_peepholes)
    inputs[7] = join (translation, layer->peepholes, layer->n_peepholes);
  node = nnc_tflite_emit (translation, op, inputs, layer->n_peepholes ? 8 : 5 + n_states, outputs, 1 + n_states);
  nnc_node_set_int (node, "layout", !layer->time_major);
  if (hybrid)
    nnc_node_set_string (node, "state_quantization", layer->asymmetric ? "asymmetric" : "symmetric");
  emit_axis (translation, "Squeeze", outputs[0], y_axis, translation->outputs[0]);
  for (guint i = 0; i < n_states; i++) {
    emit_axis (translation, "Squeeze", outputs[1 + i], state_axis, states[i].after);
    nnc_tflite_write_state (translation, &states[i]);
  }
  return node;
}

/* 1 - f (x) is f (-x): without an input gate of its own, that gate has the forget gate's numbers, negated. */
static NncValue *
negate (NncTfliteTranslation *translation, NncValue *x)
{
  NncValue *real, *negative;

  if (x == NULL)
    return NULL;
  real = make_real (translation, x);
  negative = new_real (translation, "negative");
  negative->rank = x->rank;
  for (gint i = 0; i < x->rank; i++)
    negative->shape[i] = x->shape[i];
  nnc_tflite_emit_unary (translation, "Neg", real, negative);
  return negative;
}

static NncValue *
get_gate (NncTfliteTranslation *translation, guint first, guint gate, gboolean coupled)
{
  if (gate != INPUT_GATE || !coupled)
    return nnc_tflite_input (translation, first + gate);
  return negate (translation, nnc_tflite_input (translation, first + FORGET_GATE));
}

static gboolean
get_peepholes (NncTfliteTranslation *translation, gboolean coupled, Layer *layer, GError **error)
{
  NncValue *input = nnc_tflite_input (translation, LSTM_PEEPHOLES);
  NncValue *forget = nnc_tflite_input (translation, LSTM_PEEPHOLES + 1);
  NncValue *output = nnc_tflite_input (translation, LSTM_PEEPHOLES + 2);

  if (input == NULL && forget == NULL && output == NULL)
    return TRUE;
  if (forget == NULL || output == NULL || (input == NULL) != coupled)
    return nnc_tflite_unsupported (error, "of its peepholes some are absent");
  layer->peepholes[0] = coupled ? negate (translation, forget) : make_real (translation, input);
  layer->peepholes[1] = make_real (translation, output);
  layer->peepholes[2] = make_real (translation, forget);
  layer->n_peepholes = 3;
  return TRUE;
}

static gboolean
translate_real_lstm (NncTfliteTranslation *translation, GError **error)
{
  gboolean coupled = nnc_tflite_input (translation, LSTM_W) == NULL;
  Layer layer = { .n_gates = GATES,
                  .x = nnc_tflite_input (translation, LSTM_X),
                  .time_major = nnc_tflite_option (translation, OPTION_TIME_MAJOR, 1, 0) != 0,
                  .asymmetric = nnc_tflite_option (translation, OPTION_ASYMMETRIC, 1, 0) != 0 };
  NncTfliteState states[2];
  NncNode *node;

  if (!nnc_tflite_read_state (translation, LSTM_H, &states[0], error)
      || !nnc_tflite_read_state (translation, LSTM_C, &states[1], error)
      || !get_peepholes (translation, coupled, &layer, error))
    return FALSE;
  for (guint i = 0; i < GATES; i++) {
    layer.w[i] = get_gate (translation, LSTM_W, order[i], coupled);
    layer.r[i] = get_gate (translation, LSTM_R, order[i], coupled);
    layer.b[i] = get_gate (translation, LSTM_B, order[i], coupled);
  }
  node = emit_layer (translation, "LSTM", &layer, states, 2, error);
  if (node)
    nnc_node_set_float (node, "cell_clip", nnc_table_get_float (&translation->options, OPTION_CELL_CLIP, 0));
  return node != NULL;
}

gboolean
nnc_tflite_translate_sequence_lstm (NncTfliteTranslation *translation, GError **error)
{
  NncDataType type = translation->inputs[LSTM_X]->type;

  if (!check_lstm (translation, error))
    return FALSE;
  if (type == NNC_I8)
    return translate_stored_lstm (translation, error);
  return type == NNC_F32
             ? translate_real_lstm (translation, error)
             : nnc_tflite_unsupported (error, "input type %s is not supported", nnc_data_type_to_string (type));
}

/* --- UNIDIRECTIONAL_SEQUENCE_RNN --------------------------------------------------------------- */

enum { RNN_X, RNN_W, RNN_R, RNN_B, RNN_H };
enum { RNN_OPTION_TIME_MAJOR = 0, RNN_OPTION_ACTIVATION = 1, RNN_OPTION_ASYMMETRIC = 2 };

gboolean
nnc_tflite_translate_sequence_rnn (NncTfliteTranslation *translation, GError **error)
{
  static const char *const functions[] = { [0] = "Affine", [1] = "Relu", [ACTIVATION_TANH] = "Tanh" };
  gint64 activation = nnc_tflite_option (translation, RNN_OPTION_ACTIVATION, 1, 0);
  const char *function = activation >= 0 && activation <= ACTIVATION_TANH ? functions[activation] : NULL;
  Layer layer = { .n_gates = 1,
                  .x = translation->inputs[RNN_X],
                  .w = { translation->inputs[RNN_W] },
                  .r = { translation->inputs[RNN_R] },
                  .b = { nnc_tflite_input (translation, RNN_B) },
                  .time_major = nnc_tflite_option (translation, RNN_OPTION_TIME_MAJOR, 1, 0) != 0,
                  .asymmetric = nnc_tflite_option (translation, RNN_OPTION_ASYMMETRIC, 1, 0) != 0 };
  NncTfliteState state;
  NncNode *node;

  if (function == NULL)
    return nnc_tflite_unsupported (error, "its activation (number %" G_GINT64_FORMAT ") is not supported", activation);
  if (!nnc_tflite_read_state (translation, RNN_H, &state, error))
    return FALSE;
  node = emit_layer (translation, "RNN", &layer, &state, 1, error);
  if (node)
    nnc_node_set_string (node, "activations", function);
  return node != NULL;
}
