#!/bin/bash
# SPDX-License-Identifier: MIT
# Tests on real servers, which it starts and stops: live/run.sh [VARIANT…], plain and sanitized by default.
. "$(dirname "$0")/../common.sh"
install_test_tools
install_missing node=nodejs
for v in ${@:-plain sanitized}; do
  build_tests "$v"
  export STACK_SEAL=$build/tests/stack/seal
  tally "live, $v" "$top/tests/stack/stack" run "$build/tests/live/live"
  tally "envelopes of Node, $v" node "$top/tests/live/envelope.mjs" "$build/tests/live/envelope"
done
conclude
