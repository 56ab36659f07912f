/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* onnx_decompose.c: operators that are several of ours. Those of any number of
 * inputs are some of two: Max (a, b, c) is Max (Max (a, b), c). */
#include "onnx_translate.h"

/* Emits the chain into `output`. */
static gboolean
emit_chain (NncOnnxTranslation *translation, NncValue *output, GError **error)
{
  NncValue *pair[2] = { nnc_onnx_input (translation, 0) };
  guint n = translation->inputs->len;

  if (n < 2)
    return nnc_onnx_emit (translation, "Identity", pair, n, &output, 1, error) != NULL;
  for (guint i = 1; i < n; i++) {
    g_autofree char *suffix = g_strdup_printf ("%u", i);
    NncValue *y = i + 1 < n ? nnc_onnx_new_value (translation, suffix) : output;

    pair[1] = nnc_onnx_input (translation, i);
    if (nnc_onnx_emit (translation, translation->operator->op, pair, 2, &y, 1, error) == NULL)
      return FALSE;
    pair[0] = y;
  }
  return TRUE;
}

gboolean
nnc_onnx_translate_chain (NncOnnxTranslation *translation, GError **error)
{
  return emit_chain (translation, nnc_onnx_output (translation, 0), error);
}

/* The sum, divided by how many there are, as a number of the inputs' type. */
gboolean
nnc_onnx_translate_mean (NncOnnxTranslation *translation, GError **error)
{
  NncValue *y = nnc_onnx_output (translation, 0);
  NncValue *quotient[2] = { nnc_onnx_new_value (translation, "sum"), nnc_onnx_new_value (translation, "divisor") };
  NncValue *count[2]
      = { nnc_onnx_new_float (translation, "count", (float)translation->inputs->len), nnc_onnx_input (translation, 0) };

  return emit_chain (translation, quotient[0], error)
         && nnc_onnx_emit (translation, "CastLike", count, 2, &quotient[1], 1, error)
         && nnc_onnx_emit (translation, "Div", quotient, 2, &y, 1, error);
}

/* op (a, b) with a name; NULL with an error. b may be NULL. */
static NncValue *
emit_value (NncOnnxTranslation *translation, const char *op, const char *suffix, NncValue *a, NncValue *b,
            GError **error)
{
  NncValue *inputs[2] = { a, b }, *y = nnc_onnx_new_value (translation, suffix);

  return a && nnc_onnx_emit (translation, op, inputs, b ? 2 : 1, &y, 1, error) ? y : NULL;
}

/* (x - mean) / (sqrt (mean of (x - mean)^2) + 1e-9), over attribute axes (0, 2, 3). */
gboolean
nnc_onnx_translate_mean_variance_normalization (NncOnnxTranslation *translation, GError **error)
{
  static const gint64 usual[] = { 0, 2, 3 };
  NncValue *x = nnc_onnx_input (translation, 0), *y = nnc_onnx_output (translation, 0);
  guint n;
  const gint64 *given = nnc_node_get_ints (&translation->draft, "axes", &n);
  NncValue *axes = nnc_onnx_new_ints (translation, "axes", given ? given : usual, given ? n : G_N_ELEMENTS (usual));
  NncValue *mean = emit_value (translation, "ReduceMean", "mean", x, axes, error);
  NncValue *centered = mean ? emit_value (translation, "Sub", "centered", x, mean, error) : NULL;
  NncValue *squared = emit_value (translation, "Mul", "squared", centered, centered, error);
  NncValue *variance = emit_value (translation, "ReduceMean", "variance", squared, axes, error);
  NncValue *deviation = emit_value (translation, "Sqrt", "deviation", variance, NULL, error);
  NncValue *epsilon = nnc_onnx_new_float (translation, "epsilon", 1e-9f);
  NncValue *quotient[2] = { centered, emit_value (translation, "Add", "divisor", deviation, epsilon, error) };

  return quotient[1] && nnc_onnx_emit (translation, "Div", quotient, 2, &y, 1, error);
}

/* NegativeLogLikelihoodLoss of the logarithms of softmax, which are output 1. */
gboolean
nnc_onnx_translate_softmax_loss (NncOnnxTranslation *translation, GError **error)
{
  NncValue *scores = nnc_onnx_input (translation, 0), *y = nnc_onnx_output (translation, 0);
  NncValue *logarithms = nnc_onnx_output (translation, 1);
  NncValue *inputs[3] = { NULL, nnc_onnx_input (translation, 1), nnc_onnx_input (translation, 2) };
  NncNode *softmax;

  inputs[0] = logarithms ? logarithms : nnc_onnx_new_value (translation, "logarithms");
  softmax = nnc_onnx_emit (translation, "LogSoftmax", &scores, 1, &inputs[0], 1, error);
  if (softmax == NULL)
    return FALSE;
  nnc_node_set_int (softmax, "axis", 1);
  return nnc_onnx_emit_draft (translation, inputs, inputs[2] ? 3 : 2, &y, 1, error) != NULL;
}
