# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the tests in Python have in common: where things are, and checks that are reported as libcheck does."""
import os
import sys
from pathlib import Path

SHARED = Path(os.environ.get("NNC_SHARED", Path(__file__).resolve().parents[3] / "shared"))


def cpu_lacks_mask():
    """Whether NNC_CPU asks for instructions that this processor does not have."""
    flag = {"avx2": "avx2", "avx512": "avx512f", "vnni": "avx512_vnni", "bf16": "avx512_bf16"}.get(os.environ.get("NNC_CPU", ""))
    flags = Path("/proc/cpuinfo").read_text().split() if flag else []
    return flag is not None and flag not in flags


def answers_path(path):
    """Beside an export: what all exports of its network are to compute."""
    return path.with_name(path.stem.replace("_traced", "") + ".npz")


class Checks:
    """Counts, and ends the program with libcheck's line, by which tests/run.sh counts."""

    def __init__(self):
        self.n = self.failed = 0

    def __call__(self, holds, fact):
        self.n += 1
        self.failed += not holds
        print(("ok: " if holds else "FAILED: ") + fact)

    def skip(self, fact):
        self.n += 1
        print(f"SKIP: {fact}")

    def finish(self):
        print(f"{100 * (self.n - self.failed) // max(self.n, 1)}%: Checks: {self.n}, Failures: {self.failed}, Errors: 0")
        sys.exit(1 if self.failed else 0)
