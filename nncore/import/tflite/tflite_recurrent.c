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
enum { OPTION_ACTIVATION = 0, OPTION_CELL_CLIP = 1, OPTION_PROJECTION_CLIP = 2, OPTION_TIME_MAJOR = 3 };

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
  if (!nnc_tflite_read_state (translation, LSTM_H, &h, error) || !nnc_tflite_read_state (translation, LSTM_C, &c, error))
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

gboolean
nnc_tflite_translate_sequence_lstm (NncTfliteTranslation *translation, GError **error)
{
  if (!check_lstm (translation, error))
    return FALSE;
  if (translation->inputs[LSTM_X]->type == NNC_I8)
    return translate_stored_lstm (translation, error);
  return nnc_tflite_unsupported (error, "input type %s is not supported",
                                 nnc_data_type_to_string (translation->inputs[LSTM_X]->type));
}
