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
    node = nnc_tflite_emit_hybrid (translation, "Conv", inputs, per_channel,
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

/* Weights are [O,kh,kw,I], ours [I,kh,kw,O]. */
gboolean
nnc_tflite_translate_transposed_convolution (NncTfliteTranslation *translation, GError **error)
{
  static const gint64 permutation[4] = { 3, 1, 2, 0 };
  NncValue *weights = translation->inputs[TRANSPOSED_WEIGHTS];
  NncValue *turned = nnc_tflite_new_value (translation, "weights", weights);
  NncValue *inputs[3] = { translation->inputs[TRANSPOSED_X], turned, nnc_tflite_input (translation, TRANSPOSED_BIAS) };
  NncNode *node;

  if (weights->rank != 4)
    return nnc_tflite_unsupported (error, "its weights have %d dimensions, 4 are supported", weights->rank);
  node = nnc_tflite_emit_unary (translation, "Transpose", weights, turned);
  nnc_node_set_ints (node, "perm", permutation, 4);
  node = nnc_tflite_emit_activated (translation, "ConvTranspose", inputs, inputs[2] ? 3 : 2, error);
  return node && set_margins (translation, node, error);
}
