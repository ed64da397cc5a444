#!/bin/bash
# SPDX-License-Identifier: MIT
# The unit and fault programs under valgrind's memcheck: no invalid access, no use of what was never
# written, no leak. check-valgrind.sh [BUILD [PROGRAM…]], build/plain by default, and of unit, fault and live,
# which starts servers of its own, the first two; `make check-valgrind` builds first.
# Not part of `make check`: it takes minutes. Of forked children nothing is said: those of the unit tests
# die on purpose, touching guarded memory, with copies of all that their parent holds.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
build=${1:-${SUPA_BUILD:-$here/../../build/plain}}
programs=${*:2}
log=$(mktemp)
trap 'rm -f "$log"' EXIT
failed=0

# memcheck PROGRAM ALLOWED [PREFIX…]: fails on any finding, and on an exit status that is neither 0 nor ALLOWED.
memcheck() {
  local status=0
  "${@:3}" valgrind --error-exitcode=99 --leak-check=full --num-callers=30 --fair-sched=try \
    --child-silent-after-fork=yes --suppressions="$here/valgrind.supp" "$build/tests/$1" >"$log" 2>&1 || status=$?
  printf '%s: %s; %s\n' "$1" "$(grep -E '^[0-9]+ passed, [0-9]+ failed$' "$log")" \
    "$(sed -n 's/^==[0-9]*== \(ERROR SUMMARY\)/\1/p' "$log" | tail -1)"
  [[ $status -ne 0 && $status -ne $2 ]] || return 0
  cat "$log"
  failed=1
}

command -v valgrind >/dev/null || { echo "skipped: valgrind is not there"; exit 77; }
# Valgrind is too slow for the limits of time in these tests. The plain run judges them, this one memory.
export STACK_SEAL=${STACK_SEAL:-$build/tests/stack/seal}
for program in ${programs:-unit fault}; do
  case $program in
  unit) memcheck unit/unit 0 ;;
  fault) memcheck fault/fault 1 ;;
  live) memcheck live/live 1 "$here/../stack/stack" run ;;
  *) echo "there is no $program to look at"; failed=1 ;;
  esac
done
exit "$failed"
