#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Estimate, without an ARM processor, what the inner loops of arm64 kernels reach: compile each, find the loop of its
tile, and let llvm-mca tell the cycles of 100 rounds. Prints the table of docs/kernels.md.

    arm_estimates.py          # needs aarch64-linux-gnu-gcc and llvm-mca
"""
import re
import subprocess
from pathlib import Path

KERNELS = Path(__file__).resolve().parents[2] / "nncore" / "kernels"
FLAGS = ["-std=gnu11", "-O2", "-mtune=cortex-a72", "-fPIC", "-fno-math-errno", "-ffp-contract=off", "-D_GNU_SOURCE", f"-I{KERNELS}",
         f"-I{KERNELS / 'vector'}"]
ROUNDS = 100
CPUS = ["cortex-a55", "cortex-a76", "neoverse-n1"]
# What it is, its file, what it is compiled for, the instruction that multiplies, multiply-adds of each, and how many the tile's
# loop has.
LOOPS = [
    ("f32, 8 pixels x 8 channels", "vector/tile.c", "armv8-a", r"fmla\s+v", 4, 16),
    ("bytes, smlal, 4 x 16", "neon/quantized_neon.c", "armv8-a", r"smlal2?\s", 4, 128),
    ("bytes, sdot, 4 x 16", "neon/quantized_neon.c", "armv8.2-a+dotprod", r"sdot\s", 16, 64),
    ("bytes, smmla, 4 x 16", "neon/quantized_neon.c", "armv8.2-a+dotprod+i8mm", r"smmla\s", 32, 16),
]
LABEL = re.compile(r"^(\.L\w+):")
BRANCH = re.compile(r"^\s(?:b\.?\w*|cbn?z|tbn?z)\s.*(\.L\w+)$")
INSTRUCTION = re.compile(r"^\s[a-z]")


def innermost_loops(assembly):
    """Lists of instructions that a branch back repeats, and no branch leaves."""
    places, body = {}, []
    for line in assembly.splitlines():
        if label := LABEL.match(line):
            places[label[1]] = len(body)
        elif INSTRUCTION.match(line):
            body.append(line)
            branch = BRANCH.match(line)
            if branch and branch[1] in places:
                loop = body[places[branch[1]]:]
                if not any(BRANCH.match(other) or re.match(r"\s(bl|ret)\b", other) for other in loop[:-1]):
                    yield loop


def tile_loop(file, target, instruction, n):
    """The shortest with n of an instruction."""
    done = subprocess.run(["aarch64-linux-gnu-gcc", *FLAGS, f"-march={target}", "-S", "-o", "-", KERNELS / file],
                          capture_output=True, text=True, check=True)
    loops = [loop for loop in innermost_loops(done.stdout)
             if sum(bool(re.match(r"\s" + instruction, line)) for line in loop) == n]
    return min(loops, key=len)


def cycles(loop, target, cpu):
    """Of one round."""
    attributes = ",".join("+" + part for part in target.split("+")[1:])
    done = subprocess.run(["llvm-mca", "-mtriple=aarch64", f"-mcpu={cpu}", f"-mattr={attributes}", f"-iterations={ROUNDS}"],
                          input="\n".join(loop[:-1]) + "\n", capture_output=True, text=True, check=True)
    return int(re.search(r"Total Cycles:\s+(\d+)", done.stdout)[1]) / ROUNDS


def main():
    print("| inner loop | products in it | " + " | ".join(CPUS) + " |")
    print("|---|---|" + "---|" * len(CPUS))
    for name, file, target, instruction, products, n in LOOPS:
        loop = tile_loop(file, target, instruction, n)
        rates = [f"{n * products / cycles(loop, target, cpu):.1f}" for cpu in CPUS]
        print(f"| {name} | {n} of {len(loop)} instructions | " + " | ".join(rates) + " |")


if __name__ == "__main__":
    main()
