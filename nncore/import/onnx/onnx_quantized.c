/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* onnx_quantized.c: operators on numbers stored as integers, by their
 * definition. Sums of products are integers, which are scaled and rounded once
 * (half to even) by a QuantizeLinear; what is not a sum of products is computed
 * from real numbers, between a DequantizeLinear and a QuantizeLinear. */
#include "onnx_tensor.h"
#include "onnx_translate.h"

#include <string.h>

/* A new value that op makes of up to three inputs; the last may be NULL. NULL with an error. */
static NncValue *
emit_value (NncOnnxTranslation *translation, const char *op, const char *suffix, NncValue *a, NncValue *b, NncValue *c,
            GError **error)
{
  NncValue *inputs[3] = { a, b, c }, *y = nnc_onnx_new_value (translation, suffix);

  return nnc_onnx_emit (translation, op, inputs, c ? 3 : b ? 2 : 1, &y, 1, error) ? y : NULL;
}

/* Input i as real numbers, by the scale and zero point after it. */
static NncValue *
emit_real (NncOnnxTranslation *translation, guint i, GError **error)
{
  NncValue *x = nnc_onnx_input (translation, i), *scale = nnc_onnx_input (translation, i + 1), *real;
  g_autofree char *suffix = g_strdup_printf ("real %u", i);

  if (x == NULL || scale == NULL) {
    g_set_error (error, NNC_ERROR, NNC_ERROR_FORMAT, "input %u is absent", x ? i + 1 : i);
    return NULL;
  }
  real = emit_value (translation, "DequantizeLinear", suffix, x, scale, nnc_onnx_input (translation, i + 2), error);
  if (real && x->rank >= 0) {
    real->rank = x->rank;
    memcpy (real->shape, x->shape, sizeof real->shape);
  }
  return real;
}

/* Output 0, from real numbers, by scale and zero point in inputs i and i + 1. */
static gboolean
emit_stored (NncOnnxTranslation *translation, NncValue *real, guint i, GError **error)
{
  NncValue *inputs[3] = { real, nnc_onnx_input (translation, i), nnc_onnx_input (translation, i + 1) };
  NncValue *y = nnc_onnx_output (translation, 0);

  if (inputs[1] == NULL) {
    g_set_error (error, NNC_ERROR, NNC_ERROR_FORMAT, "input %u is absent", i);
    return FALSE;
  }
  return nnc_onnx_emit (translation, "QuantizeLinear", inputs, inputs[2] ? 3 : 2, &y, 1, error) != NULL;
}

/* --- on real numbers ----------------------------------------------------------------- */

/* Inputs x, scale, zero point, scale and zero point of y: `translate` is done on reals. */
static gboolean
translate_on_reals (NncOnnxTranslation *translation, NncOnnxTranslate translate, GError **error)
{
  g_autoptr (GPtrArray) inputs = g_ptr_array_new (), outputs = g_ptr_array_new ();
  NncValue *x = emit_real (translation, 0, error), *y = nnc_onnx_new_value (translation, "real");
  NncOnnxTranslation inner = *translation;
  gboolean done;

  if (x == NULL)
    return FALSE;
  g_ptr_array_add (inputs, x);
  g_ptr_array_add (outputs, y);
  inner.inputs = inputs;
  inner.outputs = outputs;
  done = translate (&inner, error);
  translation->draft = inner.draft;
  return done && emit_stored (translation, y, 3, error);
}

gboolean
nnc_onnx_translate_qlinear_unary (NncOnnxTranslation *translation, GError **error)
{
  return translate_on_reals (translation, nnc_onnx_translate_plain, error);
}

gboolean
nnc_onnx_translate_qlinear_pooling (NncOnnxTranslation *translation, GError **error)
{
  NncNode *draft = &translation->draft;
  gboolean channels_last = nnc_node_get_int (draft, "channels_last", 0) != 0;

  nnc_node_remove_attribute (draft, "channels_last");
  if (channels_last)
    return translate_on_reals (translation, nnc_onnx_translate_plain, error);
  return translate_on_reals (translation, nnc_onnx_translate_image, error);
}

/* Scale and zero point of y come first here. */
gboolean
nnc_onnx_translate_qlinear_concat (NncOnnxTranslation *translation, GError **error)
{
  g_autoptr (GPtrArray) reals = g_ptr_array_new ();
  NncValue *y = nnc_onnx_new_value (translation, "real");

  for (guint i = 2; i < translation->inputs->len; i += 3) {
    NncValue *real = emit_real (translation, i, error);

    if (real == NULL)
      return FALSE;
    g_ptr_array_add (reals, real);
  }
  return nnc_onnx_emit_draft (translation, (NncValue **)reals->pdata, reals->len, &y, 1, error)
         && emit_stored (translation, y, 0, error);
}

/* --- on integers ------------------------------------------------------------------------ */

/* The product of the scales in inputs i and j. */
static NncValue *
emit_product_of_scales (NncOnnxTranslation *translation, guint i, guint j, GError **error)
{
  NncValue *pair[2] = { nnc_onnx_input (translation, i), nnc_onnx_input (translation, j) };

  for (guint k = 0; k < 2; k++) {
    NncValue *wide = nnc_onnx_new_value (translation, k ? "scale 1" : "scale 0");
    NncNode *cast;

    if (pair[k] == NULL) {
      g_set_error (error, NNC_ERROR, NNC_ERROR_FORMAT, "input %u is absent", k ? j : i);
      return NULL;
    }
    cast = nnc_onnx_emit (translation, "Cast", &pair[k], 1, &wide, 1, error);
    if (cast == NULL)
      return NULL;
    nnc_node_set_int (cast, "to", NNC_F32);
    pair[k] = wide;
  }
  return emit_value (translation, "Mul", "scale", pair[0], pair[1], NULL, error);
}

/* A convolution by op, with the inputs of these numbers, to y. */
static gboolean
emit_convolution (NncOnnxTranslation *translation, const char *op, const guint *order, guint n, NncValue *y,
                  GError **error)
{
  g_autoptr (GPtrArray) inputs = g_ptr_array_new (), outputs = g_ptr_array_new ();
  NncOnnxOperator renamed = *translation->operator;
  NncOnnxTranslation inner = *translation;
  gboolean done;

  renamed.op = op;
  for (guint i = 0; i < n; i++)
    g_ptr_array_add (inputs, nnc_onnx_input (translation, order[i]));
  while (inputs->len > 0 && inputs->pdata[inputs->len - 1] == NULL)
    g_ptr_array_set_size (inputs, (gint)inputs->len - 1);
  g_ptr_array_add (outputs, y);
  inner.operator= & renamed;
  inner.inputs = inputs;
  inner.outputs = outputs;
  done = nnc_onnx_translate_convolution (&inner, error);
  translation->draft = inner.draft;
  return done;
}

static gboolean
is_constant (const NncValue *value, NncDataType type)
{
  return value && value->constant && value->constant->desc.type == type;
}

/* One zero point, or the same for all. */
static gboolean
is_one_zero_point (const NncValue *value)
{
  g_autoptr (NncConstant) flat = value && value->constant ? nnc_constant_flatten (value->constant, NULL) : NULL;
  gsize n = flat ? nnc_desc_n_elements (&flat->desc) : 0;

  if (n == 0 || (flat->desc.type != NNC_I8 && flat->desc.type != NNC_U8))
    return FALSE;
  for (gsize i = 1; i < n; i++)
    if (((const guint8 *)flat->data)[i] != *(const guint8 *)flat->data)
      return FALSE;
  return TRUE;
}

/* What op QLinearConv or QLinearMatMul takes as it is: all but x constant, x and y of one type, one zero point for all
 * weights. bias: number of the input, or G_MAXUINT; x_scale, weights_scale, y_scale: zero points follow. */
static gboolean
has_constant_scales (const NncOnnxTranslation *translation, guint x_scale, guint weights_scale, guint y_scale,
                     guint bias, guint rank, guint max_rank)
{
  const NncValue *weights = nnc_onnx_input (translation, weights_scale - 1);
  const NncValue *x_zero = nnc_onnx_input (translation, x_scale + 1),
                 *y_zero = nnc_onnx_input (translation, y_scale + 1);
  const NncValue *weights_zero = nnc_onnx_input (translation, weights_scale + 1);
  const NncValue *bias_value = bias == G_MAXUINT ? NULL : nnc_onnx_input (translation, bias);

  return is_constant (nnc_onnx_input (translation, x_scale), NNC_F32)
         && is_constant (nnc_onnx_input (translation, weights_scale), NNC_F32)
         && is_constant (nnc_onnx_input (translation, y_scale), NNC_F32) && is_one_zero_point (x_zero)
         && is_one_zero_point (y_zero) && x_zero->constant->desc.type == y_zero->constant->desc.type
         && is_one_zero_point (weights_zero) && is_constant (weights, weights_zero->constant->desc.type)
         && weights->constant->desc.rank >= rank && weights->constant->desc.rank <= max_rank
         && (bias_value == NULL || is_constant (bias_value, NNC_I32));
}

/* Inputs x, scale, zero point, weights, theirs, scale and zero point of y, bias. */
gboolean
nnc_onnx_translate_qlinear_conv (NncOnnxTranslation *translation, GError **error)
{
  static const guint order[] = { 0, 3, 2, 5, 8 }; /* x, weights, their zero points, bias: ConvInteger's */
  static const guint whole_order[] = { 0, 3, 8, 1, 2, 4, 5, 6, 7 }; /* QLinearConv's: qlinear_inputs.h */
  NncValue *sums, *real, *scale;
  gboolean done;

  if (has_constant_scales (translation, 1, 4, 6, 8, 3, 4))
    return emit_convolution (translation, "QLinearConv", whole_order, G_N_ELEMENTS (whole_order),
                             nnc_onnx_output (translation, 0), error);
  sums = nnc_onnx_new_value (translation, "sums");
  scale = emit_product_of_scales (translation, 1, 4, error);
  if (scale == NULL)
    return FALSE;
  done = emit_convolution (translation, "ConvInteger", order, G_N_ELEMENTS (order), sums, error);
  real = done ? emit_value (translation, "DequantizeLinear", "real", sums, scale, NULL, error) : NULL;
  return real && emit_stored (translation, real, 6, error);
}

/* The sums times the scale, which lies along the columns. */
static NncValue *
emit_scaled (NncOnnxTranslation *translation, NncValue *sums, NncValue *scale, GError **error)
{
  NncValue *real = nnc_onnx_new_value (translation, "sums as reals");
  NncNode *cast = nnc_onnx_emit (translation, "Cast", &sums, 1, &real, 1, error);

  if (cast == NULL)
    return NULL;
  nnc_node_set_int (cast, "to", NNC_F32);
  return emit_value (translation, "Mul", "real", real, scale, NULL, error);
}

/* a's scale, which must not be one a row: it would lie along the columns. */
static gboolean
check_scale_of_rows (const NncValue *scale, GError **error)
{
  if (scale == NULL || scale->rank <= 0 || (scale->rank == 1 && (scale->shape[0] == 1 || scale->shape[0] == -1)))
    return TRUE;
  return nnc_onnx_unsupported (error, "a scale for every row is not supported");
}

static NncValue *
emit_mat_mul_integer (NncOnnxTranslation *translation, NncValue *a, NncValue *b, GError **error)
{
  NncValue *inputs[4] = { a, b, nnc_onnx_input (translation, 2), nnc_onnx_input (translation, 5) };
  NncValue *sums = nnc_onnx_new_value (translation, "sums");

  return nnc_onnx_emit (translation, "MatMulInteger", inputs, 4, &sums, 1, error) ? sums : NULL;
}

/* A QLinearMatMul of the inputs of these numbers (G_MAXUINT: absent) to output 0. */
static gboolean
emit_product (NncOnnxTranslation *translation, const guint *order, gboolean transposed, GError **error)
{
  NncValue *inputs[9], *y = nnc_onnx_output (translation, 0);
  NncNode *node;

  for (guint i = 0; i < G_N_ELEMENTS (inputs); i++)
    inputs[i] = order[i] == G_MAXUINT ? NULL : nnc_onnx_input (translation, order[i]);
  node = nnc_onnx_emit (translation, "QLinearMatMul", inputs, G_N_ELEMENTS (inputs), &y, 1, error);
  if (node && transposed)
    nnc_node_set_int (node, "transB", 1);
  return node != NULL;
}

/* Inputs a, scale, zero point, b, its, scale and zero point of y. */
gboolean
nnc_onnx_translate_qlinear_mat_mul (NncOnnxTranslation *translation, GError **error)
{
  static const guint order[] = { 0, 3, G_MAXUINT, 1, 2, 4, 5, 6, 7 }; /* qlinear_inputs.h */
  NncValue *scale, *sums = NULL, *real = NULL;

  if (has_constant_scales (translation, 1, 4, 6, G_MAXUINT, 2, 2))
    return emit_product (translation, order, FALSE, error);
  scale = emit_product_of_scales (translation, 1, 4, error);
  if (!check_scale_of_rows (nnc_onnx_input (translation, 1), error))
    return FALSE;
  if (scale)
    sums = emit_mat_mul_integer (translation, nnc_onnx_input (translation, 0), nnc_onnx_input (translation, 3), error);
  real = sums ? emit_scaled (translation, sums, scale, error) : NULL;
  return real && emit_stored (translation, real, 6, error);
}

/* A matrix, or its transpose where the attribute says so. */
static NncValue *
emit_matrix (NncOnnxTranslation *translation, const char *attribute, NncValue *matrix, GError **error)
{
  if (nnc_node_get_int (&translation->draft, attribute, 0) == 0 || matrix == NULL)
    return matrix;
  return emit_value (translation, "Transpose", attribute, matrix, NULL, NULL, error);
}

/* Inputs a, scale, zero point, b, its, c (i32, by the product of scales), scale and zero point of y: without those y is
 * f32. */
gboolean
nnc_onnx_translate_qgemm (NncOnnxTranslation *translation, GError **error)
{
  static const guint order[] = { 0, 3, 6, 1, 2, 4, 5, 7, 8 }; /* qlinear_inputs.h */
  NncNode *draft = &translation->draft;
  float alpha = nnc_node_get_float (draft, "alpha", 1);
  NncValue *c = nnc_onnx_input (translation, 6), *y = nnc_onnx_output (translation, 0);
  NncValue *a, *b, *scale, *sums = NULL, *real = NULL;

  if (alpha == 1 && nnc_node_get_int (draft, "transA", 0) == 0 && (c == NULL || (c->rank == 1 && c->shape[0] != 1))
      && has_constant_scales (translation, 1, 4, 7, 6, 2, 2))
    return emit_product (translation, order, nnc_node_get_int (draft, "transB", 0) != 0, error);
  scale = emit_product_of_scales (translation, 1, 4, error);
  a = emit_matrix (translation, "transA", nnc_onnx_input (translation, 0), error);
  b = emit_matrix (translation, "transB", nnc_onnx_input (translation, 3), error);
  if (!check_scale_of_rows (nnc_onnx_input (translation, 1), error))
    return FALSE;
  if (scale && alpha != 1)
    scale = emit_value (translation, "Mul", "alpha", scale, nnc_onnx_new_float (translation, "factor", alpha), NULL,
                        error);
  if (scale && a && b)
    sums = emit_mat_mul_integer (translation, a, b, error);
  if (sums && c)
    sums = emit_value (translation, "Add", "with c", sums, c, NULL, error);
  real = sums ? emit_scaled (translation, sums, scale, error) : NULL;
  if (real == NULL)
    return FALSE;
  return nnc_onnx_input (translation, 7) ? emit_stored (translation, real, 7, error)
                                         : nnc_onnx_emit (translation, "Identity", &real, 1, &y, 1, error) != NULL;
}

/* --- from and to real numbers -------------------------------------------------------------- */

/* output_dtype becomes attribute to, our type of it; saturate and precision speak of other types than ours. */
gboolean
nnc_onnx_translate_quantize_linear (NncOnnxTranslation *translation, GError **error)
{
  NncNode *draft = &translation->draft;
  gint64 number = nnc_node_get_int (draft, "output_dtype", 0);
  NncDataType type = nnc_onnx_data_type (number);

  if (number != 0 && type == NNC_INVALID) {
    g_autofree char *name = nnc_onnx_data_type_to_string (number);
    return nnc_onnx_unsupported (error, "attribute 'output_dtype' is %s, a data type that is not supported", name);
  }
  nnc_node_remove_attribute (draft, "output_dtype");
  nnc_node_remove_attribute (draft, "saturate");
  nnc_node_remove_attribute (draft, "precision");
  if (type != NNC_INVALID && strcmp (translation->operator->op, "QuantizeLinear") == 0)
    nnc_node_set_int (draft, "to", type);
  return nnc_onnx_translate_plain (translation, error);
}
