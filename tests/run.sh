#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Install what is missing, build, run every test. The last line: N passed, N failed, N skipped; fails when any failed.
#
#     tests/run.sh [--build FOLDER] [MESON OPTION…]        # CC=clang tests/run.sh --build build.clang -Dwerror=true
set -euo pipefail
cd "$(dirname "$0")/.."

build=build
if [ "${1-}" = --build ]; then
  build=$2
  shift 2
fi

# The tests in Python compare with ONNX Runtime, where its packages are or can be had.
install_peers() {
  local venv=.venv-test
  if [ ! -e $venv/complete ] && [ ! -L $venv ]; then
    if python3 -m venv --clear $venv &&
      $venv/bin/pip install --quiet --disable-pip-version-check --retries 1 --timeout 20 \
        -r tests/conformance/requirements.txt; then
      touch $venv/complete
    else
      echo 'ONNX Runtime cannot be installed now: the tests that compare with it are skipped.'
    fi
  fi
}

trap 'echo "0 passed, 1 failed, 0 skipped"' ERR # what cannot be built has failed
build-aux/install-dependencies.sh tests
install_peers
if [ -e "$build/build.ninja" ]; then
  [ $# -eq 0 ] || meson configure "$build" "$@"
else
  meson setup "$build" "$@"
fi
ninja -C "$build"

results=$build/meson-logs/testlog.json
rm -f "$results"
status=0
meson test -C "$build" --no-rebuild --print-errorlogs || status=$?
trap - ERR
python3 tests/count_results.py $status "$results"
