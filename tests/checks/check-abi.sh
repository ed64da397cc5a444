#!/bin/bash
# SPDX-License-Identifier: MIT
# Programs that were built against the library as abi-VERSION-MACHINE.xml describes it run with this one:
# libabigail's abidiff finds nothing changed or removed. Additions are well, a member at the end of a struct
# that begins with its size among them. check-abi.sh [--update], in a build folder or with $BUILD set to one
# that was built with -g.
. "$(dirname "$0")/../common.sh"
install_missing abidiff=abigail-tools
here=$top/tests/checks
library=${BUILD:-..}/lib/.libs/libsupa.so
machine=$(uname -m)
[[ -f $library ]] || { echo "there is no shared library in this build"; exit 77; }

describe() { # as a committed file should be: without where it was built, and what headers do not show
  abidw --no-corpus-path --no-comp-dir-path --no-show-locs --no-parameter-names --no-elf-needed --drop-private-types \
    --drop-undefined-syms --type-id-style hash --headers-dir "$top/include" "$library" | sed "s,path='[^']*/lib/,path='lib/,"
}
if [[ ${1:-} == --update ]]; then
  version=$(sed -n 's/.*define SUPA_VERSION_STRING *"\(.*\)"/\1/p' "$top/include/supa/version.h")
  rm -f "$here"/abi-*-"$machine".xml
  describe >"$here/abi-$version-$machine.xml"
  exit
fi
baseline=$(find "$here" -name "abi-*-$machine.xml")
[[ -f $baseline ]] || { echo "the ABI of $machine is described nowhere: check-abi.sh --update does it"; exit 77; }
status=0
now=$(mktemp --suffix=.xml)
trap 'rm -f "$now"' EXIT
describe >"$now"
output=$(abidiff --no-added-syms --suppressions "$here/abi.suppr" "$baseline" "$now" 2>&1) || status=$?
if [[ $status -ne 0 ]]; then
  printf '%s\n' "$output"
  echo "The ABI of ${baseline##*/} is broken: take it back, or raise current in SUPA_LT_VERSION (age and revision to 0)" \
    "in configure.ac, with it SUPA_0 in lib/libsupa.map and libsupa0 in doc/packaging, and commit check-abi.sh --update."
  exit 1
fi
echo "nothing of ${baseline##*/} is changed or removed"
