#!/bin/bash
# SPDX-License-Identifier: MIT
# The README's program, built against an installed copy of the library, prints what the README says.
. "$(dirname "$0")/../common.sh"

block() { awk -v n="$1" '/^```/ {inside = !inside; if (inside) count++; next} inside && count == n' "$top/README.md"; }

if [[ ${1:-} == --inside ]]; then
  read -ra stores <<<"$STACK_STORES"
  STORE=${stores[0]} LD_LIBRARY_PATH=$2/lib "$2/shop"
  exit
fi
install_test_tools
build plain
export STACK_SEAL=$build/tests/stack/seal
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 755 "$work"
make -s -C "$build" install prefix="$work" >"$work/install.out" 2>&1 || { tail "$work/install.out"; exit 1; }
block 1 >"$work/shop.c"
block 2 >"$work/expected"
check() { if "${@:2}"; then passed=$((passed + 1)); else failed=$((failed + 1)); say "failed: $1"; fi; }
export PKG_CONFIG_PATH=$work/lib/pkgconfig
check "the README's program compiles and links by pkg-config" \
  sh -c "cc -Wall -Wextra -Werror $work/shop.c \$(pkg-config --define-variable=prefix=$work --cflags --libs libsupa) -o $work/shop"
"$top/tests/stack/stack" run "$0" --inside "$work" >"$work/printed" || true
check "it prints what the README says" diff -u "$work/expected" "$work/printed"
conclude
