/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tflite_hybrid.c: hybrid layers: weights in 8 bits, real inputs, which TFLite stores in 8 bits for the product. Ours
 * multiplies the same numbers as floats. */
#include "tflite_translate.h"

void
nnc_tflite_make_hybrid (NncTfliteTranslation *translation, NncValue **x, NncValue **weights, gint64 rows_axis,
                        gboolean asymmetric)
{
  NncValue *quantized, *real;
  NncNode *node;

  if ((*x)->type != NNC_F32 || (*weights)->type != NNC_I8 || (*weights)->quantization == NULL)
    return;
  quantized = nnc_tflite_new_value (translation, "stored", *x);
  node = nnc_tflite_emit_unary (translation, "DynamicFakeQuantize", *x, quantized);
  nnc_node_set_int (node, "axis", rows_axis);
  nnc_node_set_int (node, "asymmetric", asymmetric);
  real = nnc_tflite_new_value (translation, "real", *x);
  real->rank = (*weights)->rank;
  for (gint i = 0; i < real->rank; i++)
    real->shape[i] = (*weights)->shape[i];
  nnc_tflite_emit_unary (translation, "Dequantize", *weights, real);
  *x = quantized;
  *weights = real;
}
