#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# README.md's nncore commands, and what they say of a network that is none.
#     readme_commands_run.sh SOURCE_ROOT NNCORE
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
model=$1/models/fashion-cnn/fashion-cnn.onnx
"$2" inspect --plan "$model" | grep -q '^parameters *110474$'
"$2" bench --json --seconds 0.1 "$model" | grep -q '"median_us"'
"$2" run "$model" -o "$folder/out"
[ -s "$folder/out/Identity_0.npy" ]
if "$2" run "$model" -i nothing=x.npy -o "$folder/out" 2>"$folder/error"; then exit 1; fi
grep -q 'nothing=x.npy' "$folder/error"
echo garbage >"$folder/garbage.onnx"
if "$2" inspect "$folder/garbage.onnx" 2>"$folder/error"; then exit 1; fi
grep -q garbage.onnx "$folder/error"
