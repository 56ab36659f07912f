#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The median in edgeclassify's stats is the one that GStreamer's own latency tracer measures from outside.

Once where the network takes most of the time, once where making its input of a large frame does.

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
import tempfile

CASES = [(500, "I420,width=640,height=480"), (100, "RGB,width=1920,height=1080")]  # frames, what they are
ROUNDED_UP = 1 / 128       # the stats' percentiles
AROUND = 0.05, 30.0        # what the tracer and pads may take: a share, and microseconds
TIME = re.compile(r"element-latency, .*element=\(string\)classifier, .*time=\(guint64\)(\d+),")


TRACED = {"GST_TRACERS": "latency(flags=element)", "GST_DEBUG": "GST_TRACER:7", "GST_DEBUG_NO_COLOR": "1"}


def tracer_works():
    """That of GStreamer 1.26.2 locks itself up, whatever it traces."""
    try:
        subprocess.run("gst-launch-1.0 -q videotestsrc num-buffers=5 ! identity ! fakesink".split(), timeout=20,
                       check=True, stderr=subprocess.DEVNULL, env={**os.environ, **TRACED})
    except subprocess.TimeoutExpired:
        return False
    return True


def measure(edge_eval, model, frames, caps):
    """Microseconds: the stats' median, the tracer's median."""
    line = f"videotestsrc num-buffers={frames} ! video/x-raw,format={caps} ! " \
           f"edgeclassify name=classifier model={model} ! fakesink"
    with tempfile.NamedTemporaryFile("r") as log:  # not a pipe, whose reader would be given the processor
        done = subprocess.run([edge_eval, "--json", "-", *line.split()], stdout=subprocess.PIPE, text=True, check=True,
                              env={**os.environ, **TRACED, "GST_DEBUG_FILE": log.name, "NNC_CPU": "c"})
        times = [int(time) / 1000 for time in TIME.findall(log.read())]
    if len(times) != frames:
        sys.exit(f"FAILED: the tracer saw {len(times)} frames of {frames}")
    return json.loads(done.stdout)["p50_us"], statistics.median_low(times)


def main():
    if not tracer_works():
        print("SKIP: GStreamer's own latency tracer hangs here")
        sys.exit(77)
    share, microseconds = AROUND
    failed = False
    for frames, caps in CASES:
        ours, tracer = measure(*sys.argv[1:], frames, caps)
        good = ours / (1 + ROUNDED_UP) <= tracer <= ours * (1 + share) + microseconds
        print(f"{'' if good else 'FAILED: '}median of {frames} frames of {caps}: stats {ours:.1f} us, "
              f"latency tracer {tracer:.1f} us, at most {100 * share:.0f} % and {microseconds} us more")
        failed |= not good
    sys.exit(failed)


if __name__ == "__main__":
    main()
