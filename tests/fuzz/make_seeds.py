#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Write a small ONNX model for each operator and its forms, for a fuzzer to begin with, and TFLite ones: of layers and
control flow, and, where TensorFlow is installed, of each operator.

    make_seeds.py ONNX_FOLDER [TFLITE_FOLDER]
"""
import sys
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

IMAGE, MATRIX, CUBE = (1, 3, 6, 5), (3, 4), (2, 3, 4)
INT64 = np.int64


def numbers(*shape):
    return np.linspace(-1, 1, int(np.prod(shape)), dtype=np.float32).reshape(shape)


def ints(*values):
    return np.array(values, INT64)


# name: (opset, operator, shape of the input, constants, attributes)
SEEDS = {
    **{op.lower(): (17, op, MATRIX, [], {}) for op in
       ("Exp", "HardSigmoid", "HardSwish", "Identity", "LeakyRelu", "Relu", "Shape", "Sigmoid", "Softmax", "Sqrt", "Tanh")},
    **{op.lower(): (17, op, CUBE, [numbers(3, 1)], {}) for op in ("Add", "Sub", "Mul", "Div")},
    "averagepool": (19, "AveragePool", IMAGE, [], dict(kernel_shape=[2, 2], pads=[1, 0, 0, 1], ceil_mode=1, strides=[2, 2],
                                                       dilations=[2, 1], count_include_pad=1)),
    "averagepool_same": (11, "AveragePool", IMAGE, [], dict(kernel_shape=[3, 3], auto_pad="SAME_LOWER")),
    "batchnormalization": (15, "BatchNormalization", IMAGE, [numbers(3)] * 3 + [numbers(3) + 2], dict(epsilon=0.1)),
    "cast": (13, "Cast", MATRIX, [], dict(to=TensorProto.UINT8)),
    "cast_half": (13, "Cast", MATRIX, [], dict(to=TensorProto.FLOAT16)),
    "clip": (13, "Clip", MATRIX, [np.float32(-0.5), np.float32(0.5)], {}),
    "clip_7": (7, "Clip", MATRIX, [], dict(min=-0.5, max=0.5)),
    "concat": (13, "Concat", CUBE, [numbers(2, 1, 4)], dict(axis=1)),
    "conv": (17, "Conv", IMAGE, [numbers(4, 3, 3, 3), numbers(4)], dict(pads=[1, 1, 1, 1], strides=[2, 1])),
    "conv_depthwise": (17, "Conv", IMAGE, [numbers(3, 1, 3, 3)], dict(group=3, dilations=[2, 1])),
    "conv_1d": (17, "Conv", (1, 2, 9), [numbers(2, 2, 3)], dict(auto_pad="SAME_UPPER", kernel_shape=[3])),
    "dropout": (13, "Dropout", MATRIX, [], {}),
    "flatten": (13, "Flatten", CUBE, [], dict(axis=2)),
    "gather": (13, "Gather", CUBE, [ints(2, 0, -1)], dict(axis=1)),
    "gemm": (13, "Gemm", MATRIX, [numbers(5, 4), numbers(5)], dict(alpha=0.5, beta=2.0, transB=1)),
    "globalaveragepool": (17, "GlobalAveragePool", IMAGE, [], {}),
    "gru": (14, "GRU", CUBE, [numbers(1, 9, 4), numbers(1, 9, 3), numbers(1, 18)], dict(hidden_size=3, linear_before_reset=1)),
    "lstm": (14, "LSTM", CUBE, [numbers(2, 12, 4), numbers(2, 12, 3)], dict(hidden_size=3, direction="bidirectional")),
    "rnn": (14, "RNN", CUBE, [numbers(1, 3, 4), numbers(1, 3, 3)], dict(hidden_size=3, layout=1)),
    "matmul": (13, "MatMul", CUBE, [numbers(4, 5)], {}),
    "maxpool": (12, "MaxPool", IMAGE, [], dict(kernel_shape=[3, 2], strides=[2, 2], pads=[1, 0, 1, 1])),
    "pad": (13, "Pad", CUBE, [ints(0, 1, 0, 1, 0, -1), np.float32(2)], dict(mode="constant")),
    "pad_7": (7, "Pad", CUBE, [], dict(mode="reflect", pads=[0, 1, 1, 0, 1, 1])),
    "reducemean": (18, "ReduceMean", CUBE, [ints(1, -1)], dict(keepdims=0)),
    "reducemean_13": (13, "ReduceMean", CUBE, [], dict(axes=[0])),
    "reshape": (14, "Reshape", CUBE, [ints(0, -1, 2, 2)], {}),
    "slice": (13, "Slice", CUBE, [ints(-1, 0), ints(-10, 3), ints(1, 2), ints(-1, 2)], {}),
    "slice_9": (9, "Slice", CUBE, [], dict(starts=[1], ends=[3], axes=[2])),
    "softmax_11": (11, "Softmax", CUBE, [], dict(axis=1)),
    "squeeze": (13, "Squeeze", (1, 3, 1, 2), [ints(0, 2)], {}),
    "transpose": (13, "Transpose", CUBE, [], dict(perm=[2, 0, 1])),
    "unsqueeze": (13, "Unsqueeze", MATRIX, [ints(0, -1)], {}),
}


def make_model(opset, op, shape, constants, attributes):
    names = [f"c{i}" for i in range(len(constants))]
    node = helper.make_node(op, ["x", *names], ["y"], "node", **attributes)
    graph = helper.make_graph([node], "seed", [helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)],
                              [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)],
                              [numpy_helper.from_array(np.asarray(c), n) for c, n in zip(constants, names)])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8)


def network():
    """A few layers, as exporters write them: what passes rewrite."""
    nodes = [
        helper.make_node("Transpose", ["x"], ["t"], perm=[0, 3, 1, 2]),
        helper.make_node("Conv", ["t", "w"], ["c"], pads=[1, 1, 1, 1]),
        helper.make_node("BatchNormalization", ["c", "s", "s", "s", "v"], ["b"]),
        helper.make_node("Relu", ["b"], ["r"]),
        helper.make_node("MaxPool", ["r"], ["m"], kernel_shape=[2, 2], strides=[2, 2]),
        helper.make_node("Shape", ["m"], ["shape"]),
        helper.make_node("Gather", ["shape", "zero"], ["n"]),
        helper.make_node("Unsqueeze", ["n", "zeros"], ["n1"]),
        helper.make_node("Concat", ["n1", "minus"], ["to"], axis=0),
        helper.make_node("Reshape", ["m", "to"], ["f"]),
        helper.make_node("MatMul", ["f", "d"], ["p"]),
        helper.make_node("Add", ["p", "o"], ["a"]),
        helper.make_node("Softmax", ["a"], ["y"]),
    ]
    constants = dict(w=numbers(4, 2, 3, 3), s=numbers(4), v=numbers(4) + 2, zero=np.array(0, INT64), zeros=ints(0),
                     minus=ints(-1), d=numbers(16, 3), o=numbers(3))
    graph = helper.make_graph(nodes, "network", [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", 4, 4, 2])],
                              [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["n", 3])],
                              [numpy_helper.from_array(c, n) for n, c in constants.items()])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)


def branches():
    """If, whose branches read what is outside."""
    def branch(op):
        return helper.make_graph([helper.make_node(op, ["x"], ["b"])], op, [],
                                 [helper.make_tensor_value_info("b", TensorProto.FLOAT, None)])
    node = helper.make_node("If", ["c"], ["y"], then_branch=branch("Relu"), else_branch=branch("Tanh"))
    graph = helper.make_graph([node], "branches", [helper.make_tensor_value_info("x", TensorProto.FLOAT, MATRIX),
                                                   helper.make_tensor_value_info("c", TensorProto.BOOL, [])],
                              [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def make_onnx(folder):
    folder.mkdir(parents=True, exist_ok=True)
    for name, seed in SEEDS.items():
        onnx.save(make_model(*seed), folder / f"{name}.onnx")
    onnx.save(network(), folder / "network.onnx")
    onnx.save(branches(), folder / "if.onnx")


def make_tflite(folder):
    sys.path.append(str(Path(__file__).resolve().parents[1] / "conformance"))
    import tflite_layers_agree as layers

    folder.mkdir(parents=True, exist_ok=True)
    for name, write in layers.LAYERS.items():
        (folder / f"{name}.tflite").write_bytes(write())
    try:
        import tensorflow  # noqa: F401
        import tflite_ops_agree as operators
    except ImportError:
        return
    for name, (function, shapes) in operators.FLOAT.items():
        for kind in ("float", "int8"):
            try:
                (folder / f"{name} {kind}.tflite").write_bytes(operators.convert(function, shapes, kind == "int8"))
            except Exception as error:  # the converter does not know all of them in integers
                print(f"{name} {kind}: {str(error).splitlines()[0][:80]}")


if __name__ == "__main__":
    make_onnx(Path(sys.argv[1]))
    if len(sys.argv) > 2:
        make_tflite(Path(sys.argv[2]))
