#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""nncore beside ONNX Runtime, OpenVINO and LiteRT, taking turns on one core; writes docs/performance.md and its plot.

    taskset -c 1 .venv-bench/bin/python tests/bench/performance.py --nncore build/nncore/tools/nncore [MODEL…]

.venv-bench needs numpy, onnxruntime, openvino and ai-edge-litert; a peer that is missing is left out. Without a MODEL: our
own, and all of ../shared/models. MobileNets and the seed networks, which ../shared/bench/make_models.py makes, are named. OpenVINO computes floats in bf16 where the processor has it, "f32" is OpenVINO told not
to; nncore does where it is told to. Networks of floats are compared in f32, and in bf16 with OpenVINO alone; those of
integers with the best of all.

A ratio is nncore's time over that of the best of the others, round by round: its median, and 95 % of its medians in
resampled rounds, of each of the runs through all networks. What a core could do is measured by `nncore bench --profile`
between the rounds: of floats, bytes and bf16, each by the instruction that multiplies them.
"""
import argparse
import json
import os
import re
import statistics
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

import engine_figures
import first_result

ROOT = Path(__file__).resolve().parents[2]
OUTPUT = ROOT / "docs/performance.md"
PLOT = ROOT / "docs/images/performance.svg"
BOUNDS = ROOT / "tests/bench/performance_bounds.md"  # written by hand, the page's last section
OWN, OWN_BF16 = "nncore", "nncore bf16"
BF16 = "OpenVINO"

# What is aimed at, by what is in a network's name: the ratio, and the share of the core's peak. The first that fits.
TARGETS = [
    (r"seed_cnn_int8|vww_96_int8|kws_ref_model\.tflite", 0.50, None),
    (r"seed_cnn|fashion-cnn", 0.70, None),
    (r"pretrainedResnet_quant", 0.75, None),
    (r"mobilenet_v1_224_int8", 0.65, 0.58),
    (r"mobilenet_v2_224_int8", 0.50, 0.42),
    (r"mobilenet_v1_224", 0.95, 0.80),
    (r"mobilenet_v2_224", 0.95, 0.70),
    (r"seed_rnn|keras_lstm_mnist", 0.60, None),
    (r"ad01_fp32|dtln/model_1\.", 1.00, None),
    (r"", 0.95, None),
]
FIRST_RESULT = r"seed_cnn|fashion-cnn|mobilenet_v2_224"  # timed from nothing, too
BY_ITSELF = r"mobilenet_v1_224_f32"  # on two threads, by AVX2 and by ORC
U8 = r"coral/mobilenet_v._.*_quant|coco_ssd"


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


def bench(nncore, path, seconds, *options):
    """What `nncore bench` prints as JSON."""
    command = [nncore, "bench", "--json", "--seconds", str(seconds), *options, str(path)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(done.stderr.strip())
    return json.loads(done.stdout)


def time_at_peak(profile):
    """Microseconds that the core would take for the network's products alone, each kind at its own peak."""
    return sum(step["macs"] / step["peak_gmac_per_s"] for step in profile["steps"] if step["macs"]) / 1e3


def is_of_integers(profile):
    return sum(step["macs"] * (1 if "quantized" in step["kernel"] else -1) for step in profile["steps"]) > 0


def has_bf16(profile):
    return any("bf16" in step["kernel"] for step in profile["steps"])


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


def measure_rounds(nncore, path, peers, rounds, seconds, bf16):
    """Times of each engine, round by round, and in "peak" that which the core would take."""
    times = {name: [] for name in [OWN, *([OWN_BF16] if bf16 else []), *peers, "peak"]}
    for _ in range(rounds):
        own = bench(nncore, path, seconds, "--profile")
        times[OWN].append(own["median_us"])
        times["peak"].append(time_at_peak(own))
        if bf16:
            times[OWN_BF16].append(bench(nncore, path, seconds, "--precision", "bf16")["median_us"])
        for name, run in peers.items():
            times[name].append(median_time(run, seconds))
    return times


def best_of(times, names):
    names = [name for name in names if name in times]
    return min(names, key=lambda name: statistics.median(times[name])) if names else None


def measure(nncore, path, rounds, seconds):
    """One run."""
    profile = bench(nncore, path, 0, "--profile", "--precision", "bf16")
    integers = is_of_integers(profile)
    times = measure_rounds(nncore, path, make_peers(path), rounds, seconds, has_bf16(profile) and not integers)
    best = best_of(times, [name for name in PEERS if integers or name != BF16])
    run = {"times": times, "integers": integers}
    if best:
        run["ratio"] = compare(times[OWN], times[best])
        run["over all"] = compare(times[OWN], times[best_of(times, PEERS)])
    if OWN_BF16 in times and BF16 in times:
        run["bf16"] = compare(times[OWN_BF16], times[BF16])
    return run


def merge(name, runs):
    """A row of the table: medians of all rounds, and each run's ratios."""
    times = {engine: [us for run in runs for us in run["times"][engine]] for engine in runs[0]["times"]
             if all(engine in run["times"] for run in runs)}
    row = {"name": name, "integers": runs[0]["integers"], "times": times,
           "medians": {engine: statistics.median(values) for engine, values in times.items()},
           "of_peak": statistics.median(np.array(times["peak"]) / np.array(times[OWN]))}
    for key in ("ratio", "bf16", "over all"):
        if all(key in run for run in runs):
            row[key] = [run[key] for run in runs]
    return row


# --- writing -----------------------------------------------------------------------------------------------------

def processor():
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        key, _, value = line.partition(":")
        if key.strip() == "model name":
            return value.strip()
    return "unknown"


def describe(ratios):
    """Each run's, and the highest bound."""
    if not ratios:
        return ""
    return ", ".join(f"{ratio[0]:.2f}" for ratio in ratios) + f" (to {max(ratio[2] for ratio in ratios):.2f})"


def describe_target(row):
    """What is wanted, and what of it is missed."""
    _, ratio, share = next(target for target in TARGETS if re.search(target[0], row["name"]))
    missed = ["ratio"] if any(r[0] > ratio or r[2] > 1 for r in row.get("ratio", [])) else []
    missed += ["peak"] if share and row["of_peak"] < share else []
    return f"{ratio:.2f}" + (f", {share:.0%}" if share else "") + (f"; missed: {', '.join(missed)}" if missed else "")


def geometric_mean(rows, key):
    ratios = [ratio[0] for row in rows for ratio in row.get(key, [])]
    return f"{statistics.geometric_mean(ratios):.2f}" if ratios else ""


def write_page(rows, rounds, sections):
    names = [OWN, OWN_BF16, *PEERS]
    without_u8 = [row for row in rows if not re.search(U8, row["name"])]
    floats, integers = [row for row in rows if not row["integers"]], [row for row in rows if row["integers"]]
    lines = ["# Performance", "",
             f"Microseconds a run, batch 1, one thread on one core of: {processor()}. Medians of {rounds} rounds in which "
             "the engines took turns,",
             f"in each of {len(rows[0].get('ratio', [1]))} runs. Written by `tests/bench/performance.py`, which says how. "
             "Ratios are nncore's time over that of the best other engine, of each",
             "run, and the upper end of what 95 % of resampled rounds have: below 1 nncore is faster. Networks of floats are "
             "compared without OpenVINO's bf16, and",
             "nncore's bf16 with that alone; the last column has nncore's f32 over the best of all. Of peak: what of its time a core would need for the products alone.", "",
             "| geometric mean of the ratios | | target |", "|---|---|---|",
             f"| all networks | {geometric_mean(rows, 'ratio')} | 0.70 |",
             f"| without those of u8 | {geometric_mean(without_u8, 'ratio')} | 0.75 |",
             f"| floats | {geometric_mean(floats, 'ratio')} | |",
             f"| integers | {geometric_mean(integers, 'ratio')} | |",
             f"| bf16 | {geometric_mean(rows, 'bf16')} | |",
             f"| all, OpenVINO's bf16 beside our f32 | {geometric_mean(rows, 'over all')} | |", "",
             "![Each network's times over that of the best other engine](images/performance.svg)", "",
             "| network | " + " | ".join(names) + " | of peak | ratio | target | bf16 ratio | over all |",
             "|---|" + "---|" * (len(names) + 5)]
    for row in rows:
        cells = [f"{row['medians'][name]:.1f}" if name in row["medians"] else "" for name in names]
        lines.append(f"| {row['name']} | " + " | ".join(cells) + f" | {row['of_peak']:.0%} | {describe(row.get('ratio'))} | "
                     f"{describe_target(row)} | {describe(row.get('bf16'))} | {describe(row.get('over all'))} |")
    OUTPUT.write_text("\n".join(lines + [""] + sections).rstrip() + "\n")


# --- the plot ----------------------------------------------------------------------------------------------------

COLOURS = {OWN: "#2a7f3f", OWN_BF16: "#8fd19e", "ONNX Runtime": "#b5532a", "LiteRT": "#d9a12b", "OpenVINO f32": "#3b5ba5",
           BF16: "#9db4e6"}
LEFT, UNIT, HEIGHT, LONGEST = 400, 300, 18, 2.5  # of the plot: pixels, and times of the best other engine


def place(ratio):
    return LEFT + UNIT * min(ratio, LONGEST)


def plot_row(row, y):
    """A point an engine, and a bar from 0 to what the core's peak would take; 1: the best other engine of the same kind."""
    medians = row["medians"]
    one = medians[best_of(row["times"], [name for name in PEERS if row["integers"] or name != BF16])]
    parts = [f'<text x="{LEFT - 6}" y="{y + 12}" text-anchor="end">{row["name"]}</text>',
             f'<rect x="{LEFT}" y="{y + 6}" width="{place(medians["peak"] / one) - LEFT:.0f}" height="6" fill="#bbb"/>']
    parts += [f'<circle cx="{place(medians[name] / one):.0f}" cy="{y + 9}" r="{5 if name == OWN else 4}" fill="{colour}"/>'
              for name, colour in reversed(COLOURS.items()) if name in medians]
    return "".join(parts)


def write_plot(rows):
    rows = sorted((row for row in rows if "ratio" in row), key=lambda row: row["ratio"][0][0])
    height, width = HEIGHT * (len(rows) + 3), place(LONGEST) + 20
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" font-family="sans-serif" '
             'font-size="12">', '<rect width="100%" height="100%" fill="white"/>',
             f'<rect x="10" y="10" width="20" height="6" fill="#bbb"/><text x="34" y="17">the core\'s peak</text>']
    for i, (name, colour) in enumerate(COLOURS.items()):
        parts.append(f'<circle cx="{160 + 130 * i}" cy="13" r="5" fill="{colour}"/><text x="{170 + 130 * i}" y="17">{name}</text>')
    parts += [plot_row(row, HEIGHT * (i + 2)) for i, row in enumerate(rows)]
    for ratio in (0, 0.5, 1, 1.5, 2):
        x = place(ratio)
        parts.append(f'<line x1="{x}" y1="{HEIGHT * 2 - 6}" x2="{x}" y2="{height - HEIGHT}" stroke="{"black" if ratio == 1 else "#ddd"}"/>'
                     f'<text x="{x}" y="{height - 4}" text-anchor="middle">{ratio}</text>')
    PLOT.write_text("\n".join([*parts, "</svg>"]) + "\n")


# --- all of it -----------------------------------------------------------------------------------------------------

def default_models():
    shared = sorted(path for path in (ROOT / "../shared/models").resolve().rglob("*") if path.suffix in (".onnx", ".tflite"))
    return [ROOT / "models/fashion-cnn/fashion-cnn.onnx", *shared]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--nncore", required=True)
    parser.add_argument("--runs", type=int, default=2, help="through all networks")
    parser.add_argument("--rounds", type=int, default=20, help="in a run, of each network")
    parser.add_argument("--seconds", type=float, default=0.1, help="an engine's in a round")
    parser.add_argument("models", nargs="*", type=Path)
    arguments = parser.parse_args()
    if len(os.sched_getaffinity(0)) > 1:
        parser.error("run it on one core: taskset -c 1 …")
    runs = {}
    for _ in range(arguments.runs):
        for path in arguments.models or default_models():
            name = f"{path.parent.name}/{path.name}"
            try:
                run = measure(arguments.nncore, path, arguments.rounds, arguments.seconds)
            except RuntimeError as error:
                print(f"{path.name}: {error}", file=sys.stderr)
                continue
            runs.setdefault(name, []).append(run)
            print(name, {engine: round(statistics.median(us), 1) for engine, us in run["times"].items()},
                  *(f"{key} {run[key][0]:.2f}" for key in ("ratio", "bf16") if key in run), flush=True)
    rows = [merge(name, parts) for name, parts in runs.items()]
    models = arguments.models or default_models()
    sections = first_result.section(arguments.nncore, [path for path in models if re.search(FIRST_RESULT, path.name)])
    sections += engine_figures.section(arguments.nncore, [path for path in models if re.search(BY_ITSELF, path.name)])
    sections += ["", BOUNDS.read_text()]
    write_page(rows, arguments.rounds, sections)
    write_plot(rows)


if __name__ == "__main__":
    main()
