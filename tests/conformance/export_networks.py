#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Networks as Keras and PyTorch export them, as ONNX and TFLite, and what the frameworks compute, for exports_agree.py.

    python3 -m venv exporters && exporters/bin/pip install tensorflow-cpu tf2onnx onnx onnxscript torch
    exporters/bin/python export_networks.py [--full] [FOLDER [EXPORT…]]      # exports/; such as keras_gru.tflite

Beside them comes NETWORK.npz, with inputs x0, x1, … and outputs y0, y1, … of all exports of the network. --full: as large
as people use them, with a vocabulary of 10,000, which is too much to keep in the repository. "_traced" are by PyTorch's
old exporter; "_batch" leave the batch free, and are run with 3.
"""
import argparse
import contextlib
import fnmatch
import io
import os
import warnings
from pathlib import Path

import numpy as np

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import keras
import onnx
import onnxscript  # what torch.onnx.export() wants
import tensorflow as tf
import tf2onnx  # what keras exports ONNX with
import torch
from torch import nn

from checks import answers_path

RUNS = 2


class Sizes:
    def __init__(self, full):
        self.vocabulary, self.units, self.dense, self.steps = (10000, 64, 128, 100) if full else (50, 12, 16, 20)
        self.gru = 32 if full else 16
        self.hidden = 64 if full else 8
        self.width, self.layers, self.heads = (64, 4, 4) if full else (16, 2, 2)
        self.channels, self.picture = (16, 64) if full else (4, 16)


# --- Keras -------------------------------------------------------------------------------------------------------

def seed_rnn(sizes, batch):
    tokens = keras.Input((sizes.steps,), batch_size=batch, dtype="int32")
    x = keras.layers.Embedding(sizes.vocabulary, sizes.units)(tokens)
    x = keras.layers.LSTM(sizes.units)(keras.layers.LSTM(sizes.units, return_sequences=True)(x))
    x = keras.layers.Dense(10, activation="softmax")(keras.layers.Dense(sizes.dense, activation="relu")(x))
    return keras.Model(tokens, x), lambda random: random.integers(0, sizes.vocabulary, (1, sizes.steps), np.int32)


def recurrent(layer):
    def make(sizes, batch):
        x = keras.Input((20, 8), batch_size=batch)
        return keras.Model(x, layer(sizes)(x)), lambda random: random.standard_normal((1, 20, 8), np.float32)
    return make


KERAS = {
    "keras_seed_rnn": seed_rnn,
    "keras_simple_rnn": recurrent(lambda sizes: keras.layers.SimpleRNN(10)),
    "keras_gru": recurrent(lambda sizes: keras.layers.GRU(sizes.gru)),
}


def export_keras(make, sizes, path):
    """Returns the framework's answer, and what makes an input."""
    keras.utils.set_random_seed(1)
    model, make_input = make(sizes, None if path.suffix == ".onnx" else 1)
    model(make_input(np.random.default_rng(0)))  # one that was never called is not exported
    if path.suffix == ".onnx":
        model.export(str(path), format="onnx", verbose=False)
    else:
        path.write_bytes(tf.lite.TFLiteConverter.from_keras_model(model).convert())
    return lambda x: model(x, training=False).numpy(), make_input


# --- PyTorch -----------------------------------------------------------------------------------------------------

def conv_net(sizes):
    return nn.Sequential(nn.Conv2d(3, 16, 3, padding=1), nn.BatchNorm2d(16), nn.ReLU(), nn.MaxPool2d(2),
                         nn.Conv2d(16, 32, 3, stride=2, padding=1, groups=16), nn.Hardswish(), nn.AdaptiveAvgPool2d(1),
                         nn.Flatten(), nn.Linear(32, 10), nn.Softmax(1)), (3, sizes.picture, sizes.picture)


def last_output(layer):
    class Last(nn.Module):
        def __init__(self):
            super().__init__()
            self.layer = layer

        def forward(self, x):
            return self.layer(x)[0]
    return Last(), (20, 8)


def transformer(sizes):
    layer = nn.TransformerEncoderLayer(sizes.width, sizes.heads, 2 * sizes.width, batch_first=True, activation="gelu")
    return nn.TransformerEncoder(layer, sizes.layers, enable_nested_tensor=False), (16, sizes.width)


def unet(sizes):
    def twice(n_in, n_out):
        return nn.Sequential(nn.Conv2d(n_in, n_out, 3, padding=1), nn.ReLU(), nn.Conv2d(n_out, n_out, 3, padding=1), nn.ReLU())

    class UNet(nn.Module):
        def __init__(self, n):
            super().__init__()
            self.down1, self.down2, self.middle = twice(3, n), twice(n, 2 * n), twice(2 * n, 4 * n)
            self.pool = nn.MaxPool2d(2)
            self.up2, self.up1 = nn.ConvTranspose2d(4 * n, 2 * n, 2, stride=2), nn.Upsample(scale_factor=2, mode="bilinear")
            self.wide2, self.wide1, self.last = twice(4 * n, 2 * n), twice(3 * n, n), nn.Conv2d(n, 2, 1)

        def forward(self, x):
            a = self.down1(x)
            b = self.down2(self.pool(a))
            c = self.wide2(torch.cat([self.up2(self.middle(self.pool(b))), b], 1))
            return self.last(self.wide1(torch.cat([self.up1(c), a], 1)))
    return UNet(sizes.channels), (3, sizes.picture, sizes.picture)


PYTORCH = {
    "torch_conv_net": conv_net,
    "torch_lstm": lambda sizes: last_output(nn.LSTM(8, sizes.hidden, 2, batch_first=True, bidirectional=True)),
    "torch_gru": lambda sizes: last_output(nn.GRU(8, sizes.hidden, batch_first=True)),
    "torch_transformer": transformer,
    "torch_unet": unet,
}


def drop_traces(path):
    """The exporter notes where in whose home each node was called from."""
    model = onnx.load(path)
    for node in list(model.graph.node) + [node for function in model.functions for node in function.node]:
        node.ClearField("metadata_props")
        node.ClearField("doc_string")
    for value in [*model.graph.value_info, *model.graph.input, *model.graph.output, *model.graph.initializer]:
        value.ClearField("metadata_props")
    onnx.save(model, path)


def export_torch(make, sizes, path):
    traced, free = "_traced" in path.stem, path.stem.endswith("_batch")
    options = {}
    if free and traced:
        options = {"input_names": ["x"], "output_names": ["y"], "dynamic_axes": {"x": {0: "batch"}, "y": {0: "batch"}}}
    elif free:
        options = {"dynamic_shapes": ({0: torch.export.Dim("batch")},)}
    torch.manual_seed(1)
    model, shape = make(sizes)
    model.eval()
    torch.onnx.export(model, (torch.randn((2 if free else 1, *shape)),), path, dynamo=not traced,
                      external_data=False, verbose=False, **options)
    drop_traces(path)

    def run(x):
        with torch.no_grad():
            return model(torch.from_numpy(x)).numpy()
    return run, lambda random: random.standard_normal((3 if free else 1, *shape), np.float32)


# --- all of them ---------------------------------------------------------------------------------------------------

def all_exports():
    """name: (what exports it, the network)"""
    exports = {}
    for name, make in KERAS.items():
        exports |= {f"{name}.{kind}": (export_keras, make) for kind in ("onnx", "tflite")}
    for name, make in PYTORCH.items():
        exports |= {f"{name}{kind}.onnx": (export_torch, make) for kind in ("", "_traced", "_batch", "_traced_batch")}
    return exports


def quietly(function, *arguments):
    """The exporters talk."""
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        warnings.simplefilter("ignore")
        return function(*arguments)


def write_answers(path, framework, make_input):
    random = np.random.default_rng(1)
    arrays = {}
    for i in range(RUNS):
        arrays[f"x{i}"] = make_input(random)
        arrays[f"y{i}"] = framework(arrays[f"x{i}"])
    np.savez_compressed(path, **arrays)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--full", action="store_true")
    parser.add_argument("folder", nargs="?", type=Path, default=Path(__file__).parent / "exports")
    parser.add_argument("exports", nargs="*", default=["*"])
    arguments = parser.parse_args()
    sizes = Sizes(arguments.full)
    arguments.folder.mkdir(exist_ok=True)
    for name, (export, make) in all_exports().items():
        if any(fnmatch.fnmatch(name, pattern) for pattern in arguments.exports):
            path = arguments.folder / name
            write_answers(answers_path(path), *quietly(export, make, sizes, path))
    print(f"Keras {keras.__version__}, TensorFlow {tf.__version__}, tf2onnx {tf2onnx.__version__}, PyTorch {torch.__version__}, "
          f"onnxscript {onnxscript.__version__}")


if __name__ == "__main__":
    main()
