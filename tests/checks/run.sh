#!/bin/bash
# SPDX-License-Identifier: MIT
# The house checks: checks/run.sh [--full]. Exports, imports, hardening, ABI, SBOM, layers, headers alone,
# formatting, the interface's comments and tests, the security page, static analysis, and a build by clang.
# --full adds a static build with its unit tests, `make distcheck` and valgrind over the unit and fault tests.
. "$(dirname "$0")/../common.sh"
install_test_tools
install_missing clang=clang clang-format=clang-format clang++=clang

here=$top/tests/checks
check() { # NAME COMMAND…
  local name=$1 output
  shift
  if output=$("$@" 2>&1); then
    passed=$((passed + 1))
    printf 'ok: %s (%s)\n' "$name" "$(tail -1 <<<"$output")"
  else
    failed=$((failed + 1))
    printf '%s\nFAILED: %s\n' "$output" "$name"
  fi
}
build_clang() { build clang && echo "build/clang"; }
static_tests() { build_tests static && "$build/tests/unit/unit"; }
distcheck() { build plain && make -C "$build" distcheck >"$build/distcheck.out" 2>&1 || { tail -30 "$build/distcheck.out"; return 1; }; }
valgrind_tests() { build_tests plain && make -s -C "$build" check-valgrind; }

build plain
check "exports are the listed ones" env BUILD="$build" "$here/check-exports.sh"
check "the static library keeps its names to itself" env BUILD="$build" "$here/check-static.sh"
check "includes point one way" "$here/check-layers.sh"
check "headers compile alone" "$here/check-headers.sh"
check "formatting" "$here/check-format.sh"
check "exports are documented and tested" "$top/tests/check-api.sh"
check "imports are the listed ones" env BUILD="$build" "$here/check-imports.sh"
check "library and tool are hardened" env BUILD="$build" "$here/check-hardening.sh"
check "the ABI is kept" env BUILD="$build" "$here/check-abi.sh"
check "the SBOM is SPDX and true" env BUILD="$build" "$here/check-sbom.sh"
check "the tests that the security page names are there" "$here/check-threats.sh"
check "static analysis" "$here/check-analysis.sh"
check "clang builds without a warning" build_clang
if [[ ${1:-} == --full ]]; then
  install_missing valgrind=valgrind
  check "a static build passes its unit tests" static_tests
  check "make distcheck" distcheck
  check "make check-valgrind" valgrind_tests
fi
conclude
