#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Each public header compiles on its own, without a warning, as C and (where there is a compiler) as C++.
#
#     headers_compile_alone.sh INCLUDE_FOLDER
set -uo pipefail

checks=0 failures=0
check_header() { # header, compiler and its flags
  local header=$1
  shift
  checks=$((checks + 1))
  if ! printf '#include <nncore/%s>\ntypedef int not_empty;\n' "$header" |
    "$@" -fsyntax-only -Wall -Wextra -Wpedantic -Werror -I"$include" $(pkg-config --cflags gobject-2.0) -; then
    echo "FAILED: $header by $*"
    failures=$((failures + 1))
  fi
}

include=$1
read -ra compiler <<<"${CC:-cc}" # ccache before it, perhaps
for path in "$include"/nncore/*.h; do
  check_header "$(basename "$path")" "${compiler[@]}" -std=c11 -x c
  if command -v c++ >/dev/null; then
    check_header "$(basename "$path")" c++ -std=c++17 -x c++
  fi
done
echo "$((checks ? 100 * (checks - failures) / checks : 0))%: Checks: $checks, Failures: $failures, Errors: 0"
[ $failures -eq 0 ] && [ $checks -gt 0 ]
