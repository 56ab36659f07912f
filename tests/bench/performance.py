#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""nncore beside ONNX Runtime, OpenVINO and LiteRT, taking turns on one core; writes docs/performance.md and its plot.

    taskset -c 1 .venv-bench/bin/python tests/bench/performance.py --nncore build/nncore/tools/nncore [MODEL…]

.venv-bench needs numpy, onnxruntime, openvino and ai-edge-litert; a peer that is missing is left out. Without a MODEL: our
own, and all of ../shared/models. OpenVINO computes floats in bf16 where the processor has it; "f32" is OpenVINO told
not to. A ratio is nncore's time over that of the best of the others, round by round: its median, and 95 % of its
medians in resampled rounds.
"""
import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
OUTPUT = ROOT / "docs/performance.md"
PLOT = ROOT / "docs/images/performance.svg"
OWN = "nncore"
BF16 = "OpenVINO"


# --- engines: a function that runs the network once --------------------------------------------------------------

def make_input(shape, data_type, random):
    shape = [size if isinstance(size, int) and size > 0 else 1 for size in shape]
    data_type = np.dtype(data_type)
    if data_type.kind == "f":
        return random.random(shape).astype(data_type)
    high = {"b": 2, "i": 9 if data_type.itemsize > 1 else 100, "u": 255}[data_type.kind]
    return random.integers(0, high, shape).astype(data_type)


def onnx_runtime(path, random):
    import onnxruntime
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 4
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    types = {"float": "float32", "double": "float64"}
    binding = session.io_binding()
    for value in session.get_inputs():
        name = value.type.removeprefix("tensor(").removesuffix(")")
        binding.bind_cpu_input(value.name, make_input(value.shape, types.get(name, name), random))
    for value in session.get_outputs():
        binding.bind_output(value.name)
    return lambda: session.run_with_iobinding(binding)


def lite_rt(path, random):
    from ai_edge_litert.interpreter import Interpreter
    interpreter = Interpreter(str(path), num_threads=1)
    interpreter.allocate_tensors()
    for value in interpreter.get_input_details():
        interpreter.set_tensor(value["index"], make_input(value["shape"].tolist(), value["dtype"], random))
    return interpreter.invoke


def openvino_as(**properties):
    def make(path, random):
        import openvino
        core = openvino.Core()
        model = core.read_model(str(path))
        model.reshape({port.any_name: [size.get_length() if size.is_static else 1 for size in port.partial_shape]
                       for port in model.inputs})
        request = core.compile_model(model, "CPU", {"INFERENCE_NUM_THREADS": 1, "PERFORMANCE_HINT": "LATENCY",
                                                    **properties}).create_infer_request()
        for i, port in enumerate(model.inputs):
            tensor = make_input(list(port.shape), port.element_type.to_dtype(), random)
            request.set_input_tensor(i, openvino.Tensor(tensor))
        return request.infer
    return make


PEERS = {"ONNX Runtime": (".onnx", onnx_runtime), "LiteRT": (".tflite", lite_rt),
         "OpenVINO f32": ("", openvino_as(INFERENCE_PRECISION_HINT="f32")), BF16: ("", openvino_as())}


def median_time(run, seconds):
    times, end = [], time.perf_counter() + seconds
    while time.perf_counter() < end or len(times) < 3:
        begin = time.perf_counter_ns()
        run()
        times.append((time.perf_counter_ns() - begin) / 1e3)
    return statistics.median(times)


def bench(nncore, path, seconds):
    command = [nncore, "bench", "--json", "--seconds", str(seconds), str(path)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(done.stderr.strip())
    return json.loads(done.stdout)["median_us"]


# --- measuring ---------------------------------------------------------------------------------------------------

def make_peers(path):
    peers = {}
    for name, (suffix, make) in PEERS.items():
        if not path.name.endswith(suffix):
            continue
        try:
            run = make(path, np.random.default_rng(1))
            run()
            peers[name] = run
        except Exception as error:  # a network that this engine refuses, or an engine that is not here
            print(f"{path.name}: {name}: {str(error).splitlines()[0][:120]}", file=sys.stderr)
    return peers


def compare(own, peer):
    ratios = np.array(own) / np.array(peer)
    resampled = np.median(np.random.default_rng(0).choice(ratios, (2000, len(ratios))), axis=1)
    return float(np.median(ratios)), float(np.quantile(resampled, 0.025)), float(np.quantile(resampled, 0.975))


def measure(nncore, path, rounds, seconds):
    peers = make_peers(path)
    times = {name: [] for name in [OWN, *peers]}
    for _ in range(rounds):
        times[OWN].append(bench(nncore, path, seconds))
        for name, run in peers.items():
            times[name].append(median_time(run, seconds))
    medians = {name: statistics.median(values) for name, values in times.items()}
    same = [name for name in peers if name != BF16]  # of the same precision
    row = {"name": f"{path.parent.name}/{path.name}", "medians": medians}
    if peers:
        row["best"] = compare(times[OWN], times[min(peers, key=medians.get)])
    if same:
        row["same"] = compare(times[OWN], times[min(same, key=medians.get)])
    return row


# --- writing -----------------------------------------------------------------------------------------------------

def processor():
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        key, _, value = line.partition(":")
        if key.strip() == "model name":
            return value.strip()
    return "unknown"


def describe(ratio):
    return "{:.2f} ({:.2f} to {:.2f})".format(*ratio) if ratio else ""


def geometric_mean(rows, key):
    ratios = [row[key][0] for row in rows if key in row]
    return statistics.geometric_mean(ratios) if ratios else float("nan")


def write_table(rows, rounds):
    names = [OWN, *PEERS]
    lines = ["# Performance", "",
             f"Microseconds a run, batch 1, one thread on one core of: {processor()}. Medians of {rounds} rounds in which "
             "the engines took turns.",
             "Written by `tests/bench/performance.py`, which says how. The two last columns are nncore's time over that of "
             "the best other engine,",
             "once without and once with OpenVINO's bf16; in brackets 95 % bounds. Below 1 nncore is faster.", "",
             f"Geometric mean of the ratios: {geometric_mean(rows, 'same'):.2f}, with bf16 "
             f"{geometric_mean(rows, 'best'):.2f}.", "",
             "![ratios](images/performance.svg)", "",
             "| network | " + " | ".join(names) + " | ratio | with bf16 |", "|---|" + "---|" * (len(names) + 2)]
    for row in rows:
        cells = [f"{row['medians'][name]:.1f}" if name in row["medians"] else "" for name in names]
        lines.append(f"| {row['name']} | " + " | ".join(cells) + f" | {describe(row.get('same'))} | "
                     f"{describe(row.get('best'))} |")
    OUTPUT.write_text("\n".join(lines) + "\n")


def write_plot(rows):
    """A bar for each network: nncore's share of the best other's time; the line is 1."""
    bars = [(row["name"], row["same"][0]) for row in rows if "same" in row]
    left, unit, height = 300, 300, 18
    width = left + unit * 2 + 60
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height * (len(bars) + 2)}" '
             'font-family="sans-serif" font-size="12">', '<rect width="100%" height="100%" fill="white"/>']
    for i, (name, ratio) in enumerate(sorted(bars, key=lambda bar: bar[1])):
        y, length = height * (i + 1), unit * min(ratio, 2)
        colour = "#2a7f3f" if ratio < 1 else "#b5532a"
        parts.append(f'<text x="{left - 6}" y="{y + 12}" text-anchor="end">{name}</text>'
                     f'<rect x="{left}" y="{y + 2}" width="{length:.0f}" height="{height - 4}" fill="{colour}"/>'
                     f'<text x="{left + length + 4:.0f}" y="{y + 12}">{ratio:.2f}</text>')
    parts.append(f'<line x1="{left + unit}" y1="0" x2="{left + unit}" y2="100%" stroke="black"/></svg>')
    PLOT.write_text("\n".join(parts) + "\n")


def default_models():
    shared = sorted(path for path in (ROOT / "../shared/models").resolve().rglob("*") if path.suffix in (".onnx", ".tflite"))
    return [ROOT / "models/fashion-cnn/fashion-cnn.onnx", *shared]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--nncore", required=True)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=0.1, help="an engine's in a round")
    parser.add_argument("models", nargs="*", type=Path)
    arguments = parser.parse_args()
    if len(os.sched_getaffinity(0)) > 1:
        parser.error("run it on one core: taskset -c 1 …")
    rows = []
    for path in arguments.models or default_models():
        try:
            rows.append(measure(arguments.nncore, path, arguments.rounds, arguments.seconds))
        except RuntimeError as error:
            print(f"{path.name}: {error}", file=sys.stderr)
            continue
        print(rows[-1]["name"], {name: round(us, 1) for name, us in rows[-1]["medians"].items()},
              describe(rows[-1].get("same")), flush=True)
    write_table(rows, arguments.rounds)
    write_plot(rows)


if __name__ == "__main__":
    main()
