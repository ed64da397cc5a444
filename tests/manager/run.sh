#!/bin/bash
# SPDX-License-Identifier: MIT
# The manager against real servers, which it starts and stops: manager/run.sh [VARIANT [SUITE]], plain by
# default, all suites. A line for each figure. Some minutes.
. "$(dirname "$0")/../common.sh"
install_test_tools
install_missing node=nodejs
build "${1:-plain}"
make -s -C "$build/tests" -j"$(nproc)" stack/seal manager/manager >"$build/tests.out" 2>&1 ||
  { tail -30 "$build/tests.out" >&2; exit 1; }
export STACK_SEAL=$build/tests/stack/seal
exec "$top/tests/stack/stack" run "$top/tests/manager/keys.sh" "$build/tests/manager/manager" "${@:2}"
