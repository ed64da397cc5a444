#!/bin/sh
# SPDX-License-Identifier: MIT
# The shared library exports exactly the names in exports.txt. In a build folder, or with $BUILD set to one.
# `check-exports.sh --update` writes the list anew.
here=$(cd "$(dirname "$0")" && pwd)
library=${BUILD:-..}/lib/.libs/libsupa.so
[ -f "$library" ] || { echo "there is no shared library in this build"; exit 77; }
names() { ${NM:-nm} -D --defined-only "$library" | awk '$2 ~ /^[TDBR]$/ {sub(/@.*/, "", $3); print $3}' | LC_ALL=C sort; }
if [ "${1:-}" = --update ]; then
  names >"$here/exports.txt"
  exit
fi
names | diff -u "$here/exports.txt" - && echo "$(names | wc -l) names, as listed"
