/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tflite_quantize.c: from stored numbers to real ones. */
#include "tflite_translate.h"

/* Weights in f16 come this way, too: they fold away. */
gboolean
nnc_tflite_translate_dequantize (NncTfliteTranslation *translation, GError **error)
{
  NncValue *x = translation->inputs[0];
  NncNode *node;

  if (x->type != NNC_F16)
    return nnc_tflite_unsupported (error, "its input is %s, f16 is supported", nnc_data_type_to_string (x->type));
  node = nnc_tflite_emit_unary (translation, "Cast", x, translation->outputs[0]);
  nnc_node_set_int (node, "to", NNC_F32);
  return TRUE;
}
