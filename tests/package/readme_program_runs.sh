#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# README.md's C program compiles against the public headers and the built library, and prints ten scores for a picture.
#     readme_program_runs.sh SOURCE_ROOT LIBRARY_FOLDER
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
sed -n '/^```c$/,/^```$/p' "$1/README.md" | grep -v '^```' >"$folder/embed.c"
${CC:-cc} $CFLAGS -Wall -Werror "$folder/embed.c" -o "$folder/embed" -I"$1/nncore/include" \
  -L"$2" -Wl,-rpath,"$2" -lnncore $(pkg-config --cflags --libs gobject-2.0)
head -c 784 /dev/zero | "$folder/embed" "$1/models/fashion-cnn/fashion-cnn.onnx" >"$folder/scores"
[ "$(wc -l <"$folder/scores")" -eq 10 ]
awk '{ sum += $2 } END { exit !(sum > 0.99 && sum < 1.01) }' "$folder/scores"
if "$folder/embed" "$folder/missing.onnx" </dev/null 2>"$folder/error"; then exit 1; fi
grep -q missing.onnx "$folder/error"
