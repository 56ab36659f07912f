# SPDX-License-Identifier: LGPL-2.1-or-later
"""LSTM, GRU and RNN with every attribute, constant weights and computed ones, against ONNX Runtime."""
import itertools
import tempfile
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from checks import Checks, cpu_lacks_mask
from onnx_runtime_peer import OnnxRuntime, run_nncore

TIME, BATCH, INPUT, HIDDEN = 7, 3, 5, 19
GATES = {"LSTM": 4, "GRU": 3, "RNN": 1}
FUNCTIONS = {"LSTM": 3, "GRU": 2, "RNN": 1}
ATTRIBUTES = {
    "LSTM": [{}, {"clip": 0.5}, {"input_forget": 1}, {"activations": ["HardSigmoid", "Softsign", "Elu"]},
             {"activations": ["Sigmoid", "LeakyRelu", "ScaledTanh"], "activation_alpha": [0.2, 1.5],
              "activation_beta": [0.7]}],
    "GRU": [{}, {"linear_before_reset": 1}, {"clip": 0.5}, {"activations": ["HardSigmoid", "Relu"]}],
    "RNN": [{}, {"clip": 0.5}, {"activations": ["Affine"], "activation_alpha": [0.5], "activation_beta": [0.1]}],
}


def make_model(path, op, direction, attributes, constant, optional, random):
    """optional: biases, lengths, initial states and peepholes are there. Returns what its inputs are to be fed."""
    directions = 2 if direction == "bidirectional" else 1
    rows = GATES[op] * HIDDEN
    tensors = {
        "X": (TIME, BATCH, INPUT), "W": (directions, rows, INPUT), "R": (directions, rows, HIDDEN),
        "B": (directions, 2 * rows), "lengths": (BATCH,), "h": (directions, BATCH, HIDDEN),
        "c": (directions, BATCH, HIDDEN), "P": (directions, 3 * HIDDEN)}
    names = ["X", "W", "R"]
    if optional:
        names += ["B", "lengths", "h"] + (["c", "P"] if op == "LSTM" else [])
    values = {name: random.uniform(-0.6, 0.6, tensors[name]).astype(np.float32) for name in names}
    if optional:
        values["lengths"] = np.array([TIME, 1, 4], np.int32)
    fixed = ["W", "R", "B"] if constant else []
    attributes = dict(attributes)
    for name in ("activations", "activation_alpha", "activation_beta"):
        if name in attributes:
            attributes[name] = attributes[name] * directions
    outputs = ["Y", "Yh", "Yc"][:3 if op == "LSTM" else 2]
    node = helper.make_node(op, names, outputs, direction=direction, hidden_size=HIDDEN, **attributes)
    graph = helper.make_graph(
        [node], "layer",
        [helper.make_tensor_value_info(name, TensorProto.INT32 if name == "lengths" else TensorProto.FLOAT,
                                       values[name].shape) for name in names if name not in fixed],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in outputs],
        [numpy_helper.from_array(values[name], name) for name in names if name in fixed])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 14)], ir_version=8)
    onnx.save(model, path)
    return {name: values[name] for name in names if name not in fixed}


check = Checks()
if cpu_lacks_mask():
    check.skip("this processor lacks what NNC_CPU asks for")
    check.finish()
random = np.random.default_rng(1)
with tempfile.TemporaryDirectory() as folder:
    path = str(Path(folder) / "layer.onnx")
    for op in GATES:
        worst = 0.0
        for attributes, direction, constant, optional in itertools.product(
                ATTRIBUTES[op], ("forward", "reverse", "bidirectional"), (True, False), (True, False)):
            inputs = make_model(path, op, direction, attributes, constant, optional, random)
            expected = OnnxRuntime(path).run(inputs)
            found = run_nncore(path, inputs)
            worst = max(worst, *(float(np.abs(found[name] - expected[name]).max()) if found[name].shape == expected[name].shape
                                 else np.inf for name in expected))
        check(worst < 1e-5, f"{op}: differs from ONNX Runtime by at most {worst:.1e}, below 1e-5")
check.finish()
