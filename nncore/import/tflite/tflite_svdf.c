/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tflite_svdf.c: SVDF: a dense layer whose matrix is one over what comes in, times one over the last steps; these are a
 * state: [batch][filter][step], the newest last. A unit is the sum of `rank` filters. */
#include "tflite_state.h"

enum { SVDF_X, SVDF_FEATURES, SVDF_TIME, SVDF_BIAS, SVDF_STATE };
enum { OPTION_RANK = 0, OPTION_ACTIVATION = 1, OPTION_ASYMMETRIC = 2 };

#define ACTIVATION_RELU 1

typedef struct {
  NncValue *x, *features, *time;
  gint64 filters, steps, rank;
} Layer;

static gboolean
read_layer (const NncTfliteTranslation *translation, Layer *layer, GError **error)
{
  layer->x = translation->inputs[SVDF_X];
  layer->features = translation->inputs[SVDF_FEATURES];
  layer->time = translation->inputs[SVDF_TIME];
  layer->rank = nnc_tflite_option (translation, OPTION_RANK, 4, 0);
  if (layer->x->rank != 2 || layer->features->rank != 2 || layer->time->rank != 2)
    return nnc_tflite_unsupported (error, "its input and weights have %d, %d and %d dimensions, 2 are right",
                                   layer->x->rank, layer->features->rank, layer->time->rank);
  layer->filters = layer->time->shape[0];
  layer->steps = layer->time->shape[1];
  if (layer->rank > 0 && layer->filters > 0 && layer->steps > 0 && layer->filters % layer->rank == 0)
    return TRUE;
  g_set_error (error, NNC_ERROR, NNC_ERROR_FORMAT,
               "its rank is %" G_GINT64_FORMAT " with %" G_GINT64_FORMAT " filters of %" G_GINT64_FORMAT " steps",
               layer->rank, layer->filters, layer->steps);
  return FALSE;
}

/* --- stored numbers ------------------------------------------------------------------------ */

static gboolean
translate_stored (NncTfliteTranslation *translation, const Layer *layer, GError **error)
{
  gint64 activation = nnc_tflite_option (translation, OPTION_ACTIVATION, 1, 0);
  NncTfliteState state;
  NncNode *node;

  if (activation != ACTIVATION_RELU)
    return nnc_tflite_unsupported (error, "its activation (number %" G_GINT64_FORMAT ") in integers is not supported",
                                   activation);
  if (!nnc_tflite_read_state (translation, SVDF_STATE, &state, error))
    return FALSE;
  NncValue *inputs[]
      = { layer->x, layer->features, layer->time, nnc_tflite_input (translation, SVDF_BIAS), state.before };
  NncValue *outputs[] = { translation->outputs[0], state.after };
  node = nnc_tflite_emit (translation, "StoredSVDF", inputs, G_N_ELEMENTS (inputs), outputs, G_N_ELEMENTS (outputs));
  nnc_node_set_int (node, "rank", layer->rank);
  nnc_tflite_write_state (translation, &state);
  return TRUE;
}

/* --- real numbers -------------------------------------------------------------------------- */

static NncValue *
emit (NncTfliteTranslation *translation, const char *op, NncValue *a, NncValue *b)
{
  const NncValue real = { .type = NNC_F32, .rank = -1 };
  NncValue *inputs[2] = { a, b }, *y = nnc_tflite_new_value (translation, op, &real);

  nnc_tflite_emit (translation, op, inputs, 2, &y, 1);
  return y;
}

static NncValue *
emit_shape (NncTfliteTranslation *translation, NncValue *x, const gint64 *shape, guint rank)
{
  return emit (translation, "Reshape", x, nnc_tflite_new_ints (translation, "shape", shape, rank));
}

static NncValue *
emit_sums (NncTfliteTranslation *translation, NncValue *x)
{
  const gint64 axis = 2;
  NncValue *inputs[2] = { x, nnc_tflite_new_ints (translation, "axis", &axis, 1) };
  const NncValue real = { .type = NNC_F32, .rank = -1 };
  NncValue *y = nnc_tflite_new_value (translation, "sums", &real);

  nnc_node_set_int (nnc_tflite_emit (translation, "ReduceSum", inputs, 2, &y, 1), "keepdims", 0);
  return y;
}

/* Weights in 8 bits stand for real ones. */
static NncValue *
make_real (NncTfliteTranslation *translation, NncValue *weights)
{
  const NncValue real = { .type = NNC_F32, .rank = -1 };
  NncValue *y;

  if (weights->type != NNC_I8)
    return weights;
  y = nnc_tflite_new_value (translation, "real", &real);
  nnc_tflite_emit_unary (translation, "Dequantize", weights, y);
  return y;
}

/* With weights in 8 bits x is stored in 8 bits for the product, too, each row on its own scale. */
static NncValue *
quantize_input (NncTfliteTranslation *translation, const Layer *layer)
{
  NncValue *stored = nnc_tflite_new_value (translation, "stored", layer->x);
  NncNode *node = nnc_tflite_emit_unary (translation, "DynamicFakeQuantize", layer->x, stored);

  nnc_node_set_int (node, "axis", 1);
  nnc_node_set_int (node, "asymmetric", nnc_tflite_option (translation, OPTION_ASYMMETRIC, 1, 0) != 0);
  return stored;
}

/* What comes in, seen by each filter: [batch][filter][1]. */
static NncValue *
emit_newest (NncTfliteTranslation *translation, const Layer *layer)
{
  const NncValue real = { .type = NNC_F32, .rank = -1 };
  const gint64 columns[] = { 1, 0 }, shape[] = { -1, layer->filters, 1 };
  NncValue *x = layer->features->type == NNC_I8 ? quantize_input (translation, layer) : layer->x;
  NncValue *features = make_real (translation, layer->features);
  NncValue *turned = nnc_tflite_new_value (translation, "turned", &real);
  NncNode *node;

  node = nnc_tflite_emit_unary (translation, "Transpose", features, turned);
  nnc_node_set_ints (node, "perm", columns, 2);
  return emit_shape (translation, emit (translation, "MatMul", x, turned), shape, 3);
}

/* The state without its oldest step, and with the newest. */
static NncValue *
emit_advance (NncTfliteTranslation *translation, const Layer *layer, NncValue *before)
{
  const gint64 shape[] = { -1, layer->filters, layer->steps }, first = 1, last = G_MAXINT64, axis = 2;
  const NncValue real = { .type = NNC_F32, .rank = -1 };
  NncValue *kept = nnc_tflite_new_value (translation, "kept", &real);
  NncValue *steps = nnc_tflite_new_value (translation, "steps", &real);
  NncValue *inputs[4]
      = { emit_shape (translation, before, shape, 3), nnc_tflite_new_ints (translation, "first", &first, 1),
          nnc_tflite_new_ints (translation, "last", &last, 1), nnc_tflite_new_ints (translation, "axis", &axis, 1) };
  NncValue *parts[2] = { kept, emit_newest (translation, layer) };

  nnc_tflite_emit (translation, "Slice", inputs, 4, &kept, 1);
  nnc_node_set_int (nnc_tflite_emit (translation, "Concat", parts, 2, &steps, 1), "axis", axis);
  return steps;
}

static gboolean
translate_real (NncTfliteTranslation *translation, const Layer *layer, GError **error)
{
  const gint64 flat[] = { -1, layer->filters * layer->steps };
  const gint64 units[] = { -1, layer->filters / layer->rank, layer->rank };
  NncTfliteState state;
  NncValue *steps, *inputs[2], *state_inputs[2];

  if (!nnc_tflite_read_state (translation, SVDF_STATE, &state, error))
    return FALSE;
  steps = emit_advance (translation, layer, state.before);
  inputs[0] = emit_sums (translation, emit (translation, "Mul", steps, make_real (translation, layer->time)));
  inputs[0] = emit_sums (translation, emit_shape (translation, inputs[0], units, 3));
  inputs[1] = nnc_tflite_input (translation, SVDF_BIAS);
  if (inputs[1] == NULL)
    inputs[1] = nnc_tflite_new_float (translation, "no bias", 0);
  if (nnc_tflite_emit_activated (translation, "Add", inputs, 2, error) == NULL)
    return FALSE;
  state_inputs[0] = steps;
  state_inputs[1] = nnc_tflite_new_ints (translation, "flat", flat, 2);
  nnc_tflite_emit (translation, "Reshape", state_inputs, 2, &state.after, 1);
  nnc_tflite_write_state (translation, &state);
  return TRUE;
}

gboolean
nnc_tflite_translate_svdf (NncTfliteTranslation *translation, GError **error)
{
  Layer layer = { 0 };
  gint64 size;

  if (!read_layer (translation, &layer, error))
    return FALSE;
  if (__builtin_mul_overflow (layer.filters, layer.steps, &size))
    return nnc_tflite_unsupported (error, "its state is too large");
  if (layer.x->type == NNC_I8)
    return translate_stored (translation, &layer, error);
  return layer.x->type == NNC_F32 ? translate_real (translation, &layer, error)
                                  : nnc_tflite_unsupported (error, "input type %s is not supported",
                                                            nnc_data_type_to_string (layer.x->type));
}
