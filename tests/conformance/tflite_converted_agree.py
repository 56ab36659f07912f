#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""TFLite networks of one operator, as TensorFlow's converter makes them, agree with LiteRT's reference kernels within 1e-5 of
the output's range. They lie in exports/tflite_operators.zip; tflite_ops_agree.py writes it, and compares int8 ones, too.

    export NNC_LIBRARY=build/nncore/libnncore.so
    tflite_converted_agree.py [NAME…]
"""
import sys
import zipfile
from pathlib import Path

import numpy as np

from checks import Checks, cpu_lacks_mask

try:
    from ai_edge_litert.interpreter import Interpreter, OpResolverType
except ImportError:
    print("SKIP: ai-edge-litert is not installed")
    sys.exit(77)

ARCHIVE = Path(__file__).parent / "exports/tflite_operators.zip"
TOLERANCE = 1e-5
RUNS = 3


def difference(ours, right):
    """The largest; of real numbers over the range of the right answer."""
    if ours.shape != right.shape or ours.dtype != right.dtype:
        return np.inf
    if right.size == 0:
        return 0
    if right.dtype != np.float32:
        return int((ours != right).sum())
    return float(np.abs(ours - right).max() / (np.ptp(right) or 1)) if np.isfinite(ours).all() else np.inf


def make_peer(content):
    """CEIL, ELU and ROUND are not among the reference kernels: these have others."""
    for kernels in (OpResolverType.BUILTIN_REF, OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES):
        try:
            peer = Interpreter(model_content=content, num_threads=1, experimental_op_resolver_type=kernels)
            peer.allocate_tensors()
            return peer
        except ValueError as error:
            missing = error
    raise missing


def largest_difference(content, name):
    from nncore_library import Model, Session

    session, peer, worst = Session(Model(content, name)), make_peer(content), 0
    for seed in range(RUNS):
        random, inputs = np.random.default_rng(seed), []
        for details in peer.get_input_details():
            inputs.append(random.uniform(-2, 2, details["shape"]).astype(np.float32))
            peer.set_tensor(details["index"], inputs[-1])
        peer.invoke()
        right = [peer.get_tensor(details["index"]) for details in peer.get_output_details()]
        worst = max([worst] + [difference(a, b) for a, b in zip(session.run(inputs), right, strict=True)])
    return worst


def main(names):
    if cpu_lacks_mask():
        print("SKIP: this processor lacks what NNC_CPU names")
        sys.exit(77)
    check = Checks()
    with zipfile.ZipFile(ARCHIVE) as archive:
        for file in archive.namelist():
            name = file.removesuffix(".tflite")
            if names and name not in names:
                continue
            try:
                worst = largest_difference(archive.read(file), name)
            except Exception as error:  # one that cannot be run does not hide the others
                check(False, f"{name}: {error}")
                continue
            check(worst < TOLERANCE, f"{name}: error {worst:.1e} < {TOLERANCE:.0e}")
    check.finish()


if __name__ == "__main__":
    main(sys.argv[1:])
