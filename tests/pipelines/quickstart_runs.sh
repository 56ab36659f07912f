#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# The quickstart from another folder: its last line, its pictures, text on each frame of its video, answers as Keras gives
# them. Once more it does no work twice; but when what draws is newer, it draws again. The arguments are the quickstart's.
set -euo pipefail
sources=$(cd "$(dirname "$0")/../.." && pwd)
cd /
build=$sources/build output=$sources/quickstart-output
for ((i = 1; i < $#; i++)); do
  j=$((i + 1))
  case ${!i} in
    --build)  build=$(realpath -m "${!j}") ;;
    --output) output=$(realpath -m "${!j}") ;;
  esac
done

fail() {
  echo "FAILED: $1" >&2
  exit 1
}

run_quickstart() { # arguments of the quickstart
  local log last
  log=$("$sources/pipelines/quickstart.sh" "$@" </dev/null)
  echo "$log"
  last=${log##*$'\n'}
  [[ $last =~ ^10000\ frames,\ top-1\ (0\.[0-9]{4}),\ p50\ [0-9]+\ us,\ p95\ [0-9]+\ us$ ]] || fail "last line: $last"
  [ "${BASH_REMATCH[1]/./}" -ge 09000 ] || fail "top-1 ${BASH_REMATCH[1]} is below 0.90"
}

starts_with() { # file, its first four bytes
  [ "$(head -c 4 "$1" | od -An -tx1)" = " $2" ] || fail "$1 is not what its name says"
}

run_quickstart "$@"
starts_with "$output/contact-sheet.png" '89 50 4e 47'
starts_with "$output/confusion-matrix.png" '89 50 4e 47'
starts_with "$output/classified.webm" '1a 45 df a3'
python3 - "$output/results.json" "$sources/models/fashion-cnn/keras-predictions.txt" <<'PYTHON' || fail 'answers are not those of Keras'
import json, sys
ours = [result["indices"][0] for result in json.load(open(sys.argv[1]))["results"]]
keras = [int(line) for line in open(sys.argv[2])]
different = sum(a != b for a, b in zip(ours, keras, strict=True))
print(f"{different} of {len(keras)} answers differ from those of Keras, at most 2")
sys.exit(different > 2)
PYTHON

gst-launch-1.0 -q filesrc location="$output/classified.webm" ! matroskademux ! vp8dec ! videoconvert ! \
  video/x-raw,format=GRAY8,width=320,height=320 ! fdsink | python3 "$sources/tests/pipelines/frames_have_text.py" ||
  fail 'the video is not 300 pictures with text on them'

get_time() { stat -c %y "$output/classified.webm"; }
written=$(get_time)
run_quickstart "$@"
[ "$(get_time)" = "$written" ] || fail 'the video was made twice'
for part in "$build/gst/overlay/libgstedgeoverlay.so" "$sources/pipelines/quickstart.sh"; do
  touch "$part"
  run_quickstart "$@" >/dev/null
  [ "$(get_time)" != "$written" ] || fail "$part is newer, and the video was not made again"
  written=$(get_time)
done
echo '1 passed, 0 failed, 0 skipped'
