#!/bin/bash
# SPDX-License-Identifier: MIT
# Unit tests: unit/run.sh [VARIANT…], plain and sanitized by default. No network.
. "$(dirname "$0")/../common.sh"
install_test_tools
for v in ${@:-plain sanitized}; do
  build_tests "$v"
  tally "unit, $v" "$build/tests/unit/unit"
done
conclude
