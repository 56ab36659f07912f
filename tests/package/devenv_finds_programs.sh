#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# `meson devenv` finds the elements and the programs.
#     devenv_finds_programs.sh BUILD_ROOT
set -eu
unset GST_PLUGIN_PATH
meson devenv -C "$1" gst-inspect-1.0 edge | grep -q edgeclassify
meson devenv -C "$1" edge-eval --help | grep -q LAUNCH-LINE
if meson devenv -C "$1" nncore 2>&1 | grep -q 'nncore inspect'; then exit 0; fi
echo 'nncore does not say how it is used'
exit 1
