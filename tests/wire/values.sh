#!/bin/bash
# SPDX-License-Identifier: MIT
# Hostile texts in the real database: each must be found by every operator, and nothing else with it:
#
#     values.sh [--strings N] [--seed S]     N texts (2,000) made from seed S (1)
#
# Ends in "N strings, M wrong".
. "$(dirname "$0")/../common.sh"
strings=2000 seed=1

while [[ $# -gt 0 ]]; do
  case $1 in
  --strings) strings=${2:?}; shift ;;
  --seed) seed=${2:?}; shift ;;
  *) say "usage: values.sh [--strings N] [--seed S]"; exit 2 ;;
  esac
  shift
done
install_test_tools
build plain
make -s -C "$build/tests" wire/values stack/seal >"$build/values.out" 2>&1 || { tail -30 "$build/values.out" >&2; exit 1; }
STACK_SEAL=$build/tests/stack/seal "$top/tests/stack/stack" run "$build/tests/wire/values" "$strings" "$seed"
