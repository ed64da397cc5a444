#!/bin/bash
# SPDX-License-Identifier: MIT
# All tests, from a clean clone on a fresh machine: installs what is missing, builds with warnings as
# errors, and runs everything plain and under ASan and UBSan. Ends in "N passed, M failed".
. "$(dirname "$0")/common.sh"
install_test_tools
"$top/tests/stack/stack" install
for v in plain sanitized; do
  build_tests "$v"
  tally "unit, $v" "$build/tests/unit/unit"
  tally "fault, $v" "$build/tests/fault/fault"
  tally "hostile, $v" "$build/tests/fault/hostile"
  export STACK_SEAL=$build/tests/stack/seal
  tally "live, $v" "$top/tests/stack/stack" run "$build/tests/live/live"
  tally "envelopes of Node, $v" node "$top/tests/live/envelope.mjs" "$build/tests/live/envelope"
done
tally "scope, sanitized" "$top/tests/stack/stack" run "$build/tests/manager/manager" scope
tally "neighbour, sanitized" \
  env SUPA_SCOPE_QUERIES=50 "$top/tests/stack/stack" run "$build/tests/manager/manager" neighbour
build_tests plain
export STACK_SEAL=$build/tests/stack/seal
tally "manager" "$top/tests/stack/stack" run "$top/tests/manager/keys.sh" "$build/tests/manager/manager"
tally "platform" "$top/tests/stack/stack" run "$build/tests/platform/platform"
tally "tool" "$top/tests/tool/run.sh" plain
tally "lessons" "$top/tests/lessons/run.sh" plain
tally "soak" "$top/tests/soak/run.sh" --minutes 2
tally "readme" "$top/tests/live/readme.sh"
tally "manual" "$top/tests/manual/run.sh"
tally "manual, calls" "$top/tests/manual/calls.sh"
tally "sweep" "$top/tests/sweep/run.sh" plain
tally "checks" "$top/tests/checks/run.sh"
tally "packages" "$top/tests/packages/run.sh"
tally "instructions" "$top/tests/bench/instructions.sh"
tally "fuzz" "$top/tests/fuzz/run.sh"
tally "wire" "$top/tests/wire/run.sh" --chains 1000
tally "wire, coverage" "$top/tests/wire/coverage.sh"
tally "wire, values" "$top/tests/wire/values.sh" --strings 60
tally "wire, rules" "$top/tests/wire/rules_live.sh"
conclude
