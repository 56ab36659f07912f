# SPDX-License-Identifier: LGPL-2.1-or-later
"""The lightweight CNN beside ONNX Runtime, taking turns on one core: a run's time, the time to the first result, the
memory it adds. The bounds are what the engine promises with room for a busy machine, not what it reaches. The first
result is by the clock on the wall and happens once in a process: of many processes the least disturbed counts."""
import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "conformance"))
from checks import Checks  # noqa: E402
from onnx_runtime_peer import NNCORE, OnnxRuntime  # noqa: E402

MODEL = str(Path(__file__).resolve().parents[2] / "models/fashion-cnn/fashion-cnn.onnx")
ROUNDS = 25
SECONDS = 0.02


def time_onnx_runtime(peer, inputs):
    times, end = [], time.perf_counter() + SECONDS
    while time.perf_counter() < end or len(times) < 3:
        begin = time.perf_counter_ns()
        peer.session.run(None, inputs)
        times.append((time.perf_counter_ns() - begin) / 1e3)
    return statistics.median(times)


def bench(seconds):
    command = [NNCORE, "bench", "--json", "--seconds", str(seconds), MODEL]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
onnx_runtime = OnnxRuntime(MODEL)
inputs = onnx_runtime.make_inputs(high=255.0)
peer_times, own, ratios = [], [], []
for _ in range(ROUNDS):
    peer_times.append(time_onnx_runtime(onnx_runtime, inputs))
    own.append(bench(SECONDS))
    ratios.append(own[-1]["median_us"] / peer_times[-1])
first_result = min(one["first_result_us"] for one in own) / 1e3
memory = statistics.median(one["memory_added_bytes"] for one in own) / 1e6

check = Checks()
check(all(one[figure] > 0 for one in own for figure in ("median_us", "first_result_us", "memory_added_bytes"))
      and min(peer_times) > 0, "every figure is above 0")
check(statistics.median(ratios) <= 1.5,
      f"{statistics.median(one['median_us'] for one in own):.1f} us a run, ONNX Runtime {statistics.median(peer_times):.1f}, "
      f"ratio {statistics.median(ratios):.2f}, at most 1.5")
check(first_result < 3, f"the first result after {first_result:.2f} ms, below 3")
check(memory < 3, f"{memory:.2f} MB added, below 3")
check.finish()
