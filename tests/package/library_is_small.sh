#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# libnncore, stripped, is below 1.5 MB.
#     library_is_small.sh LIBRARY
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
strip -o "$folder/stripped" "$1"
size=$(stat -c %s "$folder/stripped")
echo "$1: $size bytes stripped, 1500000 are allowed"
[ "$size" -lt 1500000 ]
