#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""From nothing to the first result, and the memory that takes: nncore beside ONNX Runtime, LiteRT and OpenVINO.

    taskset -c 1 .venv-bench/bin/python tests/bench/first_result.py --nncore build/nncore/tools/nncore MODEL…

Each figure is of a fresh process, from when the engine's library is loaded: the time to open the file, to prepare, and to compute
once on zeros, and the growth of anonymous resident memory. The file is in the page cache. Engines take turns; medians.
performance.py makes a section of docs/performance.md of it.
"""
import argparse
import json
import re
import statistics
import subprocess
import sys
from pathlib import Path

OWN = "nncore"
SPARE = 1e6  # bytes that may come on top of packed weights and arena
# Of each engine: what it reads, and the most of its time that nncore is to take.
PEERS = {"ONNX Runtime": (".onnx", 0.25), "LiteRT": (".tflite", 0.6), "OpenVINO": ("", None)}

CHILD = r'''
import json, sys, time
import numpy as np
engine, path = sys.argv[1:]

def anonymous():
    return next(int(line.split()[1]) * 1024 for line in open("/proc/self/status") if line.startswith("RssAnon"))

def zeros(shape, data_type):
    return np.zeros([size if isinstance(size, int) and size > 0 else 1 for size in shape], data_type)

if engine == "ONNX Runtime":
    import onnxruntime
    def begin():
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads, options.log_severity_level = 1, 4
        session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
        names = {"float": "float32", "double": "float64"}
        inputs = {}
        for value in session.get_inputs():
            name = value.type.removeprefix("tensor(").removesuffix(")")
            inputs[value.name] = zeros(value.shape, names.get(name, name))
        session.run(None, inputs)
        return session
elif engine == "LiteRT":
    from ai_edge_litert.interpreter import Interpreter
    def begin():
        interpreter = Interpreter(path, num_threads=1)
        interpreter.allocate_tensors()
        for value in interpreter.get_input_details():
            interpreter.set_tensor(value["index"], zeros(value["shape"].tolist(), value["dtype"]))
        interpreter.invoke()
        return interpreter
else:
    import openvino
    def begin():
        core = openvino.Core()
        model = core.read_model(path)
        model.reshape({port.any_name: [size.get_length() if size.is_static else 1 for size in port.partial_shape]
                       for port in model.inputs})
        request = core.compile_model(model, "CPU", {"INFERENCE_NUM_THREADS": 1}).create_infer_request()
        for i, port in enumerate(model.inputs):
            request.set_input_tensor(i, openvino.Tensor(zeros(list(port.shape), port.element_type.to_dtype())))
        request.infer()
        return core, request

zeros([1000], "float32").sum()
memory, start = anonymous(), time.perf_counter()
kept = begin()
took = time.perf_counter() - start
print(json.dumps({"us": took * 1e6, "bytes": anonymous() - memory}))
'''


def run_peer(engine, path):
    done = subprocess.run([sys.executable, "-c", CHILD, engine, str(path)], capture_output=True, text=True)
    return json.loads(done.stdout.splitlines()[-1]) if done.returncode == 0 else None


def run_own(nncore, path):
    done = subprocess.run([nncore, "bench", "--json", "--seconds", "0", str(path)], capture_output=True, text=True,
                          check=True)
    result = json.loads(done.stdout)
    return {"us": result["first_result_us"], "bytes": result["memory_added_bytes"]}


def right_memory(nncore, path):
    """Packed weights and arena, as `nncore inspect` has them, and a little."""
    text = subprocess.run([nncore, "inspect", str(path)], capture_output=True, text=True, check=True).stdout
    return sum(int(re.search(rf"^{what} +(\d+) bytes", text, re.M)[1]) for what in ("weights", "arena")) + SPARE


def measure(nncore, path, rounds):
    """Of each engine that takes the network: medians of microseconds and bytes."""
    seen = {}
    for _ in range(rounds):
        seen.setdefault(OWN, []).append(run_own(nncore, path))
        for engine, (suffix, _) in PEERS.items():
            result = run_peer(engine, path) if path.name.endswith(suffix) else None
            if result:
                seen.setdefault(engine, []).append(result)
    return {engine: {key: statistics.median(result[key] for result in results) for key in ("us", "bytes")}
            for engine, results in seen.items()}


def describe_target(row):
    """What part of a peer's time nncore takes, and may take."""
    return ", ".join(f"{row[OWN]['us'] / row[engine]['us']:.2f} of {engine}'s time, {most} is the target"
                     for engine, (_, most) in PEERS.items() if most and engine in row)


def section(nncore, models, rounds=9):
    """Lines of docs/performance.md."""
    engines = [OWN, *PEERS]
    lines = ["## From nothing to the first result", "",
             "Milliseconds from opening the file to the first outputs, in a process that had seen no network before, and anonymous "
             "memory that this added, in MB.",
             f"Medians of {rounds} rounds by `tests/bench/first_result.py`. Right: packed weights, arena and 1 MB.", "",
             "| network | " + " | ".join(engines) + " | target | MB | right | " + " | ".join(PEERS) + " |",
             "|---|" + "---|" * (2 * len(engines) + 2)]
    for path in models:
        row = measure(nncore, path, rounds)
        times = [f"{row[engine]['us'] / 1e3:.2f}" if engine in row else "" for engine in engines]
        memory = [f"{row[engine]['bytes'] / 1e6:.2f}" if engine in row else "" for engine in engines]
        memory.insert(1, f"{right_memory(nncore, path) / 1e6:.2f}")
        lines.append(f"| {path.name} | " + " | ".join([*times, describe_target(row), *memory]) + " |")
        print(lines[-1], file=sys.stderr, flush=True)
    return lines + [""]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--nncore", required=True)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("models", nargs="+", type=Path)
    arguments = parser.parse_args()
    print("\n".join(section(arguments.nncore, arguments.models, arguments.rounds)))


if __name__ == "__main__":
    main()
