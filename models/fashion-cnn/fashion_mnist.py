# SPDX-License-Identifier: LGPL-2.1-or-later
"""Fashion-MNIST as Debian's package dataset-fashion-mnist installs it: gzip'd IDX files."""
import gzip
from pathlib import Path

import numpy as np

FOLDER = Path("/usr/share/datasets/fashion-mnist")
CLASSES = ["T-shirt/top", "Trouser", "Pullover", "Dress", "Coat",
           "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"]


def read_idx(path):
    """An unsigned-byte IDX file: two zeros, type 8, the rank, each extent as 32-bit big endian, the bytes."""
    data = gzip.decompress(path.read_bytes())
    rank = data[3]
    shape = np.frombuffer(data, ">u4", rank, offset=4)
    return np.frombuffer(data, np.uint8, offset=4 + 4 * rank).reshape(shape)


def load(part, folder=FOLDER):
    """part is "train" or "t10k". Returns pictures [N,28,28,1] and labels [N], both uint8."""
    pictures = read_idx(folder / f"{part}-images-idx3-ubyte.gz")
    labels = read_idx(folder / f"{part}-labels-idx1-ubyte.gz")
    return pictures[..., np.newaxis], labels
