#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Run a test in Python that needs requirements.txt: by the environment that tests/run.sh makes, or by the system's
# Python; 77 (skipped) where neither has them.
for python in "$(dirname "$0")/../../.venv-test/bin/python" python3; do
  if "$python" -c 'import numpy, onnx, onnxruntime' 2>/dev/null; then
    exec "$python" -B "$@"
  fi
done
echo "SKIP: $1 needs the packages of tests/conformance/requirements.txt"
exit 77
