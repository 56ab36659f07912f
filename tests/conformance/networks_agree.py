#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Whole networks agree with ONNX Runtime: the largest difference is below 1e-4 of the largest value.

    networks_agree.py [MODEL…]       # by default those of make_models.py
"""
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

import make_models
from checks import Checks, cpu_lacks_mask
from onnx_runtime_peer import OnnxRuntime, run_nncore

TOLERANCE = 1e-4


def relative_error(ours, theirs):
    """The largest difference, over the largest magnitude of the right answer."""
    if ours.shape != theirs.shape or not np.isfinite(ours).all():
        return np.inf
    return float(np.abs(ours - theirs).max() / np.abs(theirs).max())


def compare(check, model):
    peer = OnnxRuntime(model)
    inputs = peer.make_inputs()
    try:
        ours = run_nncore(model, inputs)
    except subprocess.CalledProcessError as error:
        check(False, f"{model.name}: nncore run ended with {error.returncode}")
        return
    for name, theirs in peer.run(inputs).items():
        error = relative_error(ours[name], theirs) if name in ours else np.inf
        check(error < TOLERANCE, f"{model.name}, {name}: relative error {error:.1e} < {TOLERANCE:.0e}")


def main(models):
    if cpu_lacks_mask():
        print("SKIP: this processor lacks what NNC_CPU names")
        sys.exit(77)
    check = Checks()
    for model in models:
        compare(check, Path(model))
    if not models:
        with tempfile.TemporaryDirectory() as folder:
            for make in (make_models.mobilenet_v1, make_models.mobilenet_v2):
                model = Path(folder) / f"{make.__name__}.onnx"
                make(model)
                compare(check, model)
    check.finish()


if __name__ == "__main__":
    main(sys.argv[1:])
