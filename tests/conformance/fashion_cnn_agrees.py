#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""fashion-cnn on all 10,000 test pictures: its classes are Keras's within 2, its probabilities ONNX Runtime's."""
import sys
from pathlib import Path

import numpy as np

from checks import Checks, cpu_lacks_mask
from onnx_runtime_peer import OnnxRuntime, run_nncore

MODEL = Path(__file__).resolve().parents[2] / "models" / "fashion-cnn"
sys.path.insert(0, str(MODEL))
import fashion_mnist

BATCH = 500
TOLERANCE = 1e-5


def main():
    if cpu_lacks_mask() or not fashion_mnist.FOLDER.exists():
        print("SKIP: this processor lacks what NNC_CPU names, or dataset-fashion-mnist is not installed")
        sys.exit(77)
    pictures, truth = fashion_mnist.load("t10k")
    keras = np.loadtxt(MODEL / "keras-predictions.txt", dtype=int)
    peer = OnnxRuntime(MODEL / "fashion-cnn.onnx")
    name = peer.session.get_inputs()[0].name
    largest, predicted = 0.0, []
    for start in range(0, len(pictures), BATCH):
        inputs = {name: pictures[start:start + BATCH].astype(np.float32)}
        (ours,), (theirs,) = run_nncore(MODEL / "fashion-cnn.onnx", inputs).values(), peer.run(inputs).values()
        largest = max(largest, float(np.abs(ours - theirs).max()))
        predicted.append(ours.argmax(axis=1))
    predicted = np.concatenate(predicted)

    check = Checks()
    check(largest < TOLERANCE, f"largest difference of a probability from ONNX Runtime's {largest:.1e} < {TOLERANCE:.0e}")
    different = int((predicted != keras).sum())
    check(different <= 2, f"{different} of {len(keras)} classes differ from Keras's, at most 2")
    accuracy = float((predicted == truth).mean())
    check(accuracy >= 0.90, f"top-1 accuracy {accuracy:.4f} >= 0.90")
    check.finish()


if __name__ == "__main__":
    main()
