#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""ONNX Runtime's own operators (com.microsoft): integers are at most one step from its results, and the same where the
operator is a sum of products; reals within 1e-5 of the output's range.

    microsoft_ops_agree.py [NAME…]
"""
import sys

try:
    import numpy as np
    import onnxruntime
    from onnx import helper, numpy_helper
except ImportError as missing:
    print(f"SKIP: {missing.name} is not installed")
    sys.exit(77)

from checks import Checks, cpu_lacks_mask
from nncore_library import Model, Session

RUNS = 5
U8, I8, F32 = np.uint8, np.int8, np.float32
random = np.random.default_rng(7)


def scale(number):
    return np.array(number, F32)


def numbers(shape, dtype):
    """Of every value that the type has, or reals."""
    if dtype == F32:
        return random.standard_normal(shape).astype(F32)
    limits = np.iinfo(dtype)
    return random.integers(limits.min, limits.max + 1, shape).astype(dtype)


def zero(dtype, number=3):
    return np.array(number + (0 if dtype == I8 else 120), dtype)


class Case:
    """inputs: shape of one that is given at random, an array of a constant, or None of one that is absent."""

    def __init__(self, op, inputs, dtype=F32, steps=0, **attributes):
        self.op, self.inputs, self.dtype, self.steps, self.attributes = op, inputs, dtype, steps, attributes


def cases():
    image = (2, 6, 9, 11)
    for dtype in (U8, I8):
        z, o = zero(dtype), zero(dtype, -5)
        name = np.dtype(dtype).name
        for shapes in ([(4, 7, 5), (4, 7, 5)], [(4, 7, 5), (7, 5)], [(3, 1, 5), (4, 5)], [(6, 33), (1,)]):
            for op in ("QLinearAdd", "QLinearMul"):
                yield f"{op} {name} {shapes}", Case(op, [shapes[0], scale(0.03), z, shapes[1], scale(0.021), o, scale(0.05 if op == "QLinearAdd" else 0.02), z], dtype, 1)
        yield f"QLinearAdd {name} ties", Case("QLinearAdd", [(64, 64), scale(0.5), z, (64, 64), scale(0.5), o, scale(1), z], dtype)
        yield f"QLinearSigmoid {name}", Case("QLinearSigmoid", [image, scale(0.04), z, scale(1 / 256), zero(dtype, -8)], dtype, 1)
        for alpha in (0.01, 0.3):
            yield f"QLinearLeakyRelu {name} {alpha}", Case("QLinearLeakyRelu", [image, scale(0.04), z, scale(0.03), o], dtype, 1, alpha=alpha)
        for last in (0, 1):
            yield f"QLinearGlobalAveragePool {name} channels_last={last}", Case("QLinearGlobalAveragePool", [image, scale(0.04), z, scale(0.01), o], dtype, 1, channels_last=last)
        for attributes in (dict(kernel_shape=[3, 3]), dict(kernel_shape=[2, 3], strides=[2, 1], pads=[1, 1, 0, 1]),
                           dict(kernel_shape=[3, 3], pads=[1, 1, 1, 1], count_include_pad=1), dict(kernel_shape=[2, 2], strides=[2, 2], ceil_mode=1)):
            yield f"QLinearAveragePool {name} {attributes}", Case("QLinearAveragePool", [image, scale(0.04), z, scale(0.033), o], dtype, 1, **attributes)
        for axis in (0, 1, -1):
            yield f"QLinearConcat {name} axis={axis}", Case("QLinearConcat", [scale(0.05), z, (3, 4, 5), scale(0.05), z, (3, 4, 5), scale(0.03), o], dtype, 1, axis=axis)
        for weights_type in (U8, I8) if dtype == U8 else (I8,):
            for n, per_channel, bias in ((1, False, False), (10, False, True), (37, True, True)):
                scales = np.linspace(0.002, 0.004, n, dtype=F32) if per_channel else scale(0.003)
                zeros = np.full(n, 2, weights_type) if per_channel else zero(weights_type, 2)
                c = random.integers(-3000, 3000, n).astype(np.int32) if bias else None
                what = f"QGemm {name} by {np.dtype(weights_type).name}, {n} columns{', a scale each' if per_channel else ''}{', c' if bias else ''}"
                yield what, Case("QGemm", [(5, 19), scale(0.02), z, numbers((n, 19), weights_type), scales, zeros, c, scale(0.05), o], dtype, 0, transB=1)
                yield what + ", to reals", Case("QGemm", [(5, 19), scale(0.02), z, numbers((19, n), weights_type), scales, zeros, c], dtype)
    for activation, parameters in (("Relu", None), ("Tanh", None), ("Sigmoid", None), ("LeakyRelu", [0.2]), ("Clip", [-0.5, 0.75]), ("HardSigmoid", [0.3, 0.4])):
        attributes = {"activation": activation, **({"activation_params": parameters} if parameters else {})}
        yield f"FusedConv {activation}", Case("FusedConv", [image, numbers((8, 6, 3, 3), F32), numbers((8,), F32)], pads=[1, 1, 1, 1], **attributes)
    yield "FusedConv with a sum", Case("FusedConv", [image, numbers((8, 6, 3, 3), F32), numbers((8,), F32), (2, 8, 7, 9)], activation="Relu")
    for a, b, attributes in (((3, 4, 5), (3, 5, 6), {}), ((5, 4), (5, 6), dict(transA=1)), ((2, 4, 5), (6, 5), dict(transB=1, alpha=0.5)), ((2, 3, 5, 4), (2, 3, 6, 5), dict(transA=1, transB=1, alpha=1.5))):
        yield f"FusedMatMul {a} {b} {attributes}", Case("FusedMatMul", [a, b], **attributes)
    for shape in ((7,), (3, 65), image):
        yield f"Gelu {shape}", Case("Gelu", [shape])


def build(case):
    """The network, and the shapes of its inputs."""
    feeds, constants, names, free = {}, [], [], []
    for i, given in enumerate(case.inputs):
        names.append("" if given is None else f"i{i}")
        if isinstance(given, tuple):
            feeds[f"i{i}"] = given
            free.append(helper.make_tensor_value_info(f"i{i}", helper.np_dtype_to_tensor_dtype(np.dtype(case.dtype)), given))
        elif given is not None:
            constants.append(numpy_helper.from_array(given, f"i{i}"))
    node = helper.make_node(case.op, names, ["y"], domain="com.microsoft", **case.attributes)
    reals = case.dtype == F32 or case.op == "QGemm" and len(case.inputs) == 7
    output = helper.make_tensor_value_info("y", helper.np_dtype_to_tensor_dtype(np.dtype(F32 if reals else case.dtype)), None)
    graph = helper.make_graph([node], "one", free, [output], constants)
    opsets = [helper.make_opsetid("", 13), helper.make_opsetid("com.microsoft", 1)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=8).SerializeToString(), feeds, reals


def difference(case, content, feeds, reals):
    """The largest: steps, or of the range."""
    session = Session(Model(content, case.op))
    peer = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
    largest = 0
    for _ in range(RUNS):
        inputs = {name: numbers(shape, case.dtype) for name, shape in feeds.items()}
        ours, theirs = session.run(list(inputs.values()))[0], peer.run(None, inputs)[0]
        if ours.shape != theirs.shape or ours.dtype != theirs.dtype:
            return np.inf
        apart = np.abs(ours.astype(np.float64) - theirs)
        largest = max(largest, apart.max() / (np.ptp(theirs) + 1e-9 if reals else 1))
    return largest


def main():
    checks = Checks()
    if cpu_lacks_mask():
        print("SKIP: this processor lacks the instructions")
        sys.exit(77)
    onnxruntime.set_default_logger_severity(4)
    for name, case in cases():
        if len(sys.argv) > 1 and not any(name.startswith(wanted) for wanted in sys.argv[1:]):
            continue
        content, feeds, reals = build(case)
        try:
            apart = difference(case, content, feeds, reals)
        except Exception as failure:  # of either
            checks(False, f"{name}: {failure}")
            continue
        if reals:
            checks(apart <= 1e-5, f"{name}: {apart:.1e} of the range apart")
        else:
            checks(apart <= case.steps, f"{name}: {apart:.0f} steps apart, {case.steps} may be")
    checks.finish()


if __name__ == "__main__":
    main()
