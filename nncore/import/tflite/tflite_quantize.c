/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tflite_quantize.c: from real numbers to stored ones, and back. */
#include "tflite_translate.h"

gboolean
nnc_tflite_translate_quantize (NncTfliteTranslation *translation, GError **error)
{
  NncNode *node = nnc_tflite_emit_unary (translation, "Quantize", translation->inputs[0], translation->outputs[0]);

  nnc_node_set_int (node, "to", translation->outputs[0]->type);
  return TRUE;
}

/* Weights in f16 come this way, too: they fold away. */
gboolean
nnc_tflite_translate_dequantize (NncTfliteTranslation *translation, GError **error)
{
  NncValue *x = translation->inputs[0];
  gboolean half = x->type == NNC_F16;
  NncNode *node = nnc_tflite_emit_unary (translation, half ? "Cast" : "Dequantize", x, translation->outputs[0]);

  if (half)
    nnc_node_set_int (node, "to", NNC_F32);
  return TRUE;
}

NncValue *
nnc_tflite_real (NncTfliteTranslation *translation, NncValue *x)
{
  NncValue *real;

  if (x->quantization == NULL)
    return x;
  real = nnc_tflite_new_value (translation, "real", x);
  g_clear_pointer (&real->quantization, nnc_quantization_free);
  real->type = NNC_F32;
  real->rank = x->rank;
  for (gint i = 0; i < x->rank; i++)
    real->shape[i] = x->shape[i];
  nnc_tflite_emit_unary (translation, "Dequantize", x, real);
  return real;
}

/* What is stored as y is computed as this. */
static NncValue *
real_output (NncTfliteTranslation *translation, NncValue *y)
{
  NncValue *real;
  NncNode *node;

  if (y == NULL || y->quantization == NULL)
    return y;
  real = nnc_tflite_new_value (translation, "real", y);
  g_clear_pointer (&real->quantization, nnc_quantization_free);
  real->type = NNC_F32;
  node = nnc_tflite_emit_unary (translation, "Quantize", real, y);
  nnc_node_set_int (node, "to", y->type);
  return real;
}

void
nnc_tflite_make_real (NncTfliteTranslation *translation)
{
  for (guint i = 0; i < translation->n_inputs; i++)
    if (translation->inputs[i])
      translation->inputs[i] = nnc_tflite_real (translation, translation->inputs[i]);
  for (guint i = 0; i < translation->n_outputs; i++)
    translation->outputs[i] = real_output (translation, translation->outputs[i]);
}
