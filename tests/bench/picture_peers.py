#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""From a picture to a normalized tensor of floats: nncore's bench_picture and OpenCV take turns on one core.

    python3 tests/bench/picture_peers.py --bench build/tests/bench/bench_picture

OpenCV does what a user of it would write: cvtColor, resize (INTER_AREA), subtract mean, divide by std, in one thread.
Microseconds, the median of the rounds; in each round either side's best of many runs counts, and of OpenCV, which runs
long enough to be interrupted, the processor's time. warm: one picture again and again; cold: pictures that are in no
cache. Without OpenCV (opencv-python-headless) it says so and does nothing.
"""
import argparse
import os
import statistics
import subprocess
import sys
import time

try:
    import cv2
    import numpy
except ImportError as missing:
    sys.exit(f"skipped: {missing}; install opencv-python-headless")

COLD_BYTES = 96 << 20  # as bench_picture: more than a cache holds
SECONDS = 0.15  # of a side's turn; OpenCV needs some ten milliseconds a picture
MEAN = numpy.array([123.675, 116.28, 103.53], numpy.float32)
FACTOR = 1 / numpy.array([58.395, 57.12, 57.375], numpy.float32)

# Rows and bytes a pixel of the array that OpenCV takes, and what makes RGB of it.
FORMATS = {
    "NV12": (1.5, 1, cv2.COLOR_YUV2RGB_NV12),
    "I420": (1.5, 1, cv2.COLOR_YUV2RGB_I420),
    "YUY2": (1, 2, cv2.COLOR_YUV2RGB_YUY2),
    "RGB": (1, 3, None),
    "BGRx": (1, 4, cv2.COLOR_BGRA2RGB),
}


def pictures(name, width, height):
    rows, depth, _ = FORMATS[name]
    shape = (int(height * rows), width) + ((depth,) if depth > 1 else ())
    first = numpy.random.default_rng(1).integers(0, 256, shape, numpy.uint8)
    return [first] + [first.copy() for _ in range(COLD_BYTES // first.nbytes)]


def convert(name, picture, side):
    code = FORMATS[name][2]
    rgb = picture if code is None else cv2.cvtColor(picture, code)
    tensor = cv2.resize(rgb, (side, side), interpolation=cv2.INTER_AREA).astype(numpy.float32)
    tensor -= MEAN
    tensor *= FACTOR
    return tensor


def best_of_opencv(name, some, side):
    """Microseconds; each run on the next of some pictures."""
    best, end, run = float("inf"), time.perf_counter() + SECONDS, 0
    while run < 2 or time.perf_counter() < end:
        start = time.thread_time()
        convert(name, some[run % len(some)], side)
        best = min(best, time.thread_time() - start)
        run += 1
    return best * 1e6


def best_of_nncore(bench, name, width, height, side):
    out = subprocess.run([bench, name, str(width), str(height), str(side)], check=True, capture_output=True, text=True)
    return [float(word) for word in out.stdout.split()]


def compare(bench, name, width, height, side, rounds):
    some, figures = pictures(name, width, height), []
    for _ in range(rounds):
        warm, cold = best_of_nncore(bench, name, width, height, side)
        figures.append((warm, cold, best_of_opencv(name, some[:1], side), best_of_opencv(name, some, side)))
    warm, cold, cv_warm, cv_cold = (statistics.median(column) for column in zip(*figures))
    share = statistics.median(row[0] / row[2] for row in figures)
    print(f"| {name} {width}x{height} | {side}x{side} | {warm:.0f} | {cold:.0f} | {cv_warm:.0f} | {cv_cold:.0f} "
          f"| {share:.3f} |", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bench", required=True, help="the program bench_picture")
    parser.add_argument("--formats", default="NV12,I420,YUY2,RGB,BGRx")
    parser.add_argument("--heights", default="1080,2160")
    parser.add_argument("--sides", default="224,96,28")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--cpu", type=int, default=max(os.sched_getaffinity(0)))
    options = parser.parse_args()
    os.sched_setaffinity(0, {options.cpu})
    cv2.setNumThreads(1)
    print(f"OpenCV {cv2.__version__}\n\n| picture | tensor | nncore | cold | OpenCV | cold | nncore / OpenCV |\n"
          "|---|---|---|---|---|---|---|")
    for name in options.formats.split(","):
        for height in map(int, options.heights.split(",")):
            for side in map(int, options.sides.split(",")):
                compare(options.bench, name, height * 16 // 9, height, side, options.rounds)


if __name__ == "__main__":
    main()
