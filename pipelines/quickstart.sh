#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Install what is missing, build, and classify Fashion-MNIST's 10,000 test pictures, played as video. Writes a video with the
# answers drawn in, a contact sheet of right and wrong ones, the confusion matrix and all figures as JSON. The last line:
# 10000 frames, top-1 0.NNNN, p50 N us, p95 N us. Run again, it does only what is not done yet, and measures anew.
#
#     pipelines/quickstart.sh [--build FOLDER] [--output FOLDER]
set -euo pipefail
from=$PWD
cd "$(dirname "$0")/.."

build=$PWD/build output=$PWD/quickstart-output
while [ $# -gt 0 ]; do
  case $1 in
    --build)  build=$(realpath -m "$from/${2:?}") ;;
    --output) output=$(realpath -m "$from/${2:?}") ;;
    *) echo "usage: pipelines/quickstart.sh [--build FOLDER] [--output FOLDER]" >&2; exit 2 ;;
  esac
  shift 2
done

data=/usr/share/datasets/fashion-mnist
model=models/fashion-cnn
classify="edgeclassify model=$model/fashion-cnn.onnx labels=$model/labels.txt"
video_frames=300 # of the 10,000, three a second: more than anyone watches

build_programs() {
  [ -e "$build/build.ninja" ] || meson setup "$build"
  ninja -C "$build" gst/libgstedge.so gst/overlay/libgstedgeoverlay.so gst/tools/edge-eval nncore/tools/nncore
}

# 28x28 grey pixels, one picture after the other: what follows the IDX file's 16 bytes.
play_pictures() {
  zcat $data/t10k-images-idx3-ubyte.gz | tail -c +17
}

# Frames are classified as they are, then enlarged: metadata stays with them.
write_video() { # file
  gst-launch-1.0 -q \
    fdsrc ! rawvideoparse format=gray8 width=28 height=28 framerate=3/1 ! \
    $classify top-k=2 ! videoscale method=nearest-neighbour ! video/x-raw,width=320,height=320 ! \
    edgeoverlay ! videoconvert ! vp8enc deadline=1 target-bitrate=300000 keyframe-max-dist=30 ! webmmux ! filesink location="$1" \
    < <(play_pictures 2>/dev/null | head -c $((video_frames * 28 * 28)))
}

is_up_to_date() { # file
  local part
  for part in "$build"/gst/{,overlay/}*.so $model/fashion-cnn.onnx $model/labels.txt pipelines/quickstart.sh; do
    [ "$1" -nt "$part" ] || return 1
  done
}

evaluate() {
  "$build/gst/tools/edge-eval" --labels $data/t10k-labels-idx1-ubyte.gz --names $model/labels.txt \
    --json "$output/results.json" --confusion "$output/confusion-matrix.png" \
    --contact-sheet "$output/contact-sheet.png" \
    fdsrc ! rawvideoparse format=gray8 width=28 height=28 ! $classify ! fakesink \
    < <(play_pictures)
}

build-aux/install-dependencies.sh
build_programs
export GST_PLUGIN_PATH=$build/gst
mkdir -p "$output"
if ! is_up_to_date "$output/classified.webm"; then
  echo "Drawing the answers for the first $video_frames pictures into a video"
  write_video "$output/.unfinished.webm"
  mv "$output/.unfinished.webm" "$output/classified.webm"
fi
echo "Classifying 10,000 pictures. In $output: contact-sheet.png, confusion-matrix.png, classified.webm, results.json"
evaluate
