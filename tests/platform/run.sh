#!/bin/bash
# SPDX-License-Identifier: MIT
# The platform's functions on real servers, which it starts and stops: platform/run.sh [VARIANT…], plain
# and sanitized by default.
. "$(dirname "$0")/../common.sh"
install_test_tools
for v in ${@:-plain sanitized}; do
  build_tests "$v"
  export STACK_SEAL=$build/tests/stack/seal
  tally "platform, $v" "$top/tests/stack/stack" run "$build/tests/platform/platform"
done
conclude
