#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# README.md's launch lines, word for word but for what is the reader's: a test picture for the camera, our network.
#     readme_launch_lines_run.sh SOURCE_ROOT BUILD_ROOT
set -euo pipefail
sources=$1 build=$2
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# The indented lines of a section, those that end in a backslash joined with the next.
commands=$(sed -n '/^## Your camera/,/^## From C/p' "$sources/README.md" | sed -n 's/^    //p' | sed -e ':a' -e '/\\$/N; s/\\\n//; ta')
[ "$(wc -l <<<"$commands")" -eq 2 ]

cd "$folder"
ln -s "$build" build
ln -s "$sources/models/fashion-cnn/fashion-cnn.onnx" my-model.onnx
ln -s "$sources/models/fashion-cnn/labels.txt" my-labels.txt
printf 'Shirt\nShirt\nBag\n' >my-true-labels.txt
gst-launch-1.0 -q videotestsrc num-buffers=3 ! vp8enc ! webmmux ! filesink location=my-video.webm
while IFS= read -r line; do
  line=${line/v4l2src/videotestsrc num-buffers=3} line=${line/autovideosink/fakesink}
  echo "$line"
  eval "$line" | tee last
done <<<"$commands"
grep -qE '^3 frames, top-1 0\.[0-9]{4}, p50 [0-9]+ us, p95 [0-9]+ us$' last
