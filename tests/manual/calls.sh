#!/bin/bash
# SPDX-License-Identifier: MIT
# doc/from-supabase-js.md, row by row: both sides of its tables are run, and their requests compared.
. "$(dirname "$0")/../wire/wire.sh"
install_wire_tools
build plain
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
node "$top/tests/manual/calls.mjs" program "$top/doc/from-supabase-js.md" >"$work/calls.c"
cc -Wall -Wextra -Werror -I"$top/include" "$work/calls.c" -L"$build/lib/.libs" -lsupa -Wl,-rpath,"$build/lib/.libs" \
  -o "$work/calls"
"$work/calls" >"$work/requests"
node "$top/tests/manual/calls.mjs" compare "$top/doc/from-supabase-js.md" "$work/requests"
