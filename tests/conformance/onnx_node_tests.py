#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Run ONNX's backend tests, of operators and networks: which pass, which fail, which ask for what the engine lacks.

    export NNC_LIBRARY=build/nncore/libnncore.so
    onnx_node_tests.py                        # all, with a table of operators
    onnx_node_tests.py -v 'test_conv*'        # the reason of each, too
    onnx_node_tests.py --here test_relu       # in this process, for a debugger
    onnx_node_tests.py --update               # write down what passes: onnx_node_tests.txt

A case that the engine refuses as unsupported is counted and listed. One that it accepts, or refuses for any other
reason, must give the right answer. One that onnx_node_tests.txt lists must be there and pass; where one passes that it does
not list, the last lines ask for it to be added. Cases run in another process: what crashes or hangs is one failure.
"""
import argparse
import collections
import contextlib
import fnmatch
import multiprocessing
import signal
import sys
from pathlib import Path

import numpy as np

import node_cases
from checks import Checks, cpu_lacks_mask
from nncore_library import EngineError, Model, Session

RTOL, ATOL = 1e-3, 1e-5
# The cases that are expected to pass, a name a line, whatever suite they are taken from.
LIST = Path(__file__).with_name("onnx_node_tests.txt")

Outcome = collections.namedtuple("Outcome", "verdict reason")


def difference(ours, right):
    """What is wrong with an output, or None."""
    if ours.dtype != right.dtype or ours.shape != right.shape:
        return f"is {ours.dtype} {list(ours.shape)} instead of {right.dtype} {list(right.shape)}"
    if right.dtype.name.startswith("float8"):
        ours, right = ours.astype(np.float32), right.astype(np.float32)
    if right.dtype.kind != "f":
        wrong = ours != right
    else:
        wrong = ~np.isclose(ours, right, RTOL, ATOL, equal_nan=True)
    if not wrong.any():
        return None
    at = tuple(int(i) for i in np.argwhere(wrong)[0])
    return f"differs in {wrong.sum()} of {wrong.size} elements, first at {list(at)}: {ours[at]} instead of {right[at]}"


def run(case):
    try:
        model = Model(case.files["model.onnx"], case.name)
        for inputs, outputs in case.data_sets():
            session = Session(model, [array.shape for array in inputs])
            for i, (ours, right) in enumerate(zip(session.run(inputs), outputs, strict=True)):
                problem = difference(ours, right)
                if problem:
                    return Outcome("failed", f"output {i} {problem}")
    except EngineError as error:
        return Outcome("unsupported" if error.kind == "UNSUPPORTED" else "failed", f"{error.kind}: {error}")
    except ValueError as error:
        return Outcome("failed", str(error))
    return Outcome("passed", "")


class Worker:
    """A process that runs cases, until one takes it along."""

    def __init__(self, cases):
        self.pipe, far_end = multiprocessing.Pipe()
        self.process = multiprocessing.get_context("fork").Process(target=self._serve, args=(far_end, cases), daemon=True)
        self.process.start()
        far_end.close()

    def _serve(self, pipe, cases):
        self.pipe.close()
        with contextlib.suppress(EOFError):  # the test has ended
            while True:
                pipe.send(run(cases[pipe.recv()]))

    def run(self, case):
        """Its outcome, and whether the worker is still there."""
        self.pipe.send(case.name)
        if not self.pipe.poll(case.seconds):
            self.process.kill()
            self.process.join()
            return Outcome("failed", f"did not end within {case.seconds} s"), False
        try:
            return self.pipe.recv(), True
        except EOFError:
            self.process.join()
            return Outcome("failed", f"ended its process with {self._last_words()}"), False

    def _last_words(self):
        code = self.process.exitcode
        return signal.Signals(-code).name if code < 0 else f"exit code {code}"


def run_all(cases):
    """Each case with its outcome."""
    worker, alive = None, False
    for case in cases.values():
        if not alive:
            worker = Worker(cases)
        outcome, alive = worker.run(case)
        yield case, outcome


def print_table(title, rows):
    """rows: (name, verdict)"""
    counts = collections.defaultdict(collections.Counter)
    for name, verdict in rows:
        counts[name][verdict] += 1
    print(f"\n{title:40} {'passed':>8} {'failed':>8} {'unsupported':>12}")
    for name in sorted(counts):
        print(f"{name:40} {counts[name]['passed']:8} {counts[name]['failed']:8} {counts[name]['unsupported']:12}")


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("names", nargs="*", default=[], help="cases, as patterns; by default all")
    parser.add_argument("-v", "--verbose", action="store_true", help="also list what passed and why others did not")
    parser.add_argument("--here", action="store_true", help="in this process: a crash ends it")
    parser.add_argument("--update", action="store_true", help="add what passes to the list, and take out what does not")
    return parser.parse_args()


def update_list(listed, verdicts):
    """verdicts: of each case that was run"""
    kept = {name for name in listed if name not in verdicts}
    passed = {name for name, verdict in verdicts.items() if verdict == "passed"}
    LIST.write_text("".join(f"{name}\n" for name in sorted(kept | passed)))


def check_list(check, listed, verdicts, chosen):
    """chosen: whether only some were to be run"""
    for name in sorted(listed & verdicts.keys()):
        if verdicts[name] == "unsupported":
            check(False, f"{name} is not supported any more, {LIST.name} says that it passes")
    if node_cases.ARCHIVE.exists() and not chosen:  # the package has not all of them
        for name in sorted(listed - verdicts.keys()):
            check(False, f"{name} is not there any more, {LIST.name} says that it passes")
    new = sorted(name for name, verdict in verdicts.items() if verdict == "passed" and name not in listed)
    if new:
        print(f"{len(new)} cases pass that {LIST.name} does not list; --update adds them: {' '.join(new)}")


def main():
    arguments = parse_arguments()
    cases = node_cases.load()
    if not cases or cpu_lacks_mask():
        print("SKIP: no operator tests are there, or this processor lacks what NNC_CPU names")
        sys.exit(77)
    if arguments.names:
        cases = {n: c for n, c in cases.items() if any(fnmatch.fnmatch(n, pattern) for pattern in arguments.names)}
    outcomes = [(case, run(case)) for case in cases.values()] if arguments.here else list(run_all(cases))

    for case, outcome in outcomes:
        if arguments.verbose and outcome.verdict != "failed":
            print(f"{outcome.verdict} {case.name}: {outcome.reason}")
    print_table("operator", ((case.operator, outcome.verdict) for case, outcome in outcomes))
    print_table("data types", ((case.types, outcome.verdict) for case, outcome in outcomes))
    print()
    check = Checks()
    for case, outcome in outcomes:
        if outcome.verdict != "unsupported":
            check(outcome.verdict == "passed", f"{case.name} {outcome.reason}".rstrip())
    verdicts = {case.name: outcome.verdict for case, outcome in outcomes}
    listed = set(LIST.read_text().split())
    if arguments.update:
        update_list(listed, verdicts)
    else:
        check_list(check, listed, verdicts, bool(arguments.names))
    check.finish()


if __name__ == "__main__":
    main()
