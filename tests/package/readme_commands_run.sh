#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# README.md's nncore commands, and what they say of a network that is none.
#     readme_commands_run.sh SOURCE_ROOT NNCORE
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
model=$1/models/fashion-cnn/fashion-cnn.onnx
"$2" inspect --plan "$model" | grep -q '^parameters *110474$'
# The network's own are those of its card. Of what poolings leave unread, and of what only that would read, nothing is
# computed; poolings themselves are no multiply-accumulates.
network=$((26 * 26 * 32 * 9 + 11 * 11 * 64 * 32 * 9 + 3 * 3 * 128 * 64 * 9 + 128 * 128 + 128 * 10))
planned=$((20 * 20 * 32 * 9 + 8 * 8 * 64 * 32 * 9 + 2 * 2 * 128 * 64 * 9 + 128 * 128 + 128 * 10))
"$2" inspect "$model" | grep -q "^MACs *$network\$"
"$2" inspect "$model" | grep -q "^computed *$planned of them\$"
grep -q "$(echo $network | sed 's/\(.*\)\(...\)\(...\)/\1,\2,\3/') multiply-accumulates" "$1/models/fashion-cnn/README.md"
"$2" bench --json --seconds 0.1 "$model" | grep -q '"median_us"'
"$2" run "$model" -o "$folder/out"
[ -s "$folder/out/Identity_0.npy" ]
if "$2" run "$model" -i nothing=x.npy -o "$folder/out" 2>"$folder/error"; then exit 1; fi
grep -q 'nothing=x.npy' "$folder/error"
echo garbage >"$folder/garbage.onnx"
if "$2" inspect "$folder/garbage.onnx" 2>"$folder/error"; then exit 1; fi
grep -q garbage.onnx "$folder/error"
