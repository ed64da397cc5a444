#!/bin/bash
# SPDX-License-Identifier: MIT
# Each rule of rules.mjs on real servers, which it starts and stops. Ends in "N passed, M failed".
. "$(dirname "$0")/wire.sh"

if [[ ${1:-} == --inside ]]; then
  exec node "$wire/rules_live.mjs" "$2"
fi
install_wire_tools
"$top/tests/stack/stack" install
build plain
export STACK_SEAL=$build/tests/stack/seal
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
compile_drive "$top" "$build/lib/.libs" "$work/drive"
"$top/tests/stack/stack" run "$0" --inside "$work/drive"
