#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Networks that ONNX Runtime's quantize_static makes (QuantizeLinear and DequantizeLinear around every operator), in
every mix of types. With integers instead of reals between those no result of an operator moves by more than a step, and
fewer than one in a thousand move; of a whole network, where the next operators see what moved, fewer than one in fifty.
`exact` computes the reals as they are written; ONNX Runtime's outputs are at most a step away.
"""
import sys
import tempfile

try:
    import numpy as np
    import onnx
    import onnxruntime
    from onnx import TensorProto, helper, numpy_helper, version_converter
    from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static
except ImportError as missing:
    print(f"SKIP: {missing.name} is not installed")
    sys.exit(77)

import logging

from checks import SHARED, Checks, cpu_lacks_mask
from nncore_library import Model, Session

TYPES = {"u8": QuantType.QUInt8, "i8": QuantType.QInt8}
# activations, weights, whether these have a scale a channel
KINDS = [("u8", "u8", False), ("u8", "i8", True), ("i8", "i8", True), ("i8", "i8", False)]


def make_network(name, nodes, shapes, output):
    """x is [1,shapes["x"]]; the others are constants at random."""
    random = np.random.default_rng(3)
    constants = [numpy_helper.from_array((random.standard_normal(s) * 0.3).astype(np.float32), n)
                 for n, s in shapes.items() if n != "x"]
    constants += [numpy_helper.from_array(np.float32(0), "low"), numpy_helper.from_array(np.float32(6), "high")]
    read = {i for node in nodes for i in node.input}
    constants = [c for c in constants if c.name in read]
    graph = helper.make_graph(nodes, name, [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, *shapes["x"]])],
                              [helper.make_tensor_value_info("y", TensorProto.FLOAT, output)], constants)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)


def operators():
    """Networks of one operator, or of two that become one."""
    image, many = {"x": (16, 32, 32)}, [1, 24, 32, 32]
    convolution = {**image, "w": (24, 16, 3, 3), "b": (24,)}
    return {
        "Conv": make_network("n", [helper.make_node("Conv", ["x", "w", "b"], ["y"], pads=[1] * 4)], convolution, many),
        "Conv and Relu": make_network("n", [helper.make_node("Conv", ["x", "w"], ["c"], pads=[1] * 4),
                                            helper.make_node("Relu", ["c"], ["y"])], convolution, many),
        "Conv and Clip": make_network("n", [helper.make_node("Conv", ["x", "w", "b"], ["c"], pads=[1] * 4),
                                            helper.make_node("Clip", ["c", "low", "high"], ["y"])], convolution, many),
        "pointwise Conv": make_network("n", [helper.make_node("Conv", ["x", "w", "b"], ["y"])],
                                       {**image, "w": (24, 16, 1, 1), "b": (24,)}, many),
        "depthwise Conv": make_network("n", [helper.make_node("Conv", ["x", "w", "b"], ["y"], group=16, strides=[2, 2])],
                                       {**image, "w": (16, 1, 3, 3), "b": (16,)}, [1, 16, 15, 15]),
        "MatMul": make_network("n", [helper.make_node("MatMul", ["x", "w"], ["y"])], {"x": (64, 96), "w": (96, 40)}, [1, 64, 40]),
        "Gemm": make_network("n", [helper.make_node("Gemm", ["x", "w", "b"], ["y"])], {"x": (512,), "w": (512, 1000), "b": (1000,)},
                             [1, 1000]),
        "Add": make_network("n", [helper.make_node("Add", ["x", "w"], ["y"])], {**image, "w": (16, 1, 1)}, [1, 16, 32, 32]),
        "Mul": make_network("n", [helper.make_node("Mul", ["x", "w"], ["y"])], {**image, "w": (16, 1, 1)}, [1, 16, 32, 32]),
        "Sigmoid": make_network("n", [helper.make_node("Sigmoid", ["x"], ["y"])], image, [1, 16, 32, 32]),
        "Conv and MaxPool": make_network("n", [helper.make_node("Conv", ["x", "w"], ["c"], pads=[1] * 4),
                                               helper.make_node("MaxPool", ["c"], ["y"], kernel_shape=[3, 3])],
                                         convolution, [1, 24, 30, 30]),
        "Conv and Transpose": make_network("n", [helper.make_node("Conv", ["x", "w"], ["c"], pads=[1] * 4),
                                                 helper.make_node("Transpose", ["c"], ["y"], perm=[0, 2, 3, 1])],
                                           convolution, [1, 32, 32, 24]),
        "Concat": make_network("n", [helper.make_node("Sigmoid", ["x"], ["r"]), helper.make_node("Concat", ["x", "r"], ["y"], axis=1)],
                               image, [1, 32, 32, 32]),
    }


def small_network():
    """A convolutional network of the operators that have integer forms, with weights at random."""
    nodes = [
        helper.make_node("Conv", ["x", "w1", "b1"], ["c1"], pads=[1, 1, 1, 1], strides=[2, 2]),
        helper.make_node("Relu", ["c1"], ["r1"]),
        helper.make_node("MaxPool", ["r1"], ["p1"], kernel_shape=[2, 2], strides=[2, 2]),
        helper.make_node("Conv", ["p1", "w2", "b2"], ["c2"], pads=[1, 1, 1, 1], group=8),
        helper.make_node("Clip", ["c2", "low", "high"], ["r2"]),
        helper.make_node("Conv", ["r2", "w3", "b3"], ["c3"]),
        helper.make_node("Add", ["c3", "p1"], ["a1"]),
        helper.make_node("Sigmoid", ["a1"], ["s1"]),
        helper.make_node("Mul", ["a1", "s1"], ["m1"]),
        helper.make_node("Concat", ["m1", "p1"], ["k1"], axis=1),
        helper.make_node("GlobalAveragePool", ["k1"], ["g1"]),
        helper.make_node("Flatten", ["g1"], ["f1"]),
        helper.make_node("Gemm", ["f1", "w4", "b4"], ["d1"], transB=1),
        helper.make_node("Relu", ["d1"], ["r4"]),
        helper.make_node("MatMul", ["r4", "w5"], ["y"]),
    ]
    shapes = {"x": (3, 32, 32), "w1": (8, 3, 3, 3), "b1": (8,), "w2": (8, 1, 3, 3), "b2": (8,), "w3": (8, 8, 1, 1),
              "b3": (8,), "w4": (24, 16), "b4": (24,), "w5": (24, 10)}
    return make_network("small", nodes, shapes, [1, 10])


def describe_input(network):
    constants = {c.name for c in network.graph.initializer}
    value = next(i for i in network.graph.input if i.name not in constants)
    return value.name, [d.dim_value or 1 for d in value.type.tensor_type.shape.dim]


class Calibration(CalibrationDataReader):
    def __init__(self, name, shape):
        random = np.random.default_rng(5)
        self.rest = [{name: random.standard_normal(shape).astype(np.float32)} for _ in range(8)]

    def get_next(self):
        return self.rest.pop() if self.rest else None


def quantize(network, activations, weights, per_channel):
    with tempfile.TemporaryDirectory() as folder:
        onnx.save(network, f"{folder}/float.onnx")
        quantize_static(f"{folder}/float.onnx", f"{folder}/integer.onnx", Calibration(*describe_input(network)),
                        quant_format=QuantFormat.QDQ, activation_type=TYPES[activations], weight_type=TYPES[weights],
                        per_channel=per_channel)
        return onnx.load(f"{folder}/integer.onnx")


def output_steps(network):
    """The scale of each output's DequantizeLinear."""
    constants = {c.name: numpy_helper.to_array(c) for c in network.graph.initializer}
    scales = {n.output[0]: constants[n.input[1]] for n in network.graph.node if n.op_type == "DequantizeLinear"}
    return [float(scales[o.name]) for o in network.graph.output]


def run_all(network, runs):
    """Differences in steps: integers from reals, and integers from ONNX Runtime."""
    content = network.SerializeToString()
    model = Model(content, "network")
    integers, reals = Session(model), Session(model, exact=True)
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    peer = onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    steps, random = output_steps(network), np.random.default_rng(1)
    name, shape = describe_input(network)
    from_reals, from_peer = [], []
    for _ in range(runs):
        x = random.standard_normal(shape).astype(np.float32)
        ours, exact, theirs = integers.run([x]), reals.run([x]), peer.run(None, {name: x})
        for y, real, other, step in zip(ours, exact, theirs, steps):
            from_reals.append(np.abs(y - real).ravel() / step)
            from_peer.append(np.abs(y - other).ravel() / step)
    return np.concatenate(from_reals), np.concatenate(from_peer)


def main():
    checks = Checks()
    if cpu_lacks_mask():
        print("SKIP: this processor lacks the instructions")
        sys.exit(77)
    logging.disable(logging.WARNING)
    onnxruntime.set_default_logger_severity(4)
    networks = {name: (network, 4, 1e-3) for name, network in operators().items()}
    networks["a small network"] = small_network(), 100, 1 / 50
    mnist = SHARED / "models/mnist/mnist.onnx"
    if mnist.exists():
        networks["mnist.onnx"] = version_converter.convert_version(onnx.load(mnist), 13), 100, 1 / 50
    for name, (network, runs, most) in networks.items():
        for activations, weights, per_channel in KINDS:
            what = f"{name}, {activations} by {weights}{' of each channel' if per_channel else ''}"
            reals, peer = run_all(quantize(network, activations, weights, per_channel), runs)
            moved = (reals > 0.5).mean()
            checks(reals.max() < 1.5 and moved < most,
                   f"{what}: {reals.max():.2f} steps from reals at most, {1000 * moved:.2f} in 1000 differ")
            checks(peer.max() < 1.5, f"{what}: {peer.max():.2f} steps from ONNX Runtime at most")
    checks.finish()


if __name__ == "__main__":
    main()
