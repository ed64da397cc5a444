#!/bin/bash
# SPDX-License-Identifier: MIT
# The platform's functions on real servers, which it starts and stops: platform/run.sh [VARIANT…], plain
# and sanitized by default.
. "$(dirname "$0")/../common.sh"
install_test_tools
# Each C block of the guide compiles alone.
compile_guide() {
  local work status=0 block
  work=$(mktemp -d)
  awk -v dir="$work" '/^```c/ {file = dir "/" ++n ".c"; next} /^```/ {file = ""} file != "" {print > file}' \
    "$top/doc/platform.md"
  for block in "$work"/*.c; do
    gcc -std=c11 -Wall -Wextra -Wpedantic -Werror -Wno-missing-prototypes -fsyntax-only -I"$top/include" "$block" ||
      status=1
  done
  ls "$work"/*.c | wc -l
  rm -rf "$work"
  [[ $status -eq 0 ]] && echo "1 passed, 0 failed" || { echo "0 passed, 1 failed"; return 1; }
}
tally "the guide compiles" compile_guide
for v in ${@:-plain sanitized}; do
  build_tests "$v"
  export STACK_SEAL=$build/tests/stack/seal
  tally "platform, $v" "$top/tests/stack/stack" run "$build/tests/platform/platform"
done
conclude
