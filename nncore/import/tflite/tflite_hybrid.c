/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tflite_hybrid.c: hybrid layers: weights in 8 bits, real inputs, which TFLite stores in 8 bits for the product. Ours
 * multiplies the same integers as floats, exactly, and rounds afterwards where TFLite's reference kernels do. */
#include "tflite_translate.h"

#include <string.h>

gboolean
nnc_tflite_is_hybrid (const NncValue *x, const NncValue *weights)
{
  return x->type == NNC_F32 && x->quantization == NULL && weights->type == NNC_I8 && weights->quantization;
}

/* A last bit that differs may make a stored number another one: sums that are stored next are those of TFLite. */
static void
order_sums (NncTfliteTranslation *translation, NncValue *x)
{
  NncNode *node = x->producer;

  if (node && strcmp (node->op->name, "Conv") == 0)
    nnc_node_set_int (node, "ordered", 1);
}

static NncValue *
emit_quantize (NncTfliteTranslation *translation, NncValue *x, gboolean asymmetric, NncValue **scales)
{
  NncValue *outputs[2] = { nnc_tflite_new_value (translation, "stored", x), NULL };
  NncNode *node;

  outputs[1] = *scales = nnc_tflite_new_value (translation, "scales", x);
  order_sums (translation, x);
  node = nnc_tflite_emit (translation, "HybridQuantize", &x, 1, outputs, 2);
  nnc_node_set_int (node, "asymmetric", asymmetric);
  return outputs[0];
}

/* The integers as floats, of the same shape. */
static NncValue *
emit_integers (NncTfliteTranslation *translation, NncValue *weights, const NncValue *like)
{
  NncValue *integers = nnc_tflite_new_value (translation, "integers", like);

  integers->rank = weights->rank;
  for (gint i = 0; i < weights->rank; i++)
    integers->shape[i] = weights->shape[i];
  nnc_node_set_int (nnc_tflite_emit_unary (translation, "Cast", weights, integers), "to", NNC_F32);
  return integers;
}

NncNode *
nnc_tflite_emit_hybrid (NncTfliteTranslation *translation, const char *op, NncValue *const *inputs, gboolean asymmetric,
                        const char *order, GError **error)
{
  NncValue *x = inputs[0], *weights = inputs[1], *sums = nnc_tflite_new_value (translation, "sums", x);
  NncValue *scaled[4] = { sums, NULL, NULL, inputs[2] }, *product[2];
  const NncQuantization *quantization = weights->quantization;
  NncNode *node, *scale;

  for (guint i = 0; i < quantization->n; i++)
    if (quantization->zero_point[i] != 0) {
      nnc_tflite_unsupported (error, "the weights have the zero point %d, 0 is supported", quantization->zero_point[i]);
      return NULL;
    }
  product[0] = emit_quantize (translation, x, asymmetric, &scaled[1]);
  product[1] = emit_integers (translation, weights, x);
  scaled[2] = nnc_tflite_new_floats (translation, "weights' scales", quantization->scale, quantization->n);
  node = nnc_tflite_emit (translation, op, product, 2, &sums, 1);
  scale = nnc_tflite_emit_activated (translation, "HybridScale", scaled, inputs[2] ? 4 : 3, error);
  if (scale == NULL)
    return NULL;
  nnc_node_set_string (scale, "order", order);
  return node;
}
