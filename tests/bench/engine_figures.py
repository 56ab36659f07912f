#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What nncore reaches without a peer: shares of AVX2's peak, ORC beside C, two threads, the library's size.

    tests/bench/engine_figures.py --nncore build/nncore/tools/nncore MODEL…

Threads are those of bench_threads, which lies beside nncore in a build tree and takes all CPUs that there are; the others run
on one. performance.py makes a section of docs/performance.md of it.
"""
import argparse
import json
import os
import statistics
import subprocess
import tempfile
from pathlib import Path

import orc_is_quicker

AVX2_TARGET, ORC_TARGET, LIBRARY_TARGET = 0.75, 3, 1500000


def avx2_share(nncore, path, rounds=5):
    """Of the time: what multiply-adds alone would take at the peak of the core's AVX2."""
    shares = []
    for _ in range(rounds):
        command = [nncore, "bench", "--json", "--profile", "--seconds", "0.3", str(path)]
        result = json.loads(subprocess.run(command, capture_output=True, text=True, check=True,
                                           env={**os.environ, "NNC_CPU": "avx2"}).stdout)
        macs = sum(step["macs"] for step in result["steps"])
        shares.append(macs / result["peak_gmac_per_s"] / 1e3 / result["median_us"])
    return statistics.median(shares)


def library_size(nncore):
    library = Path(nncore).resolve().parents[1] / "libnncore.so"
    if not library.exists():
        return None
    with tempfile.NamedTemporaryFile() as stripped:
        subprocess.run(["strip", "-o", stripped.name, library], check=True)
        return os.path.getsize(stripped.name)


def threads(nncore, models):
    """Lines of bench_threads."""
    program = Path(nncore).resolve().parents[2] / "tests/bench/bench_threads"
    if not program.exists():
        return []
    everywhere = range(os.cpu_count())
    done = subprocess.run([program, *map(str, models)], capture_output=True, text=True, check=True,
                          preexec_fn=lambda: os.sched_setaffinity(0, everywhere))
    return done.stdout.splitlines()


def section(nncore, models):
    """Lines of docs/performance.md."""
    lines = ["## The engine by itself", "", "By `tests/bench/engine_figures.py`.", ""]
    for path in models:
        _, _, ratio = orc_is_quicker.compare(nncore, path, 1, 0.1)
        lines += [f"- {path.name}, `NNC_CPU=avx2`: {avx2_share(nncore, path):.0%} of the core's peak; of MobileNetV1 fp32 "
                  f"{AVX2_TARGET:.0%} is the target.",
                  f"- {path.name}, `NNC_CPU=orc`: {ratio:.1f} times as fast as `NNC_CPU=c`; of MobileNetV1 fp32 {ORC_TARGET} is "
                  "the target."]
    size = library_size(nncore)
    if size:
        lines.append(f"- libnncore, stripped: {size / 1e6:.2f} MB, {LIBRARY_TARGET / 1e6} is the target.")
    return lines + [f"- {line}." for line in threads(nncore, models)] + [""]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--nncore", required=True)
    parser.add_argument("models", nargs="+", type=Path)
    arguments = parser.parse_args()
    print("\n".join(section(arguments.nncore, arguments.models)))


if __name__ == "__main__":
    main()
