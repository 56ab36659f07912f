/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tflite_dense.c: FULLY_CONNECTED: x, whatever its shape, is rows of as many
 * numbers as the weights [O,I] want: a Gemm between Reshapes. */
#include "tflite_translate.h"

enum { X, WEIGHTS, BIAS };
enum { OPTION_WEIGHTS_FORMAT = 1, OPTION_KEEP_NUM_DIMS = 2, OPTION_ASYMMETRIC = 3 };

static NncValue *
emit_reshape (NncTfliteTranslation *translation, NncValue *x, const gint64 *shape, guint n, NncValue *y)
{
  NncValue *inputs[2] = { x, nnc_tflite_new_ints (translation, "shape", shape, n) };

  nnc_tflite_emit (translation, "Reshape", inputs, 2, &y, 1);
  return y;
}

/* Rows of the weights' length. */
static NncValue *
flatten (NncTfliteTranslation *translation, NncValue *x, gint64 columns)
{
  const gint64 shape[2] = { -1, columns };

  if (x->rank == 2)
    return x;
  return emit_reshape (translation, x, shape, 2, nnc_tflite_new_value (translation, "rows", x));
}

/* x's shape with another last dimension; at most one of the others may be free. */
static gboolean
unflatten (NncTfliteTranslation *translation, NncValue *rows, gint64 columns, NncValue *y, GError **error)
{
  const NncValue *x = translation->inputs[X];
  gint64 shape[NNC_MAX_RANK];
  guint n_free = 0;

  for (gint i = 0; i < x->rank; i++) {
    shape[i] = i + 1 < x->rank ? x->shape[i] : columns;
    n_free += shape[i] < 0;
  }
  if (x->rank < 1 || n_free > 1)
    return nnc_tflite_unsupported (error, "more than one dimension of its input is free, which is not supported");
  emit_reshape (translation, rows, shape, (guint)x->rank, y);
  return TRUE;
}

gboolean
nnc_tflite_translate_fully_connected (NncTfliteTranslation *translation, GError **error)
{
  NncValue *x = translation->inputs[X], *weights = translation->inputs[WEIGHTS], *y = translation->outputs[0];
  gboolean keep = nnc_tflite_option (translation, OPTION_KEEP_NUM_DIMS, 1, 0) && x->rank != 2;
  NncValue *inputs[3] = { NULL, weights, nnc_tflite_input (translation, BIAS) };
  NncNode *node;

  if (nnc_tflite_option (translation, OPTION_WEIGHTS_FORMAT, 1, 0) != 0)
    return nnc_tflite_unsupported (error, "shuffled weights are not supported");
  if (weights->rank != 2)
    return nnc_tflite_unsupported (error, "its weights have %d dimensions, 2 are supported", weights->rank);
  inputs[X] = flatten (translation, x, weights->shape[1]);
  if (keep) {
    translation->outputs[0] = nnc_tflite_new_value (translation, "product", y);
    if (!unflatten (translation, translation->outputs[0], weights->shape[0], y, error))
      return FALSE;
  }
  if (nnc_tflite_is_hybrid (x, weights))
    node = nnc_tflite_emit_hybrid (translation, "HybridMatMul", inputs,
                                   nnc_tflite_option (translation, OPTION_ASYMMETRIC, 1, 0) != 0, "scales", error);
  else
    node = nnc_tflite_emit_activated (translation, "Gemm", inputs, inputs[BIAS] ? 3 : 2, error);
  translation->outputs[0] = y;
  if (node == NULL)
    return FALSE;
  if (node->op == nnc_op_find ("Gemm"))
    nnc_node_set_int (node, "transB", 1);
  if (x->quantization)
    nnc_node_set_string (node, "rounding", "once");
  return TRUE;
}

/* x, or with the option x with its last two axes exchanged. */
static NncValue *
emit_adjoint (NncTfliteTranslation *translation, NncValue *x, guint option, GError **error)
{
  gint64 permutation[NNC_MAX_RANK];
  NncValue *turned;
  NncNode *node;

  if (!nnc_tflite_option (translation, option, 1, 0))
    return x;
  if (x->rank < 2) {
    nnc_tflite_unsupported (error, "an input of rank %d cannot be turned", x->rank);
    return NULL;
  }
  for (gint i = 0; i < x->rank; i++)
    permutation[i] = i + 2 < x->rank ? i : 2 * x->rank - 3 - i;
  turned = nnc_tflite_new_value (translation, "turned", x);
  node = nnc_tflite_emit_unary (translation, "Transpose", x, turned);
  nnc_node_set_ints (node, "perm", permutation, (guint)x->rank);
  return turned;
}

static NncValue *
zero_point_of (NncTfliteTranslation *translation, const NncValue *x)
{
  NncValue *number = nnc_tflite_new_float (translation, "zero point", (float)x->quantization->zero_point[0]);
  NncValue *stored = nnc_tflite_new_value (translation, "stored zero point", number);
  NncNode *node = nnc_tflite_emit_unary (translation, "Cast", number, stored);

  stored->type = x->type;
  nnc_node_set_int (node, "to", x->type);
  return stored;
}

static void
emit_stored_mat_mul (NncTfliteTranslation *translation, NncValue *a, NncValue *b, NncValue *y)
{
  NncValue *inputs[4] = { a, b, zero_point_of (translation, a), zero_point_of (translation, b) };
  NncValue *sums = nnc_tflite_new_value (translation, "sums", y);
  NncNode *node;

  sums->type = NNC_I32;
  sums->quantization->scale[0] = a->quantization->scale[0] * b->quantization->scale[0];
  sums->quantization->zero_point[0] = 0;
  nnc_tflite_emit (translation, "MatMulInteger", inputs, 4, &sums, 1);
  node = nnc_tflite_emit_unary (translation, "Quantize", sums, y);
  nnc_node_set_int (node, "to", y->type);
}

static gboolean
is_stored (const NncValue *x)
{
  return x->type == NNC_I8 && x->quantization && x->quantization->n == 1;
}

gboolean
nnc_tflite_translate_batch_mat_mul (NncTfliteTranslation *translation, GError **error)
{
  NncValue *inputs[2];
  gboolean stored
      = is_stored (translation->inputs[0]) && is_stored (translation->inputs[1]) && is_stored (translation->outputs[0]);

  if (!stored)
    nnc_tflite_make_real (translation);
  for (guint i = 0; i < 2; i++) {
    inputs[i] = emit_adjoint (translation, translation->inputs[i], i, error);
    if (inputs[i] == NULL)
      return FALSE;
  }
  if (stored)
    emit_stored_mat_mul (translation, inputs[0], inputs[1], translation->outputs[0]);
  else
    nnc_tflite_emit (translation, "MatMul", inputs, 2, translation->outputs, 1);
  return TRUE;
}
