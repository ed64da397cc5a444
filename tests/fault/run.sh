#!/bin/bash
# SPDX-License-Identifier: MIT
# Faults of the network, played by a scripted peer: fault/run.sh [VARIANT…], plain and sanitized by default.
. "$(dirname "$0")/../common.sh"
install_test_tools
for v in ${@:-plain sanitized}; do
  build_tests "$v"
  tally "fault, $v" "$build/tests/fault/fault"
  tally "a hostile peer, $v" "$build/tests/fault/hostile"
done
conclude
