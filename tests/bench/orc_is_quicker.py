#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""How much faster ORC's kernels make each network than those of C, which it replaces on CPUs without others.

    taskset -c 1 tests/bench/orc_is_quicker.py --nncore build/nncore/tools/nncore [MODEL…]

Without a MODEL: all that performance.py measures. Fails where a network is slower. The two take turns; medians.
"""
import argparse
import json
import os
import statistics
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NOISE = 1.03  # a network without any kernel of ORC's is timed against itself


def default_models():
    shared = sorted((ROOT / "../shared/models").resolve().rglob("*"))
    return [ROOT / "models/fashion-cnn/fashion-cnn.onnx"] + [path for path in shared if path.suffix in (".onnx", ".tflite")]


def median_us(nncore, cpu, path, seconds):
    command = [nncore, "bench", "--json", "--seconds", str(seconds), str(path)]
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "NNC_CPU": cpu})
    if done.returncode:
        raise RuntimeError(done.stderr.strip())
    return json.loads(done.stdout)["median_us"]


def compare(nncore, path, rounds, seconds):
    """Medians of C's times and ORC's, and of how many times as long C's are."""
    times = [[median_us(nncore, cpu, path, seconds) for cpu in ("c", "orc")] for _ in range(rounds)]
    c, orc = zip(*times)
    return statistics.median(c), statistics.median(orc), statistics.median(a / b for a, b in times)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--nncore", required=True)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=0.1, help="a round's")
    parser.add_argument("models", nargs="*", type=Path)
    arguments = parser.parse_args()
    slower = []
    for path in arguments.models or default_models():
        try:
            c, orc, ratio = compare(arguments.nncore, path, arguments.rounds, arguments.seconds)
        except RuntimeError as error:
            print(f"{path.name}: {error}", file=sys.stderr)
            continue
        print(f"{path.parent.name}/{path.name}: c {c:.0f} us, orc {orc:.0f} us, {ratio:.2f} times as fast", flush=True)
        if ratio * NOISE < 1:
            slower.append(path.name)
    if slower:
        sys.exit(f"slower by ORC: {', '.join(slower)}")


if __name__ == "__main__":
    main()
