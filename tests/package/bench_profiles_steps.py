#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What `nncore bench --profile` says: every step that `inspect --plan` lists, and times that make up a run.
    bench_profiles_steps.py NNCORE MODEL"""
import json
import subprocess
import sys

NNCORE, MODEL = sys.argv[1:]


def run(*arguments):
    return subprocess.run([NNCORE, *arguments, MODEL], check=True, capture_output=True, text=True).stdout


def planned_steps():
    """(operator, kernel) of each line of the table that ends inspect's output; some steps have no kernel's name."""
    table = run("inspect", "--plan").split("\nstep  ", 1)[1].splitlines()[1:]
    return [(line[6:26].strip(), line[27:55].strip()) for line in table]


def check(condition, what):
    if not condition:
        sys.exit(what)


steps = planned_steps()
result = json.loads(run("bench", "--json", "--profile", "--seconds", "0.3"))
check([(s["op"], s["kernel"]) for s in result["steps"]] == steps, f"not the plan's steps: {result['steps']}")
check(result["peak_gmac_per_s"] > 0, "no peak")
peaks = {}
for step in result["steps"]:
    rate = step["gmac_per_s"] * step["us"] * 1e3 / step["macs"] if step["macs"] else \
        step["gb_per_s"] * step["us"] * 1e3 / step["bytes"]
    check(0.8 < rate < 1.25 or step["us"] < 0.05, f"{step}: the rate is not work by time")
    check(("of_peak" in step) == (step["macs"] > 0), f"{step}: a share of the peak is for multiply-accumulates")
    if step["macs"]:
        share = step["gmac_per_s"] / step["peak_gmac_per_s"]
        check(abs(step["of_peak"] - share) < 0.001 * share + 0.0001, f"{step}: not the share of its peak")
        kind = "bytes" if "quantized" in step["kernel"] else "bf16" if "bf16" in step["kernel"] else "floats"
        peaks.setdefault(kind, set()).add(step["peak_gmac_per_s"])
check(all(len(peak) == 1 for peak in peaks.values()), f"steps of one kind have several peaks: {peaks}")
# Medians of parts are not parts of a median, and a busy machine slows one loop more than the other.
whole = sum(s["us"] for s in result["steps"])
check(0.5 < whole / result["median_us"] < 2, f"the steps take {whole} us, a run {result['median_us']} us")
shares = sum(s["share"] for s in result["steps"])
check(abs(shares - whole / result["median_us"]) < 0.01, f"shares add up to {shares}")
check("steps" not in json.loads(run("bench", "--json", "--seconds", "0.05")), "a profile that nobody asked for")
text = run("bench", "--profile", "--seconds", "0.05").split("\nstep  ", 1)[1].splitlines()[1:]
check([(line[6:26].strip(), line[27:55].strip()) for line in text] == steps, f"the table has other steps: {text}")
