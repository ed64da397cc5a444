#!/bin/bash
# SPDX-License-Identifier: MIT
# bench/instructions.sh             guards against creeping growth: counts instructions with callgrind, which
#                                   are the same in every run, and compares them with instructions.txt.
#                                   Ends in "N passed, M failed"
# bench/instructions.sh --update    writes that file anew, for a change that is worth what it costs
. "$(dirname "$0")/../common.sh"
install_test_tools
install_missing valgrind=valgrind
table=$top/tests/bench/instructions.txt

# collected WHAT TIMES: the instructions of all of it.
collected() {
  valgrind --tool=callgrind --callgrind-out-file=/dev/null "$build/tests/bench/build" "$1" "$2" 2>&1 |
    sed -n 's/.*Collected : \([0-9]*\).*/\1/p'
}

# each WHAT: the instructions of one, without what it takes to start and to warm up.
each() {
  local few many
  few=$(collected "$1" 500)
  many=$(collected "$1" 1500)
  echo $(((many - few) / 1000))
}

build plain
make -s -C "$build/tests" bench/build >"$build/bench.out" 2>&1 || { tail -30 "$build/bench.out" >&2; exit 1; }
if [[ ${1:-} == --update ]]; then
  while read -r name wanted; do
    case $name in '' | '#'*) printf '%s\n' "$name${wanted:+ $wanted}" ;; *) printf '%-8s %d\n' "$name" "$(each "$name")" ;; esac
  done <"$table" >"$table.new"
  mv "$table.new" "$table"
fi
while read -r name wanted; do
  [[ -n $name && $name != '#'* ]] || continue
  count=$(each "$name")
  if [[ $count -gt 0 && $((count * 10)) -le $((wanted * 11)) ]]; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    printf 'FAILED: %s takes %d instructions, it took %d\n' "$name" "$count" "$wanted"
  fi
  printf '%s: %d instructions, recorded %d\n' "$name" "$count" "$wanted"
done <"$table"
conclude
