#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""TFLite networks of one operator, made by TensorFlow's converter, agree with its reference kernels: float ones within
1e-4 of the output's range, int8 ones in every bit.

    tflite_ops_agree.py [NAME…]
    tflite_ops_agree.py --write ARCHIVE.zip  # the float ones, for tflite_converted_agree.py
"""
import os
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import numpy as np

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
try:
    import onnxruntime  # noqa: F401: onnx_runtime_peer wants it
    import tensorflow as tf
    from tensorflow.lite.python.interpreter import OpResolverType
except ImportError as missing:
    print(f"SKIP: {missing.name} is not installed")
    sys.exit(77)

from checks import Checks
from onnx_runtime_peer import run_nncore

TOLERANCE = 1e-4
RUNS = 3
IMAGE = (1, 6, 8, 4)

# name: (function, shapes of its inputs)
FLOAT = {
    "ABS": (tf.abs, [IMAGE]), "ADD": (lambda a, b: a + b, [IMAGE, (1, 1, 8, 4)]),
    "ADD_N": (lambda a, b, c: tf.add_n([a, b, c]), [IMAGE] * 3),
    "ARG_MAX": (lambda x: tf.argmax(x, -1, tf.int32), [IMAGE]), "ARG_MIN": (lambda x: tf.argmin(x, 1), [IMAGE]),
    "AVERAGE_POOL_2D": (lambda x: tf.nn.avg_pool2d(x, 3, 2, "SAME"), [IMAGE]),
    "BATCH_MATMUL": (tf.matmul, [(2, 3, 4, 5), (2, 3, 5, 6)]),
    "BATCH_MATMUL adjoint": (lambda a, b: tf.matmul(a, b, adjoint_b=True), [(2, 4, 5), (2, 6, 5)]),
    "BATCH_TO_SPACE_ND": (lambda x: tf.batch_to_space(x, [2, 2], [[0, 1], [1, 0]]), [(4, 3, 4, 2)]),
    "BROADCAST_TO": (lambda x: tf.broadcast_to(x, [3, 2, 4]), [(2, 1)]),
    "CEIL": (tf.math.ceil, [IMAGE]), "CONCATENATION": (lambda a, b: tf.concat([a, b], 2), [IMAGE, IMAGE]),
    "COS": (tf.cos, [IMAGE]), "CUMSUM": (lambda x: tf.cumsum(x, 1, exclusive=True, reverse=True), [IMAGE]),
    "DEPTH_TO_SPACE": (lambda x: tf.nn.depth_to_space(x, 2), [IMAGE]),
    "DIV": (lambda a, b: a / (tf.abs(b) + 3), [IMAGE, IMAGE]), "ELU": (tf.nn.elu, [IMAGE]),
    "EQUAL": (lambda a, b: tf.cast(tf.equal(tf.round(a), tf.round(b)), tf.float32), [IMAGE, IMAGE]),
    "EXP": (tf.exp, [IMAGE]), "EXPAND_DIMS": (lambda x: tf.expand_dims(x, 2) * 2, [IMAGE]),
    "FILL": (lambda x: tf.fill(tf.shape(x), 3.5) + x, [IMAGE]), "FLOOR": (tf.floor, [IMAGE]),
    "FLOOR_DIV": (lambda a, b: tf.math.floordiv(a * 9, tf.abs(b) + 1), [IMAGE, IMAGE]),
    "FLOOR_DIV i32": (lambda a, b: tf.cast(tf.math.floordiv(tf.cast(a * 9, tf.int32), tf.cast(b, tf.int32) * 2 + 3), tf.float32), [IMAGE, IMAGE]),
    "FLOOR_MOD": (lambda a, b: tf.math.floormod(a * 9, b + 20), [IMAGE, IMAGE]),
    "GATHER": (lambda x: tf.gather(x, [2, 0, 1], axis=1), [IMAGE]),
    "GATHER batch": (lambda x: tf.gather(x, [[2, 0], [1, 1]], batch_dims=1, axis=1), [(2, 3, 4)]),
    "GATHER_ND": (lambda x: tf.gather_nd(x, [[0, 1, 2], [0, 5, 7]]), [IMAGE]),
    "GELU": (tf.nn.gelu, [IMAGE]), "GELU tanh": (lambda x: tf.nn.gelu(x, approximate=True), [IMAGE]),
    "GREATER": (lambda a, b: tf.cast(a > b, tf.float32), [IMAGE, IMAGE]),
    "GREATER_EQUAL": (lambda a, b: tf.cast(a >= b, tf.float32), [IMAGE, IMAGE]),
    "HARD_SWISH": (lambda x: x * tf.nn.relu6(x + 3) * (1 / 6), [IMAGE]),
    "L2_NORMALIZATION": (lambda x: tf.nn.l2_normalize(x, -1), [IMAGE]),
    "LEAKY_RELU": (lambda x: tf.nn.leaky_relu(x, 0.3), [IMAGE]),
    "LESS": (lambda a, b: tf.cast(a < b, tf.float32), [IMAGE, IMAGE]),
    "LESS_EQUAL": (lambda a, b: tf.cast(a <= b, tf.float32), [IMAGE, IMAGE]),
    "LOG": (lambda x: tf.math.log(tf.abs(x) + 1), [IMAGE]),
    "LOGICAL": (lambda a, b: tf.cast(tf.logical_not(tf.logical_and(tf.logical_or(a > b, a > 1), b < 1)), tf.float32), [IMAGE, IMAGE]),
    "LOGISTIC": (tf.sigmoid, [IMAGE]), "LOG_SOFTMAX": (tf.nn.log_softmax, [IMAGE]),
    "MAXIMUM": (tf.maximum, [IMAGE, IMAGE]), "MAX_POOL_2D": (lambda x: tf.nn.max_pool2d(x, 2, 2, "VALID"), [IMAGE]),
    "MEAN": (lambda x: tf.reduce_mean(x, [1, 2]), [IMAGE]), "MINIMUM": (tf.minimum, [IMAGE, IMAGE]),
    "MIRROR_PAD reflect": (lambda x: tf.pad(x, [[0, 0], [2, 1], [1, 2], [0, 0]], "REFLECT"), [IMAGE]),
    "MIRROR_PAD symmetric": (lambda x: tf.pad(x, [[0, 0], [2, 1], [1, 2], [0, 0]], "SYMMETRIC"), [IMAGE]),
    "MUL": (lambda a, b: a * b, [IMAGE, IMAGE]), "NEG": (tf.negative, [IMAGE]),
    "NOT_EQUAL": (lambda a, b: tf.cast(tf.not_equal(tf.round(a), tf.round(b)), tf.float32), [IMAGE, IMAGE]),
    "ONE_HOT": (lambda x: tf.one_hot(tf.cast(tf.abs(x), tf.int32), 3, 2.0, -1.0, axis=1), [IMAGE]),
    "PACK": (lambda a, b: tf.stack([a, b], 1), [IMAGE, IMAGE]),
    "PAD": (lambda x: tf.pad(x, [[0, 0], [2, 1], [1, 2], [0, 0]]), [IMAGE]),
    "PADV2": (lambda x: tf.pad(x, [[0, 0], [2, 1], [1, 2], [0, 0]], constant_values=0.5), [IMAGE]),
    "POW": (lambda a, b: tf.pow(tf.abs(a) + 1, b), [IMAGE, IMAGE]),
    "PRELU": (lambda x: tf.nn.relu(x) - tf.constant([[[0.1, 0.2, 0.3, 0.4]]]) * tf.nn.relu(-x), [IMAGE]),
    "RANK": (lambda x: x + tf.cast(tf.rank(x), tf.float32), [IMAGE]),
    "REDUCE_MAX": (lambda x: tf.reduce_max(x, [1, 3], keepdims=True), [IMAGE]),
    "REDUCE_MIN": (lambda x: tf.reduce_min(x, 2), [IMAGE]), "REDUCE_PROD": (lambda x: tf.reduce_prod(x, 2), [IMAGE]),
    "REDUCE_ANY": (lambda x: tf.cast(tf.reduce_any(x > 1.5, 2), tf.float32), [IMAGE]),
    "REDUCE_ALL": (lambda x: tf.cast(tf.reduce_all(x > -1.5, 2), tf.float32), [IMAGE]),
    "RESIZE_BILINEAR": (lambda x: tf.compat.v1.image.resize_bilinear(x, [9, 5]), [IMAGE]),
    "RESIZE_BILINEAR corners": (lambda x: tf.compat.v1.image.resize_bilinear(x, [9, 5], align_corners=True), [IMAGE]),
    "RESIZE_BILINEAR centers": (lambda x: tf.compat.v1.image.resize_bilinear(x, [9, 5], half_pixel_centers=True), [IMAGE]),
    "RESIZE_NEAREST_NEIGHBOR": (lambda x: tf.compat.v1.image.resize_nearest_neighbor(x, [9, 5]), [IMAGE]),
    "RESIZE_NEAREST_NEIGHBOR corners": (lambda x: tf.compat.v1.image.resize_nearest_neighbor(x, [9, 5], align_corners=True), [IMAGE]),
    "RESIZE_NEAREST_NEIGHBOR centers": (lambda x: tf.compat.v1.image.resize_nearest_neighbor(x, [9, 5], half_pixel_centers=True), [IMAGE]),
    "REVERSE_SEQUENCE": (lambda x: tf.reverse_sequence(x, [2, 3], 1, 0), [(2, 4, 3)]),
    "REVERSE_V2": (lambda x: tf.reverse(x, [2]), [IMAGE]), "ROUND": (tf.round, [IMAGE]),
    "RSQRT": (lambda x: tf.math.rsqrt(tf.abs(x) + 1), [IMAGE]),
    "SCATTER_ND": (lambda x: tf.scatter_nd([[3], [0], [3]], x, [5, 4]), [(3, 4)]),
    "SELECT": (lambda a, b: tf.where(a > b, a, b * 2), [IMAGE, IMAGE]),
    "SELECT_V2": (lambda a, b: tf.where(a > 0, a, b), [IMAGE, (1, 1, 1, 4)]), "SIGN": (tf.sign, [IMAGE]),
    "SIN": (tf.sin, [IMAGE]), "SLICE": (lambda x: tf.slice(x, [0, 1, 2, 0], [1, 3, -1, 2]), [IMAGE]),
    "SOFTMAX": (tf.nn.softmax, [IMAGE]),
    "SPACE_TO_BATCH_ND": (lambda x: tf.space_to_batch(x, [2, 3], [[1, 1], [0, 1]]), [IMAGE]),
    "SPACE_TO_DEPTH": (lambda x: tf.nn.space_to_depth(x, 2), [IMAGE]),
    "SPLIT": (lambda x: tf.split(x, 2, 2), [IMAGE]), "SPLIT_V": (lambda x: tf.split(x, [1, 3, 2], 1), [IMAGE]),
    "SQRT": (lambda x: tf.sqrt(tf.abs(x)), [IMAGE]), "SQUARE": (tf.square, [IMAGE]),
    "SQUARED_DIFFERENCE": (tf.math.squared_difference, [IMAGE, IMAGE]),
    "STRIDED_SLICE": (lambda x: x[:, 1:5:2, tf.newaxis, ::-1, 2], [IMAGE]), "SUB": (lambda a, b: a - b, [IMAGE, IMAGE]),
    "SUM": (lambda x: tf.reduce_sum(x, [1, 2]), [IMAGE]), "TANH": (tf.tanh, [IMAGE]),
    "TILE": (lambda x: tf.tile(x, [2, 1, 3, 1]), [IMAGE]), "TOPK_V2": (lambda x: tf.math.top_k(x, 3), [IMAGE]),
    "TRANSPOSE": (lambda x: tf.transpose(x, [0, 3, 1, 2]), [IMAGE]),
    "TRANSPOSE_CONV same": (lambda x: tf.nn.conv2d_transpose(x, WEIGHTS, [1, 12, 16, 5], 2, "SAME"), [IMAGE]),
    "TRANSPOSE_CONV valid": (lambda x: tf.nn.conv2d_transpose(x, WEIGHTS, [1, 13, 17, 5], 2, "VALID"), [IMAGE]),
    "UNPACK": (lambda x: tf.unstack(x, axis=1), [IMAGE]), "WHERE": (lambda x: tf.where(x > 0.5), [IMAGE]),
    "ZEROS_LIKE": (lambda x: tf.zeros_like(x) + x, [IMAGE]),
}
WEIGHTS = tf.constant(np.random.default_rng(7).normal(0, 1, (3, 3, 5, 4)).astype(np.float32))
# The reference kernel takes int8 numbers that it sums to be uint8 ones.
FLOAT_ONLY = {"SUM"}


def make_input(shape, random):
    return random.uniform(-2, 2, shape).astype(np.float32)


def convert(function, shapes, int8):
    signature = [tf.TensorSpec(shape, tf.float32) for shape in shapes]
    concrete = tf.function(function, input_signature=signature).get_concrete_function()
    converter = tf.lite.TFLiteConverter.from_concrete_functions([concrete])
    if int8:
        random = np.random.default_rng(0)
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
        converter.representative_dataset = lambda: ([make_input(s, random) for s in shapes] for _ in range(20))
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
        converter.inference_input_type = converter.inference_output_type = tf.int8
    return converter.convert()


class Reference:
    def __init__(self, model):
        self.interpreter = tf.lite.Interpreter(model_content=model, num_threads=1,
                                               experimental_op_resolver_type=OpResolverType.BUILTIN_REF)
        self.interpreter.allocate_tensors()

    def make_inputs(self, seed):
        random = np.random.default_rng(seed)
        return {i["name"]: make_input(i["shape"], random) if i["dtype"] == np.float32
                else random.integers(-128, 127, i["shape"], np.int8, endpoint=True)
                for i in self.interpreter.get_input_details()}

    def run(self, inputs):
        for i in self.interpreter.get_input_details():
            self.interpreter.set_tensor(i["index"], inputs[i["name"]])
        self.interpreter.invoke()
        return {o["name"].replace("/", "_").replace(":", "_"): self.interpreter.get_tensor(o["index"])
                for o in self.interpreter.get_output_details()}


def difference(ours, theirs):
    """Of floats the largest, over the largest magnitude of the right answer; of integers the most steps."""
    if ours is None or ours.shape != theirs.shape or ours.dtype != theirs.dtype:
        return np.inf
    if theirs.size == 0:
        return 0
    if theirs.dtype != np.float32:
        return int(np.abs(ours.astype(np.int64) - theirs.astype(np.int64)).max())
    if not np.isfinite(ours).all():
        return np.inf
    return float(np.abs(ours - theirs).max() / max(np.abs(theirs).max(), 1e-6))


def compare(check, name, int8):
    function, shapes = FLOAT[name]
    label = f"{name}, {'int8' if int8 else 'float'}"
    try:
        model = convert(function, shapes, int8)
        reference = Reference(model)
    except Exception as error:  # the converter has many ways to say that there is no such network
        check.skip(f"{label}: not made: {str(error).splitlines()[0][:80]}")
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.tflite"
        path.write_bytes(model)
        worst = 0
        for seed in range(RUNS):
            inputs = reference.make_inputs(seed)
            try:
                answers = reference.run(inputs)
            except RuntimeError as error:
                check.skip(f"{label}: the reference cannot: {str(error).splitlines()[0][:80]}")
                return
            try:
                ours = run_nncore(path, inputs)
            except subprocess.CalledProcessError as error:
                check(False, f"{label}: nncore run ended with {error.returncode}")
                return
            worst = max([worst] + [difference(ours.get(n), t) for n, t in answers.items()])
    if int8:
        check(worst == 0, f"{label}: {worst} steps")
    else:
        check(worst < TOLERANCE, f"{label}: relative error {worst:.1e} < {TOLERANCE:.0e}")


def write(archive):
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as opened:
        for name, (function, shapes) in FLOAT.items():
            opened.writestr(zipfile.ZipInfo(f"{name}.tflite"), convert(function, shapes, False), zipfile.ZIP_DEFLATED)


def main(names):
    if names[:1] == ["--write"]:
        write(names[1])
        return
    check = Checks()
    for name in names or FLOAT:
        for int8 in (False,) if name in FLOAT_ONLY else (False, True):
            compare(check, name, int8)
    check.finish()


if __name__ == "__main__":
    main(sys.argv[1:])
