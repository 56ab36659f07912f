#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""TFLite networks of one operator agree with LiteRT's reference kernels: of int8, uint8 and int16 numbers bit for bit,
hybrid and float ones within 1e-6 of the output's range.

    export NNC_LIBRARY=build/nncore/libnncore.so
    tflite_types_agree.py [NAME…]
"""
import sys

import numpy as np

from checks import Checks, cpu_lacks_mask
from tflite_layers_agree import Writer, make_peer, schema

TYPES = {"int8": (schema.TensorType.INT8, np.int8, -9), "uint8": (schema.TensorType.UINT8, np.uint8, 119),
         "int16": (schema.TensorType.INT16, np.int16, 0)}
IMAGE = (2, 7, 6, 8)
RUNS = 3
TOLERANCE = 1e-6  # of hybrid and float ones
ROWS = 12
WINDOW = {"strideW": 1, "strideH": 2, "padding": 0}


class TypedWriter(Writer):
    """A writer of networks whose numbers are stored as `kind` says: a name of TYPES, or float."""

    def __init__(self, kind):
        super().__init__(1)
        self.kind = kind

    def quantize(self, index, scales, zero_point=0, axis=0):
        quantization = self.graph.tensors[index].quantization = schema.QuantizationParametersT()
        quantization.scale, quantization.zeroPoint = list(scales), [zero_point] * len(scales)
        quantization.quantizedDimension = axis
        return index

    def stored(self, name, shape, scale=0.05, zero_point=None):
        """Numbers of some -6 to 6 by the given scale, which is one of 8 bits."""
        if self.kind == "float":
            return self.tensor(name, shape)
        dtype, _, middle = TYPES[self.kind]
        wide = self.kind == "int16"
        index = self.typed(name, shape, dtype)
        return self.quantize(index, [scale / 256 if wide else scale],
                             0 if wide else middle if zero_point is None else zero_point)

    def integers(self, name, data, dtype):
        index = self.tensor(name, data.shape, data)
        self.graph.tensors[index].type = dtype
        return index

    def filter(self, shape, axis=None):
        """Weights of 8 bits, of one scale or of one an index of the axis, and what their products are worth."""
        n = 1 if axis is None else shape[axis]
        unsigned = self.kind == "uint8"
        data = self.random.integers(*((1, 256) if unsigned else (-127, 128)), shape).astype(np.uint8 if unsigned else np.int8)
        index = self.integers("w", data, TYPES["uint8" if unsigned else "int8"][0])
        scales = self.random.uniform(0.002, 0.01, n).astype(np.float32)
        return self.quantize(index, scales, 131 if unsigned else 0, axis or 0), scales

    def bias(self, n, scales):
        if self.kind == "float":
            return self.weights("b", n)
        wide = self.kind == "int16"
        data = self.random.integers(-3000, 3000, n)
        index = self.integers("b", data.astype(np.int64 if wide else np.int32),
                              schema.TensorType.INT64 if wide else schema.TensorType.INT32)
        return self.quantize(index, scales * np.float32(0.05 / 256 if wide else 0.05))


def layer(kind, operator, options, x_shape, w_shape, y_shape, axis, channels, **more):
    writer = TypedWriter(kind)
    x = writer.stored("x", x_shape)
    w, scales = writer.filter(w_shape, axis)
    b = writer.bias(channels, scales)
    y = writer.stored("y", y_shape, 0.1, 11)
    writer.node(operator, options, [x, w, b], [y], **more)
    writer.end_graph([x], [y])
    return writer.pack()


def convolution(kind, per_channel):
    return layer(kind, "CONV_2D", "Conv2D", IMAGE, (5, 3, 3, 8), (2, 4, 6, 5), 0 if per_channel else None, 5,
                 fusedActivationFunction=1, **WINDOW)


def depthwise(kind, per_channel):
    return layer(kind, "DEPTHWISE_CONV_2D", "DepthwiseConv2D", IMAGE, (1, 3, 3, 8), (2, 4, 6, 8), 3 if per_channel else None, 8,
                 depthMultiplier=1, **WINDOW)


def transposed(kind, per_channel, padding=0):
    writer = TypedWriter(kind)
    y_shape = (2, 8, 12, 5) if padding == 0 else (2, 9, 13, 5)
    shape = writer.integers("shape", np.array(y_shape, np.int32), schema.TensorType.INT32)
    w, scales = writer.filter((5, 3, 3, 8), 0 if per_channel else None)
    x = writer.stored("x", (2, 4, 6, 8))
    b = writer.bias(5, scales)
    y = writer.stored("y", y_shape, 0.1, 11)
    writer.node("TRANSPOSE_CONV", "TransposeConv", [shape, w, x, b], [y], padding=padding, strideH=2, strideW=2)
    writer.end_graph([x], [y])
    return writer.pack()


def dense(kind, per_channel):
    return layer(kind, "FULLY_CONNECTED", "FullyConnected", (3, 40), (7, 40), (3, 7), 0 if per_channel else None, 7,
                 fusedActivationFunction=3)


def unary(kind, operator, options=None, scales=(0.05, 0.1), zero_points=(None, 11), y_shape=IMAGE, **more):
    writer = TypedWriter(kind)
    x = writer.stored("x", IMAGE, scales[0], zero_points[0])
    y = writer.stored("y", y_shape, scales[1], zero_points[1])
    if options:
        writer.node(operator, options, [x], [y], **more)
    else:
        writer.add_node(getattr(schema.BuiltinOperator, operator), 0, None, [x], [y])
    writer.end_graph([x], [y])
    return writer.pack()


def binary(kind, operator, options, b_shape=(1, 1, 6, 8), **more):
    writer = TypedWriter(kind)
    a, b = writer.stored("x", IMAGE), writer.stored("b", b_shape, 0.03, 5)
    y = writer.stored("y", IMAGE, 0.2, 11)
    writer.node(operator, options, [a, b], [y], **more)
    writer.end_graph([a, b], [y])
    return writer.pack()


def rectified(kind):
    writer = TypedWriter(kind)
    x, y = writer.stored("x", IMAGE), writer.stored("y", IMAGE, 0.04, 11)
    kind_of_slope, dtype, zero_point = TYPES[kind]
    data = writer.random.integers(np.iinfo(dtype).min, np.iinfo(dtype).max, (1, 1, 8), dtype, endpoint=True)
    slope = writer.quantize(writer.integers("slope", data, kind_of_slope), [0.007], zero_point)
    writer.add_node(schema.BuiltinOperator.PRELU, 0, None, [x, slope], [y])
    writer.end_graph([x], [y])
    return writer.pack()


def pool(kind, operator):
    return unary(kind, operator, "Pool2D", (0.05, 0.05), (None, None), (2, 4, 6, 8), filterWidth=3, filterHeight=2,
                 fusedActivationFunction=1, **WINDOW)


def probability(kind, operator, options=None, least=0, x_scale=0.05, **more):
    """An output of 0 (or -1) to 1, on the scale that TFLite wants."""
    wide, zero = kind == "int16", {"int8": -128, "uint8": 0}.get(kind, 0) + (128 if least else 0)
    scale = (2 if least else 1) / (65536 if wide else 256)
    if wide:
        scale = 1 / 32768
    return unary(kind, operator, options, (x_scale, scale * 256 if wide else scale), (None, zero), **more)


def same_scale(kind, operator, options, constants, y_shape, y_scale=0.05, **more):
    """constants: lists of i32 that follow x."""
    writer = TypedWriter(kind)
    x = writer.stored("x", IMAGE)
    inputs = [x, *(writer.integers(f"c{i}", np.array(c, np.int32), schema.TensorType.INT32) for i, c in enumerate(constants))]
    y = writer.stored("y", y_shape, y_scale)
    writer.node(operator, options, inputs, [y], **more)
    writer.end_graph([x], [y])
    return writer.pack()


def larger(kind, operator):
    writer = TypedWriter(kind)
    a, b, y = (writer.stored(name, shape) for name, shape in (("x", IMAGE), ("b", (1, 1, 6, 8)), ("y", IMAGE)))
    writer.node(operator, "MaximumMinimum", [a, b], [y])
    writer.end_graph([a, b], [y])
    return writer.pack()


def largest(kind):
    writer = TypedWriter(kind)
    x, y = writer.stored("x", IMAGE), writer.stored("y", (*IMAGE[:3], 3))
    k = writer.integers("k", np.array(3, np.int32), schema.TensorType.INT32)
    places = writer.typed("places", (*IMAGE[:3], 3), schema.TensorType.INT32)
    writer.node("TOPK_V2", "TopKV2", [x, k], [y, places])
    writer.end_graph([x], [y, places])
    return writer.pack()


def lookup(kind, hybrid=False):
    writer = TypedWriter(kind)
    rows = writer.typed("rows", (5,), schema.TensorType.INT32)
    table = writer.filter((ROWS, 8))[0] if hybrid else writer.stored("table", (ROWS, 8))
    y = writer.stored("y", (5, 8))
    writer.add_node(schema.BuiltinOperator.EMBEDDING_LOOKUP, 0, None, [rows, table], [y])
    writer.end_graph([rows] if hybrid else [rows, table], [y])
    return writer.pack()


MADE = {
    "TOPK_V2": largest,
    "EMBEDDING_LOOKUP": lookup,
    "EMBEDDING_LOOKUP in a stored table": lambda kind: lookup(kind, True),
    "MAXIMUM": lambda kind: larger(kind, "MAXIMUM"),
    "MINIMUM": lambda kind: larger(kind, "MINIMUM"),
    "PAD": lambda kind: same_scale(kind, "PAD", "Pad", [[[0, 0], [1, 2], [2, 0], [0, 0]]], (2, 10, 8, 8)),
    "MIRROR_PAD": lambda kind: same_scale(kind, "MIRROR_PAD", "MirrorPad", [[[0, 0], [1, 2], [2, 0], [0, 0]]], (2, 10, 8, 8)),
    "TRANSPOSE": lambda kind: same_scale(kind, "TRANSPOSE", "Transpose", [[0, 3, 1, 2]], (2, 8, 7, 6)),
    "GATHER": lambda kind: same_scale(kind, "GATHER", "Gather", [[3, 0, 6]], (2, 3, 6, 8), axis=1),
    "SLICE": lambda kind: same_scale(kind, "SLICE", "Slice", [[0, 1, 2, 0], [2, 3, 4, 5]], (2, 3, 4, 5)),
    "MEAN": lambda kind: same_scale(kind, "MEAN", "Reducer", [[1, 2]], (2, 8), 0.02),
    "MEAN of one axis": lambda kind: same_scale(kind, "MEAN", "Reducer", [[3]], (2, 7, 6, 1), 0.02, keepDims=True),
    "MEAN of no axis": lambda kind: same_scale(kind, "MEAN", "Reducer", [[]], IMAGE),
    "SUM": lambda kind: same_scale(kind, "SUM", "Reducer", [[1, 2]], (2, 8), 0.7),
    "SUM of one axis": lambda kind: same_scale(kind, "SUM", "Reducer", [[3]], (2, 7, 6, 1), 0.3, keepDims=True),
    "SUM of no axis": lambda kind: same_scale(kind, "SUM", "Reducer", [[]], IMAGE, 0.1),
    "REDUCE_PROD": lambda kind: same_scale(kind, "REDUCE_PROD", "Reducer", [[3]], (2, 7, 6), 40.0),
    "REDUCE_PROD of two axes": lambda kind: same_scale(kind, "REDUCE_PROD", "Reducer", [[0, 2]], (7, 8), 4000.0),
    "REDUCE_PROD of no axis": lambda kind: same_scale(kind, "REDUCE_PROD", "Reducer", [[]], IMAGE, 0.1),
    "REDUCE_MAX": lambda kind: same_scale(kind, "REDUCE_MAX", "Reducer", [[1, 3]], (2, 6)),
    "REDUCE_MIN": lambda kind: same_scale(kind, "REDUCE_MIN", "Reducer", [[1, 3]], (2, 6)),
    "REDUCE_MAX of no axis": lambda kind: same_scale(kind, "REDUCE_MAX", "Reducer", [[]], IMAGE),
    "SPACE_TO_BATCH_ND": lambda kind: same_scale(kind, "SPACE_TO_BATCH_ND", "SpaceToBatchND", [[2, 3], [[1, 0], [0, 0]]],
                                                 (12, 4, 2, 8)),
    "RESIZE_BILINEAR": lambda kind: same_scale(kind, "RESIZE_BILINEAR", "ResizeBilinear", [[9, 5]], (2, 9, 5, 8)),
    "RESIZE_NEAREST_NEIGHBOR": lambda kind: same_scale(kind, "RESIZE_NEAREST_NEIGHBOR", "ResizeNearestNeighbor", [[9, 5]],
                                                       (2, 9, 5, 8)),
    "HARD_SWISH": lambda kind: unary(kind, "HARD_SWISH", "HardSwish"),
    "CONV_2D": lambda kind: convolution(kind, kind != "uint8"),
    "CONV_2D, one scale": lambda kind: convolution(kind, False),
    "DEPTHWISE_CONV_2D": lambda kind: depthwise(kind, kind != "uint8"),
    "TRANSPOSE_CONV": lambda kind: transposed(kind, kind != "uint8"),
    "TRANSPOSE_CONV, one scale, valid": lambda kind: transposed(kind, False, 1),
    "FULLY_CONNECTED": lambda kind: dense(kind, False),
    "FULLY_CONNECTED, a scale each": lambda kind: dense(kind, True),
    "ADD": lambda kind: binary(kind, "ADD", "Add", fusedActivationFunction=1, potScaleInt16=False),
    "SUB": lambda kind: binary(kind, "SUB", "Sub", potScaleInt16=False),
    "MUL": lambda kind: binary(kind, "MUL", "Mul", fusedActivationFunction=3),
    "SQUARED_DIFFERENCE": lambda kind: binary(kind, "SQUARED_DIFFERENCE", "SquaredDifference"),
    "SQUARED_DIFFERENCE of one shape": lambda kind: binary(kind, "SQUARED_DIFFERENCE", "SquaredDifference", IMAGE),
    "PRELU": rectified,
    "ABS": lambda kind: unary(kind, "ABS", "Abs"),
    "ABS, one scale": lambda kind: unary(kind, "ABS", "Abs", (0.05, 0.05), (None, None)),
    "EXP": lambda kind: unary(kind, "EXP", None, (0.02, 0.08)),
    "GELU": lambda kind: unary(kind, "GELU", "Gelu"),
    "GELU by tanh": lambda kind: unary(kind, "GELU", "Gelu", approximate=True),
    "RSQRT": lambda kind: unary(kind, "RSQRT", None, (0.05, 0.03)),
    "SQRT": lambda kind: unary(kind, "SQRT", None, (0.05, 0.02)),
    "SQRT that saturates": lambda kind: unary(kind, "SQRT", None, (0.5, 0.03)),
    "AVERAGE_POOL_2D": lambda kind: pool(kind, "AVERAGE_POOL_2D"),
    "MAX_POOL_2D": lambda kind: pool(kind, "MAX_POOL_2D"),
    "LEAKY_RELU": lambda kind: unary(kind, "LEAKY_RELU", "LeakyRelu", alpha=0.3),
    "RELU": lambda kind: unary(kind, "RELU"),
    "RELU6": lambda kind: unary(kind, "RELU6"),
    "QUANTIZE": lambda kind: unary(kind, "QUANTIZE", "Quantize"),
    "SOFTMAX": lambda kind: probability(kind, "SOFTMAX", "Softmax", beta=1.0),
    "LOG_SOFTMAX": lambda kind: unary(kind, "LOG_SOFTMAX", "LogSoftmax", (0.05, 1 / 16), (None, {"uint8": 255}.get(kind, 127))),
    "LOG_SOFTMAX of a wide scale": lambda kind: unary(kind, "LOG_SOFTMAX", "LogSoftmax", (0.2, 1 / 16),
                                                      (None, {"uint8": 255}.get(kind, 127))),
    "LOGISTIC": lambda kind: probability(kind, "LOGISTIC"),
    "LOGISTIC of a power of two": lambda kind: probability(kind, "LOGISTIC", x_scale=1 / 16),
    "LOGISTIC of a wide scale": lambda kind: probability(kind, "LOGISTIC", x_scale=1 / 4),
    "TANH": lambda kind: probability(kind, "TANH", least=-1),
    "TANH of a power of two": lambda kind: probability(kind, "TANH", least=-1, x_scale=1 / 16),
}
AS_UINT8 = ["SUM", "SUM of one axis", "SUM of no axis"]
HYBRID = ["CONV_2D", "CONV_2D, one scale", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED", "FULLY_CONNECTED, a scale each",
          "EMBEDDING_LOOKUP in a stored table"]
FLOAT = ["TOPK_V2", "EMBEDDING_LOOKUP"]
# The reference has none of these; int16 numbers that it sums it takes to be uint8 ones, and
# int8 ones, too: these are compared with sums of uint8 numbers that lie 128 above them, as their zero points do.
WITHOUT = {"EMBEDDING_LOOKUP in a stored table": set(TYPES), "EMBEDDING_LOOKUP": {"int16"},
           "SUM": {"int16"}, "SUM of one axis": {"int16"}, "SUM of no axis": {"int16"},
           "SQUARED_DIFFERENCE": {"uint8", "int16"}, "SQUARED_DIFFERENCE of one shape": {"uint8", "int16"},
           "REDUCE_PROD": {"uint8"}, "REDUCE_PROD of two axes": {"uint8"}, "REDUCE_PROD of no axis": {"uint8"},
           "PRELU": {"int16"}, "ABS": {"uint8"}, "ABS, one scale": {"uint8"},
           "EXP": {"uint8"}, "LOG_SOFTMAX": {"int16"}, "LOG_SOFTMAX of a wide scale": {"int16"}, "RSQRT": {"uint8"},
           "SQRT": {"uint8"}, "SQRT that saturates": {"uint8"},
           "FULLY_CONNECTED, a scale each": {"uint8"}, "HARD_SWISH": {"int16"}}
FROM_ZERO_UP = {"RSQRT", "SQRT", "SQRT that saturates"}  # real inputs


def kinds_of(name):
    return [kind for kind in [*TYPES, *["float"] * (name in HYBRID + FLOAT)] if kind not in WITHOUT.get(name, ())]


def make_input(details, random, name):
    if details["dtype"] == np.float32:
        return random.uniform(-3, 3, details["shape"]).astype(np.float32)
    if details["dtype"] == np.int32:
        return random.integers(0, ROWS, details["shape"], np.int32)
    limits = np.iinfo(details["dtype"])
    least = details["quantization"][1] if name in FROM_ZERO_UP else limits.min
    return random.integers(least, limits.max, details["shape"], details["dtype"], endpoint=True)


def difference(answer, right):
    """Of floats the largest, over the largest magnitude of the right answer; of integers how many differ."""
    if answer.shape != right.shape or answer.dtype != right.dtype:
        return np.inf
    distance = np.abs(answer.astype(np.float64) - right)
    return distance.max() / np.abs(right).max() if right.dtype == np.float32 else (distance > 0).sum()


def compare(check, name, kind):
    import nncore_library

    label = f"{name}, {'hybrid' if kind == 'float' and name in HYBRID else kind}"
    content = MADE[name](kind)
    shift = 128 if kind == "int8" and name in AS_UINT8 else 0
    try:
        theirs = make_peer(MADE[name]("uint8") if shift else content)
        ours = nncore_library.Session(nncore_library.Model(content, label))
    except (RuntimeError, ValueError, nncore_library.EngineError) as error:
        check(False, f"{label}: {error}")
        return
    worst = 0
    for seed in range(RUNS):
        random, inputs = np.random.default_rng(seed), []
        for details in theirs.get_input_details():
            inputs.append(make_input(details, random, name))
            theirs.set_tensor(details["index"], inputs[-1])
        theirs.invoke()
        answers = ours.run([(x.astype(np.int64) - shift).astype(np.int8) for x in inputs] if shift else inputs)
        for details, answer in zip(theirs.get_output_details(), answers, strict=True):
            answer = (answer.astype(np.int64) + shift).astype(np.uint8) if shift else answer
            worst = max(worst, difference(answer, theirs.get_tensor(details["index"])))
    if kind == "float":
        check(worst < TOLERANCE, f"{label}: relative error {worst:.1e} < {TOLERANCE:.0e}")
    else:
        check(worst == 0, f"{label}: {worst} numbers differ")


def main(names):
    if cpu_lacks_mask():
        print("SKIP: this processor lacks what NNC_CPU names")
        sys.exit(77)
    check = Checks()
    for name in names or MADE:
        for kind in kinds_of(name):
            compare(check, name, kind)
    check.finish()


if __name__ == "__main__":
    main(sys.argv[1:])
