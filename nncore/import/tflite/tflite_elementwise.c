/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tflite_elementwise.c: operators on each number that ours has no single one for, or that have options. */
#include "tflite_translate.h"

#include <math.h>

static NncValue *
emit_binary (NncTfliteTranslation *translation, const char *op, NncValue *a, NncValue *b, NncValue *y)
{
  NncValue *inputs[2] = { a, b };

  nnc_tflite_emit (translation, op, inputs, 2, &y, 1);
  return y;
}

gboolean
nnc_tflite_translate_square (NncTfliteTranslation *translation, GError **error)
{
  emit_binary (translation, "Mul", translation->inputs[0], translation->inputs[0], translation->outputs[0]);
  return TRUE;
}

/* Floats have kernels for its two steps. */
gboolean
nnc_tflite_translate_squared_difference (NncTfliteTranslation *translation, GError **error)
{
  NncValue *a = translation->inputs[0], *b = translation->inputs[1], *y = translation->outputs[0], *difference;

  if (y->type != NNC_F32) {
    emit_binary (translation, "SquaredDifference", a, b, y);
    return TRUE;
  }
  difference = emit_binary (translation, "Sub", a, b, nnc_tflite_new_value (translation, "difference", y));
  emit_binary (translation, "Mul", difference, difference, y);
  return TRUE;
}

/* Rounded down, where Div rounds integers towards 0. */
gboolean
nnc_tflite_translate_floor_div (NncTfliteTranslation *translation, GError **error)
{
  NncValue *a = translation->inputs[0], *b = translation->inputs[1], *y = translation->outputs[0];
  NncValue *inner = nnc_tflite_new_value (translation, "inner", y), *rest;

  if (y->type == NNC_F32) {
    emit_binary (translation, "Div", a, b, inner);
    nnc_tflite_emit_unary (translation, "Floor", inner, y);
    return TRUE;
  }
  rest = emit_binary (translation, "Mod", a, b, nnc_tflite_new_value (translation, "rest", y));
  emit_binary (translation, "Div", emit_binary (translation, "Sub", a, rest, inner), b, y);
  return TRUE;
}

/* Stored numbers are compared on one scale, as integers. */
static NncValue *
comparable (NncTfliteTranslation *translation, NncValue *x)
{
  NncValue *fixed;

  if (x->quantization == NULL)
    return x;
  fixed = nnc_tflite_new_value (translation, "fixed", x);
  g_clear_pointer (&fixed->quantization, nnc_quantization_free);
  fixed->type = NNC_I32;
  nnc_tflite_emit_unary (translation, "StoredToFixedPoint", x, fixed);
  return fixed;
}

gboolean
nnc_tflite_translate_comparison (NncTfliteTranslation *translation, GError **error)
{
  emit_binary (translation, translation->operator->op, comparable (translation, translation->inputs[0]),
               comparable (translation, translation->inputs[1]), translation->outputs[0]);
  return TRUE;
}

gboolean
nnc_tflite_translate_not_equal (NncTfliteTranslation *translation, GError **error)
{
  NncValue *equal = nnc_tflite_new_value (translation, "equal", translation->outputs[0]);

  emit_binary (translation, "Equal", comparable (translation, translation->inputs[0]),
               comparable (translation, translation->inputs[1]), equal);
  nnc_tflite_emit_unary (translation, "Not", equal, translation->outputs[0]);
  return TRUE;
}

gboolean
nnc_tflite_translate_add_n (NncTfliteTranslation *translation, GError **error)
{
  NncValue *sum = translation->inputs[0], *y = translation->outputs[0];
  guint n = translation->n_inputs;

  for (guint i = 1; i < n; i++) {
    if (translation->inputs[i] == NULL)
      return nnc_tflite_unsupported (error, "input %u is absent, which is not supported", i);
    sum = emit_binary (translation, "Add", sum, translation->inputs[i],
                       i + 1 == n ? y : nnc_tflite_new_value (translation, "sum", y));
  }
  if (n == 1)
    nnc_tflite_emit_unary (translation, "Identity", sum, y);
  return TRUE;
}

gboolean
nnc_tflite_translate_gelu (NncTfliteTranslation *translation, GError **error)
{
  NncNode *node = nnc_tflite_emit_unary (translation, "Gelu", translation->inputs[0], translation->outputs[0]);

  nnc_node_set_string (node, "approximate", nnc_tflite_option (translation, 0, 1, 0) ? "tanh" : "none");
  return TRUE;
}

/* Along the last axis: x / max (sqrt (sum of x * x), 1e-6) */
gboolean
nnc_tflite_translate_l2_normalization (NncTfliteTranslation *translation, GError **error)
{
  static const gint64 last[1] = { -1 };
  NncValue *x = translation->inputs[0];
  NncValue *length = nnc_tflite_new_value (translation, "length", x);
  NncValue *divisor = nnc_tflite_new_value (translation, "divisor", x);
  NncValue *quotient[2] = { x, divisor };

  emit_binary (translation, "ReduceL2", x, nnc_tflite_new_ints (translation, "axes", last, 1), length);
  emit_binary (translation, "Max", length, nnc_tflite_new_float (translation, "least", 1e-6f), divisor);
  return nnc_tflite_emit_activated (translation, "Div", quotient, 2, error) != NULL;
}

/* The condition of SELECT may be a vector, that chooses along the first axis. */
gboolean
nnc_tflite_translate_select (NncTfliteTranslation *translation, GError **error)
{
  static const gint64 behind[NNC_MAX_RANK] = { 1, 2, 3, 4, 5, 6, 7 };
  NncValue *inputs[3] = { translation->inputs[0], translation->inputs[1], translation->inputs[2] };
  gint rank = inputs[1]->rank;

  if (translation->operator->options_type == 47 && inputs[0]->rank == 1 && rank> 1) {
    NncValue *wide = nnc_tflite_new_value (translation, "condition", inputs[0]);

    emit_binary (translation, "Unsqueeze", inputs[0],
                 nnc_tflite_new_ints (translation, "axes", behind, (guint)rank - 1), wide);
    inputs[0] = wide;
  }
  nnc_tflite_emit (translation, "Where", inputs, 3, translation->outputs, 1);
  return TRUE;
}

/* Sums of squares of the channels around, 2 * radius + 1 of them. */
gboolean
nnc_tflite_translate_local_response (NncTfliteTranslation *translation, GError **error)
{
  gint64 radius = nnc_tflite_option (translation, 0, 4, 0);
  gint64 size = 2 * CLAMP (radius, 0, G_MAXINT32 / 2) + 1;
  NncNode *node = nnc_tflite_emit_unary (translation, "LRN", translation->inputs[0], translation->outputs[0]);

  nnc_node_set_int (node, "axis", -1);
  nnc_node_set_int (node, "size", size);
  nnc_node_set_float (node, "bias", nnc_table_get_float (&translation->options, 1, 0));
  nnc_node_set_float (node, "alpha", nnc_table_get_float (&translation->options, 2, 0) * (float)size);
  nnc_node_set_float (node, "beta", nnc_table_get_float (&translation->options, 3, 0));
  return TRUE;
}
