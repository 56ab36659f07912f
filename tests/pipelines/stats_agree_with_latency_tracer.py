#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The median in edgeclassify's stats is the one that GStreamer's own latency tracer measures from outside.

The tracer counts from upstream's push to the element's push and sends an event of its own in between: that is some
microseconds more, never less than what the element sees of itself. They weigh little here, as frames are large and
the kernels those in C.

    stats_agree_with_latency_tracer.py EDGE-EVAL MODEL
"""
import json
import os
import re
import statistics
import subprocess
import sys

FRAMES = 500
ROUNDED_UP = 1 / 128       # the stats' percentiles
AROUND = 0.05, 30.0        # what the tracer and pads may take: a share, and microseconds
TIME = re.compile(r"element-latency, .*element=\(string\)classifier, .*time=\(guint64\)(\d+),")


def measure(edge_eval, model):
    """Microseconds: the stats' median, the tracer's median."""
    line = f"videotestsrc num-buffers={FRAMES} ! video/x-raw,format=I420,width=640,height=480 ! " \
           f"edgeclassify name=classifier model={model} ! fakesink"
    done = subprocess.run([edge_eval, "--json", "-", *line.split()], capture_output=True, text=True, check=True,
                          env={**os.environ, "GST_TRACERS": "latency(flags=element)", "GST_DEBUG": "GST_TRACER:7",
                               "GST_DEBUG_NO_COLOR": "1", "NNC_CPU": "c"})
    times = [int(time) / 1000 for time in TIME.findall(done.stderr)]
    if len(times) != FRAMES:
        sys.exit(f"FAILED: the tracer saw {len(times)} frames of {FRAMES}")
    return json.loads(done.stdout)["p50_us"], statistics.median(times)


def main():
    ours, tracer = measure(*sys.argv[1:])
    share, microseconds = AROUND
    print(f"median of {FRAMES} frames: stats {ours:.1f} us, latency tracer {tracer:.1f} us")
    if not ours / (1 + ROUNDED_UP) <= tracer <= ours * (1 + share) + microseconds:
        sys.exit(f"FAILED: the tracer's is to be between ours and {100 * share:.0f} % + {microseconds} us more")


if __name__ == "__main__":
    main()
