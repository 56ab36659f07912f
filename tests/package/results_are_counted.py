#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""tests/count_results.py counts checks, skips and failures, and takes a crash for a failure."""
import json
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

COUNTER = Path(__file__).resolve().parents[1] / "count_results.py"


def count(*tests, status=None):
    """tests: (Meson's result, what the program printed); Meson's status is what it makes of them, where none is given. Returns the last line and the exit status."""
    with tempfile.NamedTemporaryFile("w", suffix=".json") as log:
        for result, output in tests:
            log.write(json.dumps({"result": result, "stdout": output}) + "\n")
        log.flush()
        status = any(result not in ("OK", "SKIP") for result, _ in tests) if status is None else status
        run = subprocess.run([sys.executable, COUNTER, str(int(status)), log.name], capture_output=True, text=True)
    return run.stdout.splitlines()[-1], run.returncode


class ResultsAreCounted(unittest.TestCase):
    def test_each_check_counts(self):
        self.assertEqual(count(("OK", "100%: Checks: 5, Failures: 0, Errors: 0\n")), ("5 passed, 0 failed, 0 skipped", 0))

    def test_a_program_without_checks_is_one(self):
        self.assertEqual(count(("OK", ""), ("SKIP", "")), ("1 passed, 0 failed, 1 skipped", 0))

    def test_failures_and_errors_fail(self):
        self.assertEqual(count(("FAIL", "60%: Checks: 5, Failures: 1, Errors: 1\n")), ("3 passed, 2 failed, 0 skipped", 1))

    def test_a_skipped_check_did_not_pass(self):
        self.assertEqual(count(("OK", "SKIP: no data\n100%: Checks: 2, Failures: 0, Errors: 0\n")),
                         ("1 passed, 0 failed, 1 skipped", 0))

    def test_a_crash_at_the_end_fails(self):
        self.assertEqual(count(("FAIL", "100%: Checks: 5, Failures: 0, Errors: 0\n")), ("5 passed, 1 failed, 0 skipped", 1))

    def test_a_timeout_fails(self):
        self.assertEqual(count(("OK", ""), ("TIMEOUT", "")), ("1 passed, 1 failed, 0 skipped", 1))

    def test_meson_ending_early_fails(self):
        self.assertEqual(count(("OK", ""), status=130), ("1 passed, 1 failed, 0 skipped", 1))
        self.assertEqual(count(("OK", ""), ("TIMEOUT", ""), status=1), ("1 passed, 1 failed, 0 skipped", 1))

    def test_a_missing_log_fails(self):
        run = subprocess.run([sys.executable, COUNTER, "0", "missing.json"], capture_output=True, text=True)
        self.assertEqual((run.stdout.splitlines()[-1], run.returncode), ("0 passed, 1 failed, 0 skipped", 1))


if __name__ == "__main__":
    unittest.main()
