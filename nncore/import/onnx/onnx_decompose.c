/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* onnx_decompose.c: operators of any number of inputs, as several of ours of
 * two: Max (a, b, c) is Max (Max (a, b), c). */
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
