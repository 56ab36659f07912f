#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Operators agree with ONNX Runtime on tensors of eight dimensions, on those without elements, and on images and sequences of
every batch; where the file says the shapes, and where it gives each dimension a name.

    export NNC_LIBRARY=build/nncore/libnncore.so
    shapes_agree.py
"""
import sys

import numpy as np
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

from checks import Checks, cpu_lacks_mask
from nncore_library import EngineError, Model, Session

EIGHT = (2, 1, 3, 2, 1, 2, 2, 3)
random = np.random.default_rng(0)


def real(*shape):
    return random.standard_normal(shape).astype(np.float32)


def ints(*values):
    return np.array(values, np.int64)


def case(operator, *inputs, constants=(), outputs=1, **attributes):
    """constants: those that follow the inputs; None: absent"""
    return operator, inputs, constants, outputs, attributes


def eight_dimensions():
    x = real(*EIGHT)
    yield case("Add", x, real(2, 3, 1, 2, 2, 1, 2, 1))
    yield case("Less", x, real(2, 3, 1, 2, 2, 1, 2, 1))
    yield case("Transpose", x, perm=[7, 3, 1, 0, 5, 2, 4, 6])
    for operator in ("ReduceSum", "ReduceMax", "ReduceMean", "ReduceL2", "ReduceLogSumExp"):
        yield case(operator, x, constants=[ints(1, 3, -1)], keepdims=0)
    yield case("Softmax", x, axis=3)
    yield case("Concat", x, real(*EIGHT), axis=4)
    yield case("Slice", x, constants=[ints(-1, 0, 2), ints(-9, 2, 0), ints(0, 3, 7), ints(-1, 2, -1)])
    yield case("Pad", x, constants=[ints(*[0, 1, 0, 0, 0, 0, 0, 1] * 2)])
    yield case("MatMul", x, real(2, 1, 3, 1, 1, 2, 3, 4))
    yield case("Gather", real(2, 1, 3, 4, 2, 2), constants=[ints([[1, 0], [3, 2]])], axis=3)
    yield case("GatherND", x, constants=[np.zeros((2, 3, 2), np.int64)], batch_dims=1)
    yield case("CumSum", x, constants=[np.array(5)], reverse=1)
    yield case("TopK", x, constants=[ints(2)], outputs=2, axis=2)
    yield case("ArgMax", x, axis=2, keepdims=0)
    yield case("Expand", x, constants=[ints(2, 3, 3, 2, 2, 2, 2, 3)])
    yield case("Tile", x, constants=[ints(1, 2, 1, 2, 1, 1, 1, 2)])
    yield case("Split", x, outputs=2, axis=3, num_outputs=2)
    yield case("LayerNormalization", x, constants=[real(2, 3)], axis=-2)
    yield case("Conv", real(1, 2, 3, 2, 2, 3, 2, 2), constants=[real(2, 2, 2, 1, 1, 2, 1, 1)])
    yield case("InstanceNormalization", real(2, 3, 2, 1, 2, 2, 1, 2), constants=[real(3), real(3)])
    yield case("NonZero", x)
    yield case("Einsum", x, real(2, 1, 3, 2, 1, 2, 3, 4), equation="abcdefgh,abcdefhi->abcdefgi")


def no_elements():
    nothing, images = real(0, 3), real(0, 3, 4, 4)
    for operator in ("Relu", "Sigmoid", "Neg", "Exp", "Softmax"):
        yield case(operator, nothing)
    yield case("Conv", images, constants=[real(2, 3, 3, 3)], pads=[1, 1, 1, 1])
    yield case("ConvTranspose", images, constants=[real(3, 2, 3, 3)])
    for operator in ("MaxPool", "AveragePool"):
        yield case(operator, images, kernel_shape=[2, 2])
    yield case("GlobalAveragePool", images)
    yield case("Resize", images, constants=[None, np.float32([1, 1, 2, 2])], mode="linear")
    yield case("Gemm", real(3, 0), real(0, 4), constants=[real(4)])
    yield case("Gemm", real(0, 5), constants=[real(5, 4), real(4)])
    yield case("MatMul", real(2, 3, 0), constants=[real(0, 4)])
    yield case("Einsum", real(2, 0), real(0, 3), equation="ij,jk->ik")
    yield case("Concat", nothing, real(2, 3), axis=0)
    yield case("ReduceSum", nothing, constants=[ints(0)])
    yield case("LayerNormalization", nothing, constants=[real(3)])
    yield case("TopK", nothing, constants=[ints(2)], outputs=2)
    yield case("Gather", real(4, 3), constants=[np.zeros(0, np.int64)])
    yield case("Slice", real(4, 3), constants=[ints(2), ints(2)])
    yield case("NonMaxSuppression", real(1, 0, 4), real(1, 2, 0), constants=[ints(3)])


def every_batch():
    for n in (1, 2, 5):
        yield case("Conv", real(n, 3, 8, 8), constants=[real(8, 3, 3, 3)], pads=[1, 1, 1, 1])
        yield case("Conv", real(n, 6, 9, 9), constants=[real(6, 1, 3, 3)], group=6, strides=[2, 2])
        yield case("ConvTranspose", real(n, 4, 5, 5), constants=[real(4, 3, 3, 3)], group=2, strides=[2, 2])
        yield case("GRU", real(3, n, 4), constants=[real(2, 6, 4), real(2, 6, 2)], outputs=2, hidden_size=2, direction="bidirectional")
        yield case("Gemm", real(n, 5), constants=[real(5, 4)])


def build(operator, inputs, constants, outputs, attributes, named):
    values = [helper.make_tensor_value_info(f"x{i}", TensorProto.FLOAT, [f"x{i}_{axis}" for axis in range(x.ndim)] if named else x.shape)
              for i, x in enumerate(inputs)]
    names = [f"x{i}" for i in range(len(inputs))] + ["" if c is None else f"c{i}" for i, c in enumerate(constants)]
    results = [f"y{i}" for i in range(outputs)]
    graph = helper.make_graph([helper.make_node(operator, names, results, **attributes)], "g", values,
                              [helper.make_empty_tensor_value_info(name) for name in results],
                              [numpy_helper.from_array(c, f"c{i}") for i, c in enumerate(constants) if c is not None])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=8).SerializeToString()


def agree(ours, right):
    return ours.shape == right.shape and ours.dtype == right.dtype and np.allclose(ours, right, 1e-4, 1e-5, equal_nan=True)


def compare(check, operator, inputs, constants, outputs, attributes):
    label = f"{operator} of {', '.join(str(list(x.shape)) for x in inputs)}"
    for named in (False, True):
        content = build(operator, inputs, constants, outputs, attributes, named)
        right = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"]).run(
            None, {f"x{i}": x for i, x in enumerate(inputs)})
        try:
            ours = Session(Model(content, label), [x.shape for x in inputs]).run(list(inputs))
        except (EngineError, ValueError) as error:
            check(False, f"{label}: {error}")
            continue
        check(len(ours) == len(right) and all(map(agree, ours, right)), f"{label}{', its dimensions named' if named else ''}")


def main():
    if cpu_lacks_mask():
        print("SKIP: this processor lacks what NNC_CPU names")
        sys.exit(77)
    onnxruntime.set_default_logger_severity(4)
    check = Checks()
    for cases in (eight_dimensions, no_elements, every_batch):
        for what in cases():
            compare(check, *what)
    check.finish()


if __name__ == "__main__":
    main()
