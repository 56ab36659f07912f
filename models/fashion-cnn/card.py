#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Write the figures of README.md, the model's card: train.py calls it, and so can you, to time the network.

    .venv-train/bin/python models/fashion-cnn/card.py build/nncore/tools/nncore
"""
import json
import platform
import subprocess
import sys
from pathlib import Path

import numpy as np
import onnx

import fashion_mnist

HERE = Path(__file__).resolve().parent
CARD = HERE / "README.md"


def replace_block(name, text):
    """Put text between <!-- name --> and <!-- /name --> of the card."""
    begin, end = f"<!-- {name} -->", f"<!-- /{name} -->"
    before, rest = CARD.read_text().split(begin)
    after = rest.split(end)[1]
    CARD.write_text(f"{before}{begin}\n{text}\n{end}{after}")


def processor():
    """The processor's name and its cores, as Linux tells them."""
    info = Path("/proc/cpuinfo").read_text().splitlines()
    names = [line.split(":")[1].strip() for line in info if line.startswith("model name")]
    return f"{names[0] if names else platform.machine()}, {len(names) or 1} cores"


def write_training(seconds, epochs):
    replace_block("training", f"{epochs} epochs took {seconds:.0f} s on {processor()} (shared with other work).")


def count_macs():
    """Multiply-accumulates of one picture: for each weight matrix, its size times the places it is applied at."""
    graph = onnx.shape_inference.infer_shapes(onnx.load(HERE / "fashion-cnn.onnx")).graph
    weights = {t.name: list(t.dims) for t in graph.initializer}
    shapes = {v.name: [d.dim_value for d in v.type.tensor_type.shape.dim]
              for v in [*graph.value_info, *graph.output]}
    macs = 0
    for node in graph.node:
        if node.op_type == "Conv":          # weights [O,I,H,W], output [N,O,H,W]
            macs += np.prod(weights[node.input[1]]) * np.prod(shapes[node.output[0]][2:])
        elif node.op_type in ("MatMul", "Gemm"):
            macs += np.prod(weights[node.input[1]])
    return int(macs)


def count_parameters():
    graph = onnx.load(HERE / "fashion-cnn.onnx").graph
    return sum(int(np.prod(t.dims)) for t in graph.initializer if t.data_type == onnx.TensorProto.FLOAT)


def write_accuracy():
    """Accuracy on the 10,000 test pictures, and precision, recall and F1 of each class, from Keras's predictions."""
    _, truth = fashion_mnist.load("t10k")
    predicted = np.loadtxt(HERE / "keras-predictions.txt", dtype=np.uint8)
    right = int((predicted == truth).sum())
    lines = [f"{count_parameters():,} parameters, {count_macs():,} multiply-accumulates a picture.", "",
             f"Right: {right:,} of {len(truth):,} test pictures, top-1 accuracy {right / len(truth):.4f}.", "",
             "| class | precision | recall | F1 |", "|---|---|---|---|"]
    for k, name in enumerate(fashion_mnist.CLASSES):
        true_positives = ((predicted == k) & (truth == k)).sum()
        precision, recall = true_positives / (predicted == k).sum(), true_positives / (truth == k).sum()
        lines.append(f"| {name} | {precision:.3f} | {recall:.3f} | {2 * precision * recall / (precision + recall):.3f} |")
    replace_block("accuracy", "\n".join(lines))


def write_inference_time(nncore):
    """One picture through `nncore bench`, one thread."""
    bench = subprocess.run([nncore, "bench", "--json", "--threads", "1", HERE / "fashion-cnn.onnx"],
                           check=True, capture_output=True, text=True)
    median = json.loads(bench.stdout)["median_us"]
    replace_block("inference", f"{median:.0f} µs a picture (median), one thread, on {processor()}.")


if __name__ == "__main__":
    write_accuracy()
    if len(sys.argv) > 1:
        write_inference_time(sys.argv[1])
