# SPDX-License-Identifier: LGPL-2.1-or-later
"""Run a network on `nncore run` and on ONNX Runtime."""
import os
import subprocess
import tempfile
from pathlib import Path

import numpy as np
import onnxruntime

NNCORE = os.environ.get("NNCORE", "nncore")


def run_nncore(model, inputs):
    """inputs: name to array. Returns name to array; names as in files: / and : are _."""
    with tempfile.TemporaryDirectory() as folder:
        arguments = []
        for i, (name, array) in enumerate(inputs.items()):
            np.save(f"{folder}/input{i}.npy", array)
            arguments += ["-i", f"{name}={folder}/input{i}.npy"]
        os.mkdir(f"{folder}/out")
        subprocess.run([NNCORE, "run", model, *arguments, "-o", f"{folder}/out"], check=True, stdout=subprocess.DEVNULL)
        return {path.stem: np.load(path) for path in Path(f"{folder}/out").glob("*.npy")}


class OnnxRuntime:
    """ONNX Runtime's answers, under the names that nncore gives its files."""

    def __init__(self, model):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.log_severity_level = 4  # errors only come as exceptions
        self.session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])

    def make_inputs(self, seed=1, high=1.0):
        """Random values for every input, unknown extents 1."""
        random = np.random.default_rng(seed)
        shapes = {i.name: [d if isinstance(d, int) else 1 for d in i.shape] for i in self.session.get_inputs()}
        return {name: random.random(shape, np.float32) * np.float32(high) for name, shape in shapes.items()}

    def run(self, inputs):
        names = [o.name.replace("/", "_").replace(":", "_") for o in self.session.get_outputs()]
        return dict(zip(names, self.session.run(None, inputs)))
