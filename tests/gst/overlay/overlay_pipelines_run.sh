#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Whole pipelines with edgeoverlay end without an error and leave no object alive: the launch line of its page in docs/,
# and one without any font to draw with.
#     overlay_pipelines_run.sh SOURCE_ROOT
set -uo pipefail
cd "$1"

failed=0
check() { # a launch line
  local log
  if ! log=$(GST_TRACERS=leaks GST_DEBUG=GST_TRACER:7 GST_DEBUG_NO_COLOR=1 timeout 60 gst-launch-1.0 -q $1 2>&1) ||
    grep -v gst_tracer_record_build_format <<<"$log" | grep -E 'object-alive|CRITICAL'; then
    echo "failed: $1"
    tail -5 <<<"$log"
    failed=1
  fi
}

# The page's line, its display replaced by a sink that needs none.
documented=$(sed -n 's/^    gst-launch-1.0 \(.*\)autovideosink$/\1fakesink/p' docs/elements/edgeoverlay.md)
[ -n "$documented" ] || failed=1
check "$documented"

classify="edgeclassify model=models/fashion-cnn/fashion-cnn.onnx labels=models/fashion-cnn/labels.txt top-k=3"
check "videotestsrc num-buffers=20 ! tee name=t t. ! queue ! $classify ! edgeoverlay ! fakesink t. ! queue ! $classify ! edgeoverlay ! videoconvert ! fakesink"
check "videotestsrc num-buffers=5 ! $classify ! edgeoverlay ! edgeoverlay position=bottom-right ! pngenc ! fakesink"

empty=$(mktemp)
trap 'rm -f "$empty"' EXIT
echo '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig></fontconfig>' >"$empty"
export FONTCONFIG_FILE=$empty
check "videotestsrc num-buffers=5 ! $classify ! edgeoverlay ! fakesink"
exit $failed
