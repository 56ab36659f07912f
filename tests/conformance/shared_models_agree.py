#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The shared ONNX models agree with ONNX Runtime, on the pictures beside them and on 20 random inputs: float ones within
1e-4 of the output's range, quantized ones within one step.

    export NNC_LIBRARY=build/nncore/libnncore.so
    shared_models_agree.py [MODEL…]       # such as yolox/yolox_nano.onnx

NNC_CPU=c is compared on 3 random inputs: it is slow.
"""
import os
import sys

import numpy as np
import onnx
from onnx import numpy_helper

from checks import SHARED, Checks, cpu_lacks_mask
from nncore_library import EngineError, Model, Session
from onnx_runtime_peer import OnnxRuntime
from pictures import read_png, scaled

TOLERANCE = 1e-4
RUNS = 3 if os.environ.get("NNC_CPU") == "c" else 20
TYPES = {"tensor(float)": np.float32, "tensor(uint8)": np.uint8, "tensor(int64)": np.int64}


def pixels(shape, random):
    return random.uniform(0, 255, shape).astype(np.float32)


def any_of_type(shape, random, dtype=np.float32):
    if dtype == np.float32:
        return random.uniform(-1, 1, shape).astype(dtype)
    return random.integers(0, np.iinfo(dtype).max, shape, dtype, endpoint=True)


def orange(shape):
    """As MobileNetV2 wants it: [1,3,height,width], -1 to 1."""
    picture = scaled(read_png(SHARED / "models/nnstreamer/orange.png"), shape[3], shape[2])
    return picture.transpose(2, 0, 1)[None] / np.float32(127.5) - 1


# make: how an input is made, where it is not any value of its type; shapes: of inputs that leave dimensions free;
# pictures: that lie beside the model; quantized: its output is dequantized at the end
MODELS = {
    "dtln/model_1.onnx": {},
    "mediapipe/face_detection_short_range.onnx": {},
    "mnist/mnist.onnx": {},
    "nnstreamer/mobilenet_v2_quant.onnx": {"pictures": [orange], "quantized": True},
    "silero-vad/silero_vad_16k_op15.onnx": {
        "shapes": {"input": (1, 512), "state": (2, 1, 128)},
        "make": {"sr": lambda shape, random: np.array(16000, np.int64)}},
    "ultraface/version-RFB-320.onnx": {},
    "yolox/yolox_nano.onnx": {"make": {"images": pixels}},
}


def shape_of(value, shapes):
    return shapes.get(value.name, [d if isinstance(d, int) else 1 for d in value.shape])


def make_inputs(peer, how, random):
    """Arrays in the order of the model's inputs."""
    arrays = []
    for value in peer.session.get_inputs():
        shape = shape_of(value, how.get("shapes", {}))
        make = how.get("make", {}).get(value.name)
        arrays.append(make(shape, random) if make else any_of_type(shape, random, TYPES[value.type]))
    return arrays


def all_inputs(peer, how):
    for picture in how.get("pictures", []):
        value, = peer.session.get_inputs()
        yield [picture(value.shape).astype(TYPES[value.type])]
    for seed in range(RUNS):
        yield make_inputs(peer, how, np.random.default_rng(seed))


def output_step(path):
    """What one step of a quantized model's output is worth: the scale of the DequantizeLinear that computes it."""
    graph = onnx.load(path).graph
    last, = (node for node in graph.node if graph.output[0].name in node.output)
    scale, = (tensor for tensor in graph.initializer if tensor.name == last.input[1])
    return float(numpy_helper.to_array(scale))


def difference(ours, right, step):
    """The largest, in steps, or, where step is None, over the output's range."""
    if ours.shape != right.shape or ours.dtype != right.dtype or not np.isfinite(ours).all():
        return np.inf
    return float(np.abs(ours - right).max() / (step or right.max() - right.min() or 1.0))


def compare(check, name):
    path = SHARED / "models" / name
    how, peer = MODELS[name], OnnxRuntime(path)
    names = [output.name for output in peer.session.get_outputs()]
    step = output_step(path) if how.get("quantized") else None
    worst = dict.fromkeys(names, 0)
    session = None
    try:
        for inputs in all_inputs(peer, how):
            session = session or Session(Model(path.read_bytes(), name), [array.shape for array in inputs])
            right = peer.session.run(None, dict(zip((i.name for i in peer.session.get_inputs()), inputs)))
            for output, a, b in zip(names, session.run(inputs), right, strict=True):
                worst[output] = max(worst[output], difference(a, b, step))
    except (EngineError, ValueError) as error:
        check(False, f"{name}: {error}")
        return
    for output, error in worst.items():
        if step:
            check(error < 1.01, f"{name}, {output}: {error:.2f} steps apart at most")
        else:
            check(error < TOLERANCE, f"{name}, {output}: relative error {error:.1e} < {TOLERANCE:.0e}")


def main(names):
    if cpu_lacks_mask():
        print("SKIP: this processor lacks what NNC_CPU names")
        sys.exit(77)
    check = Checks()
    for name in names or MODELS:
        compare(check, name) if (SHARED / "models" / name).exists() else check.skip(f"{name} is not there")
    check.finish()


if __name__ == "__main__":
    main(sys.argv[1:])
