#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Write networks of known shape with random weights, as the two common exporters write them.

    make_models.py FOLDER        # mobilenet_v1.onnx, mobilenet_v2.onnx

MobileNetV1 comes in PyTorch's manner: NCHW, Conv without bias followed by BatchNormalization, padding in the Conv,
Flatten and Gemm. MobileNetV2 comes in Keras's: NHWC in and out with a Transpose at the door, batch normalization
as Mul and Add, asymmetric padding by Pad before strides, MatMul and Softmax.
"""
import sys
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper


class Writer:
    """A graph that grows at its end. Each method takes and returns names of values."""

    def __init__(self, seed):
        self.random = np.random.default_rng(seed)
        self.nodes, self.constants = [], []

    def constant(self, array, name):
        self.constants.append(numpy_helper.from_array(np.asarray(array), f"{name}_{len(self.constants)}"))
        return self.constants[-1].name

    def weights(self, *shape, fan_in):
        return self.constant((self.random.standard_normal(shape) * np.sqrt(2 / fan_in)).astype(np.float32), "weights")

    def vector(self, n, low, high):
        return self.constant(self.random.uniform(low, high, n).astype(np.float32), "vector")

    def node(self, op, *inputs, **attributes):
        name = f"{op.lower()}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(op, inputs, [name + "_out"], name, **attributes))
        return name + "_out"

    def conv(self, x, channels_in, channels_out, kernel, stride=1, group=1, pads=None):
        w = self.weights(channels_out, channels_in // group, kernel, kernel, fan_in=channels_in // group * kernel**2)
        pads = [kernel // 2] * 4 if pads is None else pads
        return self.node("Conv", x, w, kernel_shape=[kernel] * 2, strides=[stride] * 2, pads=pads, group=group)

    def relu6(self, x):
        return self.node("Clip", x, self.constant(np.float32(0), "low"), self.constant(np.float32(6), "high"))

    def save(self, path, inputs, outputs, opset):
        def describe(name, shape):
            return helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
        graph = helper.make_graph(self.nodes, path.stem, [describe(*i) for i in inputs], [describe(*o) for o in outputs],
                                  self.constants)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8)
        onnx.checker.check_model(model)
        onnx.save(model, path)


def mobilenet_v1(path):
    """PyTorch's manner. x: [N,3,224,224]"""
    g = Writer(seed=1)

    def block(x, channels_in, channels_out, kernel, stride=1, group=1):
        x = g.conv(x, channels_in, channels_out, kernel, stride, group)
        x = g.node("BatchNormalization", x, g.vector(channels_out, 0.8, 1.2), g.vector(channels_out, -0.2, 0.2),
                   g.vector(channels_out, -0.2, 0.2), g.vector(channels_out, 0.8, 1.2), epsilon=1e-3)
        return g.relu6(x)

    x, channels = block("image", 3, 32, 3, stride=2), 32
    for wider, stride in [(64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2), *[(512, 1)] * 5, (1024, 2), (1024, 1)]:
        x = block(x, channels, channels, 3, stride, group=channels)
        x = block(x, channels, wider, 1)
        channels = wider
    x = g.node("Flatten", g.node("GlobalAveragePool", x), axis=1)
    x = g.node("Gemm", x, g.weights(1000, channels, fan_in=channels), g.vector(1000, -0.1, 0.1), transB=1)
    g.save(path, [("image", ["batch", 3, 224, 224])], [(x, ["batch", 1000])], opset=17)


def mobilenet_v2(path):
    """Keras's manner. x: [N,224,224,3]"""
    g = Writer(seed=2)

    def normalize(x, channels):
        x = g.node("Mul", x, g.constant(g.random.uniform(0.8, 1.2, (1, channels, 1, 1)).astype(np.float32), "scale"))
        return g.node("Add", x, g.constant(g.random.uniform(-0.2, 0.2, (1, channels, 1, 1)).astype(np.float32), "offset"))

    def depthwise(x, channels, stride):
        if stride == 1:
            return g.conv(x, channels, channels, 3, group=channels)
        x = g.node("Pad", x, g.constant(np.array([0, 0, 0, 0, 0, 0, 1, 1]), "pads"))
        return g.conv(x, channels, channels, 3, stride, group=channels, pads=[0] * 4)

    def bottleneck(x, channels_in, channels_out, stride, expansion):
        wide, y = channels_in * expansion, x
        if expansion > 1:
            y = g.relu6(normalize(g.conv(y, channels_in, wide, 1), wide))
        y = g.relu6(normalize(depthwise(y, wide, stride), wide))
        y = normalize(g.conv(y, wide, channels_out, 1), channels_out)
        return g.node("Add", x, y) if stride == 1 and channels_in == channels_out else y

    x = g.node("Transpose", "image", perm=[0, 3, 1, 2])
    x = g.relu6(normalize(g.conv(x, 3, 32, 3, stride=2, pads=[0, 0, 1, 1]), 32))
    channels = 32
    for expansion, wider, repeats, stride in [(1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1),
                                              (6, 160, 3, 2), (6, 320, 1, 1)]:
        for i in range(repeats):
            x = bottleneck(x, channels, wider, stride if i == 0 else 1, expansion)
            channels = wider
    x = g.relu6(normalize(g.conv(x, channels, 1280, 1), 1280))
    x = g.node("Squeeze", g.node("GlobalAveragePool", x), g.constant(np.array([2, 3]), "axes"))
    x = g.node("Softmax", g.node("MatMul", x, g.weights(1280, 1000, fan_in=1280)), axis=-1)
    g.save(path, [("image", ["batch", 224, 224, 3])], [(x, ["batch", 1000])], opset=15)


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    mobilenet_v1(folder / "mobilenet_v1.onnx")
    mobilenet_v2(folder / "mobilenet_v2.onnx")
