/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* onnx_operators.c: every operator of ONNX that is read. Adding one that our
 * vocabulary has in its newest form is one line here. */
#include "onnx_translate.h"

#include <string.h>

/* The op of ours that has the same name. */
#define PLAIN(name, attributes)                                                                                        \
  {                                                                                                                    \
    name, name, attributes, nnc_onnx_translate_plain                                                                   \
  }
#define TRANSLATED(name, attributes, translate)                                                                        \
  {                                                                                                                    \
    name, name, attributes, nnc_onnx_translate_##translate                                                             \
  }

#define RECURRENT                                                                                                      \
  "activation_alpha=floats activation_beta=floats activations=strings clip=float direction=string hidden_size=int "    \
  "layout=int "
#define BROADCAST "axis=int broadcast=int"
#define CONVOLUTION "auto_pad=string dilations=ints group=int kernel_shape=ints pads=ints strides=ints "
#define POOLING "auto_pad=string ceil_mode=int dilations=ints kernel_shape=ints pads=ints strides=ints "

#define RESIZING                                                                                                       \
  "antialias=int axes=ints coordinate_transformation_mode=string cubic_coeff_a=float exclude_outside=int "             \
  "extrapolation_value=float keep_aspect_ratio_policy=string mode=string nearest_mode=string"
#define REDUCTION "axes=ints keepdims=int noop_with_empty_axes=int"
#define SELECTION "axis=int keepdims=int select_last_index=int"

static const NncOnnxOperator operators[] = {
  PLAIN ("Abs", ""),
  PLAIN ("Acos", ""),
  PLAIN ("Acosh", ""),
  TRANSLATED ("Add", BROADCAST, broadcast),
  PLAIN ("AffineGrid", "align_corners=int"),
  TRANSLATED ("And", BROADCAST, broadcast),
  PLAIN ("ArgMax", SELECTION),
  PLAIN ("ArgMin", SELECTION),
  PLAIN ("Asin", ""),
  PLAIN ("Asinh", ""),
  PLAIN ("Atan", ""),
  PLAIN ("Atanh", ""),
  TRANSLATED ("Attention",
              "is_causal=int kv_num_heads=int q_num_heads=int qk_matmul_output_mode=int scale=float softcap=float "
              "softmax_precision=int",
              attention),
  TRANSLATED ("AveragePool", POOLING "count_include_pad=int", pooling),
  TRANSLATED ("BatchNormalization", "epsilon=float is_test=int momentum=float spatial=int training_mode=int", batch_normalization),
  TRANSLATED ("BitCast", "to=int", cast),
  PLAIN ("BitShift", "direction=string"),
  PLAIN ("BitwiseAnd", ""),
  PLAIN ("BitwiseNot", ""),
  PLAIN ("BitwiseOr", ""),
  PLAIN ("BitwiseXor", ""),
  TRANSLATED ("BlackmanWindow", "output_datatype=int periodic=int", typed),
  TRANSLATED ("Cast", "round_mode=string saturate=int to=int", cast),
  TRANSLATED ("CastLike", "round_mode=string saturate=int", cast_like),
  PLAIN ("Ceil", ""),
  PLAIN ("Celu", "alpha=float"),
  PLAIN ("CenterCropPad", "axes=ints"),
  TRANSLATED ("Clip", "max=float min=float", clip),
  PLAIN ("Col2Im", "dilations=ints pads=ints strides=ints"),
  PLAIN ("Compress", "axis=int"),
  PLAIN ("Concat", "axis=int"),
  { "Constant", NULL, "value=tensor value_float=float value_floats=floats value_int=int value_ints=ints",
    nnc_onnx_translate_constant },
  PLAIN ("ConstantOfShape", "value=tensor"),
  TRANSLATED ("Conv", CONVOLUTION, convolution),
  TRANSLATED ("ConvInteger", CONVOLUTION, convolution),
  TRANSLATED ("ConvTranspose", CONVOLUTION "output_padding=ints output_shape=ints", convolution),
  PLAIN ("Cos", ""),
  PLAIN ("Cosh", ""),
  PLAIN ("CumProd", "exclusive=int reverse=int"),
  PLAIN ("CumSum", "exclusive=int reverse=int"),
  PLAIN ("DeformConv", "dilations=ints group=int kernel_shape=ints offset_group=int pads=ints strides=ints"),
  TRANSLATED ("DepthToSpace", "blocksize=int mode=string", image),
  TRANSLATED ("DequantizeLinear", "axis=int block_size=int output_dtype=int", quantize_linear),
  PLAIN ("Det", ""),
  TRANSLATED ("DFT", "axis=int inverse=int onesided=int", dft),
  TRANSLATED ("Div", BROADCAST, broadcast),
  { "Dropout", "Identity", "is_test=int ratio=float seed=int", nnc_onnx_translate_dropout },
  PLAIN ("DynamicQuantizeLinear", ""),
  PLAIN ("Einsum", "equation=string"),
  PLAIN ("Elu", "alpha=float"),
  TRANSLATED ("Equal", BROADCAST, broadcast),
  PLAIN ("Erf", ""),
  PLAIN ("Exp", ""),
  TRANSLATED ("EyeLike", "dtype=int k=int", dtype),
  PLAIN ("Expand", ""),
  PLAIN ("Flatten", "axis=int"),
  PLAIN ("Floor", ""),
  PLAIN ("Gather", "axis=int"),
  PLAIN ("GatherElements", "axis=int"),
  PLAIN ("GatherND", "batch_dims=int"),
  PLAIN ("Gelu", "approximate=string"),
  TRANSLATED ("Gemm", "broadcast=int alpha=float beta=float transA=int transB=int", broadcast),
  TRANSLATED ("GlobalAveragePool", "", image),
  TRANSLATED ("GlobalLpPool", "p=int", image),
  TRANSLATED ("GlobalMaxPool", "", image),
  TRANSLATED ("Greater", BROADCAST, broadcast),
  PLAIN ("GreaterOrEqual", ""),
  TRANSLATED ("GridSample", "align_corners=int mode=string padding_mode=string", grid_sample),
  TRANSLATED ("GroupNormalization", "epsilon=float num_groups=int stash_type=int", normalization),
  PLAIN ("GRU", RECURRENT "linear_before_reset=int"),
  TRANSLATED ("HammingWindow", "output_datatype=int periodic=int", typed),
  TRANSLATED ("HannWindow", "output_datatype=int periodic=int", typed),
  TRANSLATED ("Hardmax", "axis=int", softmax),
  PLAIN ("HardSigmoid", "alpha=float beta=float"),
  PLAIN ("HardSwish", ""),
  PLAIN ("Identity", ""),
  PLAIN ("If", "else_branch=graph then_branch=graph"),
  PLAIN ("InstanceNormalization", "epsilon=float"),
  PLAIN ("IsInf", "detect_negative=int detect_positive=int"),
  PLAIN ("IsNaN", ""),
  TRANSLATED ("LayerNormalization", "axis=int epsilon=float stash_type=int", normalization),
  PLAIN ("LeakyRelu", "alpha=float"),
  TRANSLATED ("Less", BROADCAST, broadcast),
  PLAIN ("LessOrEqual", ""),
  PLAIN ("Log", ""),
  TRANSLATED ("LogSoftmax", "axis=int", softmax),
  PLAIN ("Loop", "body=graph"),
  PLAIN ("LpNormalization", "axis=int p=int"),
  TRANSLATED ("LpPool", POOLING "p=int", pooling),
  PLAIN ("LRN", "alpha=float beta=float bias=float size=int"),
  PLAIN ("LSTM", RECURRENT "input_forget=int"),
  PLAIN ("MatMul", ""),
  PLAIN ("MatMulInteger", ""),
  TRANSLATED ("Max", "", chain),
  TRANSLATED ("MaxPool", POOLING "storage_order=int", pooling),
  PLAIN ("MaxUnpool", "kernel_shape=ints pads=ints strides=ints"),
  { "Mean", "Add", "", nnc_onnx_translate_mean },
  { "MeanVarianceNormalization", NULL, "axes=ints", nnc_onnx_translate_mean_variance_normalization },
  TRANSLATED ("MelWeightMatrix", "output_datatype=int", typed),
  TRANSLATED ("Min", "", chain),
  PLAIN ("Mish", ""),
  PLAIN ("Mod", "fmod=int"),
  TRANSLATED ("Mul", BROADCAST, broadcast),
  PLAIN ("Neg", ""),
  PLAIN ("NegativeLogLikelihoodLoss", "ignore_index=int reduction=string"),
  PLAIN ("NonMaxSuppression", "center_point_box=int"),
  PLAIN ("NonZero", ""),
  PLAIN ("Not", ""),
  PLAIN ("OneHot", "axis=int"),
  TRANSLATED ("Or", BROADCAST, broadcast),
  TRANSLATED ("Pad", "mode=string pads=ints value=float", pad),
  TRANSLATED ("Pow", BROADCAST, broadcast),
  TRANSLATED ("PRelu", "", prelu),
  { "QLinearConv", "ConvInteger", CONVOLUTION, nnc_onnx_translate_qlinear_conv },
  { "QLinearMatMul", "MatMulInteger", "", nnc_onnx_translate_qlinear_mat_mul },
  TRANSLATED ("QuantizeLinear", "axis=int block_size=int output_dtype=int precision=int saturate=int", quantize_linear),
  PLAIN ("Range", ""),
  PLAIN ("Reciprocal", ""),
  TRANSLATED ("ReduceL1", REDUCTION, axes),
  TRANSLATED ("ReduceL2", REDUCTION, axes),
  TRANSLATED ("ReduceLogSum", REDUCTION, axes),
  TRANSLATED ("ReduceLogSumExp", REDUCTION, axes),
  TRANSLATED ("ReduceMax", REDUCTION, axes),
  TRANSLATED ("ReduceMean", REDUCTION, axes),
  TRANSLATED ("ReduceMin", REDUCTION, axes),
  TRANSLATED ("ReduceProd", REDUCTION, axes),
  TRANSLATED ("ReduceSum", REDUCTION, axes),
  TRANSLATED ("ReduceSumSquare", REDUCTION, axes),
  PLAIN ("Relu", ""),
  PLAIN ("Reshape", "allowzero=int"),
  TRANSLATED ("Resize", RESIZING, resize),
  PLAIN ("ReverseSequence", "batch_axis=int time_axis=int"),
  TRANSLATED ("RMSNormalization", "axis=int epsilon=float stash_type=int", normalization),
  PLAIN ("RNN", RECURRENT),
  TRANSLATED ("RoiAlign",
              "coordinate_transformation_mode=string mode=string output_height=int output_width=int sampling_ratio=int "
              "spatial_scale=float",
              roi_align),
  PLAIN ("RotaryEmbedding", "interleaved=int num_heads=int rotary_embedding_dim=int"),
  PLAIN ("Round", ""),
  TRANSLATED ("Scan",
              "body=graph directions=ints num_scan_inputs=int scan_input_axes=ints scan_input_directions=ints "
              "scan_output_axes=ints scan_output_directions=ints",
              scan),
  { "Scatter", "ScatterElements", "axis=int", nnc_onnx_translate_plain },
  PLAIN ("ScatterElements", "axis=int reduction=string"),
  PLAIN ("ScatterND", "reduction=string"),
  PLAIN ("Selu", "alpha=float gamma=float"),
  PLAIN ("Shape", "end=int start=int"),
  PLAIN ("Shrink", "bias=float lambd=float"),
  PLAIN ("Sigmoid", ""),
  PLAIN ("Sign", ""),
  PLAIN ("Sin", ""),
  PLAIN ("Sinh", ""),
  PLAIN ("Size", ""),
  TRANSLATED ("Slice", "axes=ints ends=ints starts=ints", slice),
  TRANSLATED ("Softmax", "axis=int", softmax),
  { "SoftmaxCrossEntropyLoss", "NegativeLogLikelihoodLoss", "ignore_index=int reduction=string",
    nnc_onnx_translate_softmax_loss },
  PLAIN ("Softplus", ""),
  PLAIN ("Softsign", ""),
  TRANSLATED ("SpaceToDepth", "blocksize=int mode=string", image),
  TRANSLATED ("Split", "axis=int num_outputs=int split=ints", split),
  PLAIN ("Sqrt", ""),
  TRANSLATED ("Squeeze", "axes=ints", axes),
  PLAIN ("STFT", "onesided=int"),
  TRANSLATED ("Sub", BROADCAST, broadcast),
  { "Sum", "Add", "", nnc_onnx_translate_chain },
  PLAIN ("Swish", "alpha=float"),
  PLAIN ("Tan", ""),
  PLAIN ("Tanh", ""),
  PLAIN ("TensorScatter", "axis=int mode=string"),
  PLAIN ("ThresholdedRelu", "alpha=float"),
  PLAIN ("Tile", ""),
  TRANSLATED ("TopK", "axis=int k=int largest=int sorted=int", top_k),
  PLAIN ("Transpose", "perm=ints"),
  PLAIN ("Trilu", "upper=int"),
  PLAIN ("Unique", "axis=int sorted=int"),
  TRANSLATED ("Unsqueeze", "axes=ints", axes),
  { "Upsample", "Resize", "mode=string scales=floats", nnc_onnx_translate_upsample },
  PLAIN ("Where", ""),
  TRANSLATED ("Xor", BROADCAST, broadcast),
};

/* ONNX Runtime's. */
static const NncOnnxOperator microsoft_operators[] = {
  TRANSLATED ("DequantizeLinear", "axis=int block_size=int", quantize_linear),
  { "FusedConv", "Conv", CONVOLUTION "activation=string activation_params=floats", nnc_onnx_translate_fused_conv },
  { "FusedMatMul", "MatMul", "alpha=float transA=int transB=int transBatchA=int transBatchB=int",
    nnc_onnx_translate_fused_mat_mul },
  PLAIN ("Gelu", ""),
  { "QGemm", "MatMulInteger", "alpha=float transA=int transB=int", nnc_onnx_translate_qgemm },
  PLAIN ("QLinearAdd", ""),
  { "QLinearAveragePool", "AveragePool", POOLING "channels_last=int count_include_pad=int",
    nnc_onnx_translate_qlinear_pooling },
  { "QLinearConcat", "Concat", "axis=int", nnc_onnx_translate_qlinear_concat },
  { "QLinearGlobalAveragePool", "GlobalAveragePool", "channels_last=int", nnc_onnx_translate_qlinear_pooling },
  { "QLinearLeakyRelu", "LeakyRelu", "alpha=float", nnc_onnx_translate_qlinear_unary },
  PLAIN ("QLinearMul", ""),
  { "QLinearSigmoid", "Sigmoid", "", nnc_onnx_translate_qlinear_unary },
  TRANSLATED ("QuantizeLinear", "axis=int block_size=int", quantize_linear),
};

static const struct {
  const char *domain; /* "" is ai.onnx */
  const NncOnnxOperator *operators;
  gsize n;
} domains[] = {
  { "", operators, G_N_ELEMENTS (operators) },
  { "com.microsoft", microsoft_operators, G_N_ELEMENTS (microsoft_operators) },
};

const NncOnnxOperator *
nnc_onnx_operator_find (const char *domain, const char *name)
{
  for (gsize i = 0; i < G_N_ELEMENTS (domains); i++) {
    if (strcmp (domains[i].domain, domain) != 0)
      continue;
    for (gsize j = 0; j < domains[i].n; j++)
      if (strcmp (domains[i].operators[j].name, name) == 0)
        return &domains[i].operators[j];
  }
  return NULL;
}

NncOnnxAttributeType
nnc_onnx_operator_get_attribute_type (const NncOnnxOperator *operator, const char * name)
{
  g_auto (GStrv) attributes = g_strsplit (operator->attributes, " ", -1);

  for (guint i = 0; attributes[i]; i++) {
    char *type = strchr (attributes[i], '=');

    if (type == NULL)
      continue;
    *type++ = '\0';
    if (strcmp (attributes[i], name) != 0)
      continue;
    for (NncOnnxAttributeType t = NNC_ONNX_FLOAT; t <= NNC_ONNX_STRINGS; t++)
      if (strcmp (nnc_onnx_attribute_type_to_string (t), type) == 0)
        return t;
  }
  return NNC_ONNX_UNDEFINED;
}
