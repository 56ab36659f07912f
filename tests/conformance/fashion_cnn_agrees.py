#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""fashion-cnn on all 10,000 test pictures, played as video through edgeclassify: its classes are Keras's within 2, its
probabilities ONNX Runtime's, as they stand in the frames' metadata."""
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np

from checks import Checks, cpu_lacks_mask
from onnx_runtime_peer import OnnxRuntime

MODEL = Path(__file__).resolve().parents[2] / "models" / "fashion-cnn"
sys.path.insert(0, str(MODEL))
import fashion_mnist

CLASSES = len(fashion_mnist.CLASSES)
BATCH = 500
TOLERANCE = 1e-5


def classify(pictures):
    """What frames' metadata says, by edge-eval: probabilities [N,10]."""
    line = "fdsrc ! rawvideoparse format=gray8 width=28 height=28 ! " \
           f"edgeclassify model={MODEL}/fashion-cnn.onnx top-k={CLASSES} ! fakesink"
    done = subprocess.run([os.environ["EDGE_EVAL"], "--json", "-", *line.split()], input=pictures.tobytes(),
                          stdout=subprocess.PIPE, check=True)
    probabilities = np.full((len(pictures), CLASSES), np.nan)
    for result in json.loads(done.stdout)["results"]:
        probabilities[result["frame"], result["indices"]] = result["probabilities"]
    return probabilities


def classify_by_peer(pictures):
    peer = OnnxRuntime(MODEL / "fashion-cnn.onnx")
    name = peer.session.get_inputs()[0].name
    answers = [next(iter(peer.run({name: pictures[start:start + BATCH].astype(np.float32)}).values()))
               for start in range(0, len(pictures), BATCH)]
    return np.concatenate(answers)


def main():
    if cpu_lacks_mask() or not fashion_mnist.FOLDER.exists():
        print("SKIP: this processor lacks what NNC_CPU names, or dataset-fashion-mnist is not installed")
        sys.exit(77)
    pictures, truth = fashion_mnist.load("t10k")
    keras = np.loadtxt(MODEL / "keras-predictions.txt", dtype=int)
    ours, theirs = classify(pictures), classify_by_peer(pictures)

    check = Checks()
    largest = float(np.abs(ours - theirs).max())
    check(largest < TOLERANCE, f"largest difference of a probability from ONNX Runtime's {largest:.1e} < {TOLERANCE:.0e}")
    different = int((ours.argmax(axis=1) != keras).sum())
    check(different <= 2, f"{different} of {len(keras)} classes differ from Keras's, at most 2")
    accuracy = float((ours.argmax(axis=1) == truth).mean())
    check(accuracy >= 0.90, f"top-1 accuracy {accuracy:.4f} >= 0.90")
    check.finish()


if __name__ == "__main__":
    main()
