/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tflite_hybrid.c: hybrid layers: weights in 8 bits, real inputs, which are stored in 8 bits for the product. */
#include "tflite_translate.h"

#include <string.h>

gboolean
nnc_tflite_is_hybrid (const NncValue *x, const NncValue *weights)
{
  return x->type == NNC_F32 && x->quantization == NULL && weights->type == NNC_I8 && weights->quantization;
}

/* A last bit that differs may make a stored number another one: sums that are stored next are those of TFLite. */
static void
order_sums (NncValue *x)
{
  NncNode *node = x->producer;

  if (node && strcmp (node->op->name, "Conv") == 0)
    nnc_node_set_int (node, "ordered", 1);
}

NncNode *
nnc_tflite_emit_hybrid (NncTfliteTranslation *translation, const char *op, NncValue *const *inputs, gboolean asymmetric,
                        const char *order, GError **error)
{
  const NncQuantization *quantization = inputs[1]->quantization;
  NncValue *all[4] = { inputs[0], inputs[1], NULL, inputs[2] };
  NncNode *node;

  for (guint i = 0; i < quantization->n; i++)
    if (quantization->zero_point[i] != 0) {
      nnc_tflite_unsupported (error, "the weights have the zero point %d, 0 is supported", quantization->zero_point[i]);
      return NULL;
    }
  order_sums (inputs[0]);
  all[2] = nnc_tflite_new_floats (translation, "weights' scales", quantization->scale, quantization->n);
  node = nnc_tflite_emit_activated (translation, op, all, inputs[2] ? 4 : 3, error);
  if (node == NULL)
    return NULL;
  nnc_node_set_int (node, "asymmetric", asymmetric);
  nnc_node_set_string (node, "order", order);
  return node;
}
