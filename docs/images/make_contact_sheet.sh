#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Makes contact-sheet.png, the README's picture: garments that draw_garments.py draws, and what edgeclassify says of them.
#     meson devenv -C build docs/images/make_contact_sheet.sh
set -euo pipefail
cd "$(dirname "$0")"
model=../../models/fashion-cnn
edge-eval --labels <(seq 0 9) --names $model/labels.txt --contact-sheet contact-sheet.png \
  fdsrc ! rawvideoparse format=gray8 width=28 height=28 ! \
  edgeclassify model=$model/fashion-cnn.onnx labels=$model/labels.txt ! fakesink < <(./draw_garments.py)
