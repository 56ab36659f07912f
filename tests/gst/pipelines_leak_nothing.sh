#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# GStreamer's leaks tracer finds no object alive after pipelines that end, fail, or change caps; it does find one that a
# program keeps.
#     pipelines_leak_nothing.sh PROGRAM_THAT_KEEPS_AN_ELEMENT
set -uo pipefail
keeps=$(realpath "$1")
cd "$(dirname "$0")/../.."

model="model=models/fashion-cnn/fashion-cnn.onnx labels=models/fashion-cnn/labels.txt"
failed=0
fail() { # why, where
  echo "FAILED: $1: $2"
  failed=1
}

# Sets log and status. gst-launch-1.0 fails with 1 or 255; 124 is a timeout, 134 an abort.
trace() { # what to run
  log=$(GST_TRACERS=leaks GST_DEBUG=GST_TRACER:7 GST_DEBUG_NO_COLOR=1 G_DEBUG=fatal-criticals timeout 60 "$@" 2>&1)
  status=$?
  grep -q 'build_format: object-alive' <<<"$log" || fail 'the tracer did not speak' "$*"
}

list_alive() {
  grep -v gst_tracer_record_build_format <<<"$log" | grep object-alive
}

check() { # ends or fails, a launch line, where it fails what it says
  trace gst-launch-1.0 -q $2
  if [ "$1" = ends ]; then
    [ $status -eq 0 ] || fail "ended with $status" "$2"
  else
    [[ $status =~ ^(1|255)$ ]] && grep -q "$3" <<<"$log" || fail "ended with $status, '$3' is to be said" "$2"
  fi
  if list_alive; then fail 'leaked' "$2"; fi
  if grep -E 'CRITICAL|Trace/breakpoint' <<<"$log"; then fail 'went wrong' "$2"; fi
}

check ends "videotestsrc num-buffers=50 ! edgeclassify $model top-k=3 ! fakesink"
check ends "videotestsrc num-buffers=50 ! tee name=t t. ! queue ! edgeclassify $model ! fakesink t. ! queue ! edgeclassify $model inference-interval=5 ! videoconvert ! fakesink"
check fails "videotestsrc num-buffers=5 ! edgeclassify model=README.md ! fakesink" README.md
check fails "videotestsrc num-buffers=5 ! edgeclassify $model labels=a,b ! fakesink" '2 labels'
check fails "videotestsrc num-buffers=5 ! video/x-raw,format=v308 ! edgeclassify $model ! fakesink" 'could not link'

trace "$keeps"
[ $status -eq 0 ] || fail "ended with $status" "$keeps"
list_alive | grep -q GstEdgeClassify || fail 'the tracer did not see what is kept' "$keeps"
exit $failed
