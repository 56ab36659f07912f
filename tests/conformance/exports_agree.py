#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What Keras and PyTorch export today, as ONNX and TFLite, agrees with the framework within 1e-5, by a plan in which
nothing waits for data.

    python3 -m venv train && train/bin/pip install tensorflow-cpu tf2onnx onnx onnxscript onnxruntime torch
    export NNC_LIBRARY=build/nncore/libnncore.so NNCORE=build/nncore/tools/nncore
    train/bin/python exports_agree.py [EXPORT…]      # such as keras_gru.tflite

A framework that is not installed is skipped.
"""
import contextlib
import fnmatch
import io
import os
import re
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path

import numpy as np

from checks import Checks, cpu_lacks_mask
from nncore_library import EngineError, Model, Session

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
try:
    import tensorflow as tf
    import keras
    import tf2onnx
except ImportError:
    keras = None
try:
    import onnxscript
    import torch
    from torch import nn
except ImportError:
    torch = None

TOLERANCE = 1e-5
RUNS = 5
NNCORE = os.environ.get("NNCORE", "nncore")


# --- Keras -------------------------------------------------------------------------------------------------------

def seed_rnn(batch):
    tokens = keras.Input((100,), batch_size=batch, dtype="int32")
    x = keras.layers.Embedding(10000, 64)(tokens)
    x = keras.layers.LSTM(64)(keras.layers.LSTM(64, return_sequences=True)(x))
    x = keras.layers.Dense(10, activation="softmax")(keras.layers.Dense(128, activation="relu")(x))
    return keras.Model(tokens, x), lambda random: random.integers(0, 10000, (1, 100), np.int32)


def recurrent(layer):
    def make(batch):
        x = keras.Input((20, 8), batch_size=batch)
        return keras.Model(x, layer()(x)), lambda random: random.standard_normal((1, 20, 8), np.float32)
    return make


KERAS = {
    "keras_seed_rnn": seed_rnn,
    "keras_simple_rnn": recurrent(lambda: keras.layers.SimpleRNN(10)),
    "keras_gru": recurrent(lambda: keras.layers.GRU(32)),
}


def export_keras(make, path):
    """Returns the framework's answer, and what makes an input."""
    keras.utils.set_random_seed(1)
    model, make_input = make(None if path.suffix == ".onnx" else 1)
    model(make_input(np.random.default_rng(0)))  # one that was never called is not exported
    if path.suffix == ".onnx":
        model.export(str(path), format="onnx", verbose=False)
    else:
        path.write_bytes(tf.lite.TFLiteConverter.from_keras_model(model).convert())
    return lambda x: model(x, training=False).numpy(), make_input


# --- PyTorch -----------------------------------------------------------------------------------------------------

def conv_net():
    return nn.Sequential(nn.Conv2d(3, 16, 3, padding=1), nn.BatchNorm2d(16), nn.ReLU(), nn.MaxPool2d(2),
                         nn.Conv2d(16, 32, 3, stride=2, padding=1, groups=16), nn.Hardswish(), nn.AdaptiveAvgPool2d(1),
                         nn.Flatten(), nn.Linear(32, 10), nn.Softmax(1)), (1, 3, 32, 32)


def last_output(layer):
    class Last(nn.Module):
        def __init__(self):
            super().__init__()
            self.layer = layer

        def forward(self, x):
            return self.layer(x)[0]
    return Last(), (1, 20, 8)


def transformer():
    layer = nn.TransformerEncoderLayer(32, 4, 64, batch_first=True, activation="gelu")
    return nn.TransformerEncoder(layer, 2, enable_nested_tensor=False), (1, 16, 32)


def unet():
    def twice(n_in, n_out):
        return nn.Sequential(nn.Conv2d(n_in, n_out, 3, padding=1), nn.ReLU(), nn.Conv2d(n_out, n_out, 3, padding=1), nn.ReLU())

    class UNet(nn.Module):
        def __init__(self):
            super().__init__()
            self.down1, self.down2, self.middle = twice(3, 8), twice(8, 16), twice(16, 32)
            self.pool = nn.MaxPool2d(2)
            self.up2, self.up1 = nn.ConvTranspose2d(32, 16, 2, stride=2), nn.Upsample(scale_factor=2, mode="bilinear")
            self.wide2, self.wide1, self.last = twice(32, 16), twice(24, 8), nn.Conv2d(8, 2, 1)

        def forward(self, x):
            a = self.down1(x)
            b = self.down2(self.pool(a))
            c = self.wide2(torch.cat([self.up2(self.middle(self.pool(b))), b], 1))
            return self.last(self.wide1(torch.cat([self.up1(c), a], 1)))
    return UNet(), (1, 3, 64, 64)


PYTORCH = {
    "torch_conv_net": conv_net,
    "torch_lstm": lambda: last_output(nn.LSTM(8, 16, 2, batch_first=True, bidirectional=True)),
    "torch_gru": lambda: last_output(nn.GRU(8, 16, batch_first=True)),
    "torch_transformer": transformer,
    "torch_unet": unet,
}


def export_torch(make, path):
    """By the exporter that the name ends with: the old one by tracing ("_traced"), else today's."""
    torch.manual_seed(1)
    model, shape = make()
    model.eval()
    torch.onnx.export(model, (torch.randn(shape),), path, dynamo=not path.stem.endswith("_traced"),
                      external_data=False, verbose=False)

    def run(x):
        with torch.no_grad():
            return model(torch.from_numpy(x)).numpy()
    return run, lambda random: random.standard_normal(shape, np.float32)


# --- the comparison -----------------------------------------------------------------------------------------------

def all_exports():
    """name: (what exports it, the network)"""
    exports = {}
    for name, make in KERAS.items():
        exports |= {f"{name}.onnx": (export_keras, make), f"{name}.tflite": (export_keras, make)}
    for name, make in PYTORCH.items():
        exports |= {f"{name}.onnx": (export_torch, make), f"{name}_traced.onnx": (export_torch, make)}
    return exports


def quietly(function, *arguments):
    """The exporters talk."""
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        warnings.simplefilter("ignore")
        return function(*arguments)


def difference(ours, right):
    if ours.shape != right.shape or not np.isfinite(ours).all():
        return np.inf
    return float(np.abs(ours - right).max() / max(1.0, np.abs(right).max()))


def dynamic_steps(path):
    """How many steps wait for data, as `nncore inspect` says."""
    text = subprocess.run([NNCORE, "inspect", path], check=True, capture_output=True, text=True).stdout
    return int(re.search(r"^steps +\d+, (\d+) of them wait for data", text, re.MULTILINE)[1])


def compare(check, name, framework, make_input, path):
    random = np.random.default_rng(1)
    worst = 0.0
    try:
        session = None
        for _ in range(RUNS):
            x = make_input(random)
            session = session or Session(Model(path.read_bytes(), name), [x.shape])
            worst = max(worst, difference(session.run([x])[0], framework(x)))
        waiting = dynamic_steps(path)
    except (EngineError, ValueError, subprocess.CalledProcessError) as error:
        check(False, f"{name}: {error}")
        return
    check(worst < TOLERANCE, f"{name}: error {worst:.1e} < {TOLERANCE:.0e}")
    check(waiting == 0, f"{name}: {waiting} steps wait for data")


def main(patterns):
    if (keras is None and torch is None) or cpu_lacks_mask():
        print("SKIP: neither Keras nor PyTorch is installed with its exporters, or this processor lacks what NNC_CPU names")
        sys.exit(77)
    check = Checks()
    with tempfile.TemporaryDirectory() as folder:
        for name, (export, make) in all_exports().items():
            if patterns and not any(fnmatch.fnmatch(name, pattern) for pattern in patterns):
                continue
            if (export == export_keras and keras is None) or (export == export_torch and torch is None):
                check.skip(f"{name}: its framework is not installed")
                continue
            path = Path(folder, name)
            compare(check, name, *quietly(export, make, path), path)
    check.finish()


if __name__ == "__main__":
    main(sys.argv[1:])
