/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tflite_operators.c: every operator of TFLite that is read, a line each: its
 * name, the op of ours, the kind of its options (of the union BuiltinOptions),
 * the inputs it must have, and which field of the options is its fused activation. */
#include "tflite_translate.h"

#include <string.h>

#define NO_ACTIVATION -1

/* The op of ours, with the same inputs and no options but a fused activation. */
#define PLAIN(name, op, options_type, inputs, activation)                                                              \
  {                                                                                                                    \
    name, op, options_type, inputs, activation, nnc_tflite_translate_plain, FALSE                                      \
  }
#define TRANSLATED(name, op, options_type, inputs, activation, translate)                                              \
  {                                                                                                                    \
    name, op, options_type, inputs, activation, nnc_tflite_translate_##translate, FALSE                                \
  }

/* The same, on what stored numbers stand for. */
#define REAL(name, op, options_type, inputs, activation, translate)                                                    \
  {                                                                                                                    \
    name, op, options_type, inputs, activation, nnc_tflite_translate_##translate, TRUE                                 \
  }

static const NncTfliteOperator operators[] = {
  PLAIN ("ABS", "Abs", 78, 1, NO_ACTIVATION),
  PLAIN ("ADD", "Add", 11, 2, 0),
  REAL ("ADD_N", "Add", 82, 1, NO_ACTIVATION, add_n),
  TRANSLATED ("ARG_MAX", "ArgMax", 40, 2, NO_ACTIVATION, arg_extreme),
  TRANSLATED ("ARG_MIN", "ArgMin", 57, 2, NO_ACTIVATION, arg_extreme),
  TRANSLATED ("ASSIGN_VARIABLE", "AssignVariable", 113, 2, NO_ACTIVATION, assign_variable),
  TRANSLATED ("AVERAGE_POOL_2D", "AveragePool", 5, 1, 5, pooling),
  TRANSLATED ("BATCH_MATMUL", "MatMul", 101, 2, NO_ACTIVATION, batch_mat_mul),
  TRANSLATED ("BATCH_TO_SPACE_ND", "Transpose", 24, 3, NO_ACTIVATION, batch_to_space),
  PLAIN ("BITWISE_XOR", "BitwiseXor", 125, 2, NO_ACTIVATION),
  PLAIN ("BROADCAST_TO", "Expand", 104, 2, NO_ACTIVATION),
  TRANSLATED ("CALL_ONCE", "CallOnce", 103, 0, NO_ACTIVATION, call_once),
  TRANSLATED ("CAST", "Cast", 37, 1, NO_ACTIVATION, cast),
  REAL ("CEIL", "Ceil", 0, 1, NO_ACTIVATION, plain),
  TRANSLATED ("CONCATENATION", "Concat", 10, 1, 1, concatenation),
  TRANSLATED ("CONV_2D", "Conv", 1, 2, 3, convolution),
  REAL ("COS", "Cos", 84, 1, NO_ACTIVATION, plain),
  TRANSLATED ("CUMSUM", "CumSum", 102, 2, NO_ACTIVATION, cumsum),
  TRANSLATED ("DEPTHWISE_CONV_2D", "Conv", 2, 2, 4, depthwise),
  TRANSLATED ("DEPTH_TO_SPACE", "DepthToSpace", 94, 1, NO_ACTIVATION, depth_space),
  TRANSLATED ("DEQUANTIZE", NULL, 38, 1, NO_ACTIVATION, dequantize),
  REAL ("DIV", "Div", 29, 2, 0, plain),
  PLAIN ("ELU", "Elu", 0, 1, NO_ACTIVATION),
  TRANSLATED ("EMBEDDING_LOOKUP", "Gather", 0, 2, NO_ACTIVATION, embedding_lookup),
  TRANSLATED ("EQUAL", "Equal", 53, 2, NO_ACTIVATION, comparison),
  PLAIN ("EXP", "Exp", 33, 1, NO_ACTIVATION),
  TRANSLATED ("EXPAND_DIMS", "Unsqueeze", 52, 2, NO_ACTIVATION, expand_dims),
  TRANSLATED ("FILL", "Expand", 68, 2, NO_ACTIVATION, fill),
  REAL ("FLOOR", "Floor", 0, 1, NO_ACTIVATION, plain),
  REAL ("FLOOR_DIV", "Div", 65, 2, NO_ACTIVATION, floor_div),
  REAL ("FLOOR_MOD", "Mod", 72, 2, NO_ACTIVATION, plain),
  TRANSLATED ("FULLY_CONNECTED", "Gemm", 8, 2, 0, fully_connected),
  TRANSLATED ("GATHER", "Gather", 23, 2, NO_ACTIVATION, gather),
  PLAIN ("GATHER_ND", "GatherND", 83, 2, NO_ACTIVATION),
  TRANSLATED ("GELU", "Gelu", 116, 1, NO_ACTIVATION, gelu),
  TRANSLATED ("GREATER", "Greater", 44, 2, NO_ACTIVATION, comparison),
  TRANSLATED ("GREATER_EQUAL", "GreaterOrEqual", 45, 2, NO_ACTIVATION, comparison),
  PLAIN ("HARD_SWISH", "HardSwish", 91, 1, NO_ACTIVATION),
  TRANSLATED ("IF", "If", 92, 1, NO_ACTIVATION, if),
  REAL ("L2_NORMALIZATION", "Div", 12, 1, 0, l2_normalization),
  REAL ("L2_POOL_2D", "Sqrt", 5, 1, 5, l2_pool),
  TRANSLATED ("LEAKY_RELU", "LeakyRelu", 75, 1, NO_ACTIVATION, leaky_relu),
  TRANSLATED ("LESS", "Less", 41, 2, NO_ACTIVATION, comparison),
  TRANSLATED ("LESS_EQUAL", "LessOrEqual", 46, 2, NO_ACTIVATION, comparison),
  REAL ("LOCAL_RESPONSE_NORMALIZATION", "LRN", 13, 1, NO_ACTIVATION, local_response),
  REAL ("LOG", "Log", 0, 1, NO_ACTIVATION, plain),
  PLAIN ("LOGICAL_AND", "And", 62, 2, NO_ACTIVATION),
  PLAIN ("LOGICAL_NOT", "Not", 63, 1, NO_ACTIVATION),
  PLAIN ("LOGICAL_OR", "Or", 60, 2, NO_ACTIVATION),
  PLAIN ("LOGISTIC", "Sigmoid", 0, 1, NO_ACTIVATION),
  TRANSLATED ("LOG_SOFTMAX", "LogSoftmax", 36, 1, NO_ACTIVATION, log_softmax),
  REAL ("MAXIMUM", "Max", 39, 2, NO_ACTIVATION, plain),
  TRANSLATED ("MAX_POOL_2D", "MaxPool", 5, 1, 5, pooling),
  TRANSLATED ("MEAN", "ReduceMean", 27, 2, NO_ACTIVATION, reduce),
  REAL ("MINIMUM", "Min", 39, 2, NO_ACTIVATION, plain),
  TRANSLATED ("MIRROR_PAD", "Pad", 77, 2, NO_ACTIVATION, mirror_pad),
  PLAIN ("MUL", "Mul", 21, 2, 0),
  REAL ("NEG", "Neg", 42, 1, NO_ACTIVATION, plain),
  TRANSLATED ("NOT_EQUAL", "Equal", 54, 2, NO_ACTIVATION, not_equal),
  TRANSLATED ("ONE_HOT", "OneHot", 61, 4, NO_ACTIVATION, one_hot),
  TRANSLATED ("PACK", "Concat", 59, 1, NO_ACTIVATION, pack),
  TRANSLATED ("PAD", "Pad", 22, 2, NO_ACTIVATION, pad),
  TRANSLATED ("PADV2", "Pad", 43, 3, NO_ACTIVATION, pad),
  REAL ("POW", "Pow", 56, 2, NO_ACTIVATION, plain),
  PLAIN ("PRELU", "PRelu", 0, 2, NO_ACTIVATION),
  TRANSLATED ("QUANTIZE", "Quantize", 89, 1, NO_ACTIVATION, quantize),
  PLAIN ("RANGE", "Range", 73, 3, NO_ACTIVATION),
  TRANSLATED ("RANK", "Size", 86, 1, NO_ACTIVATION, rank),
  TRANSLATED ("READ_VARIABLE", "ReadVariable", 112, 1, NO_ACTIVATION, read_variable),
  TRANSLATED ("REDUCE_ALL", "ReduceMin", 27, 2, NO_ACTIVATION, reduce),
  TRANSLATED ("REDUCE_ANY", "ReduceMax", 27, 2, NO_ACTIVATION, reduce),
  REAL ("REDUCE_MAX", "ReduceMax", 27, 2, NO_ACTIVATION, reduce),
  REAL ("REDUCE_MIN", "ReduceMin", 27, 2, NO_ACTIVATION, reduce),
  TRANSLATED ("REDUCE_PROD", "ReduceProd", 27, 2, NO_ACTIVATION, reduce),
  TRANSLATED ("RELU", "Clip", 0, 1, NO_ACTIVATION, relu),
  TRANSLATED ("RELU6", "Clip", 0, 1, NO_ACTIVATION, relu),
  TRANSLATED ("RELU_0_TO_1", "Clip", 0, 1, NO_ACTIVATION, relu),
  TRANSLATED ("RELU_N1_TO_1", "Clip", 0, 1, NO_ACTIVATION, relu),
  TRANSLATED ("RESHAPE", "Reshape", 17, 1, NO_ACTIVATION, reshape),
  TRANSLATED ("RESIZE_BILINEAR", "Resize", 15, 2, NO_ACTIVATION, resize),
  TRANSLATED ("RESIZE_NEAREST_NEIGHBOR", "Resize", 74, 2, NO_ACTIVATION, resize),
  TRANSLATED ("REVERSE_SEQUENCE", "ReverseSequence", 87, 2, NO_ACTIVATION, reverse_sequence),
  TRANSLATED ("REVERSE_V2", "Slice", 81, 2, NO_ACTIVATION, reverse),
  REAL ("ROUND", "Round", 0, 1, NO_ACTIVATION, plain),
  PLAIN ("RSQRT", "Rsqrt", 0, 1, NO_ACTIVATION),
  TRANSLATED ("SCATTER_ND", "ScatterND", 97, 3, NO_ACTIVATION, scatter_nd),
  TRANSLATED ("SELECT", "Where", 47, 3, NO_ACTIVATION, select),
  TRANSLATED ("SELECT_V2", "Where", 98, 3, NO_ACTIVATION, select),
  TRANSLATED ("SHAPE", "Shape", 55, 1, NO_ACTIVATION, shape),
  REAL ("SIGN", "Sign", 123, 1, NO_ACTIVATION, plain),
  REAL ("SIN", "Sin", 0, 1, NO_ACTIVATION, plain),
  TRANSLATED ("SLICE", "Slice", 48, 3, NO_ACTIVATION, slice),
  TRANSLATED ("SOFTMAX", "Softmax", 9, 1, NO_ACTIVATION, softmax),
  TRANSLATED ("SPACE_TO_BATCH_ND", "Transpose", 25, 3, NO_ACTIVATION, space_to_batch),
  TRANSLATED ("SPACE_TO_DEPTH", "SpaceToDepth", 19, 1, NO_ACTIVATION, depth_space),
  TRANSLATED ("SPLIT", "Slice", 35, 2, NO_ACTIVATION, split),
  TRANSLATED ("SPLIT_V", "Slice", 79, 3, NO_ACTIVATION, split_v),
  PLAIN ("SQRT", "Sqrt", 0, 1, NO_ACTIVATION),
  REAL ("SQUARE", "Mul", 66, 1, NO_ACTIVATION, square),
  TRANSLATED ("SQUARED_DIFFERENCE", "SquaredDifference", 76, 2, NO_ACTIVATION, squared_difference),
  TRANSLATED ("SQUEEZE", "Squeeze", 30, 1, NO_ACTIVATION, squeeze),
  TRANSLATED ("STRIDED_SLICE", "Slice", 32, 4, NO_ACTIVATION, strided_slice),
  PLAIN ("SUB", "Sub", 28, 2, 0),
  TRANSLATED ("SUM", "ReduceSum", 27, 2, NO_ACTIVATION, reduce),
  TRANSLATED ("SVDF", NULL, 6, 3, 1, svdf),
  PLAIN ("TANH", "Tanh", 0, 1, NO_ACTIVATION),
  TRANSLATED ("TFLite_Detection_PostProcess", "DetectionPostProcess", 0, 3, NO_ACTIVATION, detection),
  PLAIN ("TILE", "Tile", 51, 2, NO_ACTIVATION),
  TRANSLATED ("TOPK_V2", "TopK", 34, 2, NO_ACTIVATION, top_k),
  TRANSLATED ("TRANSPOSE", "Transpose", 26, 2, NO_ACTIVATION, transpose),
  TRANSLATED ("TRANSPOSE_CONV", "ConvTranspose", 49, 3, 3, transposed_convolution),
  TRANSLATED ("UNIDIRECTIONAL_SEQUENCE_LSTM", NULL, 71, 1, NO_ACTIVATION, sequence_lstm),
  TRANSLATED ("UNIDIRECTIONAL_SEQUENCE_RNN", "RNN", 31, 3, NO_ACTIVATION, sequence_rnn),
  TRANSLATED ("UNPACK", "Slice", 64, 1, NO_ACTIVATION, unpack),
  TRANSLATED ("VAR_HANDLE", "VarHandle", 111, 0, NO_ACTIVATION, var_handle),
  TRANSLATED ("WHERE", "NonZero", 85, 1, NO_ACTIVATION, where),
  TRANSLATED ("WHILE", "While", 93, 0, NO_ACTIVATION, while),
  TRANSLATED ("ZEROS_LIKE", "Expand", 67, 1, NO_ACTIVATION, zeros_like),
};

const NncTfliteOperator *
nnc_tflite_operator_find (const char *name)
{
  for (gsize i = 0; i < G_N_ELEMENTS (operators); i++)
    if (strcmp (operators[i].name, name) == 0)
      return operators[i].op == NULL || nnc_op_find (operators[i].op) ? &operators[i] : NULL;
  return NULL;
}
