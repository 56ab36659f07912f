#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# What `meson install` installs is all that embedding takes: README.md's C program is compiled by README.md's command and
# names a picture. What is installed for GStreamer is found there too.
#     readme_program_runs.sh SOURCE_ROOT BUILD_ROOT PREFIX LIBDIR
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
model=$1/models/fashion-cnn
meson install -C "$2" --no-rebuild --quiet --destdir "$folder/root"
libraries=$folder/root$3/$4
sed -i "s|^prefix=.*|prefix=$folder/root$3|" "$libraries/pkgconfig/nncore.pc"
export PKG_CONFIG_PATH="$libraries/pkgconfig" LD_LIBRARY_PATH="$libraries"

cd "$folder"
sed -n '/^```c$/,/^```$/p' "$1/README.md" | grep -v '^```' >embed.c
command=$(sed -n 's/^    cc embed\.c/embed.c/p' "$1/README.md")
eval "${CC:-cc} $CFLAGS -Wall -Werror $command"
head -c 784 /dev/zero | ./embed "$model/fashion-cnn.onnx" "$model/labels.txt" >answer
grep -qE '^[A-Z][-A-Za-z/ ]+ [01]\.[0-9]{3}$' answer
if ./embed "$folder/missing.onnx" "$model/labels.txt" </dev/null 2>error; then exit 1; fi
grep -q missing.onnx error
GST_PLUGIN_PATH=$libraries/gstreamer-1.0 "$folder/root$3/bin/edge-eval" \
  videotestsrc num-buffers=2 ! edgeclassify model="$folder/root$3/share/edge/fashion-cnn/fashion-cnn.onnx" ! fakesink |
  grep -q '^2 frames, p50'
