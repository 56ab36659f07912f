/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tflite_activations.c: activations that have options, or bounds in their names. */
#include "tflite_translate.h"

#include <math.h>
#include <string.h>

gboolean
nnc_tflite_translate_relu (NncTfliteTranslation *translation, GError **error)
{
  const char *name = translation->operator->name;
  float minimum = strcmp (name, "RELU_N1_TO_1") == 0 ? -1 : 0;
  float maximum = strcmp (name, "RELU") == 0 ? INFINITY : strcmp (name, "RELU6") == 0 ? 6 : 1;

  nnc_tflite_emit_clip (translation, translation->inputs[0], translation->outputs[0], minimum, maximum);
  return TRUE;
}

gboolean
nnc_tflite_translate_leaky_relu (NncTfliteTranslation *translation, GError **error)
{
  NncNode *node = nnc_tflite_emit_unary (translation, "LeakyRelu", translation->inputs[0], translation->outputs[0]);

  nnc_node_set_float (node, "alpha", nnc_table_get_float (&translation->options, 0, 0));
  return TRUE;
}

/* softmax (beta * x) over the last axis */
gboolean
nnc_tflite_translate_softmax (NncTfliteTranslation *translation, GError **error)
{
  float beta = nnc_table_get_float (&translation->options, 0, 0);
  NncNode *node = nnc_tflite_emit_unary (translation, "Softmax", translation->inputs[0], translation->outputs[0]);

  nnc_node_set_int (node, "axis", -1);
  nnc_node_set_float (node, "beta", beta);
  return TRUE;
}

/* The reference kernels compute int8 in integers, uint8 by a table of reals. */
gboolean
nnc_tflite_translate_log_softmax (NncTfliteTranslation *translation, GError **error)
{
  if (translation->inputs[0]->type != NNC_I8)
    nnc_tflite_make_real (translation);
  return nnc_tflite_translate_plain (translation, error);
}
