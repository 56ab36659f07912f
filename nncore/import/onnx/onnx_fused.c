/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* onnx_fused.c: ONNX Runtime's fused operators, taken apart: our own passes
 * fuse what our kernels can. */
#include "onnx_translate.h"

#include <string.h>

static NncValue *
emit_value (NncOnnxTranslation *translation, const char *op, const char *suffix, NncValue *a, NncValue *b,
            GError **error)
{
  NncValue *inputs[2] = { a, b }, *y = nnc_onnx_new_value (translation, suffix);

  return nnc_onnx_emit (translation, op, inputs, b ? 2 : 1, &y, 1, error) ? y : NULL;
}

/* Attribute activation with its parameters, from x to output 0. */
static gboolean
emit_activation (NncOnnxTranslation *translation, const char *activation, const float *parameters, guint n, NncValue *x,
                 GError **error)
{
  NncValue *y = nnc_onnx_output (translation, 0), *inputs[3] = { x };
  NncNode *node;

  if (strcmp (activation, "Clip") == 0 && n == 2) {
    inputs[1] = nnc_onnx_new_float (translation, "minimum", parameters[0]);
    inputs[2] = nnc_onnx_new_float (translation, "maximum", parameters[1]);
    return nnc_onnx_emit (translation, "Clip", inputs, 3, &y, 1, error) != NULL;
  }
  if (strcmp (activation, "Relu") != 0 && strcmp (activation, "Tanh") != 0 && strcmp (activation, "Sigmoid") != 0
      && strcmp (activation, "LeakyRelu") != 0 && strcmp (activation, "HardSigmoid") != 0)
    return nnc_onnx_unsupported (error, "attribute 'activation' is '%s' with %u parameters, which is not supported",
                                 activation, n);
  node = nnc_onnx_emit (translation, activation, inputs, 1, &y, 1, error);
  if (node == NULL)
    return FALSE;
  if (n > 0)
    nnc_node_set_float (node, "alpha", parameters[0]);
  if (n > 1)
    nnc_node_set_float (node, "beta", parameters[1]);
  return TRUE;
}

/* Conv (x, weights, bias) + input 3, and then the activation. */
gboolean
nnc_onnx_translate_fused_conv (NncOnnxTranslation *translation, GError **error)
{
  NncNode *draft = &translation->draft;
  g_autofree char *activation = g_strdup (nnc_node_get_string (draft, "activation", ""));
  const NncAttribute *given = nnc_node_get_attribute (draft, "activation_params");
  guint n = given ? given->n : 0;
  g_autofree float *parameters = g_memdup2 (given ? given->floats : NULL, n * sizeof *parameters);
  g_autoptr (GPtrArray) inputs = g_ptr_array_new (), outputs = g_ptr_array_new ();
  NncValue *sum = nnc_onnx_input (translation, 3), *y = nnc_onnx_new_value (translation, "convolution");
  NncOnnxTranslation inner = *translation;
  gboolean done;

  nnc_node_remove_attribute (draft, "activation");
  nnc_node_remove_attribute (draft, "activation_params");
  inner.draft = *draft;
  for (guint i = 0; i < MIN (translation->inputs->len, 3) && translation->inputs->pdata[i]; i++)
    g_ptr_array_add (inputs, translation->inputs->pdata[i]);
  g_ptr_array_add (outputs, y);
  inner.inputs = inputs;
  inner.outputs = outputs;
  done = nnc_onnx_translate_convolution (&inner, error);
  translation->draft = inner.draft;
  if (done && sum)
    y = emit_value (translation, "Add", "sum", y, sum, error);
  return done && y && emit_activation (translation, activation, parameters, n, y, error);
}

/* The last two axes exchanged, where the attribute says so. */
static NncValue *
emit_transposed (NncOnnxTranslation *translation, const char *attribute, NncValue *x, GError **error)
{
  gint64 permutation[NNC_MAX_RANK];
  NncValue *y;
  NncNode *node;

  if (nnc_node_get_int (&translation->draft, attribute, 0) == 0 || x == NULL)
    return x;
  if (x->rank < 2 || x->rank > NNC_MAX_RANK) {
    nnc_onnx_unsupported (error, "'%s' is transposed, and the file does not say how many dimensions it has", x->name);
    return NULL;
  }
  for (gint i = 0; i < x->rank; i++)
    permutation[i] = i < x->rank - 2 ? i : 2 * x->rank - 3 - i;
  y = nnc_onnx_new_value (translation, attribute);
  node = nnc_onnx_emit (translation, "Transpose", &x, 1, &y, 1, error);
  if (node == NULL)
    return NULL;
  nnc_node_set_ints (node, "perm", permutation, (guint)x->rank);
  return y;
}

/* alpha * a' b' */
gboolean
nnc_onnx_translate_fused_mat_mul (NncOnnxTranslation *translation, GError **error)
{
  NncNode *draft = &translation->draft;
  float alpha = nnc_node_get_float (draft, "alpha", 1);
  NncValue *product[2] = { NULL, NULL }, *y = nnc_onnx_output (translation, 0);

  if (nnc_node_get_int (draft, "transBatchA", 0) || nnc_node_get_int (draft, "transBatchB", 0))
    return nnc_onnx_unsupported (error, "transposed batches are not supported");
  product[0] = emit_transposed (translation, "transA", nnc_onnx_input (translation, 0), error);
  if (product[0])
    product[1] = emit_transposed (translation, "transB", nnc_onnx_input (translation, 1), error);
  if (product[1] == NULL)
    return FALSE;
  if (alpha != 1) {
    product[0] = emit_value (translation, "MatMul", "product", product[0], product[1], error);
    product[1] = nnc_onnx_new_float (translation, "alpha", alpha);
    return product[0] && nnc_onnx_emit (translation, "Mul", product, 2, &y, 1, error) != NULL;
  }
  return nnc_onnx_emit (translation, "MatMul", product, 2, &y, 1, error) != NULL;
}
