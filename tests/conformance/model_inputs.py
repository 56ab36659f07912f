# SPDX-License-Identifier: LGPL-2.1-or-later
"""What lies beside the shared TFLite models, as inputs of theirs: an array each, in real numbers."""
import re

import numpy as np

from checks import SHARED
from pictures import read_bmp, scaled

MODELS = SHARED / "models"
TINY = MODELS / "mlperf-tiny/inputs"


def _numbers(name):
    """Of the array in a C file."""
    text = (TINY / name).read_text()
    return np.array([float(n) for n in re.findall(r"-?\d+(?:\.\d+)?", text[text.index("= {"):])], np.float32)


def _pictures(shape):
    """-1 to 1, as MobileNets and BlazeFace want them."""
    for path in sorted((MODELS / "coral").glob("*.bmp")):
        picture = read_bmp(path)
        if picture.ndim == 3:
            yield scaled(picture, shape[2], shape[1])[None] / np.float32(127.5) - 1


def _digit(shape):
    yield read_bmp(MODELS / "coral/mnist_nine.bmp").reshape(shape) / np.float32(255)


def _cifar(shape):
    """0 to 255."""
    yield _numbers("ic_inputs.cc").reshape(shape)


def _people(shape):
    """Grey."""
    for grey in _numbers("vww_inputs.cc").reshape(-1, *shape[:3], 1):
        yield grey.repeat(3, axis=3)


def _keyword(shape):
    """As the int8 model stores it."""
    yield (_numbers("kws_input_data.cc").reshape(shape) - 83) * np.float32(0.5847029089927673)


def _machine_sound(shape):
    """Five slices of 128 bins, of every twentieth slice on."""
    slices = np.fromfile(TINY / "normal_id_01_00000000_hist_librosa.bin", np.float32).reshape(-1, 128)
    for i in range(0, len(slices) - 4, 20):
        yield slices[i:i + 5].reshape(shape)


def _wake_words(shape):
    for spectrogram in np.load(TINY / "calibration_samples.npz")["specs"]:
        yield spectrogram.reshape(shape).astype(np.float32)


# By the beginning of the path.
_BESIDE = {
    "coral/keras_lstm_mnist": _digit, "coral/": _pictures, "coco-ssd/": _pictures, "mediapipe/": _pictures,
    "mlperf-tiny/ad01": _machine_sound, "mlperf-tiny/kws": _keyword, "mlperf-tiny/pretrainedResnet": _cifar,
    "mlperf-tiny/str_ww": _wake_words, "mlperf-tiny/vww": _people,
}


def inputs_beside(name, shape):
    """name: such as coral/keras_lstm_mnist_ptq.tflite; shape: of its one input."""
    for beginning, make in _BESIDE.items():
        if name.startswith(beginning):
            return make(shape)
    return iter(())


def store(real, scale, zero_point, dtype):
    limits = np.iinfo(dtype)
    return np.clip(np.round(real / scale) + zero_point, limits.min, limits.max).astype(dtype)
