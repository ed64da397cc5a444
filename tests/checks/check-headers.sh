#!/bin/sh
# SPDX-License-Identifier: MIT
# Each public header compiles alone, as C99, C11 and C++11, without a warning, with every compiler here.
top=$(cd "$(dirname "$0")/../.." && pwd)
flags="-Wall -Wextra -Wpedantic -Wshadow -Werror -fsyntax-only -I$top/include $(pkg-config --cflags libcjson)"
status=0 count=0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
check() { # COMPILER STANDARD FILE
  command -v "$1" >/dev/null || return 0
  count=$((count + 1))
  # shellcheck disable=SC2086  # the flags are words
  "$1" "-std=$2" $flags "$3" || { echo "$1 -std=$2: $3"; status=1; }
}
for header in "$top"/include/supa/*.h; do
  name=$(basename "$header")
  # A line of code, so that the file is no empty translation unit.
  printf '#include <supa/%s>\nextern int supa_header_alone;\n' "$name" | tee "$work/$name.c" >"$work/$name.cc"
  for compiler in gcc clang; do
    check $compiler c99 "$work/$name.c"
    check $compiler c11 "$work/$name.c"
  done
  for compiler in g++ clang++; do check $compiler c++11 "$work/$name.cc"; done
done
[ $status = 0 ] && echo "$count compilations of headers alone"
exit $status
