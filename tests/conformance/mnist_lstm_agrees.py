#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""An LSTM in integers on MNIST: bit for bit LiteRT's reference kernels while its state persists from digit to digit and
when it is reset, and as many digits right as it gets."""
import gzip
import sys

import numpy as np

from checks import SHARED, Checks, cpu_lacks_mask

try:
    from ai_edge_litert.interpreter import Interpreter, OpResolverType
except ImportError:
    print("SKIP: ai-edge-litert is not installed")
    sys.exit(77)

MODEL = SHARED / "models/coral/keras_lstm_mnist_ptq.tflite"
DIGITS = SHARED / "data/mnist"
COMPARED = 500
# Of 10,000: LiteRT's reference kernels and its default ones get as many. How many are right while the state persists depends on
# the digits' order (8756 in one by chance); here they are sorted. The model's authors count 90.2 % in an order of theirs.
RIGHT_PERSISTENT, RIGHT_RESET = 9157, 9793


def load():
    images = gzip.open(DIGITS / "t10k-images-idx3-ubyte.gz").read()[16:]
    labels = gzip.open(DIGITS / "t10k-labels-idx1-ubyte.gz").read()[8:]
    return np.frombuffer(images, np.uint8).reshape(-1, 1, 28, 28), np.frombuffer(labels, np.uint8)


class LiteRT:
    def __init__(self):
        self.interpreter = Interpreter(str(MODEL), num_threads=1,
                                       experimental_op_resolver_type=OpResolverType.BUILTIN_REF)
        self.interpreter.allocate_tensors()
        self.reset = self.interpreter.reset_all_variables

    def run(self, inputs):
        self.interpreter.set_tensor(self.interpreter.get_input_details()[0]["index"], inputs[0])
        self.interpreter.invoke()
        return [self.interpreter.get_tensor(self.interpreter.get_output_details()[0]["index"])]


def classify(network, images, reset):
    outputs = []
    network.reset()
    for image in images:
        if reset:
            network.reset()
        outputs.append(network.run([image])[0])
    return np.concatenate(outputs)


def main():
    if cpu_lacks_mask() or not MODEL.exists() or not DIGITS.exists():
        print("SKIP: this processor lacks what NNC_CPU names, or the model or MNIST is not there")
        sys.exit(77)
    import nncore_library

    images, labels = load()
    ours = nncore_library.Session(nncore_library.Model(MODEL.read_bytes(), MODEL.name))
    theirs = LiteRT()
    check = Checks()
    for reset, wanted in ((False, RIGHT_PERSISTENT), (True, RIGHT_RESET)):
        state = "reset" if reset else "persistent"
        answers = classify(ours, images, reset)
        different = int((answers[:COMPARED] != classify(theirs, images[:COMPARED], reset)).sum())
        check(different == 0, f"state {state}: {different} of {COMPARED} digits' scores differ from LiteRT's")
        right = int((answers.argmax(axis=1) == labels).sum())
        check(right == wanted, f"state {state}: {right} of {len(labels)} digits are right, {wanted} are expected")
    check.finish()


if __name__ == "__main__":
    main()
