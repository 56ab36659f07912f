#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Train the lightweight CNN on Fashion-MNIST and write fashion-cnn.onnx, labels.txt, keras-predictions.txt and the card.

    apt-get install dataset-fashion-mnist
    python3 -m venv .venv-train && .venv-train/bin/pip install -r models/fashion-cnn/requirements.txt
    .venv-train/bin/python models/fashion-cnn/train.py

The network takes pixels as they are, 0 to 255: after training on pixels/255 the division is multiplied into the
first layer's weights, so that nobody has to know a mean and a standard deviation to use it.
"""
import os
import time
from pathlib import Path

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = ""
import keras
import numpy as np
import tensorflow as tf

import card
import fashion_mnist

HERE = Path(__file__).resolve().parent
SEED = 1
EPOCHS = 40
BATCH = 128
VALIDATION = 5000
LEARNING_RATE = 5e-3
WEIGHT_DECAY = 4e-3
LABEL_SMOOTHING = 0.05
DROPOUT = 0.2


def build_network():
    """The network that is exported: no dropout, no augmentation."""
    layers = keras.layers
    return keras.Sequential([
        keras.Input((28, 28, 1), name="image"),
        layers.Conv2D(32, 3, activation="relu", name="conv1"), layers.MaxPooling2D(name="pool1"),
        layers.Conv2D(64, 3, activation="relu", name="conv2"), layers.MaxPooling2D(name="pool2"),
        layers.Conv2D(128, 3, activation="relu", name="conv3"), layers.MaxPooling2D(name="pool3"),
        layers.Flatten(name="flatten"),
        layers.Dense(128, activation="relu", name="dense1"),
        layers.Dense(10, activation="softmax", name="dense2")], name="fashion_cnn")


def add_dropout(network):
    """The same layers, weights shared, with dropout before the last: what is trained."""
    x = inputs = keras.Input((28, 28, 1))
    for layer in network.layers:
        if layer is network.layers[-1]:
            x = keras.layers.Dropout(DROPOUT)(x)
        x = layer(x)
    return keras.Model(inputs, x)


def augment(pictures, random):
    """Mirror half of the pictures, and move each by up to one pixel either way. pictures: [N,28,28,1]"""
    mirrored = np.where(random.random(len(pictures))[:, None, None, None] < 0.5, pictures[:, :, ::-1], pictures)
    padded = np.pad(mirrored, ((0, 0), (1, 1), (1, 1), (0, 0)))
    moves = random.integers(0, 3, (len(pictures), 2))
    moved = np.empty_like(mirrored)
    for dy in range(3):
        for dx in range(3):
            chosen = (moves == (dy, dx)).all(axis=1)
            moved[chosen] = padded[chosen, dy:dy + 28, dx:dx + 28]
    return moved


def train(network, pictures, labels):
    """Keep the weights of the epoch that does best on the last 5,000 training pictures."""
    random = np.random.default_rng(SEED)
    targets = keras.utils.to_categorical(labels)
    trained = add_dropout(network)
    steps = EPOCHS * -(-(len(pictures) - VALIDATION) // BATCH)
    schedule = keras.optimizers.schedules.CosineDecay(LEARNING_RATE, steps)
    trained.compile(keras.optimizers.AdamW(schedule, weight_decay=WEIGHT_DECAY),
                    keras.losses.CategoricalCrossentropy(label_smoothing=LABEL_SMOOTHING), metrics=["accuracy"])
    best, kept = 0.0, None
    for epoch in range(EPOCHS):
        trained.fit(augment(pictures[:-VALIDATION], random), targets[:-VALIDATION], batch_size=BATCH, verbose=0)
        _, accuracy = trained.evaluate(pictures[-VALIDATION:], targets[-VALIDATION:], batch_size=500, verbose=0)
        print(f"epoch {epoch + 1} of {EPOCHS}: {accuracy:.4f} of the validation pictures right", flush=True)
        if accuracy > best:
            best, kept = accuracy, network.get_weights()
    network.set_weights(kept)


def take_raw_pixels(network):
    """w * (x/255) = (w/255) * x, and padding there is none."""
    kernel, bias = network.get_layer("conv1").get_weights()
    network.get_layer("conv1").set_weights([kernel / 255.0, bias])


def main():
    keras.utils.set_random_seed(SEED)
    tf.config.experimental.enable_op_determinism()
    pictures, labels = fashion_mnist.load("train")
    network = build_network()
    start = time.monotonic()
    train(network, pictures.astype(np.float32) / 255.0, labels)
    seconds = time.monotonic() - start

    take_raw_pixels(network)
    test_pictures, _ = fashion_mnist.load("t10k")
    predictions = network.predict(test_pictures.astype(np.float32), batch_size=500, verbose=0).argmax(axis=1)
    network.export(HERE / "fashion-cnn.onnx", format="onnx", verbose=False)
    (HERE / "labels.txt").write_text("".join(f"{name}\n" for name in fashion_mnist.CLASSES))
    (HERE / "keras-predictions.txt").write_text("".join(f"{k}\n" for k in predictions))
    card.write_training(seconds, EPOCHS)
    card.write_accuracy()


if __name__ == "__main__":
    main()
