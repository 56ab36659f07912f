#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Install what building and running the project needs and this machine lacks: on Debian by apt-get, elsewhere by asking
# you to. Says nothing, and needs no network, when all is there.
#
#     build-aux/install-dependencies.sh [tests] [ci] [arm64]      # more of it: what only the tests need, what only CI needs, what building
#                                                            # the engine for arm64 needs, and running it under QEMU
set -euo pipefail

# How to see that it is there, its name, and the Debian package that brings it.
base='
command cc                                                  gcc
header  stdio.h                                             libc6-dev
command meson                                               meson
command ninja                                               ninja-build
command pkg-config                                          pkg-config
module  gstreamer-check-1.0                                 libgstreamer1.0-dev
module  gstreamer-video-1.0                                 libgstreamer-plugins-base1.0-dev
module  orc-0.4                                             liborc-0.4-dev
command orcc                                                liborc-0.4-dev-bin
header  libyuv.h                                            libyuv-dev
module  pangocairo                                          libpango1.0-dev
command gst-launch-1.0                                      gstreamer1.0-tools
element videoscale                                          gstreamer1.0-plugins-base
element pngenc                                              gstreamer1.0-plugins-good
file    /usr/share/datasets/fashion-mnist/t10k-images-idx3-ubyte.gz  dataset-fashion-mnist
'
tests='
python  ensurepip                                           python3-venv
command git                                                 git
'
ci='
command clang                                               clang
command valgrind                                            valgrind
'
# Not GStreamer's video library: on Debian 12 its development files for two architectures cannot both be installed.
arm64='
command aarch64-linux-gnu-gcc                               gcc-aarch64-linux-gnu
file    /usr/aarch64-linux-gnu/include/stdio.h              libc6-dev-arm64-cross
command qemu-aarch64                                        qemu-user
foreign gio-2.0                                             libglib2.0-dev:arm64
foreign orc-0.4                                             liborc-0.4-dev:arm64
foreign gstreamer-check-1.0                                 libgstreamer1.0-dev:arm64
file    /usr/lib/aarch64-linux-gnu/libyuv.so                libyuv-dev:arm64
'

is_there() { # kind name
  case $1 in
    command) command -v "$2" ;;
    module)  pkg-config --exists "$2" ;;
    foreign) PKG_CONFIG_LIBDIR=/usr/lib/aarch64-linux-gnu/pkgconfig:/usr/share/pkgconfig pkg-config --exists "$2" ;;
    header)  echo "#include <$2>" | cc -E -x c - ;;
    element) gst-inspect-1.0 --exists "$2" ;;
    python)  python3 -c "import $2" ;;
    file)    test -e "$2" ;;
  esac >/dev/null 2>&1
}

is_release() { # Debian release, at least
  local ID= VERSION_ID=
  [ -r /etc/os-release ] && . /etc/os-release
  [ "$ID" = debian ] && [ "${VERSION_ID:-99}" -ge "$1" ]
}

list_wanted() { # groups
  printf '%s' "$base"
  is_release 13 && echo 'module gstreamer-analytics-1.0 libgstreamer-plugins-bad1.0-dev'
  for group in "$@"; do
    printf '%s' "${!group}"
  done
}

install_packages() { # packages
  local as_root=()
  if [ "$(id -u)" -ne 0 ]; then
    if ! command -v sudo >/dev/null; then
      echo "Please run, as root: apt-get install --no-install-recommends $*" >&2
      return 1
    fi
    as_root=(sudo)
  fi
  echo "Installing $*"
  if [[ $* == *:arm64* ]]; then
    "${as_root[@]}" dpkg --add-architecture arm64
  fi
  "${as_root[@]}" apt-get -q update
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qy install --no-install-recommends --no-remove "$@"
}

missing=() packages=()
while read -r kind name package; do
  if [ -n "$kind" ] && ! is_there "$kind" "$name"; then
    missing+=("  $kind $name (Debian's package: $package)")
    packages+=("$package")
  fi
done < <(list_wanted "$@")

if [ ${#missing[@]} -eq 0 ]; then
  exit 0
elif is_release 12; then
  install_packages "${packages[@]}" </dev/null
else
  echo 'Please install these, and run this again:' >&2
  printf '%s\n' "${missing[@]}" >&2
  exit 1
fi
