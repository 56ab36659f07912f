#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# GStreamer's leaks tracer finds no object alive after pipelines that end, fail, or change caps.
set -uo pipefail
cd "$(dirname "$0")/../.."

model="model=models/fashion-cnn/fashion-cnn.onnx labels=models/fashion-cnn/labels.txt"
failed=0
check() { # a launch line
  local log
  log=$(GST_TRACERS=leaks GST_DEBUG=GST_TRACER:7 GST_DEBUG_NO_COLOR=1 G_DEBUG=fatal-criticals timeout 60 gst-launch-1.0 -q $1 2>&1)
  if grep -v gst_tracer_record_build_format <<<"$log" | grep -E 'object-alive|CRITICAL|Trace/breakpoint'; then
    echo "leaked: $1"
    failed=1
  fi
}

check "videotestsrc num-buffers=50 ! edgeclassify $model top-k=3 ! fakesink"
check "videotestsrc num-buffers=50 ! tee name=t t. ! queue ! edgeclassify $model ! fakesink t. ! queue ! edgeclassify $model inference-interval=5 ! videoconvert ! fakesink"
check "videotestsrc num-buffers=5 ! edgeclassify model=README.md ! fakesink"
check "videotestsrc num-buffers=5 ! edgeclassify $model labels=a,b ! fakesink"
check "videotestsrc num-buffers=5 ! video/x-raw,format=v308 ! edgeclassify $model ! fakesink"
exit $failed
