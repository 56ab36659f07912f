/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tflite_windows.c: convolutions and poolings. TFLite's images are [N,H,W,C],
 * its weights [O,kh,kw,I], as ours are; those of a depthwise convolution are
 * [1,kh,kw,C * multiplier], ours [C * multiplier,kh,kw,1]. */
#include "tflite_translate.h"

enum { X, WEIGHTS, BIAS };

/* Fields that all their options have. */
enum { OPTION_PADDING = 0, OPTION_STRIDE_W = 1, OPTION_STRIDE_H = 2 };
enum { OPTION_FILTER_W = 3, OPTION_FILTER_H = 4 }; /* of Pool2DOptions */

enum { PADDING_SAME, PADDING_VALID };

static gboolean
set_window (const NncTfliteTranslation *translation, NncNode *node, GError **error)
{
  gint64 padding = nnc_tflite_option (translation, OPTION_PADDING, 1, PADDING_SAME);
  const gint64 strides[2] = { nnc_tflite_option (translation, OPTION_STRIDE_H, 4, 0),
                              nnc_tflite_option (translation, OPTION_STRIDE_W, 4, 0) };

  if (padding != PADDING_SAME && padding != PADDING_VALID)
    return nnc_tflite_unsupported (error, "its padding (number %" G_GINT64_FORMAT ") is not supported", padding);
  nnc_node_set_string (node, "auto_pad", padding == PADDING_SAME ? "SAME_UPPER" : "VALID");
  nnc_node_set_ints (node, "strides", strides, 2);
  return TRUE;
}

/* dilation_w: the field of the options; the one for the height follows. */
static gboolean
emit_convolution (NncTfliteTranslation *translation, NncValue *weights, gint64 group, guint dilation_w, GError **error)
{
  NncValue *inputs[3] = { translation->inputs[X], weights, nnc_tflite_input (translation, BIAS) };
  const gint64 dilations[2]
      = { nnc_tflite_option (translation, dilation_w + 1, 4, 1), nnc_tflite_option (translation, dilation_w, 4, 1) };
  gboolean depthwise = translation->inputs[WEIGHTS] != weights;
  gboolean per_channel = depthwise || (weights->quantization && weights->quantization->n > 1);
  NncNode *node;

  if (nnc_tflite_is_hybrid (inputs[X], weights))
    node = nnc_tflite_emit_hybrid (translation, "HybridConv", inputs, per_channel,
                                   per_channel && !depthwise ? "sums" : "scales", error);
  else
    node = nnc_tflite_emit_activated (translation, "Conv", inputs, inputs[BIAS] ? 3 : 2, error);
  if (node == NULL || !set_window (translation, node, error))
    return FALSE;
  nnc_node_set_ints (node, "dilations", dilations, 2);
  nnc_node_set_int (node, "group", group);
  return TRUE;
}

/* The weights may be for fewer channels than there are: then the channels are cut into groups. */
gboolean
nnc_tflite_translate_convolution (NncTfliteTranslation *translation, GError **error)
{
  const NncValue *x = translation->inputs[X], *weights = translation->inputs[WEIGHTS];
  gint64 group = 1;

  if (x->rank == 4 && weights->rank == 4 && weights->shape[3] > 0 && x->shape[3] > 0
      && x->shape[3] % weights->shape[3] == 0)
    group = x->shape[3] / weights->shape[3];
  return emit_convolution (translation, translation->inputs[WEIGHTS], group, 4, error);
}

gboolean
nnc_tflite_translate_depthwise (NncTfliteTranslation *translation, GError **error)
{
  static const gint64 permutation[4] = { 3, 1, 2, 0 };
  const NncValue *x = translation->inputs[X];
  NncValue *weights = translation->inputs[WEIGHTS], *turned;
  NncNode *transpose;

  if (x->rank != 4 || weights->rank != 4)
    return nnc_tflite_unsupported (error, "its input and weights have %d and %d dimensions, 4 are supported", x->rank,
                                   weights->rank);
  turned = nnc_tflite_new_value (translation, "weights", weights);
  if (turned->quantization && turned->quantization->n > 1)
    turned->quantization->axis = 0;
  transpose = nnc_tflite_emit_unary (translation, "Transpose", weights, turned);
  nnc_node_set_ints (transpose, "perm", permutation, 4);
  return emit_convolution (translation, turned, x->shape[3], 5, error);
}

gboolean
nnc_tflite_translate_pooling (NncTfliteTranslation *translation, GError **error)
{
  const gint64 kernel[2] = { nnc_tflite_option (translation, OPTION_FILTER_H, 4, 0),
                             nnc_tflite_option (translation, OPTION_FILTER_W, 4, 0) };
  NncNode *node = nnc_tflite_emit_activated (translation, translation->operator->op, translation->inputs, 1, error);

  if (node == NULL || !set_window (translation, node, error))
    return FALSE;
  nnc_node_set_ints (node, "kernel_shape", kernel, 2);
  return TRUE;
}

/* The root of the mean of squares. */
gboolean
nnc_tflite_translate_l2_pool (NncTfliteTranslation *translation, GError **error)
{
  const gint64 kernel[2] = { nnc_tflite_option (translation, OPTION_FILTER_H, 4, 0),
                             nnc_tflite_option (translation, OPTION_FILTER_W, 4, 0) };
  NncValue *x = translation->inputs[X];
  NncValue *squares = nnc_tflite_new_value (translation, "squares", x);
  NncValue *mean = nnc_tflite_new_value (translation, "mean", x);
  NncNode *pool;

  nnc_tflite_emit (translation, "Mul", (NncValue *[]){ x, x }, 2, &squares, 1);
  pool = nnc_tflite_emit_unary (translation, "AveragePool", squares, mean);
  if (!set_window (translation, pool, error))
    return FALSE;
  nnc_node_set_ints (pool, "kernel_shape", kernel, 2);
  return nnc_tflite_emit_activated (translation, "Sqrt", &mean, 1, error) != NULL;
}

/* --- TRANSPOSE_CONV -------------------------------------------------------------------- */

enum { TRANSPOSED_SHAPE, TRANSPOSED_WEIGHTS, TRANSPOSED_X, TRANSPOSED_BIAS };

/* What of stride * (in - 1) + kernel the output leaves out, or has beyond it, along an image's two axes. */
static gboolean
set_margins (const NncTfliteTranslation *translation, NncNode *node, GError **error)
{
  const NncValue *x = translation->inputs[TRANSPOSED_X], *weights = translation->inputs[TRANSPOSED_WEIGHTS];
  const gint64 strides[2] = { nnc_tflite_option (translation, OPTION_STRIDE_H, 4, 0),
                              nnc_tflite_option (translation, OPTION_STRIDE_W, 4, 0) };
  gboolean same = nnc_tflite_option (translation, OPTION_PADDING, 1, PADDING_SAME) == PADDING_SAME;
  gint64 shape[NNC_MAX_RANK], pads[4], beyond[2];
  guint n;

  if (!nnc_tflite_get_ints (translation->inputs[TRANSPOSED_SHAPE], "its output's shape", shape, NNC_MAX_RANK, &n,
                            error))
    return FALSE;
  if (n != 4 || x->rank != 4 || weights->rank != 4 || x->shape[1] < 0 || x->shape[2] < 0)
    return nnc_tflite_unsupported (error,
                                   "its output, input and weights have %u, %d and %d dimensions, 4 are supported", n,
                                   x->rank, weights->rank);
  for (guint i = 0; i < 2; i++) {
    gint64 margin = strides[i] * (x->shape[1 + i] - 1) + weights->shape[1 + i] - shape[1 + i];

    pads[i] = same ? MAX (margin, 0) / 2 : 0;
    pads[2 + i] = MAX (margin, 0) - pads[i];
    beyond[i] = MAX (-margin, 0);
  }
  nnc_node_set_ints (node, "strides", strides, 2);
  nnc_node_set_ints (node, "pads", pads, 4);
  nnc_node_set_ints (node, "output_padding", beyond, 2);
  return TRUE;
}

/* What is stored less its zero point, an integer in f32. */
static NncValue *
emit_integers (NncTfliteTranslation *translation, NncValue *stored, const char *name)
{
  gint32 zero_point = stored->quantization->zero_point[0];
  NncValue *like = nnc_tflite_new_float (translation, "zero point", (float)zero_point), *difference;
  NncValue *integers = nnc_tflite_new_value (translation, name, like);

  nnc_node_set_int (nnc_tflite_emit_unary (translation, "Cast", stored, integers), "to", NNC_F32);
  if (zero_point == 0)
    return integers;
  difference = nnc_tflite_new_value (translation, "without zero point", like);
  nnc_tflite_emit (translation, "Sub", (NncValue *[]){ integers, like }, 2, &difference, 1);
  return difference;
}

/* Weights are [O,kh,kw,I], ours [I,kh,kw,O]. */
static NncNode *
emit_transposed (NncTfliteTranslation *translation, NncValue *const inputs[3], NncValue *y, GError **error)
{
  static const gint64 permutation[4] = { 3, 1, 2, 0 };
  NncValue *turned = nnc_tflite_new_value (translation, "weights", inputs[1]);
  NncValue *turned_inputs[3] = { inputs[0], turned, inputs[2] };
  NncNode *node = nnc_tflite_emit_unary (translation, "Transpose", inputs[1], turned);

  nnc_node_set_ints (node, "perm", permutation, 4);
  node = y ? nnc_tflite_emit (translation, "ConvTranspose", turned_inputs, 2, &y, 1)
           : nnc_tflite_emit_activated (translation, "ConvTranspose", turned_inputs, inputs[2] ? 3 : 2, error);
  return node && set_margins (translation, node, error) ? node : NULL;
}

static NncValue *
emit_sums (NncTfliteTranslation *translation, NncValue *x, NncValue *weights, const char *name, GError **error)
{
  NncValue *inputs[3] = { x, weights, NULL }, *sums = nnc_tflite_new_value (translation, name, x);

  return emit_transposed (translation, inputs, sums, error) ? sums : NULL;
}

/* Sums of products of 16 bits are larger than floats hold: of x's upper and lower 8 bits each they are not. */
static NncValue *
emit_wide_sums (NncTfliteTranslation *translation, NncValue *x, NncValue *weights, GError **error)
{
  NncValue *shift = nnc_tflite_new_float (translation, "256", 256), *values[6], *sums[2], *wide[2], *all;
  static const char *const names[] = { "quotient", "upper bits", "upper part", "lower bits" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    values[i] = nnc_tflite_new_value (translation, names[i], x);
  nnc_tflite_emit (translation, "Div", (NncValue *[]){ x, shift }, 2, &values[0], 1);
  nnc_tflite_emit_unary (translation, "Floor", values[0], values[1]);
  nnc_tflite_emit (translation, "Mul", (NncValue *[]){ values[1], shift }, 2, &values[2], 1);
  nnc_tflite_emit (translation, "Sub", (NncValue *[]){ x, values[2] }, 2, &values[3], 1);
  sums[0] = emit_sums (translation, values[1], weights, "upper sums", error);
  sums[1] = sums[0] ? emit_sums (translation, values[3], weights, "lower sums", error) : NULL;
  if (sums[1] == NULL)
    return NULL;
  values[4] = nnc_tflite_new_ints (translation, "wide 256", (const gint64[]){ 256 }, 1);
  for (guint i = 0; i < 2; i++) {
    wide[i] = nnc_tflite_new_value (translation, i ? "wide lower sums" : "wide upper sums", values[4]);
    nnc_node_set_int (nnc_tflite_emit_unary (translation, "Cast", sums[i], wide[i]), "to", NNC_I64);
  }
  values[5] = nnc_tflite_new_value (translation, "shifted sums", values[4]);
  nnc_tflite_emit (translation, "Mul", (NncValue *[]){ wide[0], values[4] }, 2, &values[5], 1);
  all = nnc_tflite_new_value (translation, "sums", values[4]);
  nnc_tflite_emit (translation, "Add", (NncValue *[]){ values[5], wide[1] }, 2, &all, 1);
  return all;
}

/* The integers are multiplied as floats, exactly, and rounded where TFLite rounds. */
static gboolean
emit_stored (NncTfliteTranslation *translation, NncValue *x, NncValue *weights, NncValue *bias, GError **error)
{
  const NncQuantization *quantization = weights->quantization;
  NncValue *x_integers, *integers, *sums, *sums_inputs[3];
  NncNode *node;

  for (guint i = 1; i < quantization->n; i++)
    if (quantization->zero_point[i] != quantization->zero_point[0])
      return nnc_tflite_unsupported (error, "the weights have zero points %d and %d, one is supported",
                                     quantization->zero_point[0], quantization->zero_point[i]);
  x_integers = emit_integers (translation, x, "integers");
  integers = emit_integers (translation, weights, "integer weights");
  sums = x->type == NNC_I16 ? emit_wide_sums (translation, x_integers, integers, error)
                            : emit_sums (translation, x_integers, integers, "sums", error);
  if (sums == NULL)
    return FALSE;
  sums_inputs[0] = sums;
  sums_inputs[1] = nnc_tflite_new_floats (translation, "weights' scales", quantization->scale, quantization->n);
  sums_inputs[2] = bias;
  node = nnc_tflite_emit_activated (translation, "StoredSums", sums_inputs, bias ? 3 : 2, error);
  if (node == NULL)
    return FALSE;
  nnc_node_set_int (node, "to", x->type);
  nnc_node_set_float (node, "x_scale", x->quantization->scale[0]);
  return TRUE;
}

gboolean
nnc_tflite_translate_transposed_convolution (NncTfliteTranslation *translation, GError **error)
{
  NncValue *x = translation->inputs[TRANSPOSED_X], *weights = translation->inputs[TRANSPOSED_WEIGHTS];
  NncValue *bias = nnc_tflite_input (translation, TRANSPOSED_BIAS);

  if (weights->rank != 4)
    return nnc_tflite_unsupported (error, "its weights have %d dimensions, 4 are supported", weights->rank);
  if (x->quantization && weights->quantization)
    return emit_stored (translation, x, weights, bias, error);
  nnc_tflite_make_real (translation);
  return emit_transposed (
             translation,
             (NncValue *[]){ translation->inputs[TRANSPOSED_X], translation->inputs[TRANSPOSED_WEIGHTS], bias }, NULL,
             error)
         != NULL;
}
