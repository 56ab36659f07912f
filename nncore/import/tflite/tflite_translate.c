/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tflite_translate.c: what the translation of every node has in common. */
#include "tflite_translate.h"

#include "execute.h"

#include <math.h>
#include <string.h>

/* How many unsupported operators an error lists. */
#define MAX_LISTED 20

gboolean
nnc_tflite_unsupported (GError **error, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list arguments;

  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_set_error_literal (error, NNC_ERROR, NNC_ERROR_UNSUPPORTED, text);
  return FALSE;
}

NncValue *
nnc_tflite_input (const NncTfliteTranslation *translation, guint i)
{
  return i < translation->n_inputs ? translation->inputs[i] : NULL;
}

gint64
nnc_tflite_option (const NncTfliteTranslation *translation, guint field, guint size, gint64 otherwise)
{
  return nnc_table_get_int (&translation->options, field, size, otherwise);
}

/* --- values ------------------------------------------------------------------------- */

static char *
value_name (const NncTfliteTranslation *translation, const char *suffix)
{
  return g_strdup_printf ("%s:%s", translation->label, suffix);
}

NncValue *
nnc_tflite_new_value (NncTfliteTranslation *translation, const char *suffix, const NncValue *like)
{
  g_autofree char *name = value_name (translation, suffix);
  NncValue *value = nnc_graph_add_value (translation->graph, name);

  value->type = like->type;
  value->quantization = nnc_quantization_copy (like->quantization);
  return value;
}

static NncValue *
new_constant (NncTfliteTranslation *translation, const char *suffix, gpointer take, const NncTensorDesc *desc)
{
  g_autofree char *name = value_name (translation, suffix);
  g_autoptr (NncConstant) constant = nnc_constant_new_take (take, desc);

  return nnc_graph_add_constant (translation->graph, name, constant);
}

NncValue *
nnc_tflite_new_ints (NncTfliteTranslation *translation, const char *suffix, const gint64 *values, guint n)
{
  NncTensorDesc desc = { .type = NNC_I64, .rank = 1, .shape = { n } };
  gint64 *copy = g_new0 (gint64, MAX (n, 1));

  if (n > 0)
    memcpy (copy, values, n * sizeof *values);
  return new_constant (translation, suffix, copy, &desc);
}

NncValue *
nnc_tflite_new_float (NncTfliteTranslation *translation, const char *suffix, float value)
{
  NncTensorDesc desc = { .type = NNC_F32, .rank = 0 };

  return new_constant (translation, suffix, g_memdup2 (&value, sizeof value), &desc);
}

NncValue *
nnc_tflite_new_floats (NncTfliteTranslation *translation, const char *suffix, const float *values, guint n)
{
  NncTensorDesc desc = { .type = NNC_F32, .rank = 1, .shape = { n } };

  return new_constant (translation, suffix, g_memdup2 (values, n * sizeof *values), &desc);
}

/* Numbers in files are not aligned. */
gboolean
nnc_tflite_get_ints (const NncValue *value, const char *what, gint64 *values, guint max, guint *n, GError **error)
{
  const guint8 *from;
  gsize size;

  if (value == NULL || value->constant == NULL || value->rank > 1 || (value->type != NNC_I32 && value->type != NNC_I64))
    return nnc_tflite_unsupported (error, "%s must be a constant list of i32 or i64", what);
  size = nnc_desc_n_elements (&value->constant->desc);
  if (size > max)
    return nnc_tflite_unsupported (error, "%s has %" G_GSIZE_FORMAT " numbers, at most %u are supported", what, size,
                                   max);
  from = nnc_constant_get_data (value->constant);
  for (gsize i = 0; i < size; i++) {
    gint32 narrow;

    if (value->type == NNC_I64) {
      memcpy (&values[i], from + i * sizeof *values, sizeof *values);
      continue;
    }
    memcpy (&narrow, from + i * sizeof narrow, sizeof narrow);
    values[i] = narrow;
  }
  *n = (guint)size;
  return TRUE;
}

/* --- nodes ---------------------------------------------------------------------------- */

NncNode *
nnc_tflite_emit (NncTfliteTranslation *translation, const char *op, NncValue *const *inputs, guint n_inputs,
                 NncValue *const *outputs, guint n_outputs)
{
  return nnc_graph_add_node (translation->graph, nnc_op_find (op), translation->label, inputs, n_inputs, outputs,
                             n_outputs);
}

NncNode *
nnc_tflite_emit_unary (NncTfliteTranslation *translation, const char *op, NncValue *input, NncValue *output)
{
  return nnc_tflite_emit (translation, op, &input, 1, &output, 1);
}

/* --- fused activations ------------------------------------------------------------------- */

enum { ACTIVATION_NONE, ACTIVATION_RELU, ACTIVATION_RELU_N1_TO_1, ACTIVATION_RELU6, ACTIVATION_TANH };

void
nnc_tflite_emit_clip (NncTfliteTranslation *translation, NncValue *input, NncValue *output, float minimum,
                      float maximum)
{
  NncValue *inputs[3] = { input, NULL, NULL };

  if (output->quantization) {
    NncNode *node = nnc_tflite_emit_unary (translation, "Clip", input, output);

    nnc_node_set_float (node, "clamp_minimum", minimum);
    nnc_node_set_float (node, "clamp_maximum", maximum);
    return;
  }
  inputs[1] = nnc_tflite_new_float (translation, "minimum", minimum);
  if (maximum < INFINITY)
    inputs[2] = nnc_tflite_new_float (translation, "maximum", maximum);
  nnc_tflite_emit (translation, "Clip", inputs, inputs[2] ? 3 : 2, &output, 1);
}

NncNode *
nnc_tflite_emit_activated (NncTfliteTranslation *translation, const char *op, NncValue *const *inputs, guint n_inputs,
                           GError **error)
{
  static const float minima[] = { [ACTIVATION_RELU] = 0, [ACTIVATION_RELU_N1_TO_1] = -1, [ACTIVATION_RELU6] = 0 };
  static const float maxima[] = { [ACTIVATION_RELU] = INFINITY, [ACTIVATION_RELU_N1_TO_1] = 1, [ACTIVATION_RELU6] = 6 };
  gint field = translation->operator->activation;
  gint64 activation = field < 0 ? ACTIVATION_NONE : nnc_tflite_option (translation, (guint)field, 1, ACTIVATION_NONE);
  NncValue *output = translation->outputs[0], *inner = output;
  NncNode *node;

  if (activation < ACTIVATION_NONE || activation > ACTIVATION_TANH) {
    nnc_tflite_unsupported (error, "its fused activation (number %" G_GINT64_FORMAT ") is not supported", activation);
    return NULL;
  }
  if (activation != ACTIVATION_NONE && (activation == ACTIVATION_TANH || !(nnc_op_find (op)->traits & NNC_OP_CLAMP)))
    inner = nnc_tflite_new_value (translation, "linear", output);
  node = nnc_tflite_emit (translation, op, inputs, n_inputs, &inner, 1);
  if (activation == ACTIVATION_TANH) {
    nnc_tflite_emit_unary (translation, "Tanh", inner, output);
  } else if (inner != output) {
    nnc_tflite_emit_clip (translation, inner, output, minima[activation], maxima[activation]);
  } else if (activation != ACTIVATION_NONE) {
    nnc_node_set_float (node, "clamp_minimum", minima[activation]);
    nnc_node_set_float (node, "clamp_maximum", maxima[activation]);
  }
  return node;
}

gboolean
nnc_tflite_translate_plain (NncTfliteTranslation *translation, GError **error)
{
  return nnc_tflite_emit_activated (translation, translation->operator->op, translation->inputs, translation->n_inputs,
                                    error)
         != NULL;
}

/* --- any node -------------------------------------------------------------------------------- */

static void
note_unsupported (const NncTfliteTranslation *translation)
{
  NncTfliteModel *model = translation->model;

  if (model->n_unsupported++ >= MAX_LISTED)
    return;
  g_string_append_printf (model->unsupported, "%snode '%s' (%s, version %" G_GINT64_FORMAT ")",
                          model->unsupported->len ? ", " : "", translation->label, translation->code->name,
                          translation->code->version);
}

static gboolean
check_inputs (const NncTfliteTranslation *translation, GError **error)
{
  guint min = translation->operator->min_inputs;

  for (guint i = 0; i < min; i++) {
    if (i >= translation->n_inputs || translation->inputs[i] == NULL) {
      g_set_error (error, NNC_ERROR, NNC_ERROR_FORMAT, "input %u is absent, %u are needed", i, min);
      return FALSE;
    }
  }
  if (translation->n_outputs > 0
      || (translation->operator->op && nnc_op_find (translation->operator->op)->max_outputs == 0))
    return TRUE;
  g_set_error_literal (error, NNC_ERROR, NNC_ERROR_FORMAT, "it has no output");
  return FALSE;
}

gboolean
nnc_tflite_translate_node (NncTfliteTranslation *translation, GError **error)
{
  guint first = translation->graph->nodes->len;

  if (translation->operator== NULL) {
    note_unsupported (translation);
    return TRUE;
  }
  if (!check_inputs (translation, error))
    return FALSE;
  if (translation->operator->real)
    nnc_tflite_make_real (translation);
  if (!translation->operator->translate (translation, error))
    return FALSE;
  for (guint i = first; i < translation->graph->nodes->len; i++)
    if (!nnc_node_check (translation->graph->nodes->pdata[i], error))
      return FALSE;
  return TRUE;
}
