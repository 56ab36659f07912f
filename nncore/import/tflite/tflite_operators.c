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
    name, op, options_type, inputs, activation, nnc_tflite_translate_plain                                             \
  }
#define TRANSLATED(name, op, options_type, inputs, activation, translate)                                              \
  {                                                                                                                    \
    name, op, options_type, inputs, activation, nnc_tflite_translate_##translate                                       \
  }

static const NncTfliteOperator operators[] = {
  PLAIN ("ADD", "Add", 11, 2, 0),
  TRANSLATED ("ASSIGN_VARIABLE", "AssignVariable", 113, 2, NO_ACTIVATION, assign_variable),
  TRANSLATED ("AVERAGE_POOL_2D", "AveragePool", 5, 1, 5, pooling),
  TRANSLATED ("CALL_ONCE", "CallOnce", 103, 0, NO_ACTIVATION, call_once),
  TRANSLATED ("CAST", "Cast", 37, 1, NO_ACTIVATION, cast),
  TRANSLATED ("CONCATENATION", "Concat", 10, 1, 1, concatenation),
  TRANSLATED ("CONV_2D", "Conv", 1, 2, 3, convolution),
  TRANSLATED ("DEPTHWISE_CONV_2D", "Conv", 2, 2, 4, depthwise),
  TRANSLATED ("DEQUANTIZE", NULL, 38, 1, NO_ACTIVATION, dequantize),
  PLAIN ("DIV", "Div", 29, 2, 0),
  PLAIN ("EXP", "Exp", 33, 1, NO_ACTIVATION),
  TRANSLATED ("EXPAND_DIMS", "Unsqueeze", 52, 2, NO_ACTIVATION, expand_dims),
  TRANSLATED ("FULLY_CONNECTED", "Gemm", 8, 2, 0, fully_connected),
  TRANSLATED ("GATHER", "Gather", 23, 2, NO_ACTIVATION, gather),
  PLAIN ("HARD_SWISH", "HardSwish", 91, 1, NO_ACTIVATION),
  TRANSLATED ("IF", "If", 92, 1, NO_ACTIVATION, if),
  TRANSLATED ("LEAKY_RELU", "LeakyRelu", 75, 1, NO_ACTIVATION, leaky_relu),
  PLAIN ("LOGISTIC", "Sigmoid", 0, 1, NO_ACTIVATION),
  TRANSLATED ("MAX_POOL_2D", "MaxPool", 5, 1, 5, pooling),
  TRANSLATED ("MEAN", "ReduceMean", 27, 2, NO_ACTIVATION, mean),
  PLAIN ("MUL", "Mul", 21, 2, 0),
  TRANSLATED ("PACK", "Concat", 59, 1, NO_ACTIVATION, pack),
  TRANSLATED ("PAD", "Pad", 22, 2, NO_ACTIVATION, pad),
  TRANSLATED ("PADV2", "Pad", 43, 3, NO_ACTIVATION, pad),
  TRANSLATED ("QUANTIZE", "Quantize", 89, 1, NO_ACTIVATION, quantize),
  TRANSLATED ("READ_VARIABLE", "ReadVariable", 112, 1, NO_ACTIVATION, read_variable),
  TRANSLATED ("RELU", "Clip", 0, 1, NO_ACTIVATION, relu),
  TRANSLATED ("RELU6", "Clip", 0, 1, NO_ACTIVATION, relu),
  TRANSLATED ("RELU_0_TO_1", "Clip", 0, 1, NO_ACTIVATION, relu),
  TRANSLATED ("RELU_N1_TO_1", "Clip", 0, 1, NO_ACTIVATION, relu),
  TRANSLATED ("RESHAPE", "Reshape", 17, 1, NO_ACTIVATION, reshape),
  TRANSLATED ("SLICE", "Slice", 48, 3, NO_ACTIVATION, slice),
  TRANSLATED ("SOFTMAX", "Softmax", 9, 1, NO_ACTIVATION, softmax),
  TRANSLATED ("SPLIT", "Slice", 35, 2, NO_ACTIVATION, split),
  TRANSLATED ("SPLIT_V", "Slice", 79, 3, NO_ACTIVATION, split_v),
  PLAIN ("SQRT", "Sqrt", 0, 1, NO_ACTIVATION),
  TRANSLATED ("SQUEEZE", "Squeeze", 30, 1, NO_ACTIVATION, squeeze),
  TRANSLATED ("STRIDED_SLICE", "Slice", 32, 4, NO_ACTIVATION, strided_slice),
  PLAIN ("SUB", "Sub", 28, 2, 0),
  TRANSLATED ("TFLite_Detection_PostProcess", "DetectionPostProcess", 0, 3, NO_ACTIVATION, detection),
  PLAIN ("TANH", "Tanh", 0, 1, NO_ACTIVATION),
  TRANSLATED ("TRANSPOSE", "Transpose", 26, 2, NO_ACTIVATION, transpose),
  TRANSLATED ("UNIDIRECTIONAL_SEQUENCE_LSTM", NULL, 71, 1, NO_ACTIVATION, sequence_lstm),
  TRANSLATED ("UNIDIRECTIONAL_SEQUENCE_RNN", "RNN", 31, 3, NO_ACTIVATION, sequence_rnn),
  TRANSLATED ("UNPACK", "Slice", 64, 1, NO_ACTIVATION, unpack),
  TRANSLATED ("VAR_HANDLE", "VarHandle", 111, 0, NO_ACTIVATION, var_handle),
  TRANSLATED ("WHILE", "While", 93, 0, NO_ACTIVATION, while),
};

const NncTfliteOperator *
nnc_tflite_operator_find (const char *name)
{
  for (gsize i = 0; i < G_N_ELEMENTS (operators); i++)
    if (strcmp (operators[i].name, name) == 0)
      return operators[i].op == NULL || nnc_op_find (operators[i].op) ? &operators[i] : NULL;
  return NULL;
}
