#!/bin/bash
# SPDX-License-Identifier: MIT
# soak/run.sh [--minutes N] [--variant V]    a mixed load on real servers, which it starts, and which are killed, frozen
#                                            and restarted meanwhile. Two minutes by default. Ends in "R requests,
#                                            L lost, D doubled, …" and "N passed, M failed"
. "$(dirname "$0")/../common.sh"
minutes=2 variant=plain
while [[ $# -gt 0 ]]; do
  case $1 in
  --minutes) minutes=${2:-2} ;;
  --variant) variant=$2 ;;
  *) say "usage: soak/run.sh [--minutes N] [--variant V]"; exit 2 ;;
  esac
  shift 2
done
install_test_tools
build "$variant"
make -s -C "$build/tests" -j"$(nproc)" stack/seal soak/soak >"$build/tests.out" 2>&1 ||
  { tail -30 "$build/tests.out" >&2; exit 1; }
export STACK_SEAL=$build/tests/stack/seal
exec "$top/tests/stack/stack" run "$build/tests/soak/soak" "$(awk -v m="$minutes" 'BEGIN {print int(m * 60)}')"
