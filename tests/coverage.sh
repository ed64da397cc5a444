#!/bin/bash
# SPDX-License-Identifier: MIT
# How much of lib/ the tests run: unit, fault, the live suites and the tool, built with gcc's counters. Ends in
# "lib: P % lines, B % branches"; each file's share is in build/coverage/lib.txt, each line's in lib.html beside it.
. "$(dirname "$0")/common.sh"
install_test_tools
install_missing gcovr=gcovr
build_tests coverage
find "$build" -name '*.gcda' -delete
export STACK_SEAL=$build/tests/stack/seal
tally "unit" "$build/tests/unit/unit"
tally "fault" "$build/tests/fault/fault"
for suite in live manager platform; do
  tally "$suite" "$top/tests/stack/stack" run "$build/tests/$suite/$suite"
done
tally "tool" "$top/tests/stack/stack" run "$top/tests/tool/run.sh" --inside "$build/examples/supa/supa"
# Branches that only an impossible value takes are gcc's own; those of the sanitised runs are not built here.
gcovr --root "$top" --object-directory "$build" --filter 'lib/' --exclude-unreachable-branches \
  --txt "$build/lib.txt" --html-details "$build/lib.html" --json-summary "$build/lib.json" "$build" >/dev/null
gcovr --root "$top" --object-directory "$build" --filter 'lib/' --exclude-unreachable-branches --branches \
  --txt "$build/branches.txt" "$build" >/dev/null
grep -oE '"(line|branch)_percent": [0-9.]+' "$build/lib.json" | tail -2 |
  awk '/line/ {line = $2} /branch/ {branch = $2} END {printf "lib: %s %% lines, %s %% branches\n", line, branch}'
