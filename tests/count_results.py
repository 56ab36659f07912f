#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Count the checks in Meson's testlog.json files and print `N passed, N failed, N skipped`; exit 1 when any failed.

A test program that ends with libcheck's line (100%: Checks: 5, Failures: 0, Errors: 0) counts as that many checks, any
other as one. A check that prints a line beginning with SKIP: counts as skipped. A program that crashed, timed out
or failed without saying which check did counts as one failure more. So does a failure of Meson's own that no test
explains: then it did not run all of them.

    count_results.py MESON-TEST-STATUS TESTLOG…
"""
import json
import re
import sys

CHECKS = re.compile(r"^\d+%: Checks: (\d+), Failures: (\d+), Errors: (\d+)$", re.MULTILINE)
SKIPS = re.compile(r"^SKIP:", re.MULTILINE)


def count(test):
    """(passed, failed, skipped) of one test program."""
    output = (test.get("stdout") or "") + "\n" + (test.get("stderr") or "")
    sums = CHECKS.findall(output)
    if not sums:
        return {"OK": (1, 0, 0), "EXPECTEDFAIL": (1, 0, 0), "SKIP": (0, 0, 1)}.get(test["result"], (0, 1, 0))
    total = sum(int(checks) for checks, _, _ in sums)
    failed = sum(int(failures) + int(errors) for _, failures, errors in sums)
    skipped = min(len(SKIPS.findall(output)), total - failed)
    unexplained = test["result"] not in ("OK", "SKIP") and failed == 0
    return total - failed - skipped, failed + unexplained, skipped


def main(status, *paths):
    counts = [0, 0, 0]
    for path in paths:
        with open(path) as lines:
            for line in lines:
                counts = [a + b for a, b in zip(counts, count(json.loads(line)))]
    if status != "0" and not counts[1]:
        print(f"meson test ended with {status}, though no test failed")
        counts[1] = 1
    print("{} passed, {} failed, {} skipped".format(*counts))
    return 1 if counts[1] or not counts[0] else 0


if __name__ == "__main__":
    try:
        sys.exit(main(*sys.argv[1:]))
    except OSError as error:  # no log: Meson itself failed
        print(f"{error}\n0 passed, 1 failed, 0 skipped")
        sys.exit(1)
