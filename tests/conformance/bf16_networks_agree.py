#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Networks computed in bf16 see what they see in f32: 99 of 100 classes stay, and no probability moves
by more than 0.05, nor by more than half again as much as OpenVINO's, where that is installed: it computes in bf16 unasked.

    export NNC_LIBRARY=build/nncore/libnncore.so
    bf16_networks_agree.py

ResNet-8 sees CIFAR-10 (fetch_cifar10.sh), the small ones MNIST and Fashion-MNIST; what is not there is skipped.
"""
import sys
import tempfile
from pathlib import Path

import numpy as np

import make_models
from checks import SHARED, Checks, cpu_lacks_mask
from end_results_agree import CIFAR10, MNIST, load_cifar10, load_mnist
from nncore_library import Model, Session

FASHION_CNN = Path(__file__).resolve().parents[2] / "models/fashion-cnn"
sys.path.insert(0, str(FASHION_CNN))
import fashion_mnist

LARGEST = 0.05  # that a probability may move
SAME = 0.99  # of the classes
OPENVINO = 1.5  # times what its own move
PICTURES = 300


def probabilities(scores):
    """Of an output that may be logits."""
    if scores.min() >= 0 and abs(scores.sum() - 1) < 1e-2:
        return scores
    powers = np.exp(scores - scores.max())
    return powers / powers.sum()


def answers(run, inputs):
    return np.array([probabilities(run(x).reshape(-1).astype(np.float64)) for x in inputs])


def ours(path, precision):
    session = Session(Model(path.read_bytes(), path.name), precision=precision)
    return lambda x: session.run([x])[0]


def openvino_as(path, precision):
    import openvino
    core = openvino.Core()
    model = core.read_model(str(path))
    model.reshape({port.any_name: [size.get_length() if size.is_static else 1 for size in port.partial_shape]
                   for port in model.inputs})
    request = core.compile_model(model, "CPU", {"INFERENCE_PRECISION_HINT": precision}).create_infer_request()
    return lambda x: request.infer([x])[0]


def error_of_openvino(path, inputs):
    """None: it is not here, or refuses."""
    try:
        return float(np.abs(answers(openvino_as(path, "bf16"), inputs) - answers(openvino_as(path, "f32"), inputs)).max())
    except Exception:
        return None


def compare(check, path, inputs):
    f32, bf16 = answers(ours(path, "f32"), inputs), answers(ours(path, "bf16"), inputs)
    error, same = float(np.abs(f32 - bf16).max()), float((f32.argmax(axis=1) == bf16.argmax(axis=1)).mean())
    check(error <= LARGEST, f"{path.name}: a probability moves by {error:.1e} <= {LARGEST}")
    check(same >= SAME, f"{path.name}: {same:.3f} of {len(f32)} classes are the same, at least {SAME}")
    theirs = error_of_openvino(path, inputs)
    if theirs is None:
        check.skip(f"{path.name}: OpenVINO is not here, or refuses it")
    else:
        check(error <= OPENVINO * theirs, f"{path.name}: OpenVINO's move by {theirs:.1e}")


def fashion_pictures():
    return [picture[None].astype(np.float32) for picture in fashion_mnist.load("t10k")[0][:PICTURES]]


def spread(items):
    return items[::max(len(items) // PICTURES, 1)]


def mnist_pictures():
    return list(spread(load_mnist()[0])[:, None, None].astype(np.float32))


def cifar10_pictures():
    return list(spread(load_cifar10()[0]).astype(np.float32))


def main():
    if cpu_lacks_mask():
        print("SKIP: this processor lacks what NNC_CPU names")
        sys.exit(77)
    check = Checks()
    for path, pictures, there in (
            (FASHION_CNN / "fashion-cnn.onnx", fashion_pictures, fashion_mnist.FOLDER.exists()),
            (SHARED / "models/mnist/mnist.onnx", mnist_pictures, MNIST.exists()),
            (SHARED / "models/mlperf-tiny/pretrainedResnet.tflite", cifar10_pictures, (CIFAR10 / "test_batch.png").exists())):
        if path.exists() and there:
            compare(check, path, pictures())
        else:
            check.skip(f"{path.name}, or its pictures, are not there")
    random = np.random.default_rng(1)
    with tempfile.TemporaryDirectory() as folder:
        for make, shape in ((make_models.mobilenet_v1, (1, 3, 224, 224)), (make_models.mobilenet_v2, (1, 224, 224, 3))):
            path = Path(folder) / f"{make.__name__}.onnx"
            make(path)
            compare(check, path, random.random((5, *shape), np.float32))
    check.finish()


if __name__ == "__main__":
    main()
