#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What Keras and PyTorch export, as ONNX and TFLite, agrees with the framework within 1e-5, by a plan in which nothing
waits for data, but for what is named here. The exports lie in exports/, or in the FOLDER into which export_networks.py has put others.

    NNC_LIBRARY=build/nncore/libnncore.so NNCORE=build/nncore/tools/nncore python3 exports_agree.py [FOLDER]
"""
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np

from checks import Checks, answers_path, cpu_lacks_mask
from nncore_library import EngineError, Model, Session

TOLERANCE = 1e-5
# TFLite's converter cuts the list of a layer's outputs in two at a computed place, and puts it together again.
WAITING = {"keras_seed_rnn.tflite"}
NNCORE = os.environ.get("NNCORE", "nncore")


def difference(ours, right):
    if ours.shape != right.shape or not np.isfinite(ours).all():
        return np.inf
    return float(np.abs(ours - right).max() / max(1.0, np.abs(right).max()))


def largest_difference(path, answers):
    session = Session(Model(path.read_bytes(), path.name), [answers["x0"].shape])
    runs = range(len(answers.files) // 2)
    return max(difference(session.run([answers[f"x{i}"]])[0], answers[f"y{i}"]) for i in runs)


def dynamic_steps(path):
    """How many steps wait for data, as `nncore inspect` says."""
    text = subprocess.run([NNCORE, "inspect", path], check=True, capture_output=True, text=True).stdout
    return int(re.search(r"^steps +\d+, (\d+) of them wait for data", text, re.MULTILINE)[1])


def compare(check, path, answers):
    try:
        worst = largest_difference(path, answers)
        waiting = dynamic_steps(path)
    except (EngineError, ValueError, subprocess.CalledProcessError) as error:
        check(False, f"{path.name}: {error}")
        return
    check(worst < TOLERANCE, f"{path.name}: error {worst:.1e} < {TOLERANCE:.0e}")
    check((waiting > 0) == (path.name in WAITING), f"{path.name}: {waiting} steps wait for data")


def main(folder=Path(__file__).parent / "exports"):
    if cpu_lacks_mask():
        print("SKIP: this processor lacks what NNC_CPU names")
        sys.exit(77)
    check = Checks()
    paths = sorted(path for path in Path(folder).iterdir() if path.suffix in (".onnx", ".tflite"))
    check(bool(paths), f"{len(paths)} exports are there")
    for path in paths:
        with np.load(answers_path(path)) as answers:
            compare(check, path, answers)
    check.finish()


if __name__ == "__main__":
    main(*sys.argv[1:])
