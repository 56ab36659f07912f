#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""TFLite networks agree with LiteRT's reference kernels, on what lies beside them and on 20 random inputs: float and hybrid
ones within 1e-4 of the output's range, integers bit for bit.

    tflite_agree.py [MODEL…]       # by default those of ../shared

NNC_CPU=c is compared on one input beside each and 3 random ones: it is slow.
"""
import itertools
import os
import subprocess
import sys
from pathlib import Path

import numpy as np

from checks import SHARED, Checks, cpu_lacks_mask
from model_inputs import inputs_beside, store
from onnx_runtime_peer import run_nncore

try:
    from ai_edge_litert.interpreter import Interpreter, OpResolverType
except ImportError:
    print("SKIP: ai-edge-litert is not installed")
    sys.exit(77)

TOLERANCE = 1e-4
SLOW = os.environ.get("NNC_CPU") == "c"
RUNS = 3 if SLOW else 20
MODELS = [
    "coral/keras_lstm_mnist_ptq.tflite",
    "coco-ssd/coco_ssd_mobilenet_v1_1.0_quant_2018_06_29.tflite",
    "coral/mobilenet_v1_0.25_128_quant.tflite",
    "coral/mobilenet_v1_0.25_224_1_metadata_1.tflite",
    "coral/mobilenet_v1_0.25_224_quant.tflite",
    "coral/mobilenet_v2_1.0_224_quant.tflite",
    "coral/tf2_mobilenet_v2_1.0_224_ptq.tflite",
    "dtln/model_1.tflite",
    "dtln/model_quant_1.tflite",
    "mediapipe/face_detection_short_range.tflite",
    "mlperf-tiny/ad01_fp32.tflite",
    "mlperf-tiny/ad01_int8.tflite",
    "mlperf-tiny/kws_ref_model.tflite",
    "mlperf-tiny/kws_ref_model_float32.tflite",
    "mlperf-tiny/pretrainedResnet.tflite",
    "mlperf-tiny/pretrainedResnet_quant.tflite",
    "mlperf-tiny/str_ww_ref_model.tflite",
    "mlperf-tiny/vww_96_float.tflite",
    "mlperf-tiny/vww_96_int8.tflite",
]


class LiteRT:
    """LiteRT's answers, under the names that nncore gives its files."""

    def __init__(self, model):
        self.interpreter = Interpreter(model_path=str(model), num_threads=1,
                                       experimental_op_resolver_type=OpResolverType.BUILTIN_REF)
        self.interpreter.allocate_tensors()

    def inputs_beside(self, name):
        first, = self.interpreter.get_input_details()
        for real in itertools.islice(inputs_beside(name, first["shape"]), 1 if SLOW else None):
            yield {first["name"]: real if first["dtype"] == np.float32 else store(real, *first["quantization"], first["dtype"])}

    def random_inputs(self):
        for seed in range(RUNS):
            random = np.random.default_rng(seed)
            yield {i["name"]: make_input(i, random) for i in self.interpreter.get_input_details()}

    def all_inputs(self, model):
        if len(self.interpreter.get_input_details()) == 1:
            yield from self.inputs_beside(f"{model.parent.name}/{model.name}")
        yield from self.random_inputs()

    def run(self, inputs):
        """From the states that a new session has."""
        self.interpreter.reset_all_variables()
        for i in self.interpreter.get_input_details():
            self.interpreter.set_tensor(i["index"], inputs[i["name"]])
        self.interpreter.invoke()
        return {o["name"].replace("/", "_").replace(":", "_"): self.interpreter.get_tensor(o["index"])
                for o in self.interpreter.get_output_details()}


def make_input(details, random):
    if details["dtype"] == np.float32:
        return random.uniform(-1, 1, details["shape"]).astype(np.float32)
    limits = np.iinfo(details["dtype"])
    return random.integers(limits.min, limits.max, details["shape"], details["dtype"], endpoint=True)


def difference(ours, theirs):
    """Of floats the largest, over the range of the right answer; of integers how many differ."""
    if ours is None or ours.shape != theirs.shape or ours.dtype != theirs.dtype:
        return np.inf
    if theirs.dtype != np.float32:
        return int((ours != theirs).sum())
    return float(np.abs(ours - theirs).max() / (np.ptp(theirs) or 1)) if np.isfinite(ours).all() else np.inf


def compare(check, model):
    peer = LiteRT(model)
    worst, n = {}, 0
    for inputs in peer.all_inputs(model):
        n += 1
        try:
            ours = run_nncore(model, inputs)
        except subprocess.CalledProcessError as error:
            check(False, f"{model.name}: nncore run ended with {error.returncode}")
            return
        for name, theirs in peer.run(inputs).items():
            worst[name] = max(worst.get(name, 0), difference(ours.get(name), theirs))
    for name, error in worst.items():
        if isinstance(error, float):
            check(error < TOLERANCE, f"{model.name}, {name}, {n} inputs: relative error {error:.1e} < {TOLERANCE:.0e}")
        else:
            check(error == 0, f"{model.name}, {name}, {n} inputs: {error} numbers differ")


def main(models):
    if cpu_lacks_mask():
        print("SKIP: this processor lacks what NNC_CPU names")
        sys.exit(77)
    check = Checks()
    for model in models or [SHARED / "models" / name for name in MODELS]:
        compare(check, Path(model)) if Path(model).exists() else check.skip(f"{model} is not there")
    check.finish()


if __name__ == "__main__":
    main(sys.argv[1:])
