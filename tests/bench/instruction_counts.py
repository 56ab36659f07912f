#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""How many instructions a run of each network takes, by callgrind, against those of instruction_counts.json.

    instruction_counts.py [--renew] COMPILER NNCORE

COMPILER names what the counts hold for: counts of another are not compared (77, skipped). Meson calls it:

    meson test -C build instruction_counts
    ninja -C build renew_instruction_counts     # writes this compiler's counts

Counts do not depend on what else the machine does. They are of NNC_CPU=avx2, since valgrind knows no AVX-512, and of
nnc_session_run alone, loading left out. Networks of ../shared are left out where it is absent.
"""
import argparse
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BASELINE = Path(__file__).with_suffix(".json")
NETWORKS = [
    "models/fashion-cnn/fashion-cnn.onnx",
    "tests/conformance/exports/keras_seed_rnn.onnx",
    "tests/conformance/exports/torch_unet.onnx",
    "../shared/models/mlperf-tiny/vww_96_int8.tflite",
    "../shared/models/mlperf-tiny/kws_ref_model.tflite",
]
GROWTH = 1.05


def skip(why):
    print(f"SKIP: {why}")
    sys.exit(77)


def has_avx2():
    cpuinfo = Path("/proc/cpuinfo")
    return cpuinfo.exists() and {"avx2", "fma", "f16c"} <= set(cpuinfo.read_text().split())


def count(nncore, path):
    """Instructions a run, the mean of all that a bench makes: the first, and those it times."""
    command = ["valgrind", "--tool=callgrind", "--toggle-collect=nnc_session_run", "--callgrind-out-file=/dev/null",
               nncore, "bench", "--json", "--seconds", "0", path]
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "NNC_CPU": "avx2"})
    collected = re.search(r"Collected : (\d+)", done.stderr)
    if done.returncode or not collected:
        sys.exit(f"{path}: {done.stderr}")
    return int(collected[1]) // (1 + json.loads(done.stdout)["runs"])


def compare(counts, baseline):
    """Whether none has grown too far."""
    ok = True
    for network, instructions in counts.items():
        before = baseline.get(network)
        change = f"{instructions / before - 1:+.1%} from {before}" if before else "not in the baseline"
        good = before is not None and instructions <= before * GROWTH
        print(f"{'ok' if good else 'NOT OK'}: {network}: {instructions} instructions a run, {change}")
        ok = ok and good
    return ok


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--renew", action="store_true", help="write the counts instead of comparing them")
    parser.add_argument("compiler")
    parser.add_argument("nncore")
    arguments = parser.parse_args()
    baseline = json.loads(BASELINE.read_text())
    if not shutil.which("valgrind") or not has_avx2():
        skip("counting needs valgrind and a CPU with AVX2")
    if not arguments.renew and arguments.compiler not in baseline:
        skip(f"there are no counts of {arguments.compiler}, only of {', '.join(baseline)}")
    counts = {network: count(arguments.nncore, ROOT / network) for network in NETWORKS if (ROOT / network).exists()}
    if arguments.renew:
        baseline.setdefault(arguments.compiler, {}).update(counts)
        BASELINE.write_text(json.dumps(baseline, indent=2) + "\n")
    sys.exit(not compare(counts, baseline[arguments.compiler]))


if __name__ == "__main__":
    main()
