#!/bin/sh
# SPDX-License-Identifier: MIT
# The library and the tool as they are built: addresses bound at start and read only (full RELRO), no stack or
# segment that is code and can be written to, no relocations of code, no search path of the builder's, the tool
# at a random address. check-hardening.sh [--packaged] [FILE…]; without FILE those of a build folder, or of $BUILD.
# --packaged asks for what a distribution's flags add too: stack protector and checked functions.
packaged=
[ "${1:-}" = --packaged ] && { packaged=1; shift; }
build=${BUILD:-..}
if [ $# = 0 ]; then
  set -- "$build/lib/.libs/libsupa.so" "$build/examples/supa/.libs/supa"
  [ -f "$1" ] || { echo "there is no shared library in this build"; exit 77; }
  # What is linked statically has no copy in .libs.
  [ -f "$2" ] || set -- "$1" "$build/examples/supa/supa"
fi
status=0
fail() { echo "$1"; status=1; }
headers() { readelf -lW "$1"; }
dynamic() { readelf -dW "$1"; }
for file; do
  headers "$file" | grep -q GNU_RELRO || fail "$file: no RELRO (-Wl,-z,relro)"
  dynamic "$file" | grep -qE 'BIND_NOW|FLAGS_1.* NOW' || fail "$file: bound lazily (-Wl,-z,now)"
  headers "$file" | grep GNU_STACK | grep -q ' RW ' || fail "$file: the stack is code (-Wl,-z,noexecstack)"
  headers "$file" | grep LOAD | grep -q ' RWE ' && fail "$file: a segment is code and can be written to"
  dynamic "$file" | grep -q TEXTREL && fail "$file: code is relocated (-fPIC)"
  dynamic "$file" | grep -qE 'R(UN)?PATH' && fail "$file: has a search path of its own"
  readelf -hW "$file" | grep -q 'Type: *DYN' || fail "$file: has a fixed address (-pie)"
  if [ -n "$packaged" ]; then
    symbols=$(readelf -W --dyn-syms "$file")
    echo "$symbols" | grep -q __stack_chk_fail || fail "$file: no stack protector"
    echo "$symbols" | grep -q '__[a-z]*_chk' || fail "$file: no checked functions (-D_FORTIFY_SOURCE)"
  fi
done
[ $status = 0 ] && echo "$# files: RELRO, bound at start, no code that can be written to"
exit $status
